/**
 * What runner and worker say to each other: the one description of the wire (design 1.5, 10; spec jobs 6.5).
 * The runner opens every connection. With its cluster token it takes offers; with each job's own credential it
 * appends the log, stores artifacts and finishes the job.
 *
 *   GET  /runner/:cluster/connect                 WebSocket of RunnerMessage up, ServerMessage down (Bearer cluster token)
 *   POST /runner/:cluster/poll?runner=NAME&wait=S RunnerMessage[] up, answers ServerMessage[] (held up to S or 25 s): the fallback
 *   POST /runner/:cluster/ended                   Attempts up, answers those of them that are over (Bearer cluster token)
 *   PUT  /runner/jobs/:id/log?offset=N            bytes; answers LogAnswer. 409 names the durable offset to resume from
 *   POST /runner/jobs/:id/state                   StateReport
 *   PUT  /runner/jobs/:id/artifacts/<path>        one artifact below artifacts/, up to 64 MiB
 *   POST /runner/jobs/:id/artifacts/<path>?uploads              larger ones in parts: answers { uploadId }
 *   PUT  /runner/jobs/:id/artifacts/<path>?uploadId=&partNumber= one part (5 MiB or more, but the last); answers { etag }
 *   POST /runner/jobs/:id/artifacts/<path>?uploadId=            { parts: [{ partNumber, etag }] } ends it
 *   PUT  /runner/jobs/:id/podinfo                 PodInfo, before the finish: becomes podinfo.json
 *   POST /runner/jobs/:id/finish                  FinishReport
 *
 * Errors are `{ error: { code, message } }`: 401 unknown credential, 403 another job's or out of scope, 409 stale
 * attempt or epoch (`code: "stale"`: drop the job) or a poll without a hello (`code: "hello"`: send one), 413 over a cap, 429 slow down, 5xx try again.
 */
import * as z from "zod";
import type { JsonObject } from "../config/model.ts";
import type { ProwJob } from "./prowjob.ts";

export const HEARTBEAT_SECONDS = 10;
export const LEASE_SECONDS = 45;
/** The worker is asked about so many attempts at a time. */
export const SWEEP_MOST = 40;
/** At most this many bytes in one log append. */
export const LOG_APPEND_BYTES = 256 * 1024;
export const ARTIFACT_SINGLE_BYTES = 64 * 1024 * 1024;
export const ARTIFACT_PART_BYTES = 8 * 1024 * 1024;

/** A run of a job that a runner holds: job id, attempt (1, 2, ...) and lease epoch. */
export const Held = z.object({ job: z.string(), attempt: z.int().min(1), epoch: z.int().min(1) });
export type Held = z.infer<typeof Held>;

/** Attempts that a runner found workloads of, though it does not hold them; and, in the answer, those to remove. */
export const Attempts = z.object({
  attempts: z.array(Held.pick({ job: true, attempt: true })).max(SWEEP_MOST),
});
export type Attempts = z.infer<typeof Attempts>;

export const RunnerMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    runner: z.string().min(1).max(128),
    executor: z.enum(["process", "kubernetes"]),
    version: z.string().max(64),
    /** Jobs that it can run at the same time. */
    capacity: z.int().min(0).max(100_000),
    /** What it still runs, after a lost connection or a restart. */
    held: z.array(Held),
  }),
  z.object({ type: z.literal("claim"), job: z.string() }),
  z.object({ type: z.literal("heartbeat"), held: z.array(Held), free: z.int().min(0) }),
]);
export type RunnerMessage = z.infer<typeof RunnerMessage>;

export type ServerMessage =
  | { readonly type: "welcome"; readonly heartbeatSeconds: number; readonly leaseSeconds: number }
  | { readonly type: "offer"; readonly job: string }
  | { readonly type: "assignment"; readonly assignment: Assignment }
  /** The claimed job went to another runner, or ended. */
  | { readonly type: "gone"; readonly job: string }
  /** Stop it: the workload gets its grace period, then finish with what there is. */
  | { readonly type: "abort"; readonly job: string; readonly attempt: number; readonly reason: string }
  /** The lease is not yours any more: stop it at once and report nothing. */
  | { readonly type: "lost"; readonly job: string; readonly attempt: number };

export interface Assignment extends Held {
  readonly prowjob: ProwJob;
  /** Job credential: Bearer token for /runner/jobs/:id, bound to job, attempt and epoch. */
  readonly token: string;
  /** For what runs in the job's pod: stores artifacts, nothing else, for the whole attempt. A worker of before gives none. */
  readonly podToken?: string | undefined;
  readonly buildId: string;
  /** The job's environment (spec jobs 6.2), JOB_SPEC included; ARTIFACTS and GOPATH are the executor's to add. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly graceSeconds: number;
  /** From the creation of a pod to its node, and to the start of its test. */
  readonly unscheduledSeconds: number;
  readonly pendingSeconds: number;
  /** Where repositories are cloned from when refs name no clone_uri, e.g. `https://github.com`. */
  readonly gitBaseUrl: string;
  /** Short-lived read token for private clones, or null. */
  readonly cloneToken: string | null;
  /** Of a git task: why it cannot be done as things are, or nothing. */
  readonly taskProblem?: string | undefined;
  readonly limits: { readonly artifactBytes: number; readonly artifactFiles: number; readonly logBytes: number };
}

export interface LogAnswer {
  /** Bytes of the log that are stored for good; the runner may forget what is below. */
  readonly durable: number;
  /** Milliseconds until the next flush is wanted: short while somebody watches. */
  readonly flushMs: number;
}

export const StateReport = z.object({
  /** Increases with every report of one attempt; an older one changes nothing. */
  seq: z.int().min(1),
  phase: z.enum(["cloning", "running", "uploading"]),
  /** Milliseconds. */
  at: z.int(),
  node: z.string().max(253).optional(),
  detail: z.string().max(1024).optional(),
});
export type StateReport = z.infer<typeof StateReport>;

const CloneCommand = z.object({
  command: z.string(),
  output: z.string(),
  error: z.string().optional(),
  duration: z.number(),
});
export const CloneRecord = z.object({
  refs: z.custom<JsonObject>((value) => typeof value === "object" && value !== null),
  commands: z.array(CloneCommand),
  failed: z.boolean(),
  final_sha: z.string().optional(),
  duration: z.number(),
});
export type CloneRecord = z.infer<typeof CloneRecord>;

/** What the runner saw at the end of an attempt: evidence, from which the worker decides the state (`jobs/verdict.ts`). */
export const FinishReport = z.object({
  seq: z.int().min(1),
  /** Exit codes of the test containers, or of the process. Empty when none started. */
  exitCodes: z.array(z.object({ container: z.string(), code: z.int() })),
  reason: z.enum([
    "completed",
    "timeout",
    "aborted",
    "clone-failed",
    "start-failed",
    "evicted",
    "oom-killed",
    "pod-lost",
    "pending-timeout",
    "unschedulable",
    "runner-restarted",
  ]),
  message: z.string().max(4096),
  /** Total bytes of the log; the worker waits until they are durable. */
  logBytes: z.int().min(0),
  artifacts: z.object({
    files: z.int().min(0),
    bytes: z.int().min(0),
    refused: z.array(z.string().max(1024)).max(100),
  }),
  cloneRecords: z.array(CloneRecord),
  /** The job's own metadata.json, if it wrote one. */
  metadata: z
    .custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value))
    .optional(),
  startedAt: z.int(),
  finishedAt: z.int(),
  node: z.string().max(253).optional(),
});
export type FinishReport = z.infer<typeof FinishReport>;

export const POD_INFO_BYTES = 1024 * 1024;
const Thing = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** podinfo.json: objects as the API server gave them. `node` is missing where the runner may not read nodes. */
export const PodInfo = z.object({ pod: Thing, events: z.array(Thing).max(1000), node: Thing.optional() });
export type PodInfo = z.infer<typeof PodInfo>;
