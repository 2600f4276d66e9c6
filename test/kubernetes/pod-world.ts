/** What tests of the executor share: a cluster, a namespace for jobs, a place for artifacts, and the executor. */
import { createKubernetesExecutor, kubeApi, type KubernetesOptions } from "../../runner/kubernetes/index.ts";
import type { PodInfo } from "../../src/jobs/protocol.ts";
import type { Evidence, Executor } from "../../runner/executor.ts";
import { assignmentOf, type JobOptions } from "../system/runner/assignment.ts";
import { recordingSink } from "../system/runner/recording-sink.ts";
import { type Cluster, JOB_IMAGE, makeNamespace, RUNNER_IMAGE, startCluster } from "./cluster/index.ts";
import { takeUploads, type Uploads } from "./uploads.ts";
import { withImage } from "./with-image.ts";

export const NAMESPACE = "test-pods";

export interface PodWorld {
  readonly cluster: Cluster;
  readonly executor: Executor;
  readonly uploads: Uploads;
  /** Path of an object of the jobs' namespace, e.g. `pods/x`. */
  at(path: string): string;
  exists(path: string): Promise<boolean>;
  /** Runs a job to its end. */
  outcome(options: JobOptions): Promise<{
    evidence: Evidence;
    log: string;
    artifacts: ReadonlyMap<string, string>;
    info: PodInfo | undefined;
  }>;
  stop(): Promise<void>;
}

export async function podWorld(options: Partial<KubernetesOptions> = {}): Promise<PodWorld> {
  const cluster = await startCluster();
  await makeNamespace(cluster, NAMESPACE);
  const uploads = await takeUploads(cluster.address);
  const executor = withImage(
    createKubernetesExecutor({
      api: kubeApi({ kubeconfig: cluster.kubeconfig }),
      image: RUNNER_IMAGE,
      workerUrl: uploads.url,
      installation: "test",
      namespaces: [NAMESPACE],
      ...options,
    }),
    JOB_IMAGE,
  );
  const at = (path: string) => `/api/v1/namespaces/${NAMESPACE}/${path}`;
  return {
    cluster,
    executor,
    uploads,
    at,
    exists: (path) =>
      cluster.admin.get(at(path)).then(
        () => true,
        () => false,
      ),
    async outcome(job) {
      const sink = await recordingSink();
      const assignment = assignmentOf(job);
      const evidence = await executor.start(assignment, sink).done;
      const log = await sink.text();
      await sink.close();
      return { evidence, log, artifacts: uploads.of(assignment.job), info: sink.infos.at(-1) };
    },
    async stop() {
      uploads.close();
      await cluster.stop();
    },
  };
}
