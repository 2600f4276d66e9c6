/** A pool as pages show it. */
import { type Assessment, blockersOf, freezeOf } from "../src/tide/assess.ts";
import type { Decision, Pool } from "../src/tide/model.ts";
import type { PoolView } from "../src/tide/view.ts";

/** Of a branch with more the rest is counted only on GitHub. */
const PULLS_SHOWN = 500;

/** Without what the books know better: the button and the history. */
export function poolView(pool: Pool, { action, waits }: Decision, assessment: Assessment): PoolView {
  const byNumber = new Map(waits.map((wait) => [wait.number, wait]));
  const jobs = pool.candidates.flatMap(({ demands }) => demands?.jobs ?? []);
  const hidden = new Set(jobs.filter((job) => job.hidden).map((job) => job.name));
  const of = (state: string): readonly number[] =>
    assessment.results.filter((one) => one.state === state).map(({ candidate }) => candidate.facts.number);
  return {
    org: pool.org,
    repo: pool.repo,
    branch: pool.branch,
    baseSha: pool.baseSha,
    action: action.kind,
    target: "pulls" in action ? action.pulls : [],
    success: of("success"),
    pending: of("pending"),
    missing: of("missing"),
    batchPending: (assessment.running?.rest ?? []).map(({ facts }) => facts.number),
    blockers: blockersOf(pool),
    error: pool.baseSha === "" ? `There is no branch ${pool.branch}.` : "",
    paused: null,
    frozen: freezeOf(pool)?.name ?? "",
    pulls: pool.candidates.slice(0, PULLS_SHOWN).flatMap(({ facts }) => {
      const wait = byNumber.get(facts.number);
      if (!wait) return [];
      const { number, title, url, author, headSha, mergeable } = facts;
      return [{ number, title, url, author, headSha, mergeable, inPool: wait.place !== null, wait }];
    }),
    runs: pool.runs
      .filter(({ job }) => !hidden.has(job))
      .filter(({ state }) => state === "scheduling" || state === "triggered" || state === "pending")
      .map(({ id, type, job, context, state, pulls, startedAt }) => {
        return { id, type, job, context, state, pulls: pulls.map(({ number }) => number), startedAt };
      }),
    history: [],
    updatedAt: pool.now,
  };
}
