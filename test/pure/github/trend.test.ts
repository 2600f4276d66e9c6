/** The alert "ghproxy tokens" and the panel's shading (spec velodrome 1.10, 1.11). */
import { describe, expect, it } from "vitest";
import { alertText, isAlert, levelOf, pace, predicted, sampled, type Trend } from "../../../src/github/trend.ts";

const T = Date.parse("2026-11-23T08:00:00Z") / 1000;

/** What was left, minute by minute. */
function trendOf(left: (minute: number) => number, minutes: number, limit = 5000): Trend {
  let trend: Trend | null = null;
  for (let minute = 0; minute <= minutes; minute += 1) {
    trend = sampled(trend, { limit, least: left(minute) }, T + minute * 60);
  }
  if (trend === null) throw new Error("no sample");
  return trend;
}

describe("the alert", () => {
  it.each<[string, (minute: number) => number, number, number, boolean]>([
    ["under 1,500, and below zero an hour ahead", (m) => 3000 - 100 * m, 25, 5000, true],
    ["the same, but for less than five minutes", (m) => 3000 - 100 * m, 19, 5000, false],
    ["1,500 are left still", (m) => 3000 - 100 * m, 15, 5000, false],
    ["under 1,500, but slow", (m) => 1400 - m, 50, 5000, false],
    ["of another limit in proportion", (m) => 7500 - 250 * m, 25, 12_500, true],
    ["nothing is used any more", () => 1000, 50, 5000, false],
  ])("%s", (_name, left, minutes, limit, expected) => {
    expect(isAlert(trendOf(left, minutes, limit))).toBe(expected);
  });

  it("is over when it is", () => {
    const trend = trendOf((m) => 3000 - 100 * m, 25);
    const after = sampled(trend, { limit: 5000, least: 4999 }, T + 26 * 60);
    expect([isAlert(trend), isAlert(after)]).toEqual([true, false]);
  });

  it("says what is left and how fast it goes", () => {
    const trend = trendOf((m) => 3000 - 100 * m, 25);
    expect(Math.round(pace(trend) * 3600)).toBe(6000);
    expect(Math.round(predicted(trend, 500))).toBe(-5500);
    expect(alertText({ login: "bot", resource: "core", limit: 5000, least: 500, resetAt: T + 3600 }, trend)).toBe(
      "GitHub calls of bot (core) run out: 500 of 5000 are left, and 6000 are used an hour. They are counted anew at 09:00 UTC.",
    );
  });
});

it("samples no more often than every 15 seconds, and never goes back", () => {
  const first = sampled(null, { limit: 5000, least: 4000 }, T);
  expect(sampled(first, { limit: 5000, least: 10 }, T + 14)).toEqual(first);
  expect(sampled(first, { limit: 5000, least: 10 }, T - 100)).toEqual(first);
  expect(sampled(first, { limit: 5000, least: 3999 }, T + 15).n).toBe(2);
});

it.each([
  [3000, 5000, "ok"],
  [3001, 5000, "high"],
  [4000, 5000, "high"],
  [4001, 5000, "very high"],
  [19, 30, "high"],
])("%i of %i is %s", (used, limit, level) => {
  expect(levelOf(used, limit)).toBe(level);
});
