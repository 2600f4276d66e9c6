/**
 * One maintained comment for the state of a pull request (`cutwater.summary_comment`): what plugins and jobs would keep in
 * comments of their own become its sections. Marks and titles that other tools read stay in it. Pure.
 */
import type { RepoConfig } from "../config/model.ts";
import { COMMENT_MARKER } from "../jobs/report.ts";
import type { Decided } from "./coalesce.ts";
import type { Cause, Effect } from "./effects.ts";
import type { ChatEvent } from "./events.ts";
import { APPROVAL_MARKER } from "./messages-approve.ts";
import { nextSteps, type PullState, type Section, SUMMARY_MARKER, summaryText } from "./messages-summary.ts";
import { withEffects } from "./overlay.ts";
import { hasLabel } from "./permissions.ts";
import type { View } from "./plugin.ts";

/** What the conversation remembers. */
export interface Summary {
  readonly sections: readonly Section[];
  /** Null until somebody looked. */
  readonly pull: PullState | null;
  /** The text that was decided last; empty: none yet. */
  readonly said: string;
}

export const NO_SUMMARY: Summary = { sections: [], pull: null, said: "" };

/** States that a comment, said once, may explain: its section goes with the state. */
const EXPLAINED: Readonly<Record<string, (pull: PullState) => boolean>> = {
  "needs-ok-to-test": ({ labels }) => hasLabel(labels, "needs-ok-to-test"),
  draft: ({ draft }) => draft,
};

/** These come first, in this order: the approval's title has to be the first line. */
const FIRST: readonly string[] = [APPROVAL_MARKER, ...Object.keys(EXPLAINED), COMMENT_MARKER];

/** Whose maintained comments are news to the people they name, and no state. */
const NEWS: ReadonlySet<string> = new Set(["reward-owners"]);

/**
 * The pull request as it is before the effects of these events. Null: nothing happened to it, or it is an issue. Rejects
 * with GitHub's errors.
 */
export async function pullStateOf(
  events: readonly ChatEvent[],
  decided: readonly Decided[],
  view: View,
): Promise<PullState | null> {
  const isIssue = events.some((event) => event.kind === "issue" || (event.kind === "comment" && !event.isPullRequest));
  const moved = decided.length > 0 || events.some(({ kind }) => kind === "pull_request" || kind === "review");
  if (isIssue || !moved || view.number === 0) return null;
  const [{ state, merged, draft }, labels] = await Promise.all([view.pullRequest(), view.labels()]);
  return { labels, draft, state: merged ? "merged" : state };
}

export interface Summarised {
  readonly effects: readonly Decided[];
  readonly summary: Summary;
}

/**
 * Folds the comments among `decided` into the summary: at most one effect for all of them, and none when its text stays as
 * it is. `now` is the pull request before the effects; null: it was not looked at. Until it ever was, nothing is folded.
 */
export function summarise(
  before: Summary,
  decided: readonly Decided[],
  now: PullState | null,
  config: RepoConfig,
  delivery: string,
): Summarised {
  const known = now ?? before.pull;
  if (!known) return { effects: decided, summary: before };
  const changes = decided.map(({ effect }) => effect);
  const pull = { ...known, labels: withEffects(known.labels, changes) };
  const sections = new Map(before.sections.map((section) => [section.marker, section]));
  const others: Decided[] = [];
  let cause: Cause | null = null;
  for (const one of decided) {
    if (NEWS.has(one.cause.plugin) || !fold(one.effect, sections, pull)) others.push(one);
    else cause ??= one.cause;
  }
  for (const [state, holds] of Object.entries(EXPLAINED)) if (!holds(pull)) sections.delete(state);
  const sorted = [...sections.values()].sort((a, b) => rank(a) - rank(b));
  const steps = nextSteps(pull, sorted, config);
  const first = before.said === "";
  const said = first && sorted.length === 0 && steps.length === 0 ? "" : summaryText(sorted, pull, steps);
  const summary = { sections: sorted, pull, said };
  if (said === before.said) return { effects: others, summary };
  cause ??= { delivery, plugin: "summary", rule: "state", actor: { kind: "system" } };
  const replaces = sorted.map(({ marker }) => marker).filter((marker) => !(marker in EXPLAINED));
  const effect: Effect = { kind: "upsertComment", marker: SUMMARY_MARKER, body: said, replaces };
  return { effects: [...others, { effect, cause }], summary };
}

function rank({ marker }: Section): number {
  const at = FIRST.indexOf(marker);
  return at < 0 ? FIRST.length : at;
}

/** Whether an effect went into the sections, so that it is not to be sent itself. */
function fold(effect: Effect, sections: Map<string, Section>, pull: PullState): boolean {
  if (effect.kind === "upsertComment") {
    const { marker, body, next } = effect;
    sections.set(marker, { marker, body: body.includes(marker) ? body : `${body}\n${marker}`, next: next ?? "" });
    return true;
  }
  if (effect.kind === "deleteComments") return sections.delete(effect.marker);
  if (effect.kind !== "comment" || effect.explains === undefined) return false;
  const { explains: marker, body } = effect;
  if (!EXPLAINED[marker]?.(pull)) return false;
  sections.set(marker, { marker, body, next: "" });
  return true;
}
