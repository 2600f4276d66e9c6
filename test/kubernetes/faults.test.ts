/** What goes wrong around a pod (spec jobs 4.1, 4.3, 7.3): each a clear end, nothing run twice, nothing left behind. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assignmentOf } from "../system/runner/assignment.ts";
import { type RecordingSink, recordingSink } from "../system/runner/recording-sink.ts";
import { OURS } from "./cluster/index.ts";
import { spareNode } from "./cluster/spare-node.ts";
import { type PodWorld, podWorld } from "./pod-world.ts";

const SLEEPS = "trap 'exit 0' TERM; echo ready; sleep 100 & wait";
let world: PodWorld;
beforeAll(async () => {
  world = await podWorld({ silenceMs: 3000 });
});
afterAll(() => world?.stop());

/** A job that has begun. */
async function running(script = SLEEPS, sink?: RecordingSink) {
  const recorded = sink ?? (await recordingSink());
  const assignment = assignmentOf({ script });
  const workload = world.executor.start(assignment, recorded);
  await recorded.says("ready");
  return { assignment, workload, sink: recorded };
}

describe("a pod that goes by somebody else's hand", () => {
  it("evicted by the eviction API, as when a node is drained (jobs 7.3: test-infra#22535, #28502; prow#117, #804)", async () => {
    const { assignment, workload, sink } = await running();
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: assignment.job } };
    await world.cluster.admin.create(world.at(`pods/${assignment.job}/eviction`), eviction);
    expect(await workload.done).toMatchObject({ reason: "evicted", message: expect.stringContaining("Eviction API") });
    await sink.close();
  });

  it("deleted while it is aborted, it is aborted (jobs 7.3: test-infra#19428)", async () => {
    const { assignment, workload, sink } = await running();
    workload.stop("aborted", "Aborted by someone", 5);
    await world.cluster.admin.delete(world.at(`pods/${assignment.job}?gracePeriodSeconds=1`));
    expect(await workload.done).toMatchObject({ reason: "aborted", message: "Aborted by someone" });
    await sink.close();
  });

  it("gone while no runner watched, it is lost and not made again in its attempt (jobs 7.3: test-infra#11594, #19082)", async () => {
    const { assignment, workload, sink } = await running();
    workload.detach?.();
    await workload.done;
    await world.cluster.admin.delete(world.at(`pods/${assignment.job}?gracePeriodSeconds=1`));
    await expect.poll(() => world.exists(`pods/${assignment.job}`)).toBe(false);
    const again = await recordingSink();
    const evidence = await world.executor.recover(assignment, sink.traces.at(-1) ?? null, Date.now(), again).done;
    expect(evidence).toMatchObject({ reason: "pod-lost", message: "It was gone when the runner came back" });
    expect(await world.exists(`pods/${assignment.job}`)).toBe(false);
    await sink.close();
    await again.close();
  });
});

describe("a runner that dies between its claim and its first word", () => {
  it("another goes on with the pod in a later epoch: the pod's credential is still the first claim's, for artifacts only", async () => {
    const script = 'echo ready; sleep 8; echo on; echo kept > "$ARTIFACTS/kept"';
    const { assignment, workload, sink } = await running(script);
    workload.detach?.();
    await workload.done;
    const again = await recordingSink();
    const next = { ...assignment, epoch: 2, token: "of-the-next-claim", podToken: "of-the-next-pod" };
    const evidence = await world.executor.start(next, again).done;
    expect(evidence).toMatchObject({ reason: "completed", artifacts: { files: 1, refused: [] } });
    expect(await again.text()).toBe("ready\non\n");
    expect(world.uploads.of(assignment.job).get("kept")).toBe("kept\n");
    await sink.close();
    await again.close();
  });
});

describe("artifacts of a pod that runs (design 10, Pods)", () => {
  it("are uploaded once they rest; what changes after that goes again at the end", async () => {
    const grows = `echo 2 >> "$ARTIFACTS/grows"; exit 0`;
    const script = `trap '${grows}' TERM; echo 1 > "$ARTIFACTS/rests"; echo 1 > "$ARTIFACTS/grows"; echo ready; sleep 1000 & wait`;
    const { assignment, workload, sink } = await running(script);
    const uploaded = (name: string) => world.uploads.of(assignment.job).get(name);
    await expect.poll(() => [uploaded("rests"), uploaded("grows")], { timeout: 120_000 }).toEqual(["1\n", "1\n"]);
    workload.stop("aborted", "Aborted by someone", 10);
    expect(await workload.done).toMatchObject({ reason: "aborted" });
    expect(uploaded("grows")).toBe("1\n2\n");
    await sink.close();
  }, 240_000);
});

describe("a pod that does not come", () => {
  it("at a limit it ends as that, and is gone (jobs 7.3: test-infra#11617, #18191, #11579, #16008)", async () => {
    const sink = await recordingSink();
    const podSpec = { nodeSelector: { disk: "none-such" }, containers: [{ command: ["true"] }] };
    const assignment = assignmentOf({ podSpec, unscheduledSeconds: 2 });
    expect(await world.executor.start(assignment, sink).done).toMatchObject({ reason: "unschedulable" });
    await expect.poll(() => world.exists(`pods/${assignment.job}`)).toBe(false);
    await sink.close();
  });
});

describe("sinker's sweep (spec jobs 4.3)", () => {
  it("removes what nobody follows and the worker has done with, and never what may run", async () => {
    const jobs = await Promise.all(Array.from({ length: 4 }, () => running()));
    const [over, runs, held, foreign] = jobs.map(({ assignment }) => assignment.job);
    for (const { workload } of jobs) workload.detach?.();
    await Promise.all(jobs.map(({ workload }) => workload.done));
    const label = { metadata: { labels: { "cutwater.dev/installation": "another" } } };
    await world.cluster.admin.patch(world.at(`pods/${foreign}`), label);
    const asked: string[][] = [];
    const sweep = () =>
      world.executor.sweep?.([{ job: held ?? "", attempt: 1 }], async (attempts) => {
        asked.push(attempts.map(({ job }) => job).toSorted());
        return attempts.filter(({ job }) => job === over);
      });
    await sweep();
    expect(asked, "younger than 30 s").toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 32_000));
    await sweep();
    expect(asked, "neither one that is held nor somebody else's").toEqual([[over, runs].toSorted()]);
    await expect.poll(() => world.exists(`pods/${over}`), { timeout: 30_000 }).toBe(false);
    for (const job of [runs, held, foreign]) {
      expect(await world.exists(`pods/${job}`)).toBe(true);
      await world.cluster.admin.delete(world.at(`pods/${job}?gracePeriodSeconds=1`));
    }
    for (const { sink } of jobs) await sink.close();
  });
});

describe.runIf(OURS)("a node that falls silent", () => {
  it("its pod is evicted, and the job does not wait for a kubelet that never answers", async () => {
    const spare = await spareNode(world.cluster.admin);
    const { assignment, workload, sink } = await running("trap '' TERM; echo ready; sleep 1000");
    await world.cluster.stopKubelet();
    const evidence = await workload.done;
    expect(evidence).toMatchObject({ reason: "evicted", message: expect.stringMatching(/node-1 does not answer/) });
    expect(await world.exists(`pods/${assignment.job}`), "only its kubelet knows that it has ended").toBe(true);
    await world.cluster.startKubelet();
    await expect.poll(() => world.exists(`pods/${assignment.job}`), { timeout: 60_000 }).toBe(false);
    await spare.stop();
    await sink.close();
  }, 300_000);
});
