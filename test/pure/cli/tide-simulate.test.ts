/** `cutwater tide simulate` (issue 5, scope 7f): the worker's own decision, over histories whose outcome can be worked out by hand. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateHistory, type History, readHistory, type SimPull, writeHistory } from "../../../cli/tide/history.ts";
import { type Outcome, simulate, type Simulated } from "../../../cli/tide/simulation.ts";

const MINUTE = 60_000;
const JOB = { name: "unit", minutes: 10, spread: 0, flake: 0 };
const pull = (number: number, minute: number, over: Partial<SimPull> = {}): SimPull => ({
  number,
  ready_at: minute * MINUTE,
  author: "ada",
  labels: [],
  paths: [`pkg/c${number}/file.go`],
  breaks: false,
  clashes: [],
  conflicts: [],
  ...over,
});

type Settings = Simulated["settings"];
const SERIAL: Settings = { batchSizeLimit: -1, batchStrategy: "prow", resultValidity: "base", starvationMs: 0 };
const BATCHES: Settings = { ...SERIAL, batchSizeLimit: 5 };
const run = (history: History, settings: Settings): Outcome =>
  simulate(history, { seed: 1, settings, humanMinutes: 60, mendMinutes: 240, mergeSeconds: 0 });

const of = (...pulls: readonly SimPull[]): History => ({ jobs: [JOB], pulls });
const three = of(pull(1, 20), pull(2, 20), pull(3, 20));

describe("by hand", () => {
  test.each<[string, History, Settings, Partial<Outcome>]>([
    ["tested on the branch's tip: merged at once", of(pull(1, 20)), SERIAL, { waits: [0], jobMinutes: 0 }],
    ["serial: each of the others is tested again", three, SERIAL, { waits: [0, 10, 20], jobMinutes: 20, batches: 0 }],
    [
      "a batch: the others are tested together, and the next one alone, in case that it fails",
      three,
      BATCHES,
      { waits: [0, 10, 10], jobMinutes: 20, batches: 1 },
    ],
    [
      "the second fails with the first: its author mends it, and runs its job on the new tip",
      of(pull(1, 20), pull(2, 20, { clashes: [1] })),
      SERIAL,
      { waits: [0, 260], broke: 0, jobMinutes: 20 },
    ],
    [
      "Git cannot merge it after the first: its author mends it at once",
      of(pull(1, 20), pull(2, 20, { conflicts: [1] })),
      SERIAL,
      { waits: [0, 250], broke: 0, jobMinutes: 10 },
    ],
  ])("%s", (_, history, settings, expected) => {
    const outcome = run(history, settings);
    expect(outcome).toMatchObject({ ...expected, merged: history.pulls.length, left: 0 });
  });

  test("until-conflict: what others merged elsewhere ages nothing; a clash that nobody tested breaks the branch", () => {
    const about = (number: number) => ({ ...JOB, name: `unit-${number}`, run_if_changed: `^pkg/c${number}/` });
    const history = {
      jobs: [about(1), about(2), about(3)],
      pulls: [pull(1, 20), pull(2, 20), pull(3, 20, { clashes: [1] })],
    };
    const until = { ...SERIAL, resultValidity: "until-conflict" } as const;
    expect(run(history, until)).toMatchObject({ waits: [0, 0, 0], jobMinutes: 0, broke: 1 });
    expect(run(history, SERIAL)).toMatchObject({ broke: 0 });
  });
});

describe("generated", () => {
  const FIGURES = {
    pulls: 60,
    perHour: 8,
    jobs: 5,
    jobMinutes: 30,
    flake: 0.02,
    breaks: 0.02,
    clash: 0.03,
    conflict: 0.05,
  };
  const STRATEGIES: readonly Settings[] = [
    SERIAL,
    BATCHES,
    { ...BATCHES, batchStrategy: "bisect" },
    { ...BATCHES, batchStrategy: "speculative" },
    { ...BATCHES, batchStrategy: "bisect", resultValidity: "until-conflict" },
  ];

  test("whatever comes: everything is merged in the end, and nothing that nobody tested on what it was merged upon", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(...STRATEGIES), (seed, settings) => {
        const history = generateHistory({ ...FIGURES, seed });
        const outcome = run(history, settings);
        expect([outcome.merged, outcome.left]).toEqual([60, 0]);
        expect(outcome.waits.every((minutes) => minutes >= 0)).toBe(true);
        if (settings.resultValidity === "base") expect(outcome.broke).toBe(0);
        expect(run(history, settings)).toEqual(outcome);
      }),
      { numRuns: 15 },
    );
  });

  test("when nothing fails, batches are faster than one at a time, and speculation not slower than batches", () => {
    const calm = generateHistory({ ...FIGURES, seed: 7, flake: 0, breaks: 0, clash: 0, conflict: 0 });
    const [serial, batches, , speculative] = STRATEGIES.map((settings) => run(calm, settings));
    expect(batches?.hours).toBeLessThan((serial?.hours ?? 0) / 2);
    expect(speculative?.hours).toBeLessThanOrEqual(batches?.hours ?? 0);
  });

  test("a history is read back as it was written", () => {
    const history = generateHistory({ ...FIGURES, seed: 3 });
    expect(readHistory(writeHistory(history), "history.ndjson")).toEqual(history);
  });
});

describe("a history that is wrong is refused with its place", () => {
  const jobs = JSON.stringify({ jobs: [JOB] });
  test.each([
    ["", /^h\.ndjson is empty/],
    ["{}", /^h\.ndjson:1: /],
    [`${jobs}\n\nnot json`, /^h\.ndjson:3: /],
    [`${jobs}\n{"number": 0, "ready_at": 1}`, /^h\.ndjson:2: .*number/s],
    [`${jobs}\n{"number": 1, "ready_at": 1, "lables": []}`, /^h\.ndjson:2: .*lables/s],
    [`${jobs}\n{"number": 1, "ready_at": 1}\n{"number": 1, "ready_at": 2}`, /a pull request stands there twice/],
  ])("%s", (text, expected) => expect(() => readHistory(text, "h.ndjson")).toThrow(expected));
});
