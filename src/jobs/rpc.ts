/** What the durable objects of a job's life say to each other. */
import type { Held, LogAnswer, StateReport } from "./protocol.ts";
import type { JobState, JobType } from "./prowjob.ts";
import type { JobView } from "./view.ts";

/** Where a job reports to: object name of a Conversation (`org/repo#5`) or a Repository (`org/repo`). */
export type NonNullReportTo = { readonly kind: "conversation" | "repository"; readonly name: string };
/** A batch reports to its MergePool (`org/repo@branch`), a periodic to nobody. */
export type ReportTo = NonNullReportTo | { readonly kind: "pool"; readonly name: string } | null;

/** What the owner of a job needs to know to report it. `version` increases with every change; older ones change nothing. */
export interface JobSummary {
  readonly id: string;
  readonly version: number;
  readonly job: string;
  readonly type: JobType;
  readonly context: string;
  readonly rerunCommand: string;
  readonly state: JobState;
  readonly complete: boolean;
  readonly description: string;
  readonly url: string;
  readonly buildId: string;
  /** Commit that gets the status. */
  readonly sha: string;
  readonly baseSha: string;
  readonly baseRef: string;
  readonly report: boolean;
  readonly optional: boolean;
  /** Milliseconds. */
  readonly startTime: number;
  /** Of a batch: the number of the pull request that Git could not merge onto those before it. */
  readonly conflict?: number;
}

export type Refusal = {
  readonly error: "unauthorized" | "forbidden" | "stale" | "gap" | "limit" | "finished";
  readonly message: string;
};

/** Durable object `Job`, named `job:<uuid>`. */
export interface JobRpc extends Rpc.DurableObjectBranded {
  /**
   * Creates the job. Again with the same id: nothing happens, `created` is false. `prowjob` is the document as JSON. `summary`
   * is how it stands now: whom it reports to is not told of the start in another way.
   */
  start(prowjob: string, reportTo: ReportTo): Promise<{ created: boolean; summary: JobSummary }>;
  /** Keeps a job that is finished from the start, e.g. an overridden one. Nothing runs and nothing is reported. */
  record(prowjob: string): Promise<JobSummary>;
  /** Marks it aborted; the runner kills the workload, then it completes. False when it is complete already. */
  abort(reason: string, by: string, superseded: boolean): Promise<boolean>;
  /** From sinker: it ended before this time (milliseconds), so all that there is of it goes. What has not ended stays. */
  forgetBefore(time: number): Promise<void>;
  /** From JobName or JobQueue: a slot is granted. The job asks them again; this says only that it is time to. */
  admitted(by: "job-name" | "job-queue"): Promise<void>;
  /** From BuildCluster: a runner takes it. Null when there is nothing to run (any more). The assignment is JSON. */
  claim(runner: string): Promise<{ assignment: string; held: Held } | null>;
  /** From BuildCluster: the lease of an attempt ran out. */
  lost(held: Held, reason: string): Promise<void>;
  /** From BuildCluster on hello: may this runner go on with what it holds? Never with a job of another cluster. */
  resume(held: Held, runner: string, cluster: string): Promise<boolean>;

  appendLog(token: string, offset: number, bytes: Uint8Array): Promise<LogAnswer | (Refusal & { durable: number })>;
  reportState(token: string, report: StateReport): Promise<{ ok: true } | Refusal>;
  /** Books an artifact, or one part (1, 2, ...) of it, against the job's caps and answers the R2 key to write. */
  bookArtifact(token: string, path: string, bytes: number, part?: number): Promise<{ key: string } | Refusal>;
  /** The R2 key of an artifact, booked or not. */
  artifactKey(token: string, path: string): Promise<{ key: string } | Refusal>;
  /** The R2 key of the build's podinfo.json. */
  podInfoKey(token: string): Promise<{ key: string } | Refusal>;
  /** `report` is a FinishReport as JSON. */
  finish(token: string, report: string): Promise<{ ok: true } | Refusal>;

  view(): Promise<JobView | null>;
  /** The ProwJob as JSON, status included; null when there is no such job. */
  prowjob(): Promise<string | null>;
  /** Where the bytes [from, to) of the log lie: R2 objects and the tail that is not flushed yet. */
  logParts(from: number, to: number): Promise<LogParts>;
}

export interface LogParts {
  readonly size: number;
  readonly complete: boolean;
  readonly parts: readonly (
    | { readonly key: string; readonly offset: number; readonly length: number }
    | { readonly bytes: Uint8Array }
  )[];
}

/** Durable object `JobName`, named by the job's name: build ids and max_concurrency. */
export interface JobNameRpc extends Rpc.DurableObjectBranded {
  /** Asks for a slot. Idempotent per job id. Oldest first; `granted` false: the object calls `Job.admitted` later. */
  admit(job: string, createdAt: number, maxConcurrency: number): Promise<{ granted: boolean }>;
  release(job: string): Promise<void>;
  /** A new build id: 19 digits, time-ordered, increasing per job name (spec jobs 4.5). Idempotent per (job id, attempt). */
  vend(job: string, attempt: number): Promise<string>;
}

/** Durable object `JobQueue`, named by the queue's name: capacity. Negative: unlimited; 0: blocked. */
export interface JobQueueRpc extends Rpc.DurableObjectBranded {
  admit(job: string, createdAt: number, capacity: number): Promise<{ granted: boolean }>;
  release(job: string): Promise<void>;
}

/** Durable object `BuildCluster`, named by the cluster's alias: runners, offers, leases. */
export interface BuildClusterRpc extends Rpc.DurableObjectBranded {
  /** Queues an attempt (1, 2, ...) of a job for a runner. Idempotent; a newer attempt takes the place of an older one. */
  enqueue(job: string, createdAt: number, attempt: number): Promise<{ hasRunner: boolean }>;
  /** Ends the lease or takes it off the queue. Idempotent. */
  done(job: string): Promise<void>;
  /** Tells the runner that holds it to stop. False: nobody holds it. */
  abort(job: string, attempt: number, reason: string): Promise<boolean>;
  /** The long-poll fallback: handles messages (JSON RunnerMessage[]) and answers ServerMessage[] as JSON, held up to `waitMs`. Null: say hello first. */
  poll(runner: string, messages: string, waitMs: number): Promise<string | null>;
  status(): Promise<ClusterStatus>;
  // WebSockets arrive by fetch().
}

export interface ClusterStatus {
  readonly runners: readonly {
    readonly id: string;
    readonly executor: string;
    readonly capacity: number;
    readonly held: number;
    readonly lastSeen: number;
  }[];
  readonly queued: number;
  readonly leased: number;
}

/** Durable object `Horologium`, one for the installation, named `installation`: starts the periodic jobs. */
export interface HorologiumRpc extends Rpc.DurableObjectBranded {
  /** Takes over the periodics of the current configuration. Idempotent; cheap when it has not changed. */
  sync(): Promise<void>;
  /** From a periodic's Job when it starts and when it is complete. `retry`: its number, 0 for a run of its own. */
  jobChanged(summary: JobSummary, retry: number): Promise<void>;
  /** One periodic as it stands; null: it is not configured. Times in milliseconds; `due` null: when the run ends. */
  schedule(name: string): Promise<{ due: number | null; latest: string | null; running: boolean } | null>;
}
