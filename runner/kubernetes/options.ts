/** What the Kubernetes executor needs to know of its surroundings. */
import type { KubeApi } from "./api.ts";

export interface KubernetesOptions {
  readonly api: KubeApi;
  /** Image of the clone and upload containers: this runner's own. */
  readonly image: string;
  /** Where pods reach the worker. */
  readonly workerUrl: string;
}
