/** From what a pod's status says to what the worker is told (spec jobs 2.3, 4.1), and on to the job's state. */
import { describe, expect, it } from "vitest";
import { endingOf } from "../../../runner/kubernetes/evidence.ts";
import { PodObject } from "../../../runner/kubernetes/pod-status.ts";
import { verdictOf } from "../../../src/jobs/verdict.ts";
import { runPolicy } from "../../../src/jobs/policy.ts";
import { assignmentOf } from "../../system/runner/assignment.ts";

const METADATA = { name: "p", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
const ended = (exitCode: number, reason = "Completed") => ({
  name: "test",
  state: { terminated: { exitCode, reason } },
});
const disrupted = (reason: string, message: string) => ({
  conditions: [{ type: "DisruptionTarget", status: "True", reason, message }],
});

type Row = readonly [rule: string, status: object, reason: string | null, message: string | RegExp];

describe("the end of a pod", () => {
  it.each<Row>([
    [
      "evicted for want of memory or disk",
      { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." },
      "evicted",
      "The node was low on resource: memory.",
    ],
    [
      "a preempted or drained node is a disruption (jobs 7.3: test-infra#22535, #28502; prow#117, #804)",
      {
        phase: "Failed",
        ...disrupted("TerminationByKubelet", "Pod was terminated in response to imminent node shutdown."),
      },
      "evicted",
      /imminent node shutdown/,
    ],
    [
      "pushed out by a pod of higher priority",
      { phase: "Failed", ...disrupted("PreemptionByScheduler", "preempting to accommodate a higher priority pod") },
      "evicted",
      /higher priority/,
    ],
    [
      "a node that shut down",
      { phase: "Failed", reason: "NodeShutdown", message: "Pod was rejected as the node is shutting down." },
      "pod-lost",
      /shutting down/,
    ],
    ["phase Unknown: its node is not heard", { phase: "Unknown" }, "pod-lost", /not heard/],
    [
      "a container out of memory while others run",
      {
        phase: "Running",
        containerStatuses: [
          { name: "a", state: { terminated: { exitCode: 137, reason: "OOMKilled" } } },
          { name: "b", state: { running: {} } },
        ],
      },
      "oom-killed",
      /"a"/,
    ],
    [
      "an image name that is none: no waiting cures it",
      {
        phase: "Pending",
        containerStatuses: [{ name: "test", state: { waiting: { reason: "InvalidImageName", message: "bad" } } }],
      },
      "start-failed",
      /InvalidImageName/,
    ],
    [
      "an image that cannot be had may come",
      { phase: "Pending", containerStatuses: [{ name: "test", state: { waiting: { reason: "ImagePullBackOff" } } }] },
      null,
      "",
    ],
    [
      "an init container of the user's fails",
      { phase: "Failed", initContainerStatuses: [{ name: "prepare", state: { terminated: { exitCode: 3 } } }] },
      "completed",
      "",
    ],
    [
      "no container ever ended",
      { phase: "Failed", reason: "UnexpectedAdmissionError", message: "no such device" },
      "pod-lost",
      "UnexpectedAdmissionError: no such device",
    ],
    ["done", { phase: "Succeeded", containerStatuses: [ended(0)] }, "completed", ""],
    ["still running", { phase: "Running", containerStatuses: [{ name: "test", state: { running: {} } }] }, null, ""],
  ])("%s", (_, status, reason, message) => {
    const ending = endingOf(PodObject.parse({ metadata: METADATA, status }));
    expect(ending?.reason ?? null).toBe(reason);
    expect(ending?.message ?? "").toEqual(typeof message === "string" ? message : expect.stringMatching(message));
  });
});

describe("what is no fault of the job", () => {
  const evidence = { exitCodes: [], reason: "evicted" as const, message: "The node was low on resource: memory." };
  const { spec } = assignmentOf().prowjob;

  it("starts anew, in a new attempt", () =>
    expect(verdictOf(evidence, runPolicy(spec, null), 0)).toMatchObject({ kind: "again" }));
  it("not with error_on_eviction (jobs 7.3: test-infra#4577, #10188)", () =>
    expect(verdictOf(evidence, runPolicy({ ...spec, error_on_eviction: true }, null), 0)).toMatchObject({
      state: "error",
      description: expect.stringContaining("The pod was evicted: The node was low on resource: memory."),
    }));
  it("not more often than max_revivals (jobs 7.3: test-infra#22535, #28502; prow#117, #804)", () =>
    expect(verdictOf(evidence, runPolicy(spec, null), 3)).toMatchObject({ state: "error" }));
});
