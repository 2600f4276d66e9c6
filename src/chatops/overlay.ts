/** A view as it will be once the effects decided so far have happened (design 10). */
import type { Effect } from "./effects.ts";
import type { PullRequest } from "./events.ts";
import type { View } from "./plugin.ts";
import type { IssueFacts } from "./reads.ts";

/** What plugins asked of GitHub in this event that tells of people, too. */
export class Seen {
  pullRequest: Promise<PullRequest> | null = null;
  issue: Promise<IssueFacts> | null = null;
}

/** A view whose labels are overlaid with label effects; `decided` is read at each look. Notes what is asked. */
export function overlay(view: View, decided: () => Iterable<Effect>, seen: Seen): View {
  const pullRequest = (): Promise<PullRequest> => (seen.pullRequest = view.pullRequest());
  const issue = (): Promise<IssueFacts> => (seen.issue = view.issue());
  const labels = async (): Promise<readonly string[]> => withEffects(await view.labels(), decided());
  return new Proxy(view, {
    get(target, key): unknown {
      if (key === "labels") return labels;
      if (key === "pullRequest") return pullRequest;
      if (key === "issue") return issue;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Labels after the label effects, in their order. Labels compare without case. */
export function withEffects(labels: readonly string[], effects: Iterable<Effect>): readonly string[] {
  const now = new Map(labels.map((label) => [label.toLowerCase(), label]));
  for (const effect of effects) {
    if (effect.kind === "addLabel" && !now.has(effect.label.toLowerCase())) {
      now.set(effect.label.toLowerCase(), effect.label);
    }
    if (effect.kind === "removeLabel") now.delete(effect.label.toLowerCase());
  }
  return [...now.values()];
}
