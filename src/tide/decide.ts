/** What a merge pool does next: tide's decision table (spec jobs 5.7) as one function of the pool. */
import { type Batch, pullKey, type PullResult } from "./accumulate.ts";
import { type Assessment, assess, blockersOf, freezeOf } from "./assess.ts";
import { pickBatch, type Picked, speculate } from "./batch.ts";
import { isOptional, TIDE } from "./context-policy.ts";
import type { Excused } from "./flakes.ts";
import type { Action, Candidate, Decision, Pool } from "./model.ts";
import { waitsOf } from "./waits.ts";

const numbers = (candidates: readonly Candidate[]): readonly number[] => candidates.map(({ facts }) => facts.number);
const NONE_EXCUSED: Excused = new Map();
const WAIT: Action = { kind: "WAIT" };

/**
 * First match: the button, a freeze or a blocker stop everything; a merge under way is waited for; a green batch is
 * merged; a green pull request is merged unless a batch runs; a batch is tested; one pull request is retested.
 */
function actionOf(pool: Pool, { admissions, results, batches, running, excused }: Assessment): Action {
  if (pool.paused || freezeOf(pool) || blockersOf(pool).length > 0) return { kind: "BLOCKED" };
  if (pool.merging.length > 0) return WAIT;
  const green = batches.filter(({ state, rest }) => state === "success" && rest.length > 0);
  const largest = green.reduce<Batch | null>(
    (best, one) => (!best || one.rest.length > best.rest.length ? one : best),
    null,
  );
  if (largest) return { kind: "MERGE_BATCH", pulls: numbers(largest.rest) };
  const clean = ({ candidate }: PullResult): boolean => admissions.get(candidate)?.failing.length === 0;
  const success = results.filter(({ state }) => state === "success");
  const ready = running ? undefined : success.find(clean);
  if (ready) return { kind: "MERGE", pulls: numbers([ready.candidate]) };
  if (!results.some(({ candidate }) => (candidate.demands?.jobs.length ?? 0) > 0)) return WAIT;
  const ours = byTide(pool);
  const eligible = results.filter((one) => one.failed.length === 0 && retestable(one.candidate, ours, excused));
  // What failed by a known flake has to pass by itself before it is merged.
  const line = eligible.flatMap(({ candidate }) => (retestable(candidate, ours, NONE_EXCUSED) ? [candidate] : []));
  const batch = running ? speculate(pool, line, batches) : results.length > 1 ? pickBatch(pool, line, batches) : null;
  if (batch) return triggerBatch(batch);
  const idle = success.length === 0 && !results.some(({ state }) => state === "pending");
  const next = idle ? eligible.find(({ state }) => state === "missing") : undefined;
  if (!next) return WAIT;
  return { kind: "TRIGGER", pulls: numbers([next.candidate]), jobs: next.missing.map(({ name }) => name) };
}

const triggerBatch = ({ pulls, jobs, ahead }: Picked): Action => {
  return { kind: "TRIGGER_BATCH", pulls: numbers(pulls), jobs: jobs.map(({ name }) => name), ahead: numbers(ahead) };
};

/** `number:sha context` of presubmits that tide started. */
function byTide({ runs }: Pool): ReadonlySet<string> {
  const keys = runs.flatMap(({ type, createdByTide, pulls: [pull], context }) =>
    type === "presubmit" && createdByTide && pull ? [`${pullKey(pull)} ${context}`] : [],
  );
  return new Set(keys);
}

/** Every context that counts is green, runs because tide started it, or failed by a known flake: what people run themselves is left to them. */
function retestable({ facts, demands }: Candidate, ours: ReadonlySet<string>, excused: Excused): boolean {
  if (!demands) return false;
  const { policy } = demands;
  const present = new Set(facts.contexts.map(({ context }) => context));
  if (policy.required.some((context) => !present.has(context))) return false;
  const key = pullKey({ number: facts.number, sha: facts.headSha });
  return facts.contexts.every(
    ({ context, state }) =>
      state === "SUCCESS" ||
      context === TIDE ||
      isOptional(policy, context) ||
      (state === "PENDING" && ours.has(`${key} ${context}`)) ||
      excused.has(`${key} ${context}`),
  );
}

/** Pure: the same pool gives the same action, and a reason for each pull request that it does not merge. */
export function decide(pool: Pool, assessment: Assessment = assess(pool)): Decision {
  const action = actionOf(pool, assessment);
  return { action, waits: waitsOf(pool, assessment, action) };
}
