/**
 * Credentials of runners (design 10): one token per cluster alias, known by its SHA-256, and one per claim of a job, and one
 * for what runs in the pod of that claim: it stores artifacts, nothing else. A job's token names its job, attempt and epoch in the clear, so that a wrong one can be told from a stale one.
 */

export interface JobToken {
  readonly job: string;
  readonly attempt: number;
  readonly epoch: number;
  /** `artifacts`: the pod's, good for the whole attempt, whichever runner follows the pod. */
  readonly scope: TokenScope;
}

export type TokenScope = "run" | "artifacts";
const PREFIXES = { run: "cutwater", artifacts: "cutwater-pod" } as const;

/** `cutwater_<job>_<attempt>_<epoch>_<256 random bits>`; a pod's begins with `cutwater-pod`. */
export function newJobToken({ job, attempt, epoch, scope }: JobToken): string {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const text = btoa(String.fromCharCode(...secret))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
  return `${PREFIXES[scope]}_${job}_${attempt}_${epoch}_${text}`;
}

/** What a token says of itself; null for what is none. Says nothing of whether it is genuine. */
export function parseJobToken(token: string): JobToken | null {
  const [, pod, job, attempt, epoch] =
    /^cutwater(-pod)?_([0-9A-Za-z-]{1,64})_(\d{1,9})_(\d{1,9})_[\w-]{43}$/.exec(token) ?? [];
  if (job === undefined) return null;
  return { job, attempt: Number(attempt), epoch: Number(epoch), scope: pod === undefined ? "run" : "artifacts" };
}

/** SHA-256 as lower-case hex. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Compares two digests without telling by its time where they differ. */
export function sameDigest(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

/** Whether a token is one of those whose digests are given. */
export async function isKnownToken(token: string, digests: readonly string[]): Promise<boolean> {
  const digest = await sha256Hex(token);
  return digests.map((known) => sameDigest(digest, known)).includes(true);
}

/** The token of an `Authorization: Bearer` header; empty when there is none. */
export function bearerOf(header: string | undefined): string {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? "")?.[1] ?? "";
}
