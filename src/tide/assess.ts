/** What stands in a pool, worked out once for all that is decided on it. */
import type { Freeze } from "../config/tide.ts";
import { accumulateBatches, accumulatePull, type Batch, pullKey, type PullResult, runsByPull } from "./accumulate.ts";
import { admit, type Admission } from "./admit.ts";
import { type Excused, excusedOf } from "./flakes.ts";
import { inLine } from "./line.ts";
import type { Blocker, Candidate, Pool } from "./model.ts";
import { Aging } from "./validity.ts";

/** All that a decision rests on, worked out once. */
export interface Assessment {
  readonly admissions: ReadonlyMap<Candidate, Admission>;
  /** Of the pool's pull requests, in line. */
  readonly results: readonly PullResult[];
  readonly batches: readonly Batch[];
  /** A batch that runs and is still worth waiting for. */
  readonly running: Batch | null;
  readonly aging: Aging;
  readonly excused: Excused;
}

export function assess(pool: Pool): Assessment {
  const aging = new Aging(pool);
  const excused = excusedOf(pool);
  const admissions = new Map(pool.candidates.map((one) => [one, admit(one, pool, excused)]));
  const inPool = pool.candidates.filter((one) => admissions.get(one)?.inPool === true);
  const runs = runsByPull(pool.runs);
  const results = inLine(inPool, pool.settings, pool.now).map((one) => accumulatePull(one, runs, aging, excused));
  const byKey = new Map(inPool.map((one) => [pullKey({ number: one.facts.number, sha: one.facts.headSha }), one]));
  const batches = accumulateBatches(pool, byKey, aging);
  const running = batches.find(
    ({ state, hopeless, lost, rest }) => state === "pending" && !hopeless && lost.length === 0 && rest.length > 0,
  );
  return { admissions, results, batches, running: running ?? null, aging, excused };
}

/** Issues that keep this branch from being merged to. */
export function blockersOf(pool: Pool): readonly Blocker[] {
  return pool.blockers.filter(({ branches }) => branches.length === 0 || branches.includes(pool.branch));
}

/** The freeze that covers now; null: none. */
export function freezeOf({ settings, now }: Pool): Freeze | null {
  return settings.freezes.find(({ from, until }) => from <= now && now < until) ?? null;
}
