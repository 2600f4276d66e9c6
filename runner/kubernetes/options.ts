/** What the Kubernetes executor needs to know of its surroundings. */
import type { Sink } from "../executor.ts";
import type { createStopper } from "../process/stopper.ts";
import type { KubeApi } from "./api.ts";
import type { LogPosition } from "./follow-log.ts";

export interface KubernetesOptions {
  readonly api: KubeApi;
  /** Image of the clone and upload containers: this runner's own. */
  readonly image: string;
  /** Where pods reach the worker. */
  readonly workerUrl: string;
}

/** One job on its way. */
export interface Going {
  readonly options: KubernetesOptions;
  readonly logs: Readonly<Record<string, LogPosition>>;
  readonly sink: Sink;
  readonly stopper: ReturnType<typeof createStopper>;
  /** Follow it no more, and leave it as it is. */
  readonly detached: AbortSignal;
  readonly startedAt: number;
}
