/** Values of the secrets that a job sees: read before it starts, so that they never show (design 10, Logs). */
import { z } from "zod";
import { isCensored, minimumSecretLength, type SecretRef, secretsOf } from "../../src/jobs/pod/index.ts";
import type { Assignment } from "../../src/jobs/protocol.ts";
import { secretForms } from "../secret-values.ts";
import { isGone, type KubeApi, KubeApiError } from "./api.ts";

const SecretObject = z.object({ data: z.record(z.string(), z.string()).nullish() });

/** They cannot be had, and without them the log must not be shown. */
export class SecretsUnknown extends Error {
  override readonly name = "SecretsUnknown";
}

/**
 * What must not show; empty unless the job has `censor_secrets`. Throws {@link SecretsUnknown}, or what the network says
 * when the API server is away.
 */
export async function hiddenValues({ prowjob }: Assignment, api: KubeApi): Promise<readonly string[]> {
  const { decoration_config: decoration, namespace, pod_spec: pod } = prowjob.spec;
  if (!decoration || !isCensored(decoration) || !pod) return [];
  const values: string[] = [];
  for (const secret of secretsOf(pod)) values.push(...(await valuesOf(secret, namespace, api)));
  return secretForms(values, minimumSecretLength(decoration));
}

async function valuesOf({ name, optional }: SecretRef, namespace: string, api: KubeApi): Promise<readonly string[]> {
  try {
    const path = `/api/v1/namespaces/${namespace}/secrets/${encodeURIComponent(name)}`;
    const { data } = SecretObject.parse(await api.call("GET", path));
    return Object.values(data ?? {}).map((value) => Buffer.from(value, "base64").toString("utf8"));
  } catch (error) {
    if (isGone(error) && optional) return [];
    if (!(error instanceof KubeApiError) || error.status >= 500 || error.status === 429) throw error;
    const cure = isGone(error)
      ? "Create it, or mark it optional."
      : `Allow the runner to get secrets in namespace ${namespace}, or set censor_secrets: false.`;
    throw new SecretsUnknown(
      `censor_secrets: secret "${name}" cannot be read, so it could not be kept out of the log. ${cure}`,
    );
  }
}
