/**
 * The life of a ProwJob as a pure reducer (spec jobs 2.3): (record, event) to the next record and what to do.
 * The state on the outside moves scheduling, triggered, pending, then one of success, failure, aborted, error.
 * Aborting has two phases: the state changes at once, completion follows when the workload is gone.
 */
import type { RunPolicy } from "./policy.ts";
import type { JobState } from "./prowjob.ts";
import type { FinalState, Verdict } from "./verdict.ts";
import { verdictOfLoss } from "./verdict.ts";

/** Where the work is. `finishing`: the runner is done and the last bytes of the log are awaited. */
type Stage = "admission" | "queued" | "assigned" | "running" | "finishing" | "ended";

/** Times in milliseconds. */
export interface JobRecord {
  readonly state: JobState;
  readonly stage: Stage;
  /** Increases with every change that others see. */
  readonly version: number;
  readonly description: string;
  readonly createdAt: number;
  readonly pendingAt: number | null;
  readonly completedAt: number | null;
  /** 1, 2, ...; a new one has a new build id. */
  readonly attempt: number;
  /** Counts the claims; the credential of an earlier one is stale. */
  readonly epoch: number;
  readonly buildId: string;
  readonly revivals: number;
  readonly runner: string;
  readonly node: string;
  /** First claim of this attempt. */
  readonly claimedAt: number | null;
  readonly runningAt: number | null;
  /** Highest sequence number of the states that the runner reported for this claim. */
  readonly seq: number;
  /** Whether the runner said anything for this claim: the assignment arrived. */
  readonly heard: boolean;
  /** A newer run owns the status: this one is not reported. */
  readonly superseded: boolean;
  /** What the end will be once the log is whole. */
  readonly verdict: { readonly state: FinalState; readonly description: string } | null;
}

export type DeadlineName = "unscheduled" | "pending" | "running" | "abort" | "log";

export type JobEvent =
  | { readonly type: "admitted" }
  | { readonly type: "claimed"; readonly runner: string; readonly buildId: string }
  /** The runner said something. */
  | { readonly type: "heard" }
  | {
      readonly type: "phase";
      readonly seq: number;
      readonly phase: "cloning" | "running" | "uploading";
      readonly node: string;
    }
  /** `logWhole`: every byte of the log is here. */
  | { readonly type: "finished"; readonly verdict: Verdict; readonly logWhole: boolean }
  | { readonly type: "log-whole" }
  | { readonly type: "abort"; readonly reason: string; readonly superseded: boolean }
  /** The runner of the current claim is back. */
  | { readonly type: "resumed"; readonly runner: string }
  /** BuildCluster knows nobody who holds it. */
  | { readonly type: "unheld" }
  | { readonly type: "lost"; readonly reason: string }
  | { readonly type: "deadline"; readonly name: DeadlineName }
  /** Why it does not go on, for people. */
  | { readonly type: "waiting"; readonly description: string };

export type Action =
  | { readonly kind: "enqueue" }
  /** Tell the runner to stop the workload. */
  | { readonly kind: "stop"; readonly reason: string }
  /** Give back every slot and the lease. */
  | { readonly kind: "release" }
  /** An attempt began or ended: write its files. */
  | { readonly kind: "write-start" }
  | { readonly kind: "write-end"; readonly attempt: number }
  | { readonly kind: "deadline"; readonly name: DeadlineName; readonly at: number }
  | { readonly kind: "cancel"; readonly name: DeadlineName };

export interface Step {
  readonly next: JobRecord;
  readonly actions: readonly Action[];
}

/** Time for what the runner still does after the test: uploading. */
const BACKSTOP_SLACK_MS = 30 * 60_000;
const ABORT_SLACK_MS = 2 * 60_000;
/** How long the end waits for bytes of the log that the runner announced. */
const LOG_WAIT_MS = 60_000;
const DEADLINES: readonly DeadlineName[] = ["unscheduled", "pending", "running", "abort", "log"];

export function newRecord(createdAt: number, description: string): JobRecord {
  return {
    state: "triggered",
    stage: "admission",
    version: 1,
    description: description === "" ? "Job triggered." : description,
    createdAt,
    pendingAt: null,
    completedAt: null,
    attempt: 1,
    epoch: 0,
    buildId: "",
    revivals: 0,
    runner: "",
    node: "",
    claimedAt: null,
    runningAt: null,
    seq: 0,
    heard: false,
    superseded: false,
    verdict: null,
  };
}

/** A job that was finished from the start. Times in milliseconds. */
export function endedRecord(state: FinalState, description: string, at: number, buildId: string): JobRecord {
  return { ...newRecord(at, description), state, stage: "ended", pendingAt: at, completedAt: at, buildId };
}

export const isComplete = (record: JobRecord): boolean => record.completedAt !== null;

/** Whether a runner may take it; again, while nobody was heard: the answer of that claim never arrived. */
export const isClaimable = ({ stage, state, heard }: JobRecord): boolean =>
  (stage === "queued" || (stage === "assigned" && !heard)) && state !== "aborted";

export const isHeld = ({ stage }: JobRecord): boolean =>
  stage === "assigned" || stage === "running" || stage === "finishing";

/** One step. An event that does not fit changes nothing: every event may come twice, late, or out of order. */
export function step(record: JobRecord, event: JobEvent, policy: RunPolicy, now: number): Step {
  if (isComplete(record)) return same(record);
  switch (event.type) {
    case "admitted":
      if (record.stage !== "admission") return same(record);
      return { next: { ...record, stage: "queued" }, actions: [{ kind: "enqueue" }] };
    case "claimed":
      return isClaimable(record) ? claimed(record, event.runner, event.buildId, policy, now) : same(record);
    case "heard":
      if (!isHeld(record) || record.heard) return same(record);
      return { next: { ...record, heard: true }, actions: [{ kind: "cancel", name: "unscheduled" }] };
    case "phase":
      return phase(record, event, policy, now);
    case "finished":
      return isHeld(record) && record.stage !== "finishing" ? finished(record, event, now) : same(record);
    case "log-whole":
      return record.stage === "finishing" ? conclude(record, now) : same(record);
    case "abort":
      return abort(record, event.reason, event.superseded, policy, now);
    case "resumed":
      return resumed(record, event.runner);
    case "unheld":
      return record.state === "aborted" ? end(record, "aborted", record.description, now) : same(record);
    case "lost":
      return lost(record, event.reason, policy, now);
    case "deadline":
      return deadline(record, event.name, policy, now);
    default:
      return waiting(record, event.description);
  }
}

function waiting(record: JobRecord, description: string): Step {
  const isWaiting = record.stage === "admission" || record.stage === "queued";
  if (!isWaiting || record.description === description) return same(record);
  return { next: changed(record, { description }), actions: [] };
}

function claimed(record: JobRecord, runner: string, buildId: string, policy: RunPolicy, now: number): Step {
  const claimedAt = record.claimedAt ?? now;
  const next = changed(record, {
    state: "pending",
    stage: "assigned",
    description: "Job triggered.",
    pendingAt: record.pendingAt ?? now,
    epoch: record.epoch + 1,
    buildId,
    runner,
    node: "",
    claimedAt,
    runningAt: null,
    seq: 0,
    heard: false,
  });
  return {
    next,
    actions: [
      { kind: "write-start" },
      { kind: "deadline", name: "unscheduled", at: now + policy.unscheduledSeconds * 1000 },
      { kind: "deadline", name: "pending", at: claimedAt + policy.pendingSeconds * 1000 },
    ],
  };
}

/** The claim still stands: work that was queued again since its runner was silent goes back to it. */
function resumed(record: JobRecord, runner: string): Step {
  const isBack = record.stage === "queued" && record.epoch > 0 && record.claimedAt !== null;
  if (!isBack && !isHeld(record)) return same(record);
  const next: JobRecord = { ...record, stage: isBack ? "assigned" : record.stage, heard: true, runner };
  const actions: Action[] = [{ kind: "cancel", name: "unscheduled" }];
  if (record.state === "aborted") actions.push({ kind: "stop", reason: record.description });
  return { next, actions };
}

function phase(record: JobRecord, event: Extract<JobEvent, { type: "phase" }>, policy: RunPolicy, now: number): Step {
  if (!isHeld(record) || record.stage === "finishing" || event.seq <= record.seq) return same(record);
  const known = { ...record, heard: true, seq: event.seq, node: event.node === "" ? record.node : event.node };
  const actions: Action[] = [{ kind: "cancel", name: "unscheduled" }];
  if (event.phase === "cloning" || record.stage !== "assigned") return { next: known, actions };
  actions.push({ kind: "cancel", name: "pending" });
  const limit = Math.min(policy.runningSeconds * 1000, backstop(policy));
  actions.push({ kind: "deadline", name: "running", at: now + limit });
  return { next: { ...known, stage: "running", runningAt: now }, actions };
}

const backstop = (policy: RunPolicy): number =>
  (policy.timeoutSeconds + policy.graceSeconds) * 1000 + BACKSTOP_SLACK_MS;

function finished(record: JobRecord, event: Extract<JobEvent, { type: "finished" }>, now: number): Step {
  const { verdict, logWhole } = event;
  if (record.state === "aborted") {
    const waiting = { ...record, verdict: { state: "aborted" as const, description: record.description } };
    return logWhole ? conclude(waiting, now) : awaitLog(waiting, now);
  }
  if (verdict.kind === "again") return again(record, verdict.why);
  const decided = { ...record, verdict: { state: verdict.state, description: verdict.description } };
  return logWhole ? conclude(decided, now) : awaitLog(decided, now);
}

function awaitLog(record: JobRecord, now: number): Step {
  const actions: Action[] = [...cancelAll(), { kind: "deadline", name: "log", at: now + LOG_WAIT_MS }];
  return { next: { ...record, stage: "finishing" }, actions };
}

function conclude(record: JobRecord, now: number): Step {
  const verdict = record.verdict ?? { state: "error" as const, description: "The job ended without a result." };
  return end(record, verdict.state, verdict.description, now);
}

/** A new attempt; the state stays pending. */
function again(record: JobRecord, why: string): Step {
  const next = changed(record, {
    stage: "queued",
    description: `${why} The job starts anew.`,
    attempt: record.attempt + 1,
    revivals: record.revivals + 1,
    runner: "",
    node: "",
    claimedAt: null,
    runningAt: null,
    seq: 0,
    heard: false,
  });
  return {
    next,
    actions: [...cancelAll(), { kind: "write-end", attempt: record.attempt }, { kind: "enqueue" }],
  };
}

function abort(record: JobRecord, reason: string, superseded: boolean, policy: RunPolicy, now: number): Step {
  if (record.state === "aborted" || record.stage === "finishing") return same(record);
  const next = changed(record, { state: "aborted", description: reason, superseded });
  if (!isHeld(record)) return end(next, "aborted", reason, now);
  const wait = policy.graceSeconds * 1000 + ABORT_SLACK_MS;
  return {
    next,
    actions: [...cancelAll(), { kind: "stop", reason }, { kind: "deadline", name: "abort", at: now + wait }],
  };
}

function lost(record: JobRecord, reason: string, policy: RunPolicy, now: number): Step {
  if (!isHeld(record)) return same(record);
  if (record.state === "aborted") return end(record, "aborted", record.description, now);
  if (record.stage === "finishing") return conclude(record, now);
  // The assignment never arrived: nothing ran, so nothing is counted.
  if (record.stage === "assigned" && !record.heard)
    return {
      next: { ...record, stage: "queued", runner: "" },
      actions: [{ kind: "cancel", name: "unscheduled" }, { kind: "enqueue" }],
    };
  const verdict = verdictOfLoss(reason, policy, record.revivals);
  return verdict.kind === "again" ? again(record, verdict.why) : end(record, verdict.state, verdict.description, now);
}

function deadline(record: JobRecord, name: DeadlineName, policy: RunPolicy, now: number): Step {
  switch (name) {
    case "log":
      return record.stage === "finishing" ? conclude(record, now) : same(record);
    case "abort":
      return record.state === "aborted" ? end(record, "aborted", record.description, now) : same(record);
    case "unscheduled":
      if (record.stage !== "assigned" || record.heard || record.state === "aborted") return same(record);
      return stopAndEnd(record, "Pod scheduling timeout.", now);
    case "pending":
      if ((record.stage !== "assigned" && record.stage !== "queued") || record.state === "aborted") return same(record);
      return stopAndEnd(record, "Pod pending timeout.", now);
    default:
      return record.stage === name ? overran(record, policy, now) : same(record);
  }
}

/** It ran for too long: the cluster's limit, or a timeout that the runner should have kept itself. */
function overran(record: JobRecord, policy: RunPolicy, now: number): Step {
  const own = backstop(policy) < policy.runningSeconds * 1000;
  const reason = own ? "The runner did not stop the job at its timeout." : "Pod running timeout.";
  return abort(record, reason, false, policy, now);
}

function stopAndEnd(record: JobRecord, reason: string, now: number): Step {
  const { next, actions } = end(record, "error", reason, now);
  return { next, actions: [{ kind: "stop", reason }, ...actions] };
}

function end(record: JobRecord, state: FinalState, description: string, now: number): Step {
  const next = changed(record, { state, stage: "ended", description, completedAt: now, verdict: null });
  return { next, actions: [...cancelAll(), { kind: "release" }, { kind: "write-end", attempt: record.attempt }] };
}

const cancelAll = (): Action[] => DEADLINES.map((name) => ({ kind: "cancel", name }));

function changed(record: JobRecord, change: Partial<JobRecord>): JobRecord {
  return { ...record, ...change, version: record.version + 1 };
}

const same = (record: JobRecord): Step => ({ next: record, actions: [] });
