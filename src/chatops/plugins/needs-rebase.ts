/** `needs-rebase`: marks pull requests that conflict with their base (spec chatops 2.41; an external plugin of Prow's). */
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequestEvent, PushEvent, TimerEvent } from "../events.ts";
import { NEEDS_REBASE } from "../messages-state.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { chosen } from "../random.ts";

const NAME = "needs-rebase";
const LABEL = "needs-rebase";
const ACTIONS = new Set(["opened", "reopened", "synchronize"]);
/** GitHub needs a moment to try the merge. */
const SETTLE_MS = 5_000;
/** Then it is asked again after these, and given up until the next event. */
const AGAIN_MS: readonly number[] = [3_000, 6_000, 30_000];
/** Open pull requests of one base look at themselves spread over this time after a push. */
const SPREAD_MS = 60_000;

const later = (afterMs: number, round: number, number?: number): Effect => ({
  kind: "lookAgain",
  plugin: NAME,
  note: String(round),
  afterMs,
  ...(number === undefined ? {} : { number }),
});

async function pullRequest({ action, changes }: PullRequestEvent): Promise<Decision> {
  const moved = action === "edited" && changes.baseRefFrom !== null;
  if (!ACTIONS.has(action) && !moved) return nothing(`${action} moves no commits`);
  return { effects: [later(SETTLE_MS, 0)], why: "looks whether it can be merged, once GitHub knows" };
}

/** Prow looks at every comment, so that one can ask for it by saying anything. */
async function comment(comment: GenericComment): Promise<Decision> {
  if (comment.source !== "issue_comment" || !comment.isPullRequest) return nothing("it looks at pull requests");
  if (comment.state !== "open") return nothing("this is closed");
  return { effects: [later(0, 0)], why: "looks whether it can be merged" };
}

/** A push to a base is what makes conflicts: its open pull requests look at themselves, not all at once. */
async function push(event: PushEvent, view: View): Promise<Decision> {
  if (event.deleted || !event.ref.startsWith("refs/heads/")) return nothing("no base moved");
  const open = await view.openPullRequests(event.ref.slice("refs/heads/".length));
  const effects = open.map((number) => later(SETTLE_MS + chosen(`${view.guid} ${number}`, SPREAD_MS), 0, number));
  return { effects, why: `${open.length} open pull requests look whether they can be merged` };
}

async function timer({ note }: TimerEvent, view: View): Promise<Decision> {
  const pull = await view.pullRequest();
  if (pull.state !== "open") return nothing("it is closed");
  if (pull.mergeable === null) {
    const round = Number(note) || 0;
    const wait = AGAIN_MS[round];
    if (wait === undefined) return nothing("GitHub does not tell whether it can be merged");
    return { effects: [later(wait, round + 1)], why: "GitHub does not know yet" };
  }
  const marked = hasLabel(await view.labels(), LABEL);
  if (pull.mergeable) return marked ? mended(pull.author.login) : nothing("it can be merged");
  if (marked) return nothing("it is marked already");
  // Dependabot rebases when it is told so.
  const body = pull.author.login.toLowerCase() === "dependabot[bot]" ? "rebase" : NEEDS_REBASE;
  const said: Effect =
    body === NEEDS_REBASE ? { kind: "upsertComment", marker: NEEDS_REBASE, body } : { kind: "comment", body };
  return { effects: [{ kind: "addLabel", label: LABEL }, said], why: "it conflicts with its base" };
}

function mended(author: string): Decision {
  const effects: Effect[] = [{ kind: "removeLabel", label: LABEL }];
  if (author.toLowerCase() !== "dependabot[bot]") effects.push({ kind: "deleteComments", marker: NEEDS_REBASE });
  return { effects, why: "it can be merged again" };
}

export const needsRebase: Plugin = {
  name: NAME,
  help: {
    description: `The needs-rebase plugin adds \`${LABEL}\` to pull requests that conflict with their base, and removes it when they do not any more.`,
    commands: [],
  },
  pullRequest,
  comment,
  push,
  timer,
};
