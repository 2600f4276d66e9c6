/** What can go wrong when GitHub is asked, sorted by what to do about it (spec chatops 1.12). */

export type GitHubErrorKind =
  /** Will be refused again: report it. */
  | "permanent"
  /** Did not happen, or only read: try again later. */
  | "transient"
  /** Did not happen; not before `retryAfterMs`. */
  | "rate-limited"
  /** A write whose answer was lost, or a 5xx: it may have happened. Look before trying again. */
  | "unknown-outcome";

export class GitHubError extends Error {
  override readonly name = "GitHubError";
  readonly kind: GitHubErrorKind;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Milliseconds to wait at least; 0 when GitHub did not say. */
  readonly retryAfterMs: number;
  /** Method and path, e.g. `POST /repos/o/r/issues/5/comments`. */
  readonly call: string;

  constructor(kind: GitHubErrorKind, status: number, call: string, message: string, retryAfterMs = 0) {
    super(`${call}: ${status === 0 ? "" : `${status} `}${message}`);
    this.kind = kind;
    this.status = status;
    this.call = call;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether asking again later can help. */
  get passing(): boolean {
    return this.kind !== "permanent";
  }
}

const KINDS: readonly GitHubErrorKind[] = ["permanent", "transient", "rate-limited", "unknown-outcome"];

/**
 * A GitHubError that came out of another object has lost its class, but not its fields. Whatever else goes wrong
 * between objects (a deploy resets them) passes by itself.
 */
export function revive(error: unknown, call: string): GitHubError {
  if (error instanceof GitHubError) return error;
  const fields: Readonly<Record<string, unknown>> = typeof error === "object" && error !== null ? { ...error } : {};
  const text = error instanceof Error ? error.message : "unknown error";
  const kind = KINDS.find((known) => known === fields["kind"]);
  if (kind === undefined) return new GitHubError("transient", 0, call, text);
  const status = Number(fields["status"]) || 0;
  const from = String(fields["call"]);
  const message = text.replace(`${from}: `, "").replace(`${status} `, "");
  return new GitHubError(kind, status, from, message, Number(fields["retryAfterMs"]) || 0);
}

export interface Answer {
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly message: string;
}

/** How long a secondary limit without a Retry-After lasts, as GitHub's guide advises. */
const SECONDARY_LIMIT_MS = 60_000;

/** Sorts a refusal. `now` in milliseconds. */
export function classify(answer: Answer, now: number): { kind: GitHubErrorKind; retryAfterMs: number } {
  const { status, method } = answer;
  if (status === 403 || status === 429) {
    const wait = rateLimitWait(answer, now);
    return wait === null ? { kind: "permanent", retryAfterMs: 0 } : { kind: "rate-limited", retryAfterMs: wait };
  }
  if (status >= 500) {
    const retryAfterMs = retryAfter(answer.headers["retry-after"], now) ?? 0;
    return { kind: isRead(method) ? "transient" : "unknown-outcome", retryAfterMs };
  }
  if (status === 408 || status === 409 || status === 425) return { kind: "transient", retryAfterMs: 0 };
  return { kind: "permanent", retryAfterMs: 0 };
}

export const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

/** Milliseconds to wait, or null when a 403 has another reason than a limit. */
function rateLimitWait({ status, headers, message }: Answer, now: number): number | null {
  const asked = retryAfter(headers["retry-after"], now);
  if (asked !== null) return asked;
  if (String(headers["x-ratelimit-remaining"]) === "0") {
    const reset = Number(headers["x-ratelimit-reset"]) * 1000;
    return Number.isFinite(reset) ? Math.max(1000, reset - now + 1000) : SECONDARY_LIMIT_MS;
  }
  return status === 429 || /rate limit|abuse detection/i.test(message) ? SECONDARY_LIMIT_MS : null;
}

/** Retry-After in milliseconds: seconds, or a date. Never more than a day. */
export function retryAfter(value: string | number | undefined, now: number): number | null {
  if (value === undefined || value === "") return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(String(value)) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), 24 * 3600 * 1000) : null;
}
