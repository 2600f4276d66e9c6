/** How long GitHub's refusal to merge stands: until something changed that may matter, and with growing pauses (spec jobs 5.8). */
import type { MergeFailure, PullFacts, Refusal } from "./model.ts";

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 3600_000;
/** These pass by themselves. */
const PASSING: ReadonlySet<MergeFailure> = new Set(["base-modified", "unknown-outcome", "other"]);

/** What of a pull request may change GitHub's mind. */
function digest({ labels, reviewDecision, mergeable, mergeState, contexts, draft }: PullFacts): string {
  const states = contexts
    .filter(({ context }) => context !== "tide")
    .map(({ context, state }) => `${context}=${state}`);
  return JSON.stringify([labels.toSorted(), reviewDecision, mergeable, mergeState, draft, states.toSorted()]);
}

/** The same refusal once more doubles the pause. */
export function refusalOf(
  kind: MergeFailure,
  message: string,
  at: { readonly facts: PullFacts; readonly baseSha: string; readonly now: number; readonly before: Refusal | null },
): Refusal {
  const { facts, baseSha, now, before } = at;
  const tries = before?.kind === kind && before.headSha === facts.headSha ? before.tries + 1 : 1;
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
  return { kind, message, headSha: facts.headSha, baseSha, facts: digest(facts), at: now, tries, retryAt: now + pause };
}

/** Whether it is not to be tried (yet). */
export function refusalStands(refusal: Refusal, facts: PullFacts, baseSha: string, now: number): boolean {
  if (refusal.headSha !== facts.headSha) return false;
  if (now < refusal.retryAt) return true;
  if (PASSING.has(refusal.kind)) return false;
  return refusal.baseSha === baseSha && refusal.facts === digest(facts);
}
