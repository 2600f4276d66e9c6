/** What is said to a merge pool. */
import type { JobSummary } from "../jobs/rpc.ts";
import type { PoolView } from "./view.ts";

/** Something happened that may concern a pool: what to read again. Telling too much costs reads, never correctness. */
export type PoolNews =
  /** Pull requests whose facts changed in a way that the event does not tell whole. */
  | { readonly kind: "pulls"; readonly numbers: readonly number[] }
  /** A status or check on a head: applied as it is, without a read. */
  | {
      readonly kind: "context";
      readonly sha: string;
      readonly context: string;
      readonly state: "SUCCESS" | "PENDING" | "FAILURE" | "ERROR";
      readonly description: string;
      readonly url: string;
      readonly source: "status" | "check";
    }
  /** The branch moved (pushed by anybody, also by us). */
  | { readonly kind: "base"; readonly sha: string }
  | { readonly kind: "blockers" }
  | { readonly kind: "configuration" };

/** Durable object `MergePool`, named `org/repo@branch`; org and repo in lower case. */
export interface MergePoolRpc extends Rpc.DurableObjectBranded {
  /** Durable before it answers; the pool looks at once. */
  tell(news: PoolNews): Promise<void>;
  /** From the Conversation of `pull`: a presubmit of the branch; from a Job: a batch. Older versions change nothing. */
  jobChanged(summary: JobSummary, pull?: number): Promise<void>;
  view(): Promise<PoolView | null>;
  /** The big red button, and off again; audited in the history. */
  pause(paused: boolean, by: string, reason: string): Promise<void>;
}
