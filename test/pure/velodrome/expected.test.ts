/** The points of the original, one for one, in any number of goes with a restart between. */
import { describe, expect, test } from "vitest";
import { parseCount } from "../../../src/velodrome/transform/count.ts";
import type { Point } from "../../../src/velodrome/transform/plugin.ts";
import { type Batch, MetricRun } from "../../../src/velodrome/transform/run.ts";
import { pointLine, series } from "../../../src/velodrome/transform/series.ts";
import { lines, metrics, mirror, REPOSITORY } from "./data.ts";

/** The mirror in slices of time with about as many rows each; an issue comes with what first needs it. */
function slices(count: number): Batch[] {
  const items = [...mirror.events, ...mirror.comments].sort((a, b) => a.at - b.at);
  const firstSeen = new Map(mirror.issues.map((issue) => [issue.number, issue.created]));
  for (const { issue, at } of items) firstSeen.set(issue, Math.min(at, firstSeen.get(issue) ?? at));
  const ends = Array.from({ length: count }, (_, n) =>
    n === count - 1 ? Infinity : (items[Math.floor(((n + 1) * items.length) / count)]?.at ?? Infinity),
  );
  const within = <Row>(rows: readonly Row[], timeOf: (row: Row) => number): Row[][] => {
    const cut: Row[][] = ends.map(() => []);
    let slice = 0;
    for (const row of rows.toSorted((a, b) => timeOf(a) - timeOf(b))) {
      while (timeOf(row) >= (ends[slice] ?? Infinity)) slice += 1;
      cut[slice]?.push(row);
    }
    return cut;
  };
  const [issues, events, comments] = [
    within(mirror.issues, ({ number, created }) => firstSeen.get(number) ?? created),
    within(mirror.events, ({ at }) => at),
    within(mirror.comments, ({ at }) => at),
  ];
  return ends.map((_, n) => ({ issues: issues[n] ?? [], events: events[n] ?? [], comments: comments[n] ?? [] }));
}

describe.each(metrics)("%s", (name, { args, points }) => {
  const expected = lines(`expected-${name}`);
  const options = parseCount(args);

  test("The expectation is whole", () => {
    expect(expected).toHaveLength(points);
    expect(points).toBeGreaterThan(0);
  });

  test.each([1, 7, 1000])("In %i goes, restarted from what was saved before each", (count) => {
    const points: Point[] = [];
    let saved: string | null = null;
    for (const batch of slices(count)) {
      const run: MetricRun = new MetricRun(REPOSITORY, options, saved === null ? null : JSON.parse(saved));
      expect(run.cursor === null).toBe(saved === null);
      for (const point of run.advance(batch)) points.push(point);
      saved = JSON.stringify(run.save());
    }
    expect(series(points).map(pointLine)).toEqual(expected);
  });
});
