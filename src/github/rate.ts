/** The rate state of a credential, from GitHub's headers (spec users, GitHub limits). Pure. */
import { classify } from "./errors.ts";
import type { RateState } from "./rpc.ts";

/** The state after an answer. Without rate headers (GitHub Enterprise may have none) the numbers stay. */
export function rateOf(status: number, headers: Headers, before: RateState | null, now: number): RateState | null {
  const limit = numberIn(headers, "x-ratelimit-limit");
  const remaining = numberIn(headers, "x-ratelimit-remaining");
  const resetAt = numberIn(headers, "x-ratelimit-reset") * 1000;
  const counted = [limit, remaining, resetAt].every(Number.isFinite) && isCore(headers);
  const numbers = counted ? { limit, remaining, resetAt } : before;
  const block = blockOf(status, headers, now);
  if (numbers === null) return block === 0 ? null : { limit: 0, remaining: 0, resetAt: 0, blockedUntil: block };
  const { limit: of, remaining: left, resetAt: at } = numbers;
  return { limit: of, remaining: left, resetAt: at, blockedUntil: Math.max(block, before?.blockedUntil ?? 0) };
}

function numberIn(headers: Headers, name: string): number {
  const value = headers.get(name);
  return value === null || value === "" ? Number.NaN : Number(value);
}

/** Search and GraphQL have budgets of their own. */
const isCore = (headers: Headers): boolean => (headers.get("x-ratelimit-resource") ?? "core") === "core";

/** Only what GitHub said in headers holds back everybody; a limit found in a message holds back that one call. */
function blockOf(status: number, headers: Headers, now: number): number {
  if (status !== 403 && status !== 429) return 0;
  if (!isCore(headers) && headers.get("retry-after") === null) return 0;
  const { kind, retryAfterMs } = classify(
    { method: "GET", status, headers: Object.fromEntries(headers.entries()), message: "" },
    now,
  );
  return kind === "rate-limited" ? now + retryAfterMs : 0;
}

/** Joins what two clients saw of one credential: the later window, the fewer left, the longer block. */
export function mergeRates(known: RateState | null, seen: RateState): RateState {
  if (known === null) return seen;
  const blockedUntil = Math.max(known.blockedUntil, seen.blockedUntil);
  if (seen.resetAt > known.resetAt) return { ...seen, blockedUntil };
  if (seen.resetAt < known.resetAt) return { ...known, blockedUntil };
  return { ...seen, remaining: Math.min(known.remaining, seen.remaining), blockedUntil };
}

/** What background work leaves of an hour's calls. */
const URGENT_SHARE = 0.3;

/** Whether what is left of a budget is for what is urgent. */
export const isScarce = ({ limit, remaining }: Pick<RateState, "limit" | "remaining">): boolean =>
  remaining < limit * URGENT_SHARE;

/** Milliseconds until background work may go on; 0: now. */
export function backgroundWait(rate: RateState | null, now: number): number {
  if (rate === null || rate.limit === 0 || rate.resetAt <= now) return 0;
  return isScarce(rate) ? rate.resetAt - now : 0;
}
