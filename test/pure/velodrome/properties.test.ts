/** Over mirrors and definitions of all sorts: the points are the plain reference's, however the rows come. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CommentRow, EventRow } from "../../../src/velodrome/rows.ts";
import { parseCount } from "../../../src/velodrome/transform/count.ts";
import { type Keys, keysBehind, upToHorizon } from "../../../src/velodrome/transform/pages.ts";
import type { Point } from "../../../src/velodrome/transform/plugin.ts";
import { type Batch, LateRow, MetricRun } from "../../../src/velodrome/transform/run.ts";
import { pointLine, series } from "../../../src/velodrome/transform/series.ts";
import { type Wanted, naivePoints } from "./naive.ts";
import { commentRow, eventRow, issueRow } from "./rows-of.ts";

const REPOSITORY = "acme/widgets";
const KINDS = ["opened", "closed", "reopened", "merged", "assigned", "never_heard_of"];
const LABELS = ["lgtm", "hold"];
const ATOMS = ["opened", "closed", "reopened", "merged", "commented", "labeled:lgtm", "unlabeled:lgtm", "labeled:hold"];
const BODIES = ["/lgtm", "looks good\n/lgtm", "thanks", "", "/lgtm no"];
const PATTERNS: Readonly<Record<string, (body: string) => boolean>> = {
  ".*": () => true,
  "(?m)^/lgtm$": (body) => body.split("\n").includes("/lgtm"),
  thanks: (body) => body.includes("thanks"),
};
const person = fc.constantFrom("ann", "ben", "bot", null);
const at = fc.integer({ min: 0, max: 200 });

const wanted: fc.Arbitrary<Wanted> = fc
  .record({
    event: fc.constantFrom("", ...ATOMS),
    comments: fc.subarray(Object.keys(PATTERNS)),
    state: fc.array(
      fc.tuple(fc.boolean(), fc.constantFrom(...ATOMS)).map(([not, atom]) => (not ? `!${atom}` : atom)),
      { maxLength: 3 },
    ),
    percentiles: fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
    type: fc.constantFrom("both", "issues", "pulls"),
    ignoreAuthors: fc.subarray(["ann", "bot", ""]),
    logAuthor: fc.boolean(),
  })
  .map(({ type, ...rest }) => ({ ...rest, noIssues: type === "pulls", noPullRequests: type === "issues" }));

const argsOf = (of: Wanted): string[] => [
  ...(of.event === "" ? [] : [`--event=${of.event}`]),
  ...of.comments.map((pattern) => `--comments=${pattern}`),
  ...(of.state.length === 0 ? [] : ["--state", of.state.join(", ")]),
  ...(of.percentiles.length === 0 ? [] : [`--percentiles=${of.percentiles.join(",")}`]),
  ...(of.noIssues ? ["--no-issues"] : []),
  ...(of.noPullRequests ? ["--no-pull-requests=true"] : []),
  ...of.ignoreAuthors.map((author) => `--ignore-authors="${author}"`),
  ...(of.logAuthor ? ["--log-author"] : []),
];

/** Events of issues that are not there too, and of kinds that nobody knows. */
const number = fc.integer({ min: 1, max: 8 });
const mirror: fc.Arbitrary<Batch> = fc
  .record({
    issues: fc.uniqueArray(fc.record({ number, created: at, is_pr: fc.boolean(), user: person }), {
      selector: (issue) => issue.number,
      maxLength: 7,
      size: "max",
    }),
    events: fc.array(
      fc.record({
        issue: number,
        name: fc.constantFrom(...KINDS, ...LABELS.flatMap((label) => [`labeled:${label}`, `unlabeled:${label}`])),
        at,
        actor: person,
      }),
      { maxLength: 40, size: "max" },
    ),
    comments: fc.array(
      fc.record({ issue: number, body: fc.constantFrom(...BODIES), at, user: person, review: fc.boolean() }),
      {
        maxLength: 15,
        size: "max",
      },
    ),
  })
  .map(({ issues, events, comments }) => ({
    issues: issues.map(({ number, created, ...more }) => issueRow(number, created, more)),
    events: events.map(({ issue, name, at, actor }, id) => eventRow(issue, name, at, { id, actor })),
    comments: comments.map(({ issue, body, at, ...more }, id) => commentRow(issue, body, at, { id, ...more })),
  }));

const matches = (pattern: string, body: string): boolean => PATTERNS[pattern]?.(body) ?? false;
const lines = (points: readonly Point[]): string[] => series(points).map(pointLine);

test("Rows in any order give the points of the reference", () => {
  fc.assert(
    fc.property(wanted, mirror, fc.infiniteStream(fc.nat()), (definition, rows, luck) => {
      const shuffled = <Row>(of: readonly Row[]): Row[] =>
        of
          .map((row) => ({ row, key: luck.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row);
      const run = new MetricRun(REPOSITORY, parseCount(argsOf(definition)));
      const { issues, events, comments } = rows;
      const points = run.advance({
        issues: shuffled(issues),
        events: shuffled(events),
        comments: shuffled(comments),
      });
      expect(lines(points)).toEqual(naivePoints(definition, rows, matches));
    }),
    { numRuns: 1500 },
  );
});

test("Rows in goes, cut anywhere, with a restart before each: the same points, or word that a row came late", () => {
  let whole = 0;
  fc.assert(
    fc.property(wanted, mirror, fc.array(at, { maxLength: 4 }), fc.boolean(), (definition, rows, cuts, allIssues) => {
      const options = parseCount(argsOf(definition));
      const ends = [...cuts.toSorted((a, b) => a - b), Infinity];
      const points: Point[] = [];
      let [saved, from] = ["null", -1];
      try {
        for (const end of ends) {
          const within = ({ at }: { readonly at: number }): boolean => at > from && at <= end;
          // Issues come again and again, as they are updated; or each with its creation.
          const issues = rows.issues.filter(({ created }) => allIssues || created <= end);
          const run = new MetricRun(REPOSITORY, options, JSON.parse(saved));
          const [events, comments] = [rows.events.filter(within), rows.comments.filter(within)];
          points.push(...run.advance({ issues, events, comments }));
          [saved, from] = [JSON.stringify(run.save()), end];
        }
      } catch (error) {
        if (!(error instanceof LateRow)) throw error;
        // Only an issue can be late here: one that something happened to before it was made.
        expect(allIssues).toBe(false);
        const known = new Map(rows.issues.map(({ number, created }) => [number, created]));
        expect([...rows.events, ...rows.comments].some(({ issue, at }) => at < (known.get(issue) ?? 0))).toBe(true);
        return;
      }
      whole += 1;
      expect(lines(points)).toEqual(naivePoints(definition, rows, matches));
    }),
    { numRuns: 1500 },
  );
  expect(whole).toBeGreaterThan(500);
});

test("Pages of a few rows, each from where the last ended: the same points", () => {
  fc.assert(
    fc.property(wanted, mirror, fc.integer({ min: 1, max: 7 }), (definition, rows, size) => {
      const options = parseCount(argsOf(definition));
      const behind = (row: EventRow | CommentRow, keys: Keys): boolean => {
        const key = "body" in row ? keys.comments : keys.events;
        if (row.at !== key.at) return row.at > key.at;
        if (row.id !== key.id) return row.id > key.id;
        return "body" in row && row.review && !keys.comments.review;
      };
      const inOrder = <Row extends EventRow | CommentRow>(of: readonly Row[]): Row[] =>
        of.toSorted(
          (a, b) =>
            a.at - b.at || a.id - b.id || ("body" in a && "body" in b ? Number(a.review) - Number(b.review) : 0),
        );
      const [events, comments] = [inOrder(rows.events), inOrder(rows.comments)];
      const points: Point[] = [];
      let saved = "null";
      for (let page = 0; ; page += 1) {
        if (page > rows.events.length + rows.comments.length + 1) throw new Error("It does not get on");
        const run = new MetricRun(REPOSITORY, options, JSON.parse(saved));
        const keys = keysBehind(run.cursor);
        const left = {
          events: events.filter((row) => behind(row, keys)),
          comments: comments.filter((row) => behind(row, keys)),
        };
        if (page > 0 && left.events.length + left.comments.length === 0) break;
        const cut = {
          issues: rows.issues,
          events: left.events.slice(0, size),
          comments: left.comments.slice(0, size),
        };
        const more = { events: left.events.length > size, comments: left.comments.length > size };
        points.push(...run.advance(upToHorizon(cut, more)));
        saved = JSON.stringify(run.save());
      }
      expect(lines(points)).toEqual(naivePoints(definition, rows, matches));
    }),
    { numRuns: 1000 },
  );
});

test("Issues that come with any go: the same points, or word that they came late", () => {
  let late = 0;
  fc.assert(
    fc.property(wanted, mirror, at, fc.infiniteStream(fc.boolean()), (definition, rows, cut, luck) => {
      const early = new Set(rows.issues.filter(() => luck.next().value));
      const until = ({ at }: { readonly at: number }): boolean => at <= cut;
      const run = new MetricRun(REPOSITORY, parseCount(argsOf(definition)));
      const points = run.advance({
        issues: [...early],
        events: rows.events.filter(until),
        comments: rows.comments.filter(until),
      });
      try {
        points.push(
          ...run.advance({
            issues: rows.issues,
            events: rows.events.filter((row) => !until(row)),
            comments: rows.comments.filter((row) => !until(row)),
          }),
        );
      } catch (error) {
        if (!(error instanceof LateRow)) throw error;
        late += 1;
        return;
      }
      expect(lines(points)).toEqual(naivePoints(definition, rows, matches));
    }),
    { numRuns: 3000 },
  );
  expect(late).toBeLessThan(2900);
});

test("Rows in goes of any sort: the same points, or word that a row came late and nothing is changed", () => {
  fc.assert(
    fc.property(wanted, mirror, fc.infiniteStream(fc.integer({ min: 0, max: 2 })), (definition, rows, luck) => {
      const dealt = <Row>(of: readonly Row[]): Row[][] => {
        const hands: Row[][] = [[], [], []];
        for (const row of of) hands[luck.next().value ?? 0]?.push(row);
        return hands;
      };
      const [issues, events, comments] = [dealt(rows.issues), dealt(rows.events), dealt(rows.comments)];
      const run = new MetricRun(REPOSITORY, parseCount(argsOf(definition)));
      const points: Point[] = [];
      for (const n of [0, 1, 2]) {
        const before = JSON.stringify(run.save());
        try {
          points.push(
            ...run.advance({ issues: issues[n] ?? [], events: events[n] ?? [], comments: comments[n] ?? [] }),
          );
        } catch (error) {
          if (!(error instanceof LateRow)) throw error;
          expect(JSON.stringify(run.save())).toBe(before);
          return;
        }
      }
      expect(lines(points)).toEqual(naivePoints(definition, rows, matches));
    }),
    { numRuns: 1500 },
  );
});
