/** When to try again, and when to give up. Pure. */
import { GitHubError } from "../github/errors.ts";

const FIRST_MS = 500;
const MOST_MS = 10 * 60_000;
/** An effect that could not be sent for this long is a dead letter. */
const GIVE_UP_MS = 24 * 3600 * 1000;
const MOST_TRIES = 60;

export type Verdict = { readonly kind: "again"; readonly at: number } | { readonly kind: "dead" };

/** GitHub's answers that will never be another, whatever their status says (spec jobs 4.6.1). */
const HOPELESS = /maximum number of statuses|No commit found for SHA/i;

function wait(error: unknown, tries: number, dice: number): number {
  const backoff = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(tries, 20));
  const jittered = backoff * (0.75 + dice / 2);
  return error instanceof GitHubError ? Math.max(error.retryAfterMs, error.retryAfterMs > 0 ? 0 : jittered) : jittered;
}

/** `tries` so far, this one included; `since`: the first of them. Milliseconds; `dice` in [0, 1). */
export function verdict(error: unknown, tries: number, since: number, now: number, dice: number): Verdict {
  if (error instanceof GitHubError && (error.kind === "permanent" || HOPELESS.test(error.message)))
    return { kind: "dead" };
  if (tries >= MOST_TRIES || now - since > GIVE_UP_MS) return { kind: "dead" };
  return { kind: "again", at: Math.trunc(now + wait(error, tries, dice)) };
}

/** One line that may be shown: errors of ours carry no secrets. */
export const errorLine = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replaceAll(/\s+/g, " ").slice(0, 500);
