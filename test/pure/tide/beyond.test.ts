/** What holds for every pool with the settings that Prow does not have (issue 5, scope 6 and 7). */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../../../src/tide/decide.ts";
import type { Candidate, MergedPaths, Pool } from "../../../src/tide/model.ts";
import { BASE, candidate, context, job, NOW, pool, run, settings, sha } from "./pool.ts";

const FOLDERS = ["api", "docs", "lib"] as const;
const TIPS = [sha(801), sha(802), sha(803), BASE] as const;
const folders = fc.subarray([...FOLDERS]);

/** A branch that moved three times; null: nobody knows which paths. */
const history = fc.tuple(...[0, 1, 2].map(() => fc.option(folders, { freq: 5 }))).map((each) =>
  each.map(
    (touched, at): MergedPaths => ({
      fromSha: TIPS[at] ?? "",
      toSha: TIPS[at + 1] ?? "",
      pull: { number: 90 + at, sha: sha(90 + at) },
      paths: touched && touched.map((folder) => `${folder}/x`),
    }),
  ),
);

const tested = fc.record({
  number: fc.integer({ min: 1, max: 4 }),
  folder: fc.constantFrom(...FOLDERS),
  base: fc.constantFrom(...TIPS),
  state: fc.constantFrom("success", "success", "failure"),
});

describe("result_validity: until-conflict", () => {
  const jobOf = (folder: string) => job(folder, { always_run: false, run_if_changed: `^${folder}/` });
  const pools = fc
    .record({ moves: history, runs: fc.array(tested, { maxLength: 16 }), jobs: fc.array(folders, { maxLength: 4 }) })
    .map(({ moves, runs, jobs }): Pool => {
      const all = jobs.map((its, at) => {
        const contexts = its.map((folder) => context(folder));
        return candidate(at + 1, { contexts }, { jobs: its.map(jobOf) });
      });
      const ran = runs.map(({ number, folder, base, state }) => run([number], { job: folder, baseSha: base, state }));
      const policy = { resultValidity: "until-conflict", batchSizeLimit: -1 } as const;
      return pool(all, ran, { merges: moves, settings: settings(policy) });
    });
  /** Nothing that was merged behind `base` is about the folder. */
  const holdsSince = ({ merges }: Pool, folder: string, base: string): boolean =>
    merges
      .slice(TIPS.findIndex((tip) => tip === base))
      .every(({ paths }) => paths !== null && !paths.includes(`${folder}/x`));

  test("nothing is merged with a result whose paths were touched since", () =>
    fc.assert(
      fc.property(pools, (of) => {
        const { action } = decide(of);
        if (action.kind !== "MERGE") return;
        const [number = 0] = action.pulls;
        const its = of.candidates[number - 1]?.demands?.jobs ?? [];
        for (const { name } of its) {
          const passed = of.runs.filter(
            (one) => one.pulls[0]?.number === number && one.job === name && one.state === "success",
          );
          expect(passed.some(({ baseSha }) => holdsSince(of, name, baseSha))).toBe(true);
        }
      }),
      { numRuns: 3000 },
    ));

  test("nothing is tested again whose paths nobody touched", () =>
    fc.assert(
      fc.property(pools, (of) => {
        const { action } = decide(of);
        if (action.kind !== "TRIGGER") return;
        for (const name of action.jobs) {
          const valid = of.runs.filter(
            (one) => one.pulls[0]?.number === action.pulls[0] && one.job === name && one.state === "success",
          );
          expect(valid.some(({ baseSha }) => holdsSince(of, name, baseSha))).toBe(false);
        }
      }),
      { numRuns: 3000 },
    ));
});

describe("freezes", () => {
  test("nothing is merged or tested within one, and nothing is held back outside", () => {
    const windows = fc.array(
      fc
        .tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 80 }))
        .map(([from, length]) => ({ name: "release", from: NOW + from, until: NOW + from + length, branches: [] })),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(windows, fc.boolean(), (freezes, green) => {
        const runs = green ? [run([1])] : [];
        const { action, waits } = decide(pool([candidate(1), candidate(2)], runs, { settings: settings({ freezes }) }));
        const frozen = freezes.some(({ from, until }) => from <= NOW && NOW < until);
        expect(action.kind === "BLOCKED").toBe(frozen);
        expect(waits.every(({ code }) => code === "frozen")).toBe(frozen);
      }),
    );
  });
});

describe("starvation", () => {
  /**
   * In each round a change with priority arrives, and one is tested and merged. Answers in which round #1, which has no
   * priority, is merged; null: never.
   */
  function roundOf(starvationMs: number, roundMs: number): number | null {
    const patient = { ...candidate(1), queuedAt: NOW };
    const urgent = (number: number, at: number): Candidate => ({
      ...candidate(number, { labels: ["lgtm", "p0"] }),
      queuedAt: at,
    });
    const its = settings({ priority: [["p0"]], starvationMs, batchSizeLimit: -1 });
    let waiting: readonly Candidate[] = [patient];
    for (let round = 1; round <= 60; round += 1) {
      const now = NOW + round * roundMs;
      waiting = [...waiting, urgent(round + 1, now)];
      const { action } = decide({ ...pool(waiting, [], { settings: its }), now });
      if (action.kind !== "TRIGGER") throw new Error(action.kind);
      const [next] = action.pulls;
      if (next === 1) return round;
      waiting = waiting.filter(({ facts }) => facts.number !== next);
    }
    return null;
  }

  test("who waited as long as configured goes first, however many with priority come", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (rounds) => {
        expect(roundOf(rounds * 60_000, 60_000)).toBe(rounds);
      }),
    ));
  test("without the setting, as in Prow, priority goes first for ever", () => expect(roundOf(0, 60_000)).toBeNull());
});
