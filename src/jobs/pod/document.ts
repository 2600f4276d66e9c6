/** The pod of a ProwJob that nothing runs yet: what mkpod prints, and the tests hold every configured job to. */
import type { JsonObject } from "../../config/model.ts";
import { jobEnvironment } from "../environment.ts";
import { runPolicy } from "../policy.ts";
import type { ProwJob } from "../prowjob.ts";
import { podOf } from "./index.ts";
import { SIDECAR_CONTAINER } from "./places.ts";
import { optionalList, type Pod } from "./shape.ts";

/** Beyond the job's own limits: cloning, pulling, uploading. */
const SLACK_SECONDS = 3600;
const CREDENTIALS_VOLUME = "cutwater-credentials";

export interface DocumentOptions {
  readonly buildId: string;
  /** The runner's image. */
  readonly image: string;
  readonly workerUrl: string;
  readonly gitBaseUrl: string;
}

/** The pod that the runner makes of a first attempt. Throws PodSpecError for a `pod_spec` that is none. */
export function podDocument(prowjob: ProwJob, { buildId, ...options }: DocumentOptions): Pod {
  const { name } = prowjob.metadata;
  const { timeoutSeconds, graceSeconds } = runPolicy(prowjob.spec, null);
  return podOf(prowjob, {
    ...options,
    name,
    job: name,
    buildId,
    env: jobEnvironment(prowjob.spec, name, buildId),
    secret: prowjob.spec.decoration_config === undefined ? null : `${name}-cutwater`,
    graceSeconds,
    deadlineSeconds: timeoutSeconds + graceSeconds + SLACK_SECONDS,
    labels: { "cutwater.dev/attempt": "1" },
  });
}

/** The same pod without a worker: no sidecar, no credentials, and `$ARTIFACTS` is a folder of the node. */
export function localPod(pod: Pod, outDir: string): Pod {
  const unmounted = (container: JsonObject): JsonObject => ({
    ...container,
    ...(container["volumeMounts"] === undefined
      ? {}
      : {
          volumeMounts: optionalList(container["volumeMounts"], "volumeMounts").filter(
            ({ name }) => name !== CREDENTIALS_VOLUME,
          ),
        }),
    ...(container["env"] === undefined
      ? {}
      : { env: optionalList(container["env"], "env").filter(({ name }) => name !== "CLONE_TOKEN_FILE") }),
  });
  const inits = optionalList(pod.spec["initContainers"], "initContainers");
  const volumes = optionalList(pod.spec["volumes"], "volumes");
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(inits.length === 0
        ? {}
        : { initContainers: inits.filter(({ name }) => name !== SIDECAR_CONTAINER).map(unmounted) }),
      volumes: volumes
        .filter(({ name }) => name !== CREDENTIALS_VOLUME)
        .map((volume) =>
          volume["name"] === "logs" ? { name: "logs", hostPath: { path: outDir, type: "DirectoryOrCreate" } } : volume,
        ),
    },
  };
}
