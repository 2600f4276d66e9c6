/** A recorded delivery decided once more, under two configurations: what would differ. Nothing is sent. */
import type { Decided } from "./coalesce.ts";
import { dispatch } from "./dispatch.ts";
import type { Effect } from "./effects.ts";
import type { ChatEvent, PullRequest } from "./events.ts";
import type { View } from "./plugin.ts";

export interface Difference {
  /** Effects of the configuration in use that the candidate does not lead to. */
  readonly only: readonly Decided[];
  /** Effects that only the candidate leads to. */
  readonly more: readonly Decided[];
  /** Handlers that failed under either. */
  readonly failures: readonly string[];
}

const NOBODY: Awaited<ReturnType<View["outside"]>> = { status: 0, contentType: "", length: null, body: "", url: "" };

function toldLabels(events: readonly ChatEvent[]): readonly string[] | null {
  for (const event of events) {
    if (event.kind === "comment" || event.kind === "issue") return event.labels;
    if (event.kind === "pull_request" || event.kind === "review") return event.pullRequest.labels;
  }
  return null;
}

function toldPull(events: readonly ChatEvent[]): PullRequest | null {
  for (const event of events) if (event.kind === "pull_request" || event.kind === "review") return event.pullRequest;
  return null;
}

/** A view that says what the event said of labels and pull request, and for the rest what holds today. */
export function asRecorded(view: View, events: readonly ChatEvent[]): View {
  const labels = toldLabels(events);
  const pull = toldPull(events);
  return {
    ...view,
    ...(labels ? { labels: () => Promise.resolve(labels) } : {}),
    ...(pull ? { pullRequest: () => Promise.resolve(pull) } : {}),
    outside: () => Promise.resolve(NOBODY),
  };
}

/** Jobs are compared one by one, however they were started together. */
function single(decided: readonly Decided[]): Decided[] {
  return decided.flatMap(({ effect, cause }): readonly Decided[] =>
    effect.kind === "startJobs" || effect.kind === "recordJobs"
      ? effect.jobs.map((job) => ({ effect: { kind: effect.kind, jobs: [job] }, cause }))
      : [{ effect, cause }],
  );
}

const keyOf = (effect: Effect): string => JSON.stringify(effect);

/** What of `these` is not among `those`, counted. */
function without(these: readonly Decided[], those: readonly Decided[]): Decided[] {
  const counts = new Map<string, number>();
  for (const { effect } of those) counts.set(keyOf(effect), (counts.get(keyOf(effect)) ?? 0) + 1);
  return these.filter(({ effect }) => {
    const left = counts.get(keyOf(effect)) ?? 0;
    counts.set(keyOf(effect), left - 1);
    return left <= 0;
  });
}

/** A null view: that configuration says nothing of the repository. */
export async function replay(
  events: readonly ChatEvent[],
  now: View | null,
  candidate: View | null,
): Promise<Difference> {
  const nothing = { runs: [], effects: [] };
  const before = now ? await dispatch(events, now) : nothing;
  const after = candidate ? await dispatch(events, candidate) : nothing;
  const failures = [...before.runs, ...after.runs]
    .filter(({ outcome }) => outcome === "error" || outcome === "timeout")
    .map(({ plugin, why }) => `${plugin}: ${why}`);
  const [old, fresh] = [single(before.effects), single(after.effects)];
  return { only: without(old, fresh), more: without(fresh, old), failures: [...new Set(failures)] };
}
