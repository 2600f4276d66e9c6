/** Caps on what one attempt of a job may store. */
import type { Assignment } from "./protocol.ts";

const GIB = 1024 ** 3;

export const JOB_LIMITS: Assignment["limits"] = {
  artifactBytes: 10 * GIB,
  artifactFiles: 20_000,
  logBytes: GIB,
};

/** Wait between two flushes of the log: while somebody watches, and otherwise (design 10, Logs). */
export const FLUSH_WATCHED_MS = 1_000;
export const FLUSH_MS = 10_000;
