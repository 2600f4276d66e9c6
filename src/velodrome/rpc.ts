/** Durable object `Mirror`, named `org/repo` in lower case: velodrome's back-fill of one repository. */
import type { Ends } from "./mirror/import.ts";
import type { MirrorProgress } from "./view.ts";

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
  /** Looks for news, unless it is paused, and then makes the points of them at once. */
  renew(): Promise<void>;
  pause(by: string): Promise<void>;
  progress(): Promise<MirrorProgress>;
  /** Rows up to these ends came from elsewhere: they are not read from GitHub, and the points are made of them. */
  imported(ends: Ends): Promise<void>;
  /** A label of the repository has another name now; null: it is none any more. */
  relabel(from: string, to: string | null): Promise<void>;
  /** From the mirror of the same repository under its old name. Once this one has begun, nothing happens. */
  adopt(handover: Handover): Promise<void>;
}
