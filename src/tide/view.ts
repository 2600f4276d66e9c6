/** A pool as pages and JSON show it. Times in milliseconds. */
import type { ActionKind, Blocker, Wait } from "./model.ts";

export interface PoolPullView {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly author: string;
  readonly headSha: string;
  readonly mergeable: string;
  /** In the pool: it fulfils a query, and nothing but tests or its turn is missing. */
  readonly inPool: boolean;
  readonly wait: Wait;
}

export interface PoolRunView {
  readonly id: string;
  readonly type: "presubmit" | "batch";
  readonly job: string;
  readonly context: string;
  readonly state: string;
  readonly pulls: readonly number[];
  readonly startedAt: number;
}

/** One row of `/tide-history` (spec jobs 5.10). */
export interface HistoryRecord {
  readonly id: number;
  readonly time: number;
  readonly action: ActionKind | "PAUSE" | "RESUME" | "INCIDENT";
  readonly baseSha: string;
  readonly target: readonly {
    readonly number: number;
    readonly author: string;
    readonly sha: string;
    readonly title: string;
  }[];
  /** Words for users; empty: it went well. */
  readonly err: string;
  /** How often the same happened one after the other. */
  readonly times: number;
}

export interface PoolView {
  readonly org: string;
  readonly repo: string;
  readonly branch: string;
  readonly baseSha: string;
  readonly action: ActionKind;
  readonly target: readonly number[];
  readonly success: readonly number[];
  readonly pending: readonly number[];
  readonly missing: readonly number[];
  readonly batchPending: readonly number[];
  readonly blockers: readonly Blocker[];
  readonly error: string;
  readonly paused: { readonly by: string; readonly reason: string; readonly at: number } | null;
  readonly frozen: string;
  readonly pulls: readonly PoolPullView[];
  /** Those that are not complete. */
  readonly runs: readonly PoolRunView[];
  readonly history: readonly HistoryRecord[];
  readonly updatedAt: number;
}
