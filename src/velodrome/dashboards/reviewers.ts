/** Who carries the load of reviewing (spec velodrome 8.3, 8.4): reviews of each person, how evenly, and who is asked in vain. */
import { sql } from "kysely";
import { stored } from "../../store/stored.ts";
import type { DeedKind } from "../measures/deed.ts";
import { analytic, ask, listed } from "../measures/kysely.ts";
import { WEEK } from "../measures/weeks.ts";
import type { Chart, ChartLine, Dashboard, Panel, Scope, Table } from "./panel.ts";
import { concentration, gini, readPeople, sums } from "./people-weeks.ts";
import { measuredUntil } from "./weekly.ts";

const LATEST =
  "Of many people, the latest weeks that can be read at once. Weeks are from Monday, UTC; bots do not count.";
const YEAR = 366 * 86_400;
const MOST_PULLS = 3000;
const WEIGHTS: Readonly<Record<string, number>> = { XS: 0.25, S: 0.5, M: 1, L: 2, XL: 4, XXL: 8 };
const SHOWN = 100;

const panel = (head: Pick<Panel, "id" | "title" | "definition" | "unit">, load: Panel["load"]): Panel => ({
  ...head,
  definition: `${head.definition} ${LATEST}`,
  load,
});

const COLUMNS = [
  ["review", "Reviews"],
  ["line-comment", "Comments on lines"],
  ["lgtm", "LGTM"],
  ["approve", "Approvals"],
] as const;

const byPerson = panel(
  {
    id: "by-person",
    title: "Reviews by person",
    definition:
      "Submitted reviews, comments on lines, /lgtm and /approve (or their labels set by hand) of each person on pull requests of others.",
    unit: "number",
  },
  async (db, scope): Promise<Table> => {
    const { rows, asOf } = await readPeople(
      db,
      scope,
      COLUMNS.map(([kind]) => kind),
    );
    const each = COLUMNS.map(([kind]) => new Map(sums(rows.filter((row) => row.kind === kind))));
    const people = sums(rows).slice(0, SHOWN);
    const columns = [
      { name: "Login", unit: "text" as const },
      ...COLUMNS.map(([, name]) => ({ name, unit: "number" as const })),
    ];
    return {
      kind: "table",
      columns,
      rows: people.map(([person]) => [person, ...each.map((of) => of.get(person) ?? 0)]),
      asOf,
    };
  },
);

const evenness = panel(
  {
    id: "evenness",
    title: "How evenly reviews are spread",
    definition:
      "Of the reviews, /lgtm and /approve of each week: the Gini coefficient over the people who did any (0: all the same, towards 100 %: one does all), and what part the ten busiest did.",
    unit: "share",
  },
  async (db, scope): Promise<Chart> => {
    const { rows, weeks, asOf } = await readPeople(db, scope, ["review", "lgtm", "approve"]);
    const byWeek = Map.groupBy(rows, ({ week }) => week);
    const amounts = weeks.map((week) => sums(byWeek.get(week) ?? []).map(([, n]) => n));
    const lines: ChartLine[] = [
      { name: "Gini coefficient", values: amounts.map((of) => gini(of)) },
      { name: "The ten busiest", values: amounts.map((of) => concentration(of).topTen) },
    ];
    return { kind: "chart", step: WEEK, times: weeks, lines, asOf };
  },
);

const REQUESTS: readonly DeedKind[] = ["requested", "answered"];

const silence = panel(
  {
    id: "silent-requests",
    title: "Review requests without an answer",
    definition:
      "Of those who were asked to review in each week, the part that has not said anything on that pull request since: no review, no comment. Late answers still lower it.",
    unit: "share",
  },
  async (db, scope): Promise<Chart> => {
    const { rows, weeks, asOf } = await readPeople(db, scope, REQUESTS);
    const of = (week: number, kind: DeedKind) =>
      rows.filter((row) => row.week === week && row.kind === kind).reduce((sum, { n }) => sum + n, 0);
    const asked = weeks.map((week) => of(week, "requested"));
    const silent = weeks.map((week, at) => (asked[at] ? 1 - of(week, "answered") / (asked[at] ?? 1) : null));
    return { kind: "chart", step: WEEK, times: weeks, lines: [{ name: "Unanswered", values: silent }], asOf };
  },
);

const requested = panel(
  {
    id: "requested",
    title: "Who is asked to review, and answers",
    definition:
      "How often each person was asked to review a pull request, and how often they said something on it afterwards.",
    unit: "number",
  },
  async (db, scope): Promise<Table> => {
    const { rows, asOf } = await readPeople(db, scope, REQUESTS);
    const answered = new Map(sums(rows.filter(({ kind }) => kind === "answered")));
    const asked = sums(rows.filter(({ kind }) => kind === "requested")).slice(0, SHOWN);
    const columns = [
      { name: "Login", unit: "text" as const },
      { name: "Asked", unit: "number" as const },
      { name: "Answered", unit: "number" as const },
      { name: "Unanswered", unit: "share" as const },
    ];
    const cells = asked.map(([person, n]) => {
      const given = answered.get(person) ?? 0;
      return [person, n, given, 1 - given / n];
    });
    return { kind: "table", columns, rows: cells, asOf };
  },
);

function openPulls({ repositories, now }: Scope) {
  return analytic
    .selectFrom(listed(sql`${JSON.stringify(repositories)}`).as("of"))
    .crossJoin("pr_fact")
    .whereRef("repository", "=", "of.value")
    .where("is_pr", "=", 1)
    .where("closed", "is", null)
    .where("author_bot", "=", 0)
    .where("opened", ">=", now - YEAR)
    .select(["size", "sigs"])
    .limit(MOST_PULLS);
}

function reviewersBySig({ repositories, now }: Scope) {
  return analytic
    .selectFrom(listed(sql`${JSON.stringify(repositories)}`).as("of"))
    .crossJoin(listed(sql`'["lgtm","approve"]'`).as("named"))
    .crossJoin("person_week")
    .whereRef("repository", "=", "of.value")
    .whereRef("kind", "=", "named.value")
    .where("week", ">", now - 5 * WEEK)
    .where("sig", "<>", "")
    .select(["sig", "person"])
    .limit(1200);
}

const workload: Panel = {
  id: "workload",
  title: "Workload by SIG",
  definition:
    "Open pull requests of the last year, weighed by size (XS 0.25, S 0.5, M or none 1, L 2, XL 4, XXL 8), for each SIG label; divided by the people who gave /lgtm or /approve on pull requests of that SIG in the last month (0 if there are none).",
  unit: "number",
  async load(db, scope): Promise<Table> {
    const [pulls, people, asOf] = await Promise.all([
      ask(db, openPulls(scope)),
      ask(db, reviewersBySig(scope)),
      measuredUntil(db, scope.repositories),
    ]);
    const load = new Map<string, { pulls: number; weight: number }>();
    for (const { size, sigs } of pulls.rows)
      for (const sig of stored<readonly string[]>(sigs)) {
        const known = load.get(sig) ?? { pulls: 0, weight: 0 };
        load.set(sig, { pulls: known.pulls + 1, weight: known.weight + (WEIGHTS[size] ?? 1) });
      }
    const reviewers = new Map<string, Set<string>>();
    for (const { sig, person } of people.rows) reviewers.set(sig, (reviewers.get(sig) ?? new Set()).add(person));
    const rows = [...load]
      .filter(([sig]) => scope.sig === "" || sig === scope.sig)
      .map(([sig, { pulls: n, weight }]) => {
        const many = reviewers.get(sig)?.size ?? 0;
        return [sig, n, weight, many, many === 0 ? 0 : weight / many] as const;
      })
      .sort((a, b) => b[4] - a[4] || b[2] - a[2] || (a[0] < b[0] ? -1 : 1));
    const columns = [
      { name: "SIG", unit: "text" as const },
      ...["Pull requests", "Weight", "Reviewers", "Weight each"].map((name) => ({ name, unit: "number" as const })),
    ];
    return { kind: "table", columns, rows, asOf };
  },
};

export const reviewers: Dashboard = {
  id: "reviewers",
  title: "Reviewers",
  about: "Who carries the load of reviewing, and how evenly?",
  days: 90,
  sight: "repositories",
  bySig: true,
  panels: [byPerson, evenness, silence, requested, workload],
};
