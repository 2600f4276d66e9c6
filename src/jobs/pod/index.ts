/**
 * A job's pod (design 1.6, 10; spec jobs 6.1). The user's containers stay what they are: nothing is injected, no command is
 * rewritten. Code comes from an init container, artifacts leave by a native sidecar, both in our own image; logs and exit
 * codes are read from the Kubernetes API. Pure: `mkpod` prints the same pod that the runner creates.
 */
import type { JsonObject } from "../../config/model.ts";
import type { ProwJob } from "../prowjob.ts";
import { decorate } from "./decorate.ts";
import { type PodOptions, withEnvironment } from "./options.ts";
import { listOf, objectOf, type Pod, type PodSpec } from "./shape.ts";

export type { PodOptions } from "./options.ts";
export { isCensored, minimumSecretLength, type SecretRef, secretsOf } from "./secrets.ts";
export { CLONE_CONTAINER, READY_FILE, SIDECAR_CONTAINER } from "./places.ts";
export { type Pod, PodSpecError } from "./shape.ts";

/** The pod of a job. Throws {@link PodSpecError} for a `pod_spec` that is none. */
export function podOf({ metadata, spec }: ProwJob, options: PodOptions): Pod {
  const pod = withDefaults(objectOf(spec.pod_spec ?? {}, "pod_spec"));
  const decorated = spec.decoration_config ? decorate(pod, spec, options) : undecorated(pod, options.env);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: options.name,
      namespace: spec.namespace,
      labels: {
        ...metadata.labels,
        "prow.k8s.io/id": metadata.name,
        "prow.k8s.io/build-id": options.buildId,
        ...options.labels,
      },
      annotations: { ...metadata.annotations },
    },
    spec: { ...decorated, activeDeadlineSeconds: deadlineOf(decorated, options.deadlineSeconds) },
  };
}

const deadlineOf = (pod: PodSpec, most: number): number =>
  typeof pod["activeDeadlineSeconds"] === "number" ? Math.min(pod["activeDeadlineSeconds"], most) : most;

/** What holds for every job's pod. */
function withDefaults(spec: JsonObject): PodSpec {
  const containers = listOf(spec["containers"], "pod_spec.containers");
  const [only] = containers;
  const named = containers.length === 1 && only ? [{ ...only, name: "test" }] : containers;
  const mounts = spec["automountServiceAccountToken"] === undefined && spec["serviceAccountName"] === undefined;
  const said = (container: JsonObject): JsonObject => ({
    ...container,
    terminationMessagePolicy: container["terminationMessagePolicy"] ?? "FallbackToLogsOnError",
  });
  return {
    ...spec,
    restartPolicy: "Never",
    ...(mounts ? { automountServiceAccountToken: false } : {}),
    ...(spec["initContainers"] === undefined
      ? {}
      : { initContainers: listOf(spec["initContainers"], "pod_spec.initContainers").map(said) }),
    containers: named.map(said),
  };
}

function undecorated(pod: PodSpec, env: Readonly<Record<string, string>>): PodSpec {
  return { ...pod, containers: pod.containers.map((container) => withEnvironment(container, env)) };
}
