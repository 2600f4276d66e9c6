/** The Kubernetes executor on a real cluster: the conformance table of every executor, and what only pods do. */
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKubernetesExecutor, kubeApi } from "../../runner/kubernetes/index.ts";
import type { Executor } from "../../runner/executor.ts";
import { assignmentOf, type JobOptions } from "../system/runner/assignment.ts";
import { holdsForEveryExecutor } from "../system/runner/executor-conformance.ts";
import { recordingSink } from "../system/runner/recording-sink.ts";
import { type Cluster, JOB_IMAGE, RUNNER_IMAGE, startCluster } from "./cluster/index.ts";
import { buildRunnerImage, withImage } from "./runner-image.ts";

const NAMESPACE = "test-pods";
let cluster: Cluster;
let executor: Executor;
let artifacts: Server;
const uploads = new Map<string, Map<string, string>>();

beforeAll(async () => {
  cluster = await startCluster();
  await buildRunnerImage(cluster);
  const { admin } = cluster.plane;
  await admin.create("/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  await admin.create(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: "default" } });
  const port = await takeUploads(cluster.address);
  const api = kubeApi({ kubeconfig: cluster.plane.kubeconfig });
  const options = { api, image: RUNNER_IMAGE, workerUrl: `http://${cluster.address}:${port}` };
  executor = withImage(createKubernetesExecutor(options), JOB_IMAGE);
});
afterAll(async () => {
  artifacts?.close();
  await cluster?.stop();
});

/** The worker's side of an artifact upload. */
async function takeUploads(host: string): Promise<number> {
  artifacts = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [, job = "", name = ""] = /^\/runner\/jobs\/([^/]+)\/artifacts\/(.+)$/.exec(request.url ?? "") ?? [];
      const authorized = request.headers.authorization === `Bearer job-token-of-${job}`;
      const known = uploads.get(job) ?? new Map<string, string>();
      uploads.set(job, known.set(decodeURIComponent(name), Buffer.concat(chunks).toString()));
      response.writeHead(authorized ? 200 : 401, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => artifacts.listen(0, host, resolve));
  const address = artifacts.address();
  return typeof address === "object" && address ? address.port : 0;
}

holdsForEveryExecutor("kubernetes", {
  create: () => executor,
  host: () => cluster.address,
  uploaded: (job) => uploads.get(job) ?? new Map(),
});

async function outcomeOf(options: JobOptions) {
  const sink = await recordingSink();
  const evidence = await executor.start(assignmentOf(options), sink).done;
  const log = await sink.text();
  await sink.close();
  return { evidence, log };
}

describe("what is special about pods", () => {
  it("an image that cannot be had ends at the pending limit, and says why", async () => {
    const podSpec = { containers: [{ image: "127.0.0.1:1/no-such-image:1", command: ["true"] }] };
    const { evidence, log } = await outcomeOf({ podSpec, pendingSeconds: 20 });
    expect(evidence.reason).toBe("pending-timeout");
    expect(evidence.message).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(log).toContain("no-such-image");
  });

  it("a pod that no node can take is unschedulable, with the scheduler's words", async () => {
    const podSpec = { nodeSelector: { disk: "none-such" }, containers: [{ image: JOB_IMAGE, command: ["true"] }] };
    const { evidence } = await outcomeOf({ podSpec, unscheduledSeconds: 3 });
    expect(evidence).toMatchObject({ reason: "unschedulable" });
    expect(evidence.message).toContain("node affinity/selector");
  });

  it("more memory than the limit is an out-of-memory kill", async () => {
    const command = ["sh", "-c", "head -c 200000000 /dev/zero | tail"];
    const podSpec = { containers: [{ image: JOB_IMAGE, command, resources: { limits: { memory: "32Mi" } } }] };
    const { evidence } = await outcomeOf({ podSpec });
    expect(evidence.reason).toBe("oom-killed");
  });

  it("a pod that somebody deletes is lost", async () => {
    const sink = await recordingSink();
    const assignment = assignmentOf({ script: "echo ready; sleep 60" });
    const workload = executor.start(assignment, sink);
    await sink.says("ready");
    await cluster.plane.admin.delete(`/api/v1/namespaces/${NAMESPACE}/pods/${assignment.job}?gracePeriodSeconds=1`);
    expect(await workload.done).toMatchObject({ reason: "pod-lost" });
    await sink.close();
  });

  it("what the API server refuses cannot start, with its words", async () => {
    const podSpec = {
      containers: [{ image: JOB_IMAGE, command: ["true"], resources: { limits: { cpu: "nonsense" } } }],
    };
    const { evidence } = await outcomeOf({ podSpec });
    expect(evidence.reason).toBe("start-failed");
    expect(evidence.message).toContain("quantities must match");
  });

  it("a restarted runner goes on with the pod and its log, nothing lost or doubled", async () => {
    const script = "for i in $(seq 1 40); do echo line $i; sleep 0.1; done";
    const assignment = assignmentOf({ script });
    const first = await recordingSink();
    const before = executor.start(assignment, first);
    await first.says("line 5\n");
    before.detach?.();
    await before.done;
    const head = await first.text();
    const second = await recordingSink();
    const evidence = await executor.recover(assignment, first.traces.at(-1) ?? null, Date.now(), second).done;
    const all = head + (await second.text());
    expect(evidence).toMatchObject({ reason: "completed", exitCodes: [{ container: "test", code: 0 }] });
    expect(all).toBe(Array.from({ length: 40 }, (_, index) => `line ${index + 1}\n`).join(""));
    await first.close();
    await second.close();
  });

  it("an API server that restarts in mid job costs nothing", async () => {
    const sink = await recordingSink();
    const workload = executor.start(
      assignmentOf({ script: "for i in $(seq 1 60); do echo line $i; sleep 0.2; done" }),
      sink,
    );
    await sink.says("line 5\n");
    await cluster.plane.restartApiServer();
    const evidence = await workload.done;
    expect(evidence).toMatchObject({ reason: "completed", exitCodes: [{ container: "test", code: 0 }] });
    expect(await sink.text()).toBe(Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join(""));
    await sink.close();
  });

  it("nothing is left behind", async () => {
    const left = await cluster.plane.admin.get<{ items: readonly object[] }>(`/api/v1/namespaces/${NAMESPACE}/secrets`);
    expect(left.items).toEqual([]);
  });
});
