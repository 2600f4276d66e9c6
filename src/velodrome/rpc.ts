/** Durable object `Mirror`, named `org/repo` in lower case: velodrome's back-fill of one repository. */

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
}

/** Where the streams stand, as JSON: what a renamed repository takes along. */
export interface Handover {
  readonly streams: readonly {
    readonly name: string;
    readonly cursor: string;
    readonly calls: number;
    readonly rows: number;
  }[];
  readonly completedAt: number;
}

export interface MirrorRpc extends Rpc.DurableObjectBranded {
  /** Looks for news, unless it does already or is paused. Cron calls it. */
  sync(): Promise<void>;
  /** Goes on, or begins; `anew`: from the first page. */
  start(anew: boolean): Promise<void>;
  pause(by: string): Promise<void>;
  progress(): Promise<MirrorProgress>;
  /** A label of the repository has another name now; null: it is none any more. */
  relabel(from: string, to: string | null): Promise<void>;
  /** From the mirror of the same repository under its old name. Once this one has begun, nothing happens. */
  adopt(handover: Handover): Promise<void>;
}
