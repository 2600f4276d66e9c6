import type { JobSummary } from "../jobs/rpc.ts";
import type { PoolNews } from "../tide/rpc.ts";
import type { Effect } from "./effects.ts";
import type { RepoRef } from "./events.ts";
import type { DeliveryView } from "./view.ts";

/** A verified webhook on its way to the object that owns it. */
export interface Delivery {
  readonly guid: string;
  readonly event: string;
  readonly action: string;
  /** Milliseconds. */
  readonly receivedAt: number;
  readonly owner: string;
  readonly repo: string;
  readonly private: boolean;
  /** Issue or pull request; 0 for events of a repository or organisation. */
  readonly number: number;
  readonly sender: string;
  /** The raw body, or empty when it lies in R2 under `bodyKey`. */
  readonly body: string;
  readonly bodyKey: string;
  /** GitHub's own headers, in lower case, for external plugins. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A timer on its way to the conversation that it wakes, which may never have heard of anything before. */
export interface Wake {
  readonly repository: RepoRef;
  readonly number: number;
  /** Login of whoever caused it, or empty. */
  readonly sender: string;
  readonly plugin: string;
  readonly note: string;
  readonly afterMs: number;
  /** One that waits already stays. */
  readonly keep?: true;
  /** Of the delivery that it will be. The same again is the same timer. */
  readonly guid: string;
}

/** Both answer only after the durable write. Same guid again: `attempt` counts up, nothing is handled twice. */
export interface Delivered {
  readonly attempt: number;
}

/** Durable object `Conversation`, named `owner/repo#number` in lower case. */
export interface ConversationRpc extends Rpc.DurableObjectBranded {
  deliver(delivery: Delivery): Promise<Delivered>;
  /** From a Job: its state changed. Durable before it answers; older versions change nothing. */
  jobChanged(summary: JobSummary): Promise<void>;
  delivery(guid: string): Promise<DeliveryView | null>;
  /** Handles a delivery once more, for an admin. Effects that already hold are no-ops. */
  redeliver(guid: string, by: string): Promise<boolean>;
  /** Starts one job outside of any event: a rerun. `prowjob` is the document as JSON, its id new; `by` is a login. */
  startJob(prowjob: string, by: string): Promise<void>;
  /** Later, the plugin's `timer`. A later one of the same plugin and note replaces it. */
  wake(timer: Wake): Promise<void>;
  /** From a Job: a git task ended; `outcome` is a GitTaskOutcome as JSON. Durable before it answers; again: nothing happens. */
  taskDone(id: string, outcome: string): Promise<void>;
  /** As {@link RepositoryRpc}'s. */
  enqueue(delivery: string, rule: string, effects: readonly Effect[]): Promise<void>;
}

/** Durable object `Repository`, named `owner/repo`, or `owner/` for an organisation, in lower case. */
export interface RepositoryRpc extends Rpc.DurableObjectBranded {
  deliver(delivery: Delivery): Promise<Delivered>;
  jobChanged(summary: JobSummary): Promise<void>;
  delivery(guid: string): Promise<DeliveryView | null>;
  redeliver(guid: string, by: string): Promise<boolean>;
  /** Starts one job outside of any event: a rerun. `prowjob` is the document as JSON, its id new; `by` is a login. */
  startJob(prowjob: string, by: string): Promise<void>;
  /** Later, the plugin's `timer`. A later one of the same plugin and note replaces it. */
  wake(timer: Wake): Promise<void>;
  /** From a Job: a git task ended; `outcome` is a GitTaskOutcome as JSON. Durable before it answers; again: nothing happens. */
  taskDone(id: string, outcome: string): Promise<void>;
  /** From another object: effects for the outbox, under the delivery that caused them. Idempotent per (delivery, rule). */
  enqueue(delivery: string, rule: string, effects: readonly Effect[]): Promise<void>;
  /** From a Conversation: remembers it, its head, whether the repository is private, and a pull request's base (or empty). */
  saw(number: number, headSha: string, isPrivate: boolean, base: string): Promise<void>;
  /** From a Conversation: what concerns the merge pools of all its branches. */
  tellPools(news: PoolNews): Promise<void>;
}
