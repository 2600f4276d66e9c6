import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClaimable, isComplete, isHeld, newRecord, step } from "../../../src/jobs/lifecycle.ts";
import type { Action, JobEvent, JobRecord } from "../../../src/jobs/lifecycle.ts";
import type { JobState } from "../../../src/jobs/prowjob.ts";
import { policy } from "./fixtures.ts";

const NOW = 1_000_000;

/** Walks through events; answers the last record and the actions of the last step. */
function walk(
  events: readonly JobEvent[],
  from = newRecord(0, ""),
  with_ = policy,
): { record: JobRecord; actions: readonly Action[] } {
  let record = from;
  let actions: readonly Action[] = [];
  for (const event of events) ({ next: record, actions } = step(record, event, with_, NOW));
  return { record, actions };
}

const admitted: JobEvent = { type: "admitted" };
const claimed: JobEvent = { type: "claimed", runner: "r1", buildId: "1" };
const running: JobEvent = { type: "phase", seq: 1, phase: "running", node: "n1" };
const finished = (state: "success" | "failure" | "aborted" | "error", logWhole = true): JobEvent => ({
  type: "finished",
  verdict: { kind: "end", state, description: state },
  logWhole,
});
const again: JobEvent = { type: "finished", verdict: { kind: "again", why: "The pod vanished." }, logWhole: true };
const abort: JobEvent = { type: "abort", reason: "Aborted by trigger plugin.", superseded: false };
const lost: JobEvent = { type: "lost", reason: "its lease ran out" };
const deadline = (name: Extract<JobEvent, { type: "deadline" }>["name"]): JobEvent => ({ type: "deadline", name });
const toRunning = [admitted, claimed, running];

describe("spec jobs 2.3: given events, the state and whether it is complete", () => {
  it.each<[string, readonly JobEvent[], JobState, boolean]>([
    ["created: triggered", [], "triggered", false],
    ["admitted, no runner yet: triggered", [admitted], "triggered", false],
    ["taken by a runner: pending", [admitted, claimed], "pending", false],
    ["running: pending", toRunning, "pending", false],
    ["every container exited 0: success", [...toRunning, finished("success")], "success", true],
    ["a container failed: failure", [...toRunning, finished("failure")], "failure", true],
    ["not cleanly finished: error", [...toRunning, finished("error")], "error", true],
    ["clone failed before it ran: failure", [admitted, claimed, finished("failure")], "failure", true],
    ["pod vanished: pending, anew", [...toRunning, again], "pending", false],
    ["runner lost: pending, anew", [...toRunning, lost], "pending", false],
    ["unscheduled for too long: error", [admitted, claimed, deadline("unscheduled")], "error", true],
    ["pending for too long: error", [admitted, claimed, deadline("pending")], "error", true],
    ["running for too long: aborted, not complete", [...toRunning, deadline("running")], "aborted", false],
    ["aborted while triggered: nothing runs, so complete", [abort], "aborted", true],
    ["aborted while queued: the same", [admitted, abort], "aborted", true],
    ["aborted while running: aborted, not complete", [...toRunning, abort], "aborted", false],
    ["then the workload ended: complete", [...toRunning, abort, finished("success")], "aborted", true],
    ["then nobody holds it: complete", [...toRunning, abort, { type: "unheld" }], "aborted", true],
    ["then its runner was lost: complete", [...toRunning, abort, lost], "aborted", true],
    ["then the grace was over: complete", [...toRunning, abort, deadline("abort")], "aborted", true],
    ["the result is in, the log is not: pending", [...toRunning, finished("success", false)], "pending", false],
    ["then the log is whole", [...toRunning, finished("success", false), { type: "log-whole" }], "success", true],
    ["then it never came", [...toRunning, finished("success", false), deadline("log")], "success", true],
    ["then the runner was lost", [...toRunning, finished("failure", false), lost], "failure", true],
    [
      "then an abort came: too late",
      [...toRunning, finished("success", false), abort, { type: "log-whole" }],
      "success",
      true,
    ],
  ])("%s", (_what, events, state, complete) => {
    const { record } = walk(events);
    expect([record.state, isComplete(record)]).toEqual([state, complete]);
  });
});

describe("what follows from a step", () => {
  it("a claim sets pending time, build id and both deadlines, the pending one from the first claim of the attempt", () => {
    const { record, actions } = walk([admitted, claimed]);
    expect(record).toMatchObject({
      pendingAt: NOW,
      buildId: "1",
      runner: "r1",
      epoch: 1,
      description: "Job triggered.",
    });
    expect(actions).toContainEqual({ kind: "deadline", name: "unscheduled", at: NOW + 300_000 });
    const late = step(record, { type: "claimed", runner: "r2", buildId: "1" }, policy, NOW + 50_000);
    expect(late.next.epoch).toBe(2);
    expect(late.actions).toContainEqual({ kind: "deadline", name: "pending", at: NOW + 600_000 });
  });

  it("the test's start ends the pending deadline and sets the shorter of timeout and pod_running_timeout", () => {
    const at = (with_ = policy) =>
      walk(toRunning, undefined, with_).actions.find((action) => action.kind === "deadline");
    expect(at()).toEqual({ kind: "deadline", name: "running", at: NOW + 7_215_000 + 30 * 60_000 });
    expect(at({ ...policy, runningSeconds: 60 })).toMatchObject({ name: "running", at: NOW + 60_000 });
  });

  it("an end gives back every slot and writes the files of the attempt", () => {
    const { actions } = walk([...toRunning, finished("success")]);
    expect(actions).toContainEqual({ kind: "release" });
    expect(actions).toContainEqual({ kind: "write-end", attempt: 1 });
  });

  it("an abort tells the runner to stop, and waits for grace and more", () => {
    const { actions } = walk([...toRunning, abort]);
    expect(actions).toContainEqual({ kind: "stop", reason: "Aborted by trigger plugin." });
    expect(actions).toContainEqual({ kind: "deadline", name: "abort", at: NOW + 15_000 + 120_000 });
  });

  it("a timeout before the test's start stops whatever was started", () => {
    expect(walk([admitted, claimed, deadline("pending")]).actions[0]).toEqual({
      kind: "stop",
      reason: "Pod pending timeout.",
    });
  });

  it("an assignment that never arrived is queued again as the same attempt; one that was heard of is a new attempt", () => {
    expect(walk([admitted, claimed, lost]).record).toMatchObject({ stage: "queued", attempt: 1, revivals: 0 });
    expect(walk([admitted, claimed, { type: "heard" }, lost]).record).toMatchObject({ attempt: 2, revivals: 1 });
  });

  it("a runner that is back in time goes on with its claim", () => {
    const { record } = walk([admitted, claimed, lost, { type: "resumed", runner: "r1" }]);
    expect(record).toMatchObject({ stage: "assigned", attempt: 1, epoch: 1, heard: true });
    expect(isClaimable(record)).toBe(false);
  });

  it("an older state report changes nothing", () => {
    const { record } = walk([admitted, claimed, { ...running, seq: 5 }]);
    expect(step(record, { ...running, seq: 5, phase: "cloning" }, policy, NOW).next).toBe(record);
  });

  it("gives up after max_revivals, at once with error_on_eviction", () => {
    const once = [claimed, running, lost];
    const { record } = walk([admitted, ...once, ...once, ...once, ...once]);
    expect(record).toMatchObject({ state: "error", attempt: 4, revivals: 3 });
    const strict = walk([...toRunning, lost], undefined, { ...policy, errorOnEviction: true });
    expect(strict.record.state).toBe("error");
  });
});

const anyEvent: fc.Arbitrary<JobEvent> = fc.oneof(
  fc.constantFrom<JobEvent>(
    admitted,
    claimed,
    { ...claimed, runner: "r2", buildId: "2" },
    { type: "heard" },
    { type: "resumed", runner: "r3" },
    { type: "unheld" },
    { type: "log-whole" },
    lost,
    again,
    abort,
    { ...abort, superseded: true },
    { type: "waiting", description: "Waiting." },
  ),
  fc.constantFrom(...(["unscheduled", "pending", "running", "abort", "log"] as const)).map(deadline),
  fc
    .tuple(fc.constantFrom("success", "failure", "aborted", "error" as const), fc.boolean())
    .map(([state, whole]) => finished(state, whole)),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("cloning", "running", "uploading" as const))
    .map(([seq, phase]): JobEvent => ({ type: "phase", seq, phase, node: "" })),
);

/** Every move that spec jobs 2.3 knows. */
const MOVES: Readonly<Record<JobState, readonly JobState[]>> = {
  scheduling: ["triggered", "aborted"],
  triggered: ["pending", "aborted", "error"],
  pending: ["success", "failure", "aborted", "error"],
  success: [],
  failure: [],
  aborted: [],
  error: [],
};
const FINAL: readonly JobState[] = ["success", "failure", "aborted", "error"];

describe("invariants (spec jobs 8.2), whatever happens in whatever order", () => {
  it("states move along 2.3 only; complete implies terminal, terminal implies complete but for aborted; versions grow (jobs 7.3: test-infra#18918)", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let record = newRecord(0, "");
        for (const event of events) {
          const { next } = step(record, event, policy, NOW);
          if (next.state !== record.state) expect(MOVES[record.state]).toContain(next.state);
          if (isComplete(record)) expect(next).toBe(record);
          if (isComplete(next)) expect(FINAL).toContain(next.state);
          if (FINAL.includes(next.state) && next.state !== "aborted") expect(isComplete(next)).toBe(true);
          expect(next.version >= record.version && next.attempt >= record.attempt && next.epoch >= record.epoch).toBe(
            true,
          );
          const isSeen = next.state !== record.state || next.description !== record.description;
          if (isSeen || next.completedAt !== record.completedAt) expect(next.version).toBeGreaterThan(record.version);
          expect(next.attempt).toBe(next.revivals + 1);
          expect(next.description, next.state).not.toBe("");
          record = next;
        }
      }),
    );
  });

  it("the same event twice does no more than once, but for claims and losses, which are counted by epoch and attempt", () => {
    const repeatable = anyEvent.filter(({ type }) => type !== "claimed" && type !== "lost" && type !== "resumed");
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), repeatable, (events, event) => {
        const { record } = walk(events);
        const once = step(record, event, policy, NOW).next;
        const twice = step(once, event, policy, NOW).next;
        expect(twice).toEqual(once);
      }),
    );
  });

  it("every job comes to an end: an abort, and then silence, completes whatever there is", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        const { record } = walk([...events, abort, deadline("abort"), deadline("log")]);
        expect(isComplete(record)).toBe(true);
        expect(isHeld(record)).toBe(false);
      }),
    );
  });
});
