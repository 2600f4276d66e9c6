/** The order of rows, points of one second, and rows that come late or twice (spec velodrome 1.4). */
import { describe, expect, test } from "vitest";
import { parseCount } from "../../../src/velodrome/transform/count.ts";
import type { Point } from "../../../src/velodrome/transform/plugin.ts";
import { LateRow, MetricRun } from "../../../src/velodrome/transform/run.ts";
import { pointLine, series } from "../../../src/velodrome/transform/series.ts";
import { commentRow, eventRow, issueRow } from "./rows-of.ts";

const start = (...args: string[]) => new MetricRun("acme/widgets", parseCount(args));
const fields = (points: readonly Point[]) => series(points).map(({ at, fields }) => [at, fields]);

describe("One second", () => {
  const issues = [issueRow(1, 0)];
  const events = [
    eventRow(1, "closed", 10, { id: 2, actor: "eve" }),
    eventRow(1, "closed", 10, { id: 1, actor: "adam" }),
  ];

  test("An event comes before a comment, whose author stays", () => {
    const run = start("--event=closed", "--comments=.*", "--log-author");
    const points = run.advance({ issues, events, comments: [commentRow(1, "", 10, { id: 0, user: "cain" })] });
    expect(points.map(({ fields }) => fields["author"])).toEqual(["adam", "eve", "cain"]);
    expect(fields(points)).toEqual([[10, { event: 1, comment: 1, author: "cain" }]]);
  });

  test("A later event without an actor leaves the author of the earlier one", () => {
    const nobody = eventRow(1, "closed", 10, { id: 3, actor: null });
    expect(
      fields(start("--event=closed", "--log-author").advance({ issues, events: [nobody, ...events], comments: [] })),
    ).toEqual([[10, { event: 1, author: "eve" }]]);
  });

  test("Of repeated rows one counts, with the same key in the order of coming the last", () => {
    const comments = [commentRow(1, "old", 20, { id: 7 }), commentRow(1, "new", 20, { id: 7 })];
    expect(start("--comments=new", "--comments=old").advance({ issues, events: [], comments })).toHaveLength(1);
    const review = commentRow(1, "new", 20, { id: 7, review: true });
    expect(start("--comments=new").advance({ issues, events: [], comments: [...comments, review] })).toHaveLength(2);
  });
});

describe("Late", () => {
  test.each([
    ["an event of the same second and a smaller id", { events: [eventRow(1, "closed", 50, { id: 1 })] }],
    ["the row seen last", { events: [eventRow(1, "closed", 50)] }],
    ["an older comment", { comments: [commentRow(1, "", 49)] }],
    ["an issue that something happened to before", { issues: [issueRow(2, 100)] }],
    ["an issue whose opening should have been counted", { issues: [issueRow(3, 40)] }],
  ])("%s", (_, rows) => {
    const run = start("--state=opened");
    const none = { issues: [], events: [], comments: [] };
    run.advance({ ...none, issues: [issueRow(1, 0)], events: [eventRow(2, "closed", 20), eventRow(1, "closed", 50)] });
    const before = JSON.stringify(run.save());
    expect(() => run.advance({ ...none, ...rows })).toThrow(LateRow);
    expect(JSON.stringify(run.save())).toBe(before);
    expect(run.advance({ ...none, issues: [issueRow(1, 0)], events: [eventRow(1, "reopened", 51)] })).toHaveLength(1);
  });

  test("A comment of the second of an event is not late, nor an issue where openings do not count", () => {
    const run = start("--event=closed", "--comments=.*");
    run.advance({ issues: [issueRow(1, 0)], events: [eventRow(1, "closed", 50)], comments: [] });
    expect(
      run.advance({ issues: [issueRow(2, 10)], events: [], comments: [commentRow(2, "", 50, { id: 1 })] }),
    ).toHaveLength(1);
  });
});

test("Points are in order of time, then of repository, with keys in order and integers as the database keeps them", () => {
  const point = (at: number, repository: string, more: Point["fields"]): Point => ({
    at,
    tags: { repository },
    fields: more,
  });
  const points = [
    point(20, "b/b", { count: 2, "50%": 2 ** 63 }),
    point(10, "b/b", { event: 1, author: 'é"✅' }),
    point(10, "a/a", { sum: 54_948_000_000_000_000 }),
    point(10, "b/b", { comment: 1 }),
  ];
  expect(series(points).map(pointLine)).toEqual([
    '{"fields": {"sum": 54948000000000000}, "tags": {"repository": "a/a"}, "time": 10}',
    '{"fields": {"author": "é\\"✅", "comment": 1, "event": 1}, "tags": {"repository": "b/b"}, "time": 10}',
    '{"fields": {"50%": 9223372036854775807, "count": 2}, "tags": {"repository": "b/b"}, "time": 20}',
  ]);
});
