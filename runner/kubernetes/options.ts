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
  /** What this worker's pods of this cluster alias are labelled with, unlike anybody else's in the same namespace. */
  readonly installation: string;
  /** Where the jobs' pods are, before any job named it. */
  readonly namespaces?: readonly string[];
  /** How long after its end was due a pod may still be there before its node counts as lost, in milliseconds. */
  readonly silenceMs?: number;
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
