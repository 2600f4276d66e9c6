/** The Kubernetes executor on a real cluster: the conformance table of every executor, and what only pods do. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { podViewOf } from "../../src/jobs/pod-info.ts";
import { assignmentOf } from "../system/runner/assignment.ts";
import { holdsForEveryExecutor } from "../system/runner/executor-conformance.ts";
import { recordingSink } from "../system/runner/recording-sink.ts";
import { JOB_IMAGE, OURS } from "./cluster/index.ts";
import { holdsForPods } from "./pod-features.ts";
import { type PodWorld, podWorld } from "./pod-world.ts";

let world: PodWorld;
beforeAll(async () => {
  world = await podWorld();
});
afterAll(() => world?.stop());

holdsForEveryExecutor("kubernetes", {
  create: () => world.executor,
  host: () => world.cluster.address,
  uploaded: (job) => world.uploads.of(job),
  concurrent: true,
});
holdsForPods(() => world);

describe("what is special about pods", () => {
  it("an image that cannot be had ends at the pending limit, and says why", async () => {
    const podSpec = { containers: [{ image: "127.0.0.1:1/no-such-image:1", command: ["true"] }] };
    const { evidence, log } = await world.outcome({ podSpec, pendingSeconds: 20 });
    expect(evidence.reason).toBe("pending-timeout");
    expect(evidence.message).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(log).toContain("no-such-image");
  });

  it("a pod that no node can take is unschedulable, with the scheduler's words", async () => {
    const podSpec = { nodeSelector: { disk: "none-such" }, containers: [{ image: JOB_IMAGE, command: ["true"] }] };
    const { evidence, info } = await world.outcome({ podSpec, unscheduledSeconds: 3 });
    expect(evidence).toMatchObject({ reason: "unschedulable" });
    expect(evidence.message).toContain("node affinity/selector");
    const view = podViewOf(JSON.stringify(info));
    expect(view).toMatchObject({ phase: "Pending", node: "" });
    expect(view?.events.map(({ reason }) => reason)).toContain("FailedScheduling");
    expect(info?.node).toBeUndefined();
  });

  it("podinfo.json has the pod, its events and, where the runner may read it, the node", async () => {
    const { info } = await world.outcome({ script: "echo hello" });
    expect(info).toMatchObject({ node: { kind: "Node" }, pod: { kind: "Pod" } });
    const view = podViewOf(JSON.stringify(info));
    expect(view?.containers).toContainEqual(expect.objectContaining({ name: "test", state: "exited with 0" }));
    expect(view?.events.map(({ reason }) => reason)).toContain("Scheduled");
    expect(JSON.stringify(info)).not.toContain("managedFields");
  });

  it("more memory than the limit is an out-of-memory kill", async () => {
    const command = ["sh", "-c", "head -c 200000000 /dev/zero | tail"];
    const podSpec = { containers: [{ image: JOB_IMAGE, command, resources: { limits: { memory: "32Mi" } } }] };
    const { evidence } = await world.outcome({ podSpec });
    expect(evidence.reason).toBe("oom-killed");
  });

  it("a pod that somebody deletes is lost", async () => {
    const sink = await recordingSink();
    const assignment = assignmentOf({ script: "echo ready; sleep 60" });
    const workload = world.executor.start(assignment, sink);
    await sink.says("ready");
    await world.cluster.admin.delete(world.at(`pods/${assignment.job}?gracePeriodSeconds=1`));
    expect(await workload.done).toMatchObject({ reason: "pod-lost" });
    await sink.close();
  });

  it("what the API server refuses cannot start, with its words", async () => {
    const podSpec = {
      containers: [{ image: JOB_IMAGE, command: ["true"], resources: { limits: { cpu: "nonsense" } } }],
    };
    const { evidence } = await world.outcome({ podSpec });
    expect(evidence.reason).toBe("start-failed");
    expect(evidence.message).toContain("quantities must match");
  });

  it("a restarted runner goes on with the pod and its log, nothing lost or doubled", async () => {
    const script = "for i in $(seq 1 40); do echo line $i; sleep 0.1; done";
    const assignment = assignmentOf({ script });
    const first = await recordingSink();
    const before = world.executor.start(assignment, first);
    await first.says("line 5\n");
    before.detach?.();
    await before.done;
    const head = await first.text();
    const second = await recordingSink();
    const evidence = await world.executor.recover(assignment, first.traces.at(-1) ?? null, Date.now(), second).done;
    const all = head + (await second.text());
    expect(evidence).toMatchObject({ reason: "completed", exitCodes: [{ container: "test", code: 0 }] });
    expect(all).toBe(Array.from({ length: 40 }, (_, index) => `line ${index + 1}\n`).join(""));
    await first.close();
    await second.close();
  });

  it.runIf(OURS)("an API server that restarts in mid job costs nothing", async () => {
    const sink = await recordingSink();
    const workload = world.executor.start(
      assignmentOf({ script: "for i in $(seq 1 60); do echo line $i; sleep 0.2; done" }),
      sink,
    );
    await sink.says("line 5\n");
    await world.cluster.restartApiServer();
    const evidence = await workload.done;
    expect(evidence).toMatchObject({ reason: "completed", exitCodes: [{ container: "test", code: 0 }] });
    expect(await sink.text()).toBe(Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join(""));
    await sink.close();
  });

  it("nothing is left behind: no pod, and no secret of a job once Kubernetes has collected them", async () => {
    const left = async (kind: string) => {
      const selector = "labelSelector=created-by-prow%3Dtrue";
      return (await world.cluster.admin.get<{ items: readonly object[] }>(world.at(`${kind}?${selector}`))).items
        .length;
    };
    await expect.poll(async () => (await left("pods")) + (await left("secrets"))).toBe(0);
  });
});
