/** What the pages show of jobs. The only thing of `jobs/` that `ui/` may import (as types). */
import type { JobState, JobType } from "./prowjob.ts";

/** A row of the job list. Times in milliseconds. */
export interface JobRow {
  readonly id: string;
  readonly buildId: string;
  readonly job: string;
  readonly type: JobType;
  readonly org: string;
  readonly repo: string;
  /** Number of the pull request; null for others. */
  readonly pull: number | null;
  readonly author: string;
  readonly baseRef: string;
  readonly headSha: string;
  readonly cluster: string;
  readonly context: string;
  readonly state: JobState;
  readonly description: string;
  readonly startTime: number;
  readonly pendingTime: number | null;
  readonly completionTime: number | null;
}

export interface TimelineEntry {
  /** Milliseconds. */
  readonly at: number;
  readonly what: string;
  readonly detail: string;
}

export interface ArtifactRow {
  /** Below the build's folder, e.g. `artifacts/junit.xml` or `build-log.txt`. */
  readonly path: string;
  readonly size: number;
  readonly contentType: string;
}

/** What Kubernetes said of a build's pod: from podinfo.json. */
export interface PodView {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly phase: string;
  /** Why it is so, in the cluster's words; often empty. */
  readonly said: string;
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly init: boolean;
    readonly state: string;
    readonly why: string;
    readonly said: string;
    readonly restarts: number;
  }[];
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
  /** The oldest first. `at` in milliseconds, 0 when it is not known. */
  readonly events: readonly {
    readonly at: number;
    readonly type: string;
    readonly reason: string;
    readonly message: string;
    readonly count: number;
  }[];
}

/** The job page. */
export interface JobView extends JobRow {
  readonly baseSha: string;
  readonly title: string;
  readonly attempt: number;
  readonly runner: string;
  readonly node: string;
  readonly rerunCommand: string;
  readonly optional: boolean;
  readonly storagePath: string;
  readonly deliveryGuid: string;
  readonly timeline: readonly TimelineEntry[];
  readonly log: { readonly size: number; readonly complete: boolean };
  readonly hidden: boolean;
}

/**
 * JSON messages of `/jobs/:id/log/stream?after=N`. Binary messages between them are log bytes, each following the one
 * before without a gap. The first message is `at`: the offset of the next byte. When it is above `after`, the bytes
 * between are fetched with `/jobs/:id/log?offset=N`.
 */
export type LogStreamMessage =
  /** Also sent when the job starts anew: the log begins again at `offset`. */
  | { readonly type: "at"; readonly attempt: number; readonly offset: number }
  | {
      readonly type: "state";
      readonly state: JobState;
      readonly description: string;
      readonly complete: boolean;
      readonly size: number;
    };
