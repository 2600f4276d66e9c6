import { describe, expect, it } from "vitest";
import { durationText } from "../../../src/jobs/duration.ts";
import { storableReport } from "../../../src/jobs/evidence.ts";
import { runPolicy } from "../../../src/jobs/policy.ts";
import type { FinishReport } from "../../../src/jobs/protocol.ts";
import { placesOf } from "../../../src/jobs/queues.ts";
import { verdictOf, verdictOfLoss } from "../../../src/jobs/verdict.ts";
import { waitingForRunner } from "../../../src/jobs/waiting.ts";
import { jobSpec, policy } from "./fixtures.ts";

type Evidence = Pick<FinishReport, "reason" | "exitCodes" | "message">;
const seen = (reason: Evidence["reason"], codes: readonly number[] = [], message = ""): Evidence => ({
  reason,
  exitCodes: codes.map((code, index) => ({ container: `c${index}`, code })),
  message,
});

describe("spec jobs 2.3: evidence to state", () => {
  it.each<[string, Evidence, string, string]>([
    ["every exit code 0", seen("completed", [0, 0]), "success", "Job succeeded."],
    ["one exit code not 0", seen("completed", [1]), "failure", "Job failed: exit code 1."],
    ["one of several not 0", seen("completed", [0, 2]), "failure", "Job failed: c1 exited 2."],
    ["no exit code", seen("completed"), "error", "The job ended, but no container reported an exit code."],
    ["timeout", seen("timeout", [127]), "failure", "Job failed: it did not finish within 2h."],
    ["timeout, though it exited 0", seen("timeout", [0]), "failure", "Job failed: it did not finish within 2h."],
    ["clone failed", seen("clone-failed", [], "no such ref\nmore"), "failure", "Cloning failed: no such ref"],
    [
      "start refused",
      seen("start-failed", [], "image is invalid"),
      "error",
      "The job could not be started: image is invalid",
    ],
    ["out of memory", seen("oom-killed", [137]), "error", "A container of the job ran out of memory."],
    ["aborted by the runner", seen("aborted", [130]), "aborted", "Job aborted."],
    ["never scheduled", seen("unschedulable"), "error", "Pod scheduling timeout."],
    ["never started", seen("pending-timeout"), "error", "Pod pending timeout."],
  ])("%s", (_what, evidence, state, description) => {
    expect(verdictOf(evidence, policy, 0)).toEqual({ kind: "end", state, description });
  });

  it.each(["evicted", "pod-lost", "runner-restarted"] as const)(
    "%s: anew, up to max_revivals, never with error_on_eviction",
    (reason) => {
      expect(verdictOf(seen(reason), policy, 0)).toMatchObject({ kind: "again" });
      expect(verdictOf(seen(reason), policy, 2)).toMatchObject({ kind: "again" });
      expect(verdictOf(seen(reason), policy, 3)).toMatchObject({ kind: "end", state: "error" });
      expect(verdictOf(seen(reason), { ...policy, errorOnEviction: true }, 0)).toMatchObject({ state: "error" });
    },
  );

  it("a lost runner: the same, with a text that says so", () => {
    expect(verdictOfLoss("its lease ran out", policy, 0)).toEqual({
      kind: "again",
      why: "The runner was lost: its lease ran out.",
    });
    expect(verdictOfLoss("", { ...policy, errorOnEviction: true }, 0)).toEqual({
      kind: "end",
      state: "error",
      description: "The runner was lost. The job does not run again by itself (error_on_eviction).",
    });
  });
});

describe("limits of a run (spec jobs 1.4, 1.10)", () => {
  it.each([
    [45, "45s"],
    [600, "10m"],
    [9000, "2h30m"],
    [0.2, "0s"],
  ])("%d seconds are told as %s", (seconds, text) => expect(durationText(seconds)).toBe(text));

  it("decoration above plank above Prow's defaults", () => {
    expect(runPolicy(jobSpec({ decoration_config: {} }), null)).toMatchObject({
      timeoutSeconds: 7200,
      graceSeconds: 15,
      unscheduledSeconds: 300,
      pendingSeconds: 600,
      runningSeconds: 172_800,
      maxRevivals: 3,
      errorOnEviction: false,
    });
    const plank = { pod_pending_timeout: 1, pod_running_timeout: 2, pod_unscheduled_timeout: 3, max_revivals: 0 };
    const own = { timeout: "3h", grace_period: "10m", pod_pending_timeout: "15m" };
    expect(runPolicy(jobSpec({ decoration_config: own, error_on_eviction: true }), plank)).toEqual({
      timeoutSeconds: 10_800,
      graceSeconds: 600,
      unscheduledSeconds: 3,
      pendingSeconds: 900,
      runningSeconds: 2,
      maxRevivals: 0,
      errorOnEviction: true,
    });
  });

  it("what is no duration, or not above zero, counts as not set", () => {
    const wrong = { timeout: "soon", grace_period: "0s", pod_pending_timeout: "-1h" };
    expect(runPolicy(jobSpec({ decoration_config: wrong }), null)).toEqual(
      runPolicy(jobSpec({ decoration_config: {} }), null),
    );
  });

  it("an undecorated job has no timeout but pod_running_timeout", () => {
    expect(runPolicy(jobSpec(), null).timeoutSeconds).toBe(172_800);
  });
});

describe("which queues a job passes (spec jobs 2.5)", () => {
  const plank = { job_queue_capacities: { slow: 2, blocked: 0 }, max_concurrency: 20 };
  it.each([
    [undefined, null, []],
    [undefined, { ...plank, max_concurrency: 0 }, []],
    [undefined, plank, [20]],
    ["slow", plank, [2, 20]],
    ["blocked", { ...plank, max_concurrency: 0 }, [0]],
    ["missing", plank, [null, 20]],
    ["constructor", plank, [null, 20]],
    ["slow", null, [null]],
  ])("queue %j", (queue, settings, capacities) => {
    expect(placesOf(queue, settings).map(({ capacity }) => capacity)).toEqual(capacities);
  });
});

describe("why a job waits for a runner", () => {
  it.each([
    [true, true, /free runner of build cluster default/],
    [true, false, /no runner of build cluster default is connected/],
    [false, false, /no runner token \(RUNNER_TOKENS\)/],
  ])("token %j, runner %j", (hasToken, hasRunner, text) => {
    expect(waitingForRunner("default", hasToken, hasRunner)).toMatch(text);
  });
});

it("evidence fits a row: the last output of a clone is kept, and a metadata.json that is too large is not", () => {
  const command = (output: string) => ({ command: "git fetch", output, duration: 1 });
  const report: FinishReport = {
    seq: 1,
    exitCodes: [],
    reason: "clone-failed",
    message: "",
    logBytes: 0,
    artifacts: { files: 0, bytes: 0, refused: [] },
    cloneRecords: [
      { refs: {}, commands: [command("first".repeat(100_000)), command("the reason")], failed: true, duration: 1 },
    ],
    metadata: { big: "x".repeat(200_000) },
    startedAt: 0,
    finishedAt: 1,
  };
  const stored = storableReport(report);
  expect(JSON.stringify(stored).length).toBeLessThan(400_000);
  expect(stored.cloneRecords[0]?.commands.map(({ output }) => output.length)).toEqual([256 * 1024 - 10, 10]);
  expect(Object.keys(stored.metadata ?? {})).toEqual(["cutwater-error"]);
  const small = { ...report, metadata: { a: 1 }, cloneRecords: [] };
  expect(storableReport(small)).toEqual(small);
});
