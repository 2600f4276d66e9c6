/** What flaky tests cost people (spec velodrome 8.4): tests asked for again, and those that passed on the very same head. */
import { sql } from "kysely";
import { stored } from "../../store/stored.ts";
import type { DeedKind } from "../measures/deed.ts";
import { analytic, ask, listed } from "../measures/kysely.ts";
import { WEEK } from "../measures/weeks.ts";
import type { Chart, ChartLine, Dashboard, Panel, Table } from "./panel.ts";
import { readPeople } from "./people-weeks.ts";
import { measuredUntil } from "./weekly.ts";

const MOST_ROWS = 3500;
const SHOWN = 50;
const FLAKY =
  "Flaky are those on a head that was merged as it was: whatever failed before failed without reason. Pushes are forced ones, and those that a review saw.";

const KINDS: readonly (readonly [DeedKind, string])[] = [
  ["retest", "asked for again"],
  ["flaky", "of those flaky"],
];

const byWeek: Panel = {
  id: "by-week",
  title: "Retests by week",
  definition: `How often people asked for tests again (/retest, /retest-required, /test) in each week (from Monday, UTC), bots aside. ${FLAKY} Of many people, the latest weeks that can be read at once.`,
  unit: "number",
  async load(db, scope): Promise<Chart> {
    const { rows, weeks, asOf } = await readPeople(
      db,
      scope,
      KINDS.map(([kind]) => kind),
    );
    const lines = KINDS.map(([wanted, name]): ChartLine => {
      const found = new Map<number, number>();
      for (const { kind, week, n } of rows) if (kind === wanted) found.set(week, (found.get(week) ?? 0) + n);
      return { name, values: weeks.map((week) => (asOf === null || week > asOf ? null : (found.get(week) ?? 0))) };
    });
    return { kind: "chart", step: WEEK, times: weeks, lines, asOf };
  },
};

const worst: Panel = {
  id: "worst",
  title: "Pull requests with the most flaky retests",
  definition: `Of the pull requests that were opened in this time, the 50 with the most flaky retests. ${FLAKY} Of very many, those opened last.`,
  unit: "number",
  async load(db, { repositories, from, to, sig, github = "https://github.com" }): Promise<Table> {
    const share = Math.max(1, Math.floor(MOST_ROWS / Math.max(1, repositories.length)));
    const latest = sql<string>`(SELECT json_group_array(json_array(number, author, retests, flaky, sigs)) FROM (
      SELECT number, author, retests, flaky, sigs FROM pr_fact WHERE repository = of.value AND opened >= ${from} AND opened < ${to}
      ORDER BY opened DESC LIMIT ${share}) WHERE flaky > 0)`;
    const query = analytic
      .selectFrom(listed(sql`${JSON.stringify(repositories)}`).as("of"))
      .select(["of.value as repository", latest.as("found")])
      .limit(MOST_ROWS);
    const [{ rows }, asOf] = await Promise.all([ask(db, query), measuredUntil(db, repositories)]);
    type Found = readonly [number: number, author: string, retests: number, flaky: number, sigs: string];
    const cells = rows
      .flatMap(({ repository, found }) => stored<readonly Found[]>(found).map((one) => ({ repository, one })))
      .filter(({ one: [, , , , sigs] }) => sig === "" || sigs.includes(JSON.stringify(sig)))
      .sort((a, b) => b.one[3] - a.one[3] || b.one[2] - a.one[2] || b.one[0] - a.one[0])
      .slice(0, SHOWN)
      .map(({ repository, one: [number, author, retests, flaky] }) => [
        { text: `${repository}#${number}`, href: `${github}/${repository}/pull/${number}` },
        author,
        flaky,
        retests,
      ]);
    const columns = [
      { name: "Pull request", unit: "text" as const },
      { name: "Author", unit: "text" as const },
      { name: "Flaky retests", unit: "number" as const },
      { name: "All retests", unit: "number" as const },
    ];
    return { kind: "table", columns, rows: cells, asOf };
  },
};

export const retests: Dashboard = {
  id: "retests",
  title: "Flaky retests",
  about: "How often do people ask for tests again, and was there a reason?",
  days: 180,
  sight: "repositories",
  bySig: true,
  panels: [byWeek, worst],
};
