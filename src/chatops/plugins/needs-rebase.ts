/** `needs-rebase`: marks pull requests that conflict with their base (spec chatops 2.41; an external plugin of Prow's). */
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequestEvent, PushEvent, TimerEvent } from "../events.ts";
import { NEEDS_REBASE } from "../messages-state.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { chosen } from "../random.ts";
import { type Look, lookOf, NAME, noteOf, pageOf } from "./needs-rebase/base.ts";

const LABEL = "needs-rebase";
const ACTIONS = new Set(["opened", "reopened", "synchronize"]);
/** GitHub needs a moment to try the merge. */
const SETTLE_MS = 5_000;
/** Then it is asked again after these, and given up until the next event. */
const AGAIN_MS: readonly number[] = [3_000, 6_000, 30_000];
/** A page of a base is asked for again after these; then who is unknown still looks for itself. */
const BASE_AGAIN_MS: readonly number[] = [10_000, 30_000, 60_000];
/** Those look spread over this time. */
const SPREAD_MS = 60_000;

/** What waits already stays: somebody who pushes every few seconds postpones nothing. */
const later = (afterMs: number, note: string, number?: number): Effect => ({
  kind: "lookAgain",
  plugin: NAME,
  note,
  afterMs,
  keep: true,
  ...(number === undefined ? {} : { number }),
});

async function pullRequest({ action, changes }: PullRequestEvent): Promise<Decision> {
  const moved = action === "edited" && changes.baseRefFrom !== null;
  if (!ACTIONS.has(action) && !moved) return nothing(`${action} moves no commits`);
  return { effects: [later(SETTLE_MS, "0")], why: "looks whether it can be merged, once GitHub knows" };
}

/** Prow looks at every comment, so that one can ask for it by saying anything. */
async function comment(comment: GenericComment): Promise<Decision> {
  if (comment.source !== "issue_comment" || !comment.isPullRequest) return nothing("it looks at pull requests");
  if (comment.state !== "open") return nothing("this is closed");
  return { effects: [later(0, "0")], why: "looks whether it can be merged" };
}

/** A push to a base is what makes conflicts: once GitHub has tried the merges, all of its open pull requests are looked at. */
async function push({ ref, deleted }: PushEvent): Promise<Decision> {
  if (deleted || !ref.startsWith("refs/heads/")) return nothing("no base moved");
  const look = noteOf({ base: ref.slice("refs/heads/".length), after: "", round: 0 });
  return { effects: [later(SETTLE_MS, look)], why: "looks at the open pull requests of this base" };
}

/** Wakes those whose label is wrong; asks again of whom GitHub does not know. */
async function scan(look: Look, view: View): Promise<Decision> {
  const { wrong, unknown, total, next } = await pageOf(look, LABEL, view);
  const effects = wrong.map((number) => later(0, "0", number));
  if (next !== null && look.round === 0) effects.push(later(0, noteOf({ ...look, after: next })));
  const wait = BASE_AGAIN_MS[look.round];
  if (unknown.length > 0 && wait !== undefined) effects.push(later(wait, noteOf({ ...look, round: look.round + 1 })));
  else for (const number of unknown) effects.push(later(chosen(`${view.guid} ${number}`, SPREAD_MS), "0", number));
  return {
    effects,
    why: `of ${total} open pull requests ${wrong.length} are labelled wrongly, ${unknown.length} unknown`,
  };
}

async function timer({ note }: TimerEvent, view: View): Promise<Decision> {
  const base = lookOf(note);
  if (base) return scan(base, view);
  const pull = await view.pullRequest();
  if (pull.state !== "open") return nothing("it is closed");
  if (pull.mergeable === null) {
    const round = Number(note) || 0;
    const wait = AGAIN_MS[round];
    if (wait === undefined) return nothing("GitHub does not tell whether it can be merged");
    return { effects: [later(wait, String(round + 1))], why: "GitHub does not know yet" };
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
