/** Caps on what one attempt of a job may store. */
import type { Assignment } from "./protocol.ts";

const GIB = 1024 ** 3;

export const JOB_LIMITS: Assignment["limits"] = {
  artifactBytes: 10 * GIB,
  artifactFiles: 20_000,
  logBytes: GIB,
};

const FLUSH_WATCHED_MS = 1_000;
const FLUSH_MS = 10_000;
/** Who has just said /test opens the log soon: until then it must not wait for a whole flush. */
const FLUSH_YOUNG_MS = 2_000;
const YOUNG_MS = 30_000;

/** Wait between two flushes of the log (design 10, Logs). `ageMs`: since the runner took the job. */
export function flushAfter(watched: boolean, ageMs: number): number {
  if (watched) return FLUSH_WATCHED_MS;
  return ageMs < YOUNG_MS ? FLUSH_YOUNG_MS : FLUSH_MS;
}
