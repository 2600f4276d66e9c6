/** Which replies become obsolete (`cutwater.minimize_obsolete`): then they are hidden as outdated. Pure. */
import type { Decided } from "./coalesce.ts";
import type { Effect } from "./effects.ts";
import type { ChatEvent } from "./events.ts";

interface Rule {
  /** Effects of the plugin itself after which what was said for it before is outdated. */
  readonly by: readonly Effect["kind"][];
  /** Whether a new head makes it outdated, too. */
  readonly push?: true;
}

const LABELS: Rule = { by: ["addLabel", "removeLabel"] };
const EDITED: Rule = { by: ["editIssue"] };

/**
 * By plugin. Those that are missing say things that stay true: greetings, pictures, thanks, picked branches. `trigger` does
 * not count `abortJobs`: that happens to pull requests that still wait for `/ok-to-test`.
 */
const OBSOLETE: Readonly<Record<string, Rule>> = {
  assign: { by: ["assign", "unassign", "requestReview", "removeReviewRequest"] },
  close: EDITED,
  golint: { by: ["gitTask"] },
  buildifier: { by: ["gitTask"] },
  help: LABELS,
  "issue-management": { by: ["pinIssue", "unpinIssue", "editIssue"] },
  label: LABELS,
  lgtm: LABELS,
  lifecycle: EDITED,
  milestone: EDITED,
  milestonestatus: LABELS,
  override: { by: [], push: true },
  project: { by: ["project"] },
  "release-note": { by: ["addLabel", "removeLabel", "editIssue"] },
  reopen: EDITED,
  retitle: EDITED,
  trigger: { by: ["startJobs", "removeLabel"] },
};

/** With what hides the earlier words put first. `said`: the plugins whose words in this conversation are not hidden. */
export function withoutObsolete(
  decided: readonly Decided[],
  events: readonly ChatEvent[],
  said: ReadonlySet<string>,
): readonly Decided[] {
  const hidden = new Map<string, Decided>();
  const pushed = events.find((event) => event.kind === "pull_request" && event.action === "synchronize");
  if (pushed) {
    for (const plugin of said) {
      if (!OBSOLETE[plugin]?.push) continue;
      const actor = { kind: "user", login: pushed.sender.login } as const;
      hidden.set(plugin, hide({ delivery: pushed.guid, plugin, rule: "synchronize", actor }));
    }
  }
  for (const { effect, cause } of decided) {
    const { plugin } = cause;
    if (said.has(plugin) && OBSOLETE[plugin]?.by.includes(effect.kind)) hidden.set(plugin, hide(cause));
  }
  return [...hidden.values(), ...decided];
}

const hide = (cause: Decided["cause"]): Decided => ({
  effect: { kind: "minimizeComments", plugin: cause.plugin },
  cause,
});
