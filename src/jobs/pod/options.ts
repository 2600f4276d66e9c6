/** What a pod is made of beside the job itself. */
import type { JsonObject } from "../../config/model.ts";
import { listOf } from "./shape.ts";

export interface PodOptions {
  readonly name: string;
  readonly buildId: string;
  /** The job's environment (spec jobs 6.2), without ARTIFACTS and GOPATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Image of our own containers, `utility_images` notwithstanding: Prow's images speak another protocol. */
  readonly image: string;
  /** Secret with `token` (the job's credential) and, for private code, `clone-token`; null: no container of ours needs one. */
  readonly secret: string | null;
  /** Where the sidecar reaches the worker. */
  readonly workerUrl: string;
  readonly gitBaseUrl: string;
  readonly graceSeconds: number;
  /** Kubernetes itself ends the pod after this, should everybody else be gone. */
  readonly deadlineSeconds: number;
  /** Further labels, e.g. attempt and epoch. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The ProwJob's id. */
  readonly job: string;
}

/** The container's own variables first, so that the job's win. */
export function withEnvironment(container: JsonObject, env: Readonly<Record<string, string>>): JsonObject {
  const own = container["env"] === undefined ? [] : listOf(container["env"], "env");
  const job = Object.entries(env)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
  return { ...container, env: [...own, ...job] };
}
