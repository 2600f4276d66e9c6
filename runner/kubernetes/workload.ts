/** Making and removing what a job has in the cluster: its secret and its pod. */
import { podOf, PodSpecError } from "../../src/jobs/pod/index.ts";
import type { Assignment } from "../../src/jobs/protocol.ts";
import { isConflict, isGone, KubeApiError } from "./api.ts";
import type { KubernetesOptions } from "./options.ts";
import { PodObject } from "./pod-status.ts";

export interface Names {
  readonly namespace: string;
  readonly pod: string;
}

/** The first attempt's pod is named like its ProwJob, as Prow's are. */
export const namesOf = ({ job, attempt, prowjob }: Assignment): Names => ({
  namespace: prowjob.spec.namespace,
  pod: attempt === 1 ? job : `${job}-${attempt}`,
});

/** Labels of a pod beside Prow's: whose runners follow it, and which attempt it is. */
export const INSTALLATION = "cutwater.dev/installation";
export const ATTEMPT = "cutwater.dev/attempt";

/** Beyond the limits that the runner keeps itself: cloning, pulling, uploading. */
const SLACK_SECONDS = 3600;

const pathOf = ({ namespace }: Names, kind: "pods" | "secrets"): string => `/api/v1/namespaces/${namespace}/${kind}`;
const secretName = ({ pod }: Names): string => `${pod}-cutwater`;

/** The cluster will never take this pod; the message is the API server's. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/**
 * Creates the pod and its secret, or finds those of this attempt. The pod comes first and owns the secret: neither stays
 * behind without the other, and the runner need not be allowed to change or delete secrets. The kubelet waits for it.
 * Throws {@link Refused}, or what the network says.
 */
export async function createWorkload(
  assignment: Assignment,
  { api, image, workerUrl, installation }: KubernetesOptions,
): Promise<PodObject> {
  const names = namesOf(assignment);
  const decorated = assignment.prowjob.spec.decoration_config !== undefined;
  try {
    const manifest = podOf(assignment.prowjob, {
      name: names.pod,
      job: assignment.job,
      buildId: assignment.buildId,
      env: assignment.env,
      image,
      secret: decorated ? secretName(names) : null,
      workerUrl,
      gitBaseUrl: assignment.gitBaseUrl,
      graceSeconds: assignment.graceSeconds,
      deadlineSeconds: assignment.timeoutSeconds + assignment.graceSeconds + SLACK_SECONDS,
      labels: { [INSTALLATION]: installation, [ATTEMPT]: String(assignment.attempt) },
    });
    await ensure(api.call("POST", pathOf(names, "pods"), manifest));
    const pod = PodObject.parse(await api.call("GET", `${pathOf(names, "pods")}/${names.pod}`));
    if (decorated) await ensure(api.call("POST", pathOf(names, "secrets"), secretOf(assignment, names, pod)));
    return pod;
  } catch (error) {
    if (error instanceof PodSpecError) throw new Refused(error.message);
    if (error instanceof KubeApiError && error.status >= 400 && error.status < 500 && error.status !== 429)
      throw new Refused(error.message);
    throw error;
  }
}

/** The pod that was made before; null when it is gone, or is another one. */
export async function findWorkload(
  assignment: Assignment,
  { api }: KubernetesOptions,
  uid: string,
): Promise<PodObject | null> {
  const names = namesOf(assignment);
  try {
    const pod = PodObject.parse(await api.call("GET", `${pathOf(names, "pods")}/${names.pod}`));
    return pod.metadata.uid === uid ? pod : null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** It may be there from a try whose answer was lost. */
async function ensure(created: Promise<unknown>): Promise<void> {
  await created.catch((error: unknown) => {
    if (!isConflict(error)) throw error;
  });
}

/** It goes when the pod goes, whoever removes that. */
function secretOf({ token, podToken = token, cloneToken, prowjob }: Assignment, names: Names, pod: PodObject): object {
  const owner = { apiVersion: "v1", kind: "Pod", name: pod.metadata.name, uid: pod.metadata.uid };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: secretName(names),
      namespace: names.namespace,
      labels: { "created-by-prow": "true", "prow.k8s.io/id": prowjob.metadata.name },
      ownerReferences: [owner],
    },
    stringData: { token: podToken, ...(cloneToken === null ? {} : { "clone-token": cloneToken }) },
  };
}

/** It is gone or going; its own grace when `graceSeconds` is null. */
export async function removeWorkload(
  names: Names,
  { api }: Pick<KubernetesOptions, "api">,
  graceSeconds: number | null,
): Promise<void> {
  const query = graceSeconds === null ? "" : `?gracePeriodSeconds=${Math.max(1, graceSeconds)}`;
  await api.call("DELETE", `${pathOf(names, "pods")}/${names.pod}${query}`).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
}

/**
 * Has the kubelet end the pod within its grace, as if its deadline were now: unlike a deletion this leaves the pod and its
 * logs to be read. Answers false when it is too late for that.
 */
export async function endPod(names: Names, { api }: Pick<KubernetesOptions, "api">, pod: PodObject): Promise<boolean> {
  const started = Date.parse(pod.status.startTime ?? "");
  if (Number.isNaN(started)) return false;
  const spec = { activeDeadlineSeconds: Math.max(1, Math.floor((Date.now() - started) / 1000)) };
  try {
    await api.call("PATCH", `${pathOf(names, "pods")}/${names.pod}`, { spec });
    return true;
  } catch (error) {
    if (isGone(error) || (error instanceof KubeApiError && error.status === 422)) return false;
    throw error;
  }
}
