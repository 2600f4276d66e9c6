/** When to try again, and when to give up. Pure. */
import { GitHubError } from "../github/index.ts";

const FIRST_MS = 500;
const MOST_MS = 10 * 60_000;
/** Everything behind it in its conversation waits, so an effect is a dead letter after these tries: about two hours. */
const MOST_TRIES = 20;
/** An error of our own objects either passes with the deploy that caused it, or stays. */
const MOST_OWN_TRIES = 10;
/** Long waits for rate limits are few tries, so time ends them too. */
const GIVE_UP_MS = 24 * 3600_000;

export type Verdict = { readonly kind: "again"; readonly at: number } | { readonly kind: "dead" };

/** Exponential, with jitter; GitHub's own wish is kept, and spread a little so that not all come back at once. */
function wait(error: unknown, tries: number, dice: number): number {
  const asked = error instanceof GitHubError ? error.retryAfterMs : 0;
  if (asked > 0) return asked + dice * Math.min(asked, 10_000) * 0.1;
  return Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 20)) * (0.75 + dice / 2);
}

/**
 * What follows a failed try. `tries` so far, this one included; `since`: the time of the first. Milliseconds; `dice` in
 * [0, 1).
 */
export function verdict(error: unknown, tries: number, since: number, now: number, dice: number): Verdict {
  const ofGitHub = error instanceof GitHubError;
  if (ofGitHub && !error.passing) return { kind: "dead" };
  if (tries >= (ofGitHub ? MOST_TRIES : MOST_OWN_TRIES) || now - since > GIVE_UP_MS) return { kind: "dead" };
  return { kind: "again", at: Math.trunc(now + wait(error, tries, dice)) };
}

/** Whether a failed try may have happened all the same. GitHub did nothing when it says so. */
export function maybeHappened(error: unknown): boolean {
  return !(error instanceof GitHubError) || error.kind === "unknown-outcome";
}

/** A deploy resets objects: not handled, the row stays, the next alarm goes on (2026, durable objects code updates). */
export const isReset = (error: unknown): boolean =>
  error instanceof Error && /code was updated|object (has been|was|is) reset/i.test(error.message);

/** One line that may be shown: errors of ours carry no secrets. */
export const errorLine = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replaceAll(/\s+/g, " ").slice(0, 500);
