/** What the pages and the API show of velodrome. */

export type StreamName = "issues" | "comments" | "line-comments" | "events" | "history" | "pulls" | "sweep";

export interface StreamProgress {
  readonly name: StreamName;
  /** Up to date, as of the pass that is under way or was the last. */
  readonly done: boolean;
  /** Calls to GitHub, and rows in their answers, ever. */
  readonly calls: number;
  readonly rows: number;
  /** How far it is, for people. */
  readonly at: string;
}

export interface MirrorProgress {
  /** `org/repo`. */
  readonly repository: string;
  readonly state: "idle" | "fetching" | "waiting" | "paused";
  /** Who paused it. */
  readonly pausedBy: string;
  /** Milliseconds; 0: never. */
  readonly startedAt: number;
  readonly completedAt: number;
  /** When it goes on, if it waits for that. Milliseconds. */
  readonly nextAt: number;
  /** What went wrong last; empty since it went well. */
  readonly error: string;
  /** The name that it has today, when it was renamed or transferred. */
  readonly movedTo: string;
  readonly streams: readonly StreamProgress[];
  readonly metrics: readonly MetricProgress[];
  /** What is wrong with velodrome's config.yaml; empty: nothing. */
  readonly metricsProblem: string;
}

export interface MetricProgress {
  readonly metric: string;
  /** Its points are up to this time. Seconds; 0: it is being made for the first time, or anew. */
  readonly until: number;
  /** There are points to be seen, be they of before. */
  readonly shown: boolean;
}
