/** What has been tested, of each pull request and of batches, as far as it counts on the present base (spec jobs 5.6). */
import type { Presubmit } from "../config/model.ts";
import { SKIP_RETEST } from "../jobs/triggering.ts";
import type { Candidate, HeadContext, Pool, Run, RunPull } from "./model.ts";
import { type Aging, restOf } from "./validity.ts";

export type Result = "success" | "pending" | "failure";

/** Higher is better: the best of several runs counts. */
const RANK = { failure: 0, pending: 1, success: 2 } as const;
const better = (a: Result | undefined, b: Result): Result => (a === undefined || RANK[b] > RANK[a] ? b : a);

const BASE_MARK = / Base(?:SHA|sha):([0-9a-f]{40})$/;

/** Spec jobs 5.6; a run that waits for admission counts as running, or it would be started twice. */
export function resultOf({ state }: Pick<Run, "state">): Result {
  if (state === "success") return "success";
  return state === "pending" || state === "triggered" || state === "scheduling" ? "pending" : "failure";
}

export interface PullResult {
  readonly candidate: Candidate;
  readonly state: "success" | "pending" | "missing";
  /** Jobs without a result that counts, or whose result is a failure. */
  readonly missing: readonly Presubmit[];
  readonly pending: readonly Presubmit[];
  /** Those of `missing` that ran and failed: the same is not tried again by itself, whether or not GitHub shows it yet. */
  readonly failed: readonly Presubmit[];
}

/** A head's context that says of itself that it holds: on which base, or on any (`/override-sticky`). */
function holds(context: HeadContext, job: Presubmit, aging: Aging): boolean {
  if (context.state !== "SUCCESS") return false;
  if (context.description.includes(SKIP_RETEST)) return true;
  const base = BASE_MARK.exec(context.description)?.[1];
  return base !== undefined && aging.of(job, base).valid;
}

/** Presubmits of one pull request's head by their context. */
export type RunsByPull = ReadonlyMap<string, readonly Run[]>;

export const pullKey = ({ number, sha }: RunPull): string => `${number}:${sha}`;

export function runsByPull(runs: readonly Run[]): RunsByPull {
  const map = new Map<string, Run[]>();
  for (const run of runs) {
    const [pull] = run.pulls;
    if (run.type !== "presubmit" || !pull) continue;
    const key = pullKey(pull);
    const list = map.get(key);
    if (list) list.push(run);
    else map.set(key, [run]);
  }
  return map;
}

/** `excused`: contexts whose failure is to be tried again. */
export function accumulatePull(
  candidate: Candidate,
  runs: RunsByPull,
  aging: Aging,
  excused: ReadonlyMap<string, string>,
): PullResult {
  const { facts, demands } = candidate;
  const jobs = demands?.jobs ?? [];
  const key = pullKey({ number: facts.number, sha: facts.headSha });
  const own = runs.get(key) ?? [];
  const results = new Map<string, Result>();
  const broken = new Set<string>();
  const byContext = new Map(jobs.map((job) => [job.context, job]));
  for (const run of own) {
    const job = byContext.get(run.context);
    if (!job || !aging.of(job, run.baseSha).valid) continue;
    results.set(run.context, better(results.get(run.context), resultOf(run)));
    if ((run.state === "failure" || run.state === "error") && !excused.has(`${key} ${run.context}`))
      broken.add(run.context);
  }
  for (const context of facts.contexts) {
    const job = byContext.get(context.context);
    if (job && holds(context, job, aging)) results.set(context.context, "success");
  }
  const missing = jobs.filter(({ context }) => (results.get(context) ?? "failure") === "failure");
  const pending = jobs.filter(({ context }) => results.get(context) === "pending");
  const state = missing.length > 0 ? "missing" : pending.length > 0 ? "pending" : "success";
  const failed = missing.filter(({ context }) => broken.has(context));
  return { candidate, state, missing, pending, failed };
}

/** Runs of one batch: the same pull requests in the same order on the same tip. */
export interface Batch {
  readonly baseSha: string;
  readonly pulls: readonly RunPull[];
  /** What of it is still to be merged: members before the first that was lost, since who came later was tested with that one. */
  readonly rest: readonly Candidate[];
  /** Members that left the pool or changed. */
  readonly lost: readonly RunPull[];
  readonly state: "success" | "pending" | "incomplete";
  /** Jobs that it needs and that neither ran nor run. */
  readonly missing: readonly Presubmit[];
  readonly succeeded: number;
  readonly running: number;
  /** Failed more than once for good, by itself or as part of a larger one: the same members are not tried again. */
  readonly hopeless: boolean;
  readonly startedAt: number;
}

/** A run that fails once may be a flake; the same job of the same batch twice is not. */
const TRIES = 2;

/** What a batch of these needs: whatever one of them needs, since filters match a union of paths when they match one part. */
export function batchJobs(candidates: readonly Candidate[]): readonly Presubmit[] {
  const jobs = new Map<string, Presubmit>();
  for (const { demands } of candidates) for (const job of demands?.jobs ?? []) jobs.set(job.name, job);
  return [...jobs.values()];
}

/**
 * The batches that may still be worth something, oldest first. `inPool`: by `number:sha`, those that may be merged.
 * A run that only partly counts (somebody pushed to the branch) makes no batch.
 */
export function accumulateBatches(pool: Pool, inPool: ReadonlyMap<string, Candidate>, aging: Aging): readonly Batch[] {
  const groups = new Map<string, Run[]>();
  for (const run of pool.runs) {
    if (run.type !== "batch") continue;
    const key = `${run.baseSha} ${run.pulls.map(pullKey).join(" ")}`;
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  const batches = [...groups.values()].flatMap((runs) => batchOf(runs, inPool, aging));
  const failed = batches.filter(({ hopeless }) => hopeless);
  const pairs = [...pool.conflicts].map((pair) => pair.split(" ").map(Number));
  return batches
    .map((batch) => {
      const hopeless = failed.some((part) => contains(batch, part)) || clashes(batch, pairs, pool.baseSha);
      return hopeless ? { ...batch, hopeless } : batch;
    })
    .toSorted((a, b) => a.startedAt - b.startedAt);
}

/** Whether two of its members are known not to be mergeable one after the other; of a batch that passed they are. */
function clashes({ baseSha, pulls, state }: Batch, pairs: readonly (readonly number[])[], base: string): boolean {
  if (pairs.length === 0 || state === "success" || baseSha !== base) return false;
  const numbers = new Set(pulls.map(({ number }) => number));
  return pairs.some((pair) => pair.every((number) => numbers.has(number)));
}

/** Whether all members of `part` are in `whole`, on the same tip. */
function contains(whole: Batch, part: Batch): boolean {
  if (whole.baseSha !== part.baseSha || whole.pulls.length < part.pulls.length) return false;
  const members = new Set(whole.pulls.map(pullKey));
  return part.pulls.every((pull) => members.has(pullKey(pull)));
}

function batchOf(runs: readonly Run[], inPool: ReadonlyMap<string, Candidate>, aging: Aging): readonly Batch[] {
  const [first] = runs;
  const left = first && restOf(aging, first.baseSha, first.pulls);
  if (!first || !left || left.length === 0) return [];
  const firstLost = left.findIndex((pull) => !inPool.has(pullKey(pull)));
  const whole = firstLost === -1 ? left : left.slice(0, firstLost);
  const rest = whole.flatMap((pull) => inPool.get(pullKey(pull)) ?? []);
  const lost = left.filter((pull) => !inPool.has(pullKey(pull)));
  const results = new Map<string, Result>();
  const failures = new Map<string, number>();
  for (const run of runs) {
    const result = resultOf(run);
    results.set(run.job, better(results.get(run.job), result));
    if (result === "failure" && run.state !== "aborted") failures.set(run.job, (failures.get(run.job) ?? 0) + 1);
  }
  const jobs = batchJobs(rest);
  const missing = jobs.filter(({ name }) => (results.get(name) ?? "failure") === "failure");
  const count = (result: Result): number => jobs.filter(({ name }) => results.get(name) === result).length;
  const hopeless = missing.some(({ name }) => (failures.get(name) ?? 0) >= TRIES);
  return [
    {
      baseSha: first.baseSha,
      pulls: left,
      rest,
      lost,
      state: missing.length > 0 ? "incomplete" : count("pending") > 0 ? "pending" : "success",
      missing,
      succeeded: count("success"),
      running: count("pending"),
      hopeless,
      startedAt: Math.min(...runs.map(({ startedAt }) => startedAt)),
    },
  ];
}
