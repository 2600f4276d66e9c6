/** What holds for every pool (issue 5, scope 2). */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unsuccessful } from "../../../src/tide/context-policy.ts";
import { decide } from "../../../src/tide/decide.ts";
import type { Candidate, MergedPaths, Pool, Run } from "../../../src/tide/model.ts";
import { BASE, candidate, context, job, NOW, OLD, pool, run, settings, sha } from "./pool.ts";

const JOBS = ["unit", "lint", "e2e"] as const;
const STATES = ["scheduling", "triggered", "pending", "success", "failure", "aborted", "error"] as const;
const state = fc.constantFrom(...STATES);

const candidates = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 8 }).chain((numbers) =>
  fc.tuple(
    ...numbers.map((number) =>
      fc
        .record({
          jobs: fc.subarray([...JOBS]),
          contexts: fc.array(
            fc.record({
              name: fc.constantFrom(...JOBS, "other", "tide"),
              state: fc.constantFrom("SUCCESS", "SUCCESS", "SUCCESS", "PENDING", "FAILURE"),
              mark: fc.constantFrom("", ` BaseSHA:${BASE}`, ` BaseSHA:${OLD}`),
            }),
            { maxLength: 4 },
          ),
          labels: fc.subarray(["lgtm", "p0", "do-not-merge/hold"]),
          mergeable: fc.constantFrom("MERGEABLE", "MERGEABLE", "CONFLICTING", "UNKNOWN"),
        })
        .map(({ jobs, contexts, labels, mergeable }): Candidate => {
          const of = candidate(
            number,
            {
              labels: ["lgtm", ...labels],
              mergeable,
              contexts: [
                ...new Map(contexts.map((one) => [one.name, context(one.name, one.state, `x${one.mark}`)])).values(),
              ],
            },
            { jobs: jobs.map((name) => job(name)) },
          );
          return of;
        }),
    ),
  ),
);

const runs = fc.array(
  fc
    .record({
      pulls: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 }),
      job: fc.constantFrom(...JOBS),
      state,
      baseSha: fc.constantFrom(BASE, BASE, OLD),
      createdByTide: fc.boolean(),
    })
    .map(({ pulls, ...over }): Run => run(pulls, over)),
  { maxLength: 12 },
);

const merges = fc.constantFrom<readonly MergedPaths[]>(
  [],
  [{ fromSha: OLD, toSha: BASE, pull: null, paths: ["x"] }],
  [{ fromSha: OLD, toSha: BASE, pull: { number: 1, sha: sha(1) }, paths: ["x"] }],
);

const pools: fc.Arbitrary<Pool> = fc
  .record({
    candidates,
    runs,
    merges,
    limit: fc.constantFrom(-1, 0, 2, 3),
    strategy: fc.constantFrom("prow", "bisect", "speculative"),
    merging: fc.subarray([1, 2]),
    paused: fc.boolean(),
  })
  .map(({ candidates: all, runs: tested, merges: moved, limit, strategy, merging, paused }) =>
    pool(all, tested, {
      settings: settings({ batchSizeLimit: limit, batchStrategy: strategy, priority: [["p0"]] }),
      merges: moved,
      merging,
      paused,
    }),
  );

const byNumber = (of: Pool) => new Map(of.candidates.map((one) => [one.facts.number, one]));
const holds = (predicate: (of: Pool) => void): void => fc.assert(fc.property(pools, predicate), { numRuns: 2000 });
const going = ({ state: its }: Run) => its === "pending" || its === "triggered" || its === "scheduling";
const ofPull = (one: Run, number: number) => one.type === "presubmit" && one.pulls[0]?.number === number;

/** A batch from its first member, or behind #1 where that was merged already. */
const beginsWith = (batch: readonly number[], merged: readonly number[]): boolean =>
  [batch, batch[0] === 1 ? batch.slice(1) : batch].some((of) => merged.every((number, at) => of[at] === number));

describe("whatever stands in a pool", () => {
  test("nothing is merged that lacks a required context on the current base", () =>
    holds((of) => {
      const { action } = decide(of);
      if (action.kind === "MERGE") {
        for (const number of action.pulls) {
          const one = byNumber(of).get(number);
          expect(one?.demands && unsuccessful(one.demands.policy, one.facts.contexts)).toEqual([]);
          for (const { context: name } of one?.demands?.jobs ?? []) {
            const ran = of.runs.some(
              (tested) =>
                ofPull(tested, number) &&
                tested.context === name &&
                tested.baseSha === BASE &&
                tested.state === "success",
            );
            const said = one?.facts.contexts.some(
              (its) => its.context === name && its.state === "SUCCESS" && its.description.endsWith(BASE),
            );
            expect(ran || said).toBe(true);
          }
        }
      }
      if (action.kind === "MERGE_BATCH") {
        // They are the beginning of one batch, or of what is left of it, in its order; it passed whatever one of them needs.
        const needs = new Set(
          action.pulls.flatMap((one) =>
            byNumber(of)
              .get(one)
              ?.demands?.jobs.map(({ name }) => name),
          ),
        );
        const groups = Map.groupBy(
          of.runs.filter(({ type }) => type === "batch"),
          ({ baseSha, pulls }) => `${baseSha} ${pulls.map(({ number }) => number).join(" ")}`,
        );
        const proof = [...groups.values()].some(
          (group) =>
            beginsWith(group[0]?.pulls.map(({ number }) => number) ?? [], action.pulls) &&
            [...needs].every((name) => group.some((one) => one.job === name && one.state === "success")),
        );
        expect(proof).toBe(true);
      }
    }));

  test("nothing is tested that is being tested on that base", () =>
    holds((of) => {
      const { action } = decide(of);
      if (action.kind === "TRIGGER") {
        for (const name of action.jobs) {
          const running = of.runs.some(
            (one) => ofPull(one, action.pulls[0] ?? 0) && one.job === name && one.baseSha === BASE && going(one),
          );
          expect(running).toBe(false);
        }
      }
      if (action.kind === "TRIGGER_BATCH") {
        const whole = [...action.ahead, ...action.pulls].join(" ");
        for (const name of action.jobs) {
          const same = of.runs.some(
            (one) =>
              one.type === "batch" &&
              one.baseSha === BASE &&
              one.job === name &&
              one.pulls.map(({ number }) => number).join(" ") === whole &&
              going(one),
          );
          expect(same).toBe(false);
        }
      }
    }));

  test("a batch is not merged on a base that others moved, and one merge is under way at most", () =>
    holds((of) => {
      const { action } = decide(of);
      if (action.kind !== "MERGE" && action.kind !== "MERGE_BATCH") return;
      expect(of.merging).toEqual([]);
      expect(of.paused).toBe(false);
      if (action.kind === "MERGE" || of.merges.every(({ pull }) => pull !== null)) return;
      const onBase = of.runs.some(
        (one) =>
          one.type === "batch" &&
          one.baseSha === BASE &&
          action.pulls.every((number) => one.pulls.some((pull) => pull.number === number)),
      );
      expect(onBase).toBe(true);
    }));

  test("each pull request has one reason, and the same pool gives the same answer", () =>
    holds((of) => {
      const decision = decide(of);
      expect(decision.waits.map(({ number }) => number)).toEqual(of.candidates.map(({ facts }) => facts.number));
      for (const wait of decision.waits) expect(wait.code).not.toBe("");
      expect(decide(of)).toEqual(decision);
    }));

  test("it always makes progress: where every test passes, everything is merged in the end", () => {
    const quiet = fc.record({
      all: candidates,
      limit: fc.constantFrom(-1, 0, 2),
      strategy: fc.constantFrom("prow", "bisect", "speculative"),
    });
    fc.assert(
      fc.property(quiet, ({ all, limit, strategy }) => {
        const healthy = all.map((one) => ({
          ...one,
          facts: {
            ...one.facts,
            labels: ["lgtm"],
            mergeable: "MERGEABLE" as const,
            contexts: (one.demands?.jobs ?? []).map(({ context: name }) => context(name)),
          },
        }));
        expect(mergedOf(healthy, limit, strategy)).toBe(healthy.length);
      }),
      { numRuns: 300 },
    );
  });
});

/** Carries out what is decided until nothing is left to do; every test passes. Answers how many were merged. */
function mergedOf(all: readonly Candidate[], limit: number, strategy: "prow" | "bisect" | "speculative"): number {
  let of = pool(all, [], { settings: settings({ batchSizeLimit: limit, batchStrategy: strategy }) });
  let base = 900;
  for (let step = 0; step < 200; step += 1) {
    const { action } = decide({ ...of, now: NOW + step });
    if (action.kind === "MERGE" || action.kind === "MERGE_BATCH") {
      for (const number of action.pulls) {
        base += 1;
        const move = { fromSha: of.baseSha, toSha: sha(base), pull: { number, sha: sha(number) }, paths: null };
        const candidates = of.candidates.filter(({ facts }) => facts.number !== number);
        of = { ...of, candidates, baseSha: sha(base), merges: [...of.merges, move] };
      }
    } else if (action.kind === "TRIGGER" || action.kind === "TRIGGER_BATCH") {
      const pulls = action.kind === "TRIGGER_BATCH" ? [...action.ahead, ...action.pulls] : action.pulls;
      const type = action.kind === "TRIGGER" ? ("presubmit" as const) : ("batch" as const);
      const started = action.jobs.map((name) =>
        run(pulls, { type, job: name, state: "pending", baseSha: of.baseSha, startedAt: NOW + step }),
      );
      of = { ...of, runs: [...of.runs, ...started] };
    } else {
      const next = of.runs.find(going);
      if (!next) break;
      of = { ...of, runs: of.runs.map((one) => (one === next ? { ...one, state: "success" as const } : one)) };
    }
  }
  return all.length - of.candidates.length;
}
