/**
 * Sinker's part for pods (spec jobs 4.3): what is left in the cluster of attempts that are over. The runner that follows a
 * pod removes it; this removes what nobody follows, and asks the worker first, so that never what runs.
 */
import { z } from "zod";
import { SWEEP_MOST } from "../../src/jobs/protocol.ts";
import type { Attempt } from "../executor.ts";
import { isConflict, isGone } from "./api.ts";
import type { KubernetesOptions } from "./options.ts";
import { ATTEMPT, INSTALLATION } from "./workload.ts";

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        uid: z.string(),
        creationTimestamp: z.string(),
        deletionTimestamp: z.string().nullish(),
        labels: z.record(z.string(), z.string()).default({}),
      }),
    }),
  ),
});
type Pod = z.infer<typeof Pods>["items"][number];

/** Younger ones may be about to be put on record: Prow's sinker waits as long. */
const YOUNG_MS = 30_000;

/** Those that may be left over, the oldest first. Pure. */
export function leftOver(
  pods: readonly Pod[],
  held: readonly Attempt[],
  now: number,
): (Attempt & { readonly name: string; readonly uid: string })[] {
  const keys = new Set(held.map(keyOf));
  return pods
    .filter(({ metadata }) => !metadata.deletionTimestamp && Date.parse(metadata.creationTimestamp) < now - YOUNG_MS)
    .toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
    .map(({ metadata: { name, uid, labels } }) => ({
      name,
      uid,
      job: labels["prow.k8s.io/id"] ?? "",
      attempt: Number(labels[ATTEMPT]),
    }))
    .filter((pod) => pod.job !== "" && Number.isInteger(pod.attempt) && !keys.has(keyOf(pod)))
    .slice(0, SWEEP_MOST);
}

const keyOf = ({ job, attempt }: Attempt): string => `${job} ${attempt}`;

/** Looks through some namespaces. Rejects with what the API server or `over` says. */
export async function sweep(
  { api, installation }: KubernetesOptions,
  namespaces: readonly string[],
  held: readonly Attempt[],
  over: (of: readonly Attempt[]) => Promise<readonly Attempt[]>,
): Promise<void> {
  const selector = new URLSearchParams({ labelSelector: `${INSTALLATION}=${installation}` });
  for (const namespace of namespaces) {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { items } = Pods.parse(await api.call("GET", `${path}?${selector.toString()}`));
    const left = leftOver(items, held, Date.now());
    if (left.length === 0) continue;
    const ended = new Set((await over(left.map(({ job, attempt }) => ({ job, attempt })))).map(keyOf));
    for (const { name, uid } of left.filter((pod) => ended.has(keyOf(pod))))
      await api.call("DELETE", `${path}/${name}`, { preconditions: { uid } }).catch((error: unknown) => {
        if (!isGone(error) && !isConflict(error)) throw error;
      });
  }
}
