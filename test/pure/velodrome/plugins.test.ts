/** The test rows of the specification's plugins (velodrome 1.5). */
import { describe, expect, test } from "vitest";
import type { CommentRow, EventRow, IssueRow } from "../../../src/velodrome/rows.ts";
import { commentCounter, eventCounter } from "../../../src/velodrome/transform/counters.ts";
import { matches, opposite, parseDescription } from "../../../src/velodrome/transform/description.ts";
import { fakeOpen } from "../../../src/velodrome/transform/fake-open.ts";
import { authorFilter, typeFilter } from "../../../src/velodrome/transform/filters.ts";
import type { Plugin, Point } from "../../../src/velodrome/transform/plugin.ts";
import { authorLogger, fakeComment, multiplexer } from "../../../src/velodrome/transform/wrappers.ts";
import { commentRow, eventRow, issueRow } from "./rows-of.ts";

/** Says each row that it gets as one point. */
function echo(name = "echo"): Plugin & { readonly heard: string[] } {
  const heard: string[] = [];
  const point = (at: number, what: string): Point[] => {
    heard.push(what);
    return [{ at, tags: {}, fields: { [name]: 1 } }];
  };
  return {
    heard,
    issue: ({ number, created }: IssueRow) => point(created, `issue ${number}`),
    event: ({ event, at, actor, issue }: EventRow) => point(at, `${event} ${issue} by ${actor} at ${at}`),
    comment: ({ at, issue }: CommentRow) => point(at, `comment ${issue} at ${at}`),
    measure: () => ({ points: [], fields: null }),
    save: () => heard,
    load: () => {},
  };
}

describe("Descriptions of events", () => {
  test.each([
    ["", "never", "always"],
    ["opened", "opened", "closed"],
    ["closed", "closed", "reopened"],
    ["reopened", "reopened", "closed"],
    ["merged", "merged", "never"],
    ["commented", "commented", "never"],
    ["labeled:something", "labeled", "unlabeled"],
    ["unlabeled:something", "unlabeled", "labeled"],
    ["labeled:with:colons: and spaces", "labeled", "unlabeled"],
  ])("%j is %s, its opposite %s", (text, kind, other) => {
    const description = parseDescription(text);
    expect(description.kind).toBe(kind);
    expect(description.label).toBe(/^(?:un)?labeled:(.*)/.exec(text)?.[1] ?? "");
    expect(opposite(description)).toEqual({ kind: other, label: description.label });
  });

  test.each(["labeled", "unlabeled", "assigned", "Opened", " opened", "label:x", "labeledx"])(
    "%j is refused",
    (text) => {
      expect(() => parseDescription(text)).toThrow(/needs a label|There is no event/);
    },
  );

  test("A label is compared whole", () => {
    expect(matches(parseDescription("labeled:lgtm"), "labeled", "lgtm")).toBe(true);
    expect(matches(parseDescription("labeled:lgtm"), "labeled", "LGTM")).toBe(false);
    expect(matches(parseDescription("labeled:lgtm"), "labeled", null)).toBe(false);
    expect(matches(parseDescription("labeled:lgtm"), "unlabeled", "lgtm")).toBe(false);
    expect(matches(parseDescription("merged"), "merged", null)).toBe(true);
  });
});

describe("Counters", () => {
  const events = ["merged", "opened", "closed"].map((name, at) => eventRow(1, name, at));

  test("No description counts nothing", () => {
    expect(events.flatMap((row) => eventCounter(parseDescription("")).event(row))).toEqual([]);
  });

  test("One point for the event that it names, none for issues and comments", () => {
    const counter = eventCounter(parseDescription("merged"));
    expect(events.flatMap((row) => counter.event(row))).toEqual([{ at: 0, tags: {}, fields: { event: 1 } }]);
    expect(counter.issue(issueRow(1, 0))).toEqual([]);
    expect(counter.comment(commentRow(1, "merged", 0))).toEqual([]);
  });

  test.each([
    ["", ["a", "", "b"], [0, 1, 2]],
    [".*", ["a", "", "b\nc"], [0, 1, 2]],
    ["(?m)/lgtm\\s*$", ["/lgtm cancel", "/lgtm", "/lgtm    \nOr not."], [1, 2]],
    ["(?m)^/lgtm$", ["/lgtm", "x\n/lgtm\ny", " /lgtm", "/lgtm\r\n"], [0, 1]],
    ["(?m)^@k8s-bot.*test this", ["@k8s-bot test this", "Why does @k8s-bot test this", "@k8s-bot\ntest this"], [0]],
  ])("The pattern %j over %j", (pattern, bodies, found) => {
    const counter = commentCounter([pattern]);
    const points = bodies.flatMap((body, at) => counter.comment(commentRow(1, body, at)));
    expect(points).toEqual(found.map((at) => ({ at, tags: {}, fields: { comment: 1 } })));
  });

  test("Each pattern that matches gives a point; without any there is none", () => {
    expect(commentCounter(["a", "b", "c"]).comment(commentRow(1, "ab", 5))).toHaveLength(2);
    expect(commentCounter([]).comment(commentRow(1, "ab", 5))).toEqual([]);
  });
});

describe("Filters", () => {
  test("Rows of ignored authors are dropped; an event without an actor passes", () => {
    const child = echo();
    const filter = authorFilter(["OneBot", "OtherBot"], child);
    for (const who of ["OneBot", "Person", "OtherBot", "onebot"]) {
      filter.issue(issueRow(who.length, 0, { user: who }));
      filter.event(eventRow(1, "closed", 1, { actor: who }));
      filter.comment(commentRow(who.length, "", 2, { user: who }));
    }
    filter.event(eventRow(1, "merged", 3, { actor: null }));
    expect(child.heard).toEqual([
      "issue 6",
      "closed 1 by Person at 1",
      "comment 6 at 2",
      "issue 6",
      "closed 1 by onebot at 1",
      "comment 6 at 2",
      "merged 1 by null at 3",
    ]);
  });

  test.each([
    ["nothing", false, false, [1, 2]],
    ["issues", true, false, [2]],
    ["pull requests", false, true, [1]],
  ])("Without %s", (_, issues, pullRequests, passing) => {
    const child = echo();
    const filter = typeFilter({ issues, pullRequests }, child);
    filter.issue(issueRow(1, 0));
    filter.issue(issueRow(2, 0, { is_pr: true }));
    for (const number of [1, 2]) {
      filter.event(eventRow(number, "closed", 1));
      filter.comment(commentRow(number, "", 2));
    }
    expect(child.heard).toEqual([
      ...passing.map((number) => `issue ${number}`),
      ...passing.flatMap((number) => [`closed ${number} by actor at 1`, `comment ${number} at 2`]),
    ]);
  });

  test("What belongs to an issue never seen gives nothing", () => {
    const filter = typeFilter({ issues: false, pullRequests: false }, echo());
    expect(filter.event(eventRow(7, "closed", 1))).toEqual([]);
    expect(filter.comment(commentRow(7, "", 1))).toEqual([]);
  });
});

describe("Wrappers", () => {
  test.each([true, false])("The author is logged: %s", (logs) => {
    const plugin = logs ? authorLogger(echo()) : echo();
    const named = (author: string) => (logs ? { echo: 1, author } : { echo: 1 });
    expect(plugin.issue(issueRow(1, 0, { user: "anna" }))).toMatchObject([{ fields: named("anna") }]);
    expect(plugin.event(eventRow(1, "closed", 0, { actor: "ben" }))).toMatchObject([{ fields: named("ben") }]);
    expect(plugin.comment(commentRow(1, "", 0, { user: "cleo" }))).toMatchObject([{ fields: named("cleo") }]);
    expect(plugin.event(eventRow(1, "closed", 0, { actor: null }))[0]?.fields).toEqual({ echo: 1 });
  });

  test("Issues created at 20, 30 and 50; events at 10, 40 and 50: an opening is before an event of its second", () => {
    const child = echo();
    const plugin = fakeOpen(child);
    for (const [number, created] of [
      [3, 50],
      [1, 20],
      [2, 30],
      [2, 30],
    ] as const)
      plugin.issue(issueRow(number, created, { user: `author${number}` }));
    child.heard.length = 0;
    expect([10, 40, 50].map((at) => plugin.event(eventRow(9, "ev", at)).length)).toEqual([1, 3, 2]);
    expect(child.heard).toEqual([
      "ev 9 by actor at 10",
      "opened 1 by author1 at 20",
      "opened 2 by author2 at 30",
      "ev 9 by actor at 40",
      "opened 3 by author3 at 50",
      "ev 9 by actor at 50",
    ]);
  });

  test("A comment does not bring openings forward", () => {
    const child = echo();
    const plugin = fakeOpen(child);
    plugin.issue(issueRow(1, 20));
    expect(plugin.comment(commentRow(1, "", 30))).toHaveLength(1);
    expect(child.heard).toEqual(["issue 1", "comment 1 at 30"]);
  });

  test("A comment is an event too, after itself", () => {
    const child = echo();
    expect(fakeComment(child).comment(commentRow(1, "", 10, { user: "SomeUser" }))).toHaveLength(2);
    expect(child.heard).toEqual(["comment 1 at 10", "commented 1 by SomeUser at 10"]);
  });

  test("Many openings before one event come in order of time", () => {
    const child = echo();
    const plugin = fakeOpen(child);
    const times = Array.from({ length: 500 }, (_, n) => (n * 7919) % 500);
    for (const [number, created] of times.entries()) plugin.issue(issueRow(number, created));
    child.heard.length = 0;
    const points = plugin.event(eventRow(0, "closed", 1000));
    expect(points.map(({ at }) => at)).toEqual([...times.toSorted((a, b) => a - b), 1000]);
  });

  test("Three children are heard in their order", () => {
    const plugin = multiplexer([echo("a"), echo("b"), echo("c")]);
    for (const points of [
      plugin.issue(issueRow(1, 0)),
      plugin.event(eventRow(1, "closed", 0)),
      plugin.comment(commentRow(1, "", 0)),
    ])
      expect(points.map(({ fields }) => Object.keys(fields).join())).toEqual(["a", "b", "c"]);
  });
});
