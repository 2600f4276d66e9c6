/** The test rows of the specification's state machine (velodrome 1.5). */
import { describe, expect, test } from "vitest";
import { Ages, ANCIENT } from "../../../src/velodrome/transform/ages.ts";
import { pointLine } from "../../../src/velodrome/transform/series.ts";
import { initialState, parseState, receive, since, statePlugin } from "../../../src/velodrome/transform/state.ts";
import { eventRow } from "./rows-of.ts";

const MINUTE = 60;
const NANOSECONDS = 1e9;

describe("One issue", () => {
  const told = (definition: string, ...happened: readonly (readonly [string, number])[]) => {
    const atoms = parseState(definition);
    const state = initialState(atoms);
    return happened.map(([name, at]) => {
      const changed = receive(atoms, state, eventRow(1, name, at));
      return [changed, since(atoms, state)];
    });
  };

  test("No state is never entered", () => {
    expect(parseState("")).toEqual([]);
    expect(since([], initialState([]))).toBeNull();
    expect(told("", ["merged", 1])).toEqual([[false, null]]);
  });

  test("An atom begins inactive, an inverted one active since ever", () => {
    expect(since(parseState("merged"), initialState(parseState("merged")))).toBeNull();
    expect(since(parseState("!closed"), initialState(parseState("!closed")))).toBe(ANCIENT);
    expect(since(parseState("merged,!closed"), initialState(parseState("merged,!closed")))).toBeNull();
  });

  test.each([
    ["labeled:test", "labeled:test", true, 10],
    ["labeled:test", "labeled:other", false, null],
    ["!labeled:test", "labeled:test", true, null],
    ["!labeled:test", "labeled:other", false, ANCIENT],
  ])("In %s, after %s: changed %s, since %s", (definition, name, changed, start) => {
    expect(told(definition, [name, 10])).toEqual([[changed, start]]);
  });

  test("A label goes and comes again", () => {
    expect(told("labeled:test", ["labeled:test", 10], ["unlabeled:test", 20], ["labeled:test", 30])).toEqual([
      [true, 10],
      [true, null],
      [true, 30],
    ]);
  });

  test("Opened ends with closed, and is entered again with reopened", () => {
    expect(told("opened", ["reopened", 5], ["opened", 10], ["closed", 20], ["opened", 25], ["reopened", 30])).toEqual([
      [false, null],
      [true, 10],
      [true, null],
      [false, null],
      [true, 30],
    ]);
  });

  test("Of several atoms the latest start counts, and all must be active", () => {
    expect(told("merged, labeled:lgtm", ["merged", 10], ["labeled:lgtm", 20])).toEqual([
      [true, null],
      [true, 20],
    ]);
  });

  test("merged,!closed: closed at 10, merged at 20, reopened at 30", () => {
    expect(told("merged,!closed", ["closed", 10], ["merged", 20], ["reopened", 30])).toEqual([
      [true, null],
      [true, null],
      [true, 30],
    ]);
  });

  test("A merge is never undone", () => {
    expect(told("merged", ["merged", 10], ["reopened", 20], ["closed", 30])).toEqual([
      [true, 10],
      [false, 10],
      [false, 10],
    ]);
  });
});

describe("All issues", () => {
  test("State merged with percentiles 50 and 100", () => {
    const plugin = statePlugin(parseState("merged"), [50, 100]);
    const points = [
      [1, "opened", 10],
      [1, "merged", 20],
      [1, "merged", 30],
      [2, "merged", 40],
    ] as const;
    expect(points.map(([issue, name, at]) => plugin.event(eventRow(issue, name, at * MINUTE)))).toEqual([
      [],
      [{ at: 20 * MINUTE, tags: {}, fields: { count: 1, sum: 0, "50%": 0, "100%": 0 } }],
      [],
      [
        {
          at: 40 * MINUTE,
          tags: {},
          fields: { count: 2, sum: 20, "50%": 0, "100%": 20 * MINUTE * NANOSECONDS },
        },
      ],
    ]);
  });

  test("Fifty issues, one a minute, looked at in minute 50", () => {
    const ages = new Ages();
    for (let minute = 0; minute < 50; minute += 1) ages.add(minute, minute * MINUTE);
    expect(ages.count).toBe(50);
    expect(ages.sumMinutes(50 * MINUTE)).toBe(1275);
    expect(ages.percentile(50, 50 * MINUTE)).toBe(25 * MINUTE * NANOSECONDS);
    expect(ages.percentile(100, 50 * MINUTE)).toBe(50 * MINUTE * NANOSECONDS);
    expect(ages.percentile(1, 50 * MINUTE)).toBe(1 * MINUTE * NANOSECONDS);
  });

  test("Nobody is no age", () => {
    const ages = new Ages();
    expect([ages.count, ages.sumMinutes(99), ages.percentile(50, 99)]).toEqual([0, 0, 0]);
  });

  test("Whole minutes are those of each, not of their sum", () => {
    const ages = new Ages();
    ages.add(1, 30);
    ages.add(2, 45);
    expect(ages.sumMinutes(100)).toBe(1);
    ages.remove(1);
    expect(ages.sumMinutes(100)).toBe(0);
    expect(ages.sumMinutes(105)).toBe(1);
  });

  test("A state of inverted atoms alone is as old as Go can say, from the first event of an issue on", () => {
    const plugin = statePlugin(parseState("!labeled:hold"), [50]);
    expect(plugin.event(eventRow(1, "assigned", 10))).toEqual([]);
    expect(plugin.event(eventRow(2, "subscribed", 20))).toEqual([]);
    const [point] = plugin.event(eventRow(2, "labeled:hold", 30));
    expect(point && pointLine(point)).toBe(
      '{"fields": {"50%": 9223372036854775807, "count": 1, "sum": 153722867}, "tags": {}, "time": 30}',
    );
    expect(plugin.event(eventRow(2, "unlabeled:hold", 40))[0]?.fields["count"]).toBe(2);
  });

  test("A point comes when any atom changes, though nobody enters or leaves", () => {
    const plugin = statePlugin(parseState("opened,labeled:lgtm"), []);
    expect(plugin.event(eventRow(1, "labeled:lgtm", 10))).toEqual([{ at: 10, tags: {}, fields: { count: 0, sum: 0 } }]);
    expect(plugin.event(eventRow(1, "labeled:other", 20))).toEqual([]);
  });

  test("Ages hold while members come and go by the thousand", () => {
    const ages = new Ages();
    const inside = new Map<number, number>();
    let [seed, at] = [1, 0];
    for (let step = 0; step < 5000; step += 1) {
      seed = (seed * 48_271) % 2_147_483_647;
      at += seed % 97;
      const member = seed % 301;
      if (inside.delete(member)) ages.remove(member);
      else {
        inside.set(member, at);
        ages.add(member, at);
      }
      if (step % 50 !== 0 || inside.size === 0) continue;
      const sorted = [...inside.values()].map((start) => at - start).sort((a, b) => a - b);
      expect(ages.sumMinutes(at)).toBe(sorted.reduce((sum, age) => sum + Math.floor(age / 60), 0));
      for (const percent of [1, 50, 99, 100])
        expect(ages.percentile(percent, at)).toBe((sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? 0) * 1e9);
    }
  });
});
