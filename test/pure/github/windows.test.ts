/** Reset windows from headers (spec velodrome 1.9): exact, whoever saw them and in whatever order it is told. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined, sighted, settled, type TokenWindow, usedOf } from "../../../src/github/windows.ts";

const T = Date.parse("2026-11-23T08:00:00Z") / 1000;

interface Answer {
  readonly at: number;
  readonly left: number | string;
  readonly reset?: number | string;
  readonly limit?: number | string;
  readonly resource?: string;
  readonly consumer?: string;
  readonly status?: number;
}

function seen({ at, left, reset = T, limit = 5000, resource = "core", consumer = "tide", status = 200 }: Answer) {
  const headers = new Headers({
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(left),
    "x-ratelimit-reset": String(reset),
    "x-ratelimit-resource": resource,
  });
  const answeredAt = (T + at) * 1000;
  return sighted({ consumer, status, headers, sentAt: answeredAt - 100, answeredAt });
}

function windowsOf(answers: readonly Answer[]): readonly TokenWindow[] {
  return answers.reduce<readonly TokenWindow[]>((known, answer) => {
    const one = seen(answer);
    return one === null ? known : joined(known, one);
  }, []);
}

const brief = (windows: readonly TokenWindow[]) =>
  windows.map((window) => [window.resetAt - T, usedOf(window), window.early]);

describe("windows", () => {
  it.each<[string, readonly Answer[], readonly unknown[]]>([
    [
      "the reset moves: used is the limit less the least that was left",
      [
        { at: -3000, left: 4990 },
        { at: -10, left: 1200 },
        { at: 5, left: 4999, reset: T + 3600 },
      ],
      [
        [0, 3800, false],
        [3600, 1, false],
      ],
    ],
    [
      "what is left rises before the reset moves: a window of its own, which gets the reset that comes",
      [
        { at: -10, left: 1200 },
        { at: -5, left: 4998 },
        { at: -3, left: 4990 },
        { at: 4, left: 4980, reset: T + 3600 },
      ],
      [
        [0, 3800, false],
        [3600, 20, false],
      ],
    ],
    [
      "it rises, and nothing more is heard: still early",
      [
        { at: -10, left: 1200 },
        { at: -5, left: 4998 },
      ],
      [
        [0, 3800, false],
        [0, 2, true],
      ],
    ],
    [
      "it rises, and then a window passes without calls",
      [
        { at: -10, left: 1200 },
        { at: -5, left: 4998 },
        { at: 9000, left: 4990, reset: T + 3 * 3600 },
      ],
      [
        [0, 3800, false],
        [3595, 2, false],
        [3 * 3600, 10, false],
      ],
    ],
    [
      "a window with no calls leaves no row",
      [
        { at: -10, left: 4000 },
        { at: 7000, left: 4999, reset: T + 2 * 3600 },
      ],
      [
        [0, 1000, false],
        [7200, 1, false],
      ],
    ],
    [
      "answers that overtake each other are no rise",
      [
        { at: -10, left: 1200 },
        { at: -9.9, left: 1203 },
        { at: -9.2, left: 1201 },
      ],
      [[0, 3800, false]],
    ],
    [
      "resets that differ by a second are one window's",
      [
        { at: -10, left: 4000 },
        { at: -9, left: 3999, reset: T + 1 },
        { at: -8, left: 3998, reset: T - 1 },
      ],
      [[0, 1002, false]],
    ],
    [
      "an answer of the window before that comes late",
      [
        { at: -10, left: 1200 },
        { at: 5, left: 4999, reset: T + 3600 },
        { at: -1, left: 1190 },
      ],
      [
        [0, 3810, false],
        [3600, 1, false],
      ],
    ],
    [
      "minute windows",
      [
        { at: -10, left: 25, limit: 30, resource: "search" },
        { at: 5, left: 29, limit: 30, resource: "search", reset: T + 60 },
      ],
      [
        [0, 5, false],
        [60, 1, false],
      ],
    ],
  ])("%s", (_name, answers, expected) => {
    expect(brief(windowsOf(answers))).toEqual(expected);
  });

  it.each<[string, Answer]>([
    ["no numbers", { at: 0, left: "many" }],
    ["nothing", { at: 0, left: "" }],
    ["a negative number", { at: 0, left: -1 }],
    ["no limit (GitHub Enterprise without one)", { at: 0, left: 0, limit: 0 }],
    ["a resource that is none", { at: 0, left: 1, resource: "a b" }],
  ])("headers with %s mean none", (_name, answer) => {
    expect(seen(answer)).toBeNull();
  });

  it("counts calls and those not modified by consumer, whatever its name", () => {
    const [window] = windowsOf([
      { at: -9, left: 4999, consumer: "tide" },
      { at: -8, left: 4999, consumer: "tide", status: 304 },
      { at: -7, left: 4998, consumer: "__proto__" },
      { at: -6, left: 4997, consumer: "fetcher" },
    ]);
    expect(Object.entries(window?.calls ?? {})).toEqual([
      ["tide", [2, 1]],
      ["__proto__", [1, 0]],
      ["fetcher", [1, 0]],
    ]);
  });

  it("an early one that never heard of its reset ends an hour after its first call", () => {
    const early = windowsOf([
      { at: -10, left: 1200 },
      { at: -5, left: 4998 },
    ])[1];
    expect(early && settled(early)).toMatchObject({ early: false, resetAt: T - 5 + 3600 });
  });
});

/** A GitHub that counts: windows of an hour, some without calls; each answer went to one of three isolates. */
const history = fc
  .array(
    fc.record({
      wait: fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 3600, max: 9000 })),
      isolate: fc.integer({ min: 0, max: 2 }),
      free: fc.boolean(),
      flush: fc.boolean(),
      wobble: fc.integer({ min: -2, max: 2 }),
    }),
    { maxLength: 60 },
  )
  .map((calls) => {
    const used = new Map<number, number>();
    let now = T;
    let reset = 0;
    const answers = calls.map(({ wait, isolate, free, flush, wobble }) => {
      now += wait;
      if (now >= reset) reset = now + 3600;
      used.set(reset, (used.get(reset) ?? 0) + (free ? 0 : 1));
      const answer = {
        at: now - T,
        left: 5000 - (used.get(reset) ?? 0),
        reset: reset + wobble,
        status: free ? 304 : 200,
      };
      return { answer, isolate, flush };
    });
    return { answers, used };
  });

it("in whatever order isolates tell, each window is what GitHub counted, and no call is lost", () => {
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.nat()), ({ answers, used }, order) => {
      const batches: (readonly TokenWindow[])[] = [];
      const local = new Map<number, readonly TokenWindow[]>();
      for (const { answer, isolate, flush } of answers) {
        const one = seen(answer);
        if (one !== null) local.set(isolate, joined(local.get(isolate) ?? [], one));
        if (!flush) continue;
        batches.push(local.get(isolate) ?? []);
        local.delete(isolate);
      }
      batches.push(...local.values());
      const shuffled = batches.map((batch) => [order.next().value ?? 0, batch] as const);
      const told = shuffled.toSorted(([a], [b]) => a - b).flatMap(([, batch]) => batch);
      const known = told.reduce(joined, []);
      const byReset = known.toSorted((a, b) => a.resetAt - b.resetAt);
      expect(byReset.map(usedOf)).toEqual([...used.values()]);
      expect(known.some(({ early }) => early)).toBe(false);
      const calls = known.flatMap((window) => Object.values(window.calls));
      expect(calls.reduce((sum, [all]) => sum + all, 0)).toBe(answers.length);
    }),
  );
});
