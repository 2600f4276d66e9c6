/**
 * Every pod of kubernetes/test-infra before a real API server (`dryRun=All`): what it would refuse, a job would learn only
 * when it runs. The namespace is privileged, and what the pods name beside themselves is made first.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { podDocument } from "../../src/jobs/pod/document.ts";
import type { Pod } from "../../src/jobs/pod/index.ts";
import { everyJob, loadKubernetes } from "../harness/kubernetes-config.ts";
import { type Cluster, RUNNER_IMAGE, startCluster } from "./cluster/index.ts";

/** Answers waited for at a time. */
const AT_ONCE = 16;

let cluster: Cluster;
let pods: { readonly job: string; readonly pod: Pod }[] = [];

const text = (value: unknown): string => (typeof value === "string" ? value : "");

beforeAll(async () => {
  cluster = await startCluster();
  const options = {
    buildId: "1900000000000000001",
    image: RUNNER_IMAGE,
    workerUrl: "https://prow.example.org",
    gitBaseUrl: "https://github.com",
  };
  const made = await everyJob(await loadKubernetes());
  pods = made.map(({ found, prowjob }) => ({
    job: `${found.type} ${found.job.name}`,
    pod: podDocument(prowjob, options),
  }));
  await surroundings();
}, 600_000);
afterAll(() => cluster?.stop());

/** Namespaces, service accounts, priority and runtime classes that the pods name. */
async function surroundings(): Promise<void> {
  const { admin } = cluster;
  const apiVersion = (kind: string, group: string) => ({ apiVersion: group, kind });
  const named = (pick: (pod: Pod) => string): string[] => [
    ...new Set(pods.map(({ pod }) => pick(pod)).filter((name) => name !== "")),
  ];
  const namespaces = named((pod) => pod.metadata.namespace);
  for (const name of namespaces)
    await admin.apply(`/api/v1/namespaces/${name}`, {
      ...apiVersion("Namespace", "v1"),
      metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    });
  for (const namespace of namespaces)
    for (const name of ["default", ...named((pod) => text(pod.spec["serviceAccountName"]))])
      await admin.apply(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`, {
        ...apiVersion("ServiceAccount", "v1"),
        metadata: { name, namespace },
      });
  for (const name of named((pod) => text(pod.spec["priorityClassName"])).filter((name) => !name.startsWith("system-")))
    await admin.apply(`/apis/scheduling.k8s.io/v1/priorityclasses/${name}`, {
      ...apiVersion("PriorityClass", "scheduling.k8s.io/v1"),
      metadata: { name },
      value: 1000,
    });
  for (const name of named((pod) => text(pod.spec["runtimeClassName"])))
    await admin.apply(`/apis/node.k8s.io/v1/runtimeclasses/${name}`, {
      ...apiVersion("RuntimeClass", "node.k8s.io/v1"),
      metadata: { name },
      handler: name.replaceAll(/[^a-z0-9-]/g, "-"),
    });
}

describe("every pod of kubernetes/test-infra", () => {
  it("is taken by the API server", async () => {
    const refused: string[] = [];
    const waiting = pods.values();
    const worker = async (): Promise<void> => {
      for (const { job, pod } of waiting) {
        const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods?dryRun=All`;
        await cluster.admin
          .create(path, pod)
          .catch((error: unknown) => refused.push(`${job}: ${error instanceof Error ? error.message : String(error)}`));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(pods.length).toBeGreaterThan(3_000);
    // It has a variable whose key is written NAME: Go's decoder reads that for `name`, the API server does not.
    const misspelt = "periodic ci-sig-storage-local-static-provisioner-master-gce-latest: ";
    expect(refused.filter((one) => !one.startsWith(misspelt))).toEqual([]);
    expect(refused).toHaveLength(1);
  }, 600_000);
});
