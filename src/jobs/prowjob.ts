/** The ProwJob document, in Prow's own shape (spec jobs 2.1). */
import type { JsonObject, Refs, RerunAuthConfig } from "../config/model.ts";

export type JobType = "presubmit" | "postsubmit" | "periodic" | "batch";
export type JobState = "scheduling" | "triggered" | "pending" | "success" | "failure" | "aborted" | "error";

export interface ProwJob {
  readonly apiVersion: "prow.k8s.io/v1";
  readonly kind: "ProwJob";
  readonly metadata: {
    /** A UUID: the id of the job everywhere. */
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly creationTimestamp: string;
  };
  readonly spec: ProwJobSpec;
  readonly status: ProwJobStatus;
}

export interface ProwJobSpec {
  readonly type: JobType;
  readonly agent: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly job: string;
  readonly refs?: Refs;
  readonly extra_refs?: readonly Refs[];
  readonly report: boolean;
  readonly context?: string;
  readonly rerun_command?: string;
  readonly max_concurrency?: number;
  readonly job_queue_name?: string;
  readonly error_on_eviction?: boolean;
  readonly hidden?: boolean;
  readonly pod_spec?: JsonObject;
  readonly jenkins_spec?: JsonObject;
  readonly decoration_config?: JsonObject;
  readonly reporter_config?: JsonObject;
  readonly rerun_auth_config?: RerunAuthConfig;
  readonly prowjob_defaults?: JsonObject;
  /** Of agent `git-task`: the GitTask that the runner does itself. */
  readonly git_task?: JsonObject;
}

/** Times are RFC 3339. */
export interface ProwJobStatus {
  readonly startTime: string;
  readonly pendingTime?: string;
  readonly completionTime?: string;
  readonly state: JobState;
  readonly description?: string;
  readonly url?: string;
  readonly pod_name?: string;
  readonly pod_revival_count?: number;
  readonly build_id?: string;
  readonly prev_report_states?: Readonly<Record<string, JobState>>;
}
