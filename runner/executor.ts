/**
 * The contract between the runner and what executes jobs (design 10, Jobs). One conformance table holds every executor
 * to it: `test/system/runner/executor-conformance.ts`.
 */
import type { JsonObject } from "../src/config/model.ts";
import type { PodInfo, Assignment, FinishReport, Held, StateReport } from "../src/jobs/protocol.ts";

/** What an executor saw; the worker decides the state from it. Times are milliseconds. */
export type Evidence = Pick<
  FinishReport,
  "exitCodes" | "reason" | "message" | "cloneRecords" | "startedAt" | "finishedAt" | "artifacts"
> & { readonly metadata?: JsonObject; readonly node?: string };

/** One source of output. Await each write: that is the back-pressure. */
export interface LogStream {
  /** Resolves once the bytes are on disk, with secrets censored. */
  write(bytes: Uint8Array): Promise<void>;
  /** Call it once, at the end of the output. */
  end(): Promise<void>;
}

/** Where an executor puts what a job produces. */
export interface Sink {
  /** From here on these values show neither in logs nor in notes. Call it before the logs are opened. */
  hide(values: readonly string[]): void;
  /** A part of the job's log; with a `prefix`, each line begins with `[prefix] ` (several containers, one log). */
  openLog(prefix?: string): LogStream;
  /** Appends a line of the runner itself. It fits even when the log is at its cap. */
  note(line: string): Promise<void>;
  phase(phase: StateReport["phase"], detail?: string): void;
  /** Keeps what a later life of the runner needs to find the workload again. Resolves once it is on disk. */
  remember(trace: JsonObject): Promise<void>;
  /** Hands in what the cluster said of the job's pod. Never rejects: the job's result does not hang on it. */
  storePodInfo(info: PodInfo): Promise<void>;
  /** From now on files below `directory` that rest are uploaded, so that less is left for the end. */
  uploadSettled(directory: string): void;
  /** Uploads every regular file below `directory`, as it is now. */
  storeArtifacts(directory: string): Promise<FinishReport["artifacts"]>;
}

export interface Workload {
  /**
   * Ends it: the workload is asked to end, killed after `graceSeconds`, and `done` resolves with what there is.
   * Again with a shorter grace: that one counts. `lost`: nobody wants the result, skip what only serves it.
   */
  stop(why: "aborted" | "runner-restarted" | "lost", message: string, graceSeconds: number): void;
  /** Follow it no more and leave it running: the next life of the runner goes on with it. Executors without it end it instead. */
  detach?(): void;
  /** Never rejects: what goes wrong is evidence. The executor has cleaned up when it resolves. */
  readonly done: Promise<Evidence>;
}

/** What an attempt is known by. */
export type Attempt = Pick<Held, "job" | "attempt">;

export interface Executor {
  readonly kind: "process" | "kubernetes";
  /**
   * Removes what is left of attempts that nobody follows: none of `held`, and the worker is done with them, which `over`
   * answers for those that it is asked about. Executors whose work ends with them have none.
   */
  sweep?(held: readonly Attempt[], over: (of: readonly Attempt[]) => Promise<readonly Attempt[]>): Promise<void>;
  /** Starts the assignment; returns at once. */
  start(assignment: Assignment, sink: Sink): Workload;
  /**
   * After a restart of the runner: goes on with what an earlier life began, or ends what is left of it and says so with
   * reason `runner-restarted`. `trace` is what was remembered last.
   */
  recover(assignment: Assignment, trace: JsonObject | null, startedAt: number, sink: Sink): Workload;
}
