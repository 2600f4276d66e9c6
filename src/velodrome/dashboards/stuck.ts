/** What is stuck (spec velodrome 8.3, 8.4): open work by age, without activity, blocked; by SIG, with the searches that list it. */
import { sql } from "kysely";
import { gaugeName, ISSUE_GAUGES, PULL_GAUGES } from "../measures/gauge.ts";
import { analytic, ask, listed } from "../measures/kysely.ts";
import { WEEK, weekOf } from "../measures/weeks.ts";
import type { Chart, Dashboard, Panel, Scope, Table } from "./panel.ts";
import { measuredUntil, readWeeks, weekChart, weeksOf } from "./weekly.ts";

const DAY = 86_400;
const MOST_ROWS = 4000;
const OPEN = "At the end of each week (from Monday, UTC), the running one as it is now; what bots opened is left out.";

type Head = Pick<Panel, "id" | "title" | "definition">;

/** A line for each gauge, of all repositories together. */
function gaugePanel(head: Head, pulls: boolean, names: readonly (readonly [gauge: string, line: string])[]): Panel {
  const known = new Set((pulls ? PULL_GAUGES : ISSUE_GAUGES).map(({ name }) => name));
  const lines = names.map(([gauge, name]) => {
    if (!known.has(gauge)) throw new Error(`There is no gauge ${gauge}`);
    const wanted = gaugeName(pulls, { name: gauge });
    return { name, wanted };
  });
  return {
    ...head,
    definition: `${head.definition} ${OPEN}`,
    unit: "number",
    async load(db, scope): Promise<Chart> {
      const weeks = weeksOf(scope, lines.length);
      const measures = lines.map(({ wanted }) => wanted);
      const { rows, asOf } = await readWeeks(db, scope, measures, weeks);
      const drawn = lines.map(({ name, wanted }) => ({
        name,
        of: ({ measure }: { measure: string }) => measure === wanted,
        value: ({ n }: { n: number }) => n,
      }));
      return weekChart(weeks, rows, drawn, asOf);
    },
  };
}

const days = (prefix: string, of: readonly number[], word: string) =>
  of.map((n) => [`${prefix}-${n}d`, n === 365 ? `${word} a year` : `${word} ${n} days`] as const);

interface SigColumn {
  readonly name: string;
  readonly gauge: string;
  readonly search: (now: number) => string;
}

const date = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
const COLUMNS: readonly SigColumn[] = [
  { name: "Open", gauge: "open", search: () => "" },
  { name: "Over 30 days", gauge: "open-30d", search: (now) => `created:<${date(now - 30 * DAY)}` },
  { name: "Over 90 days", gauge: "open-90d", search: (now) => `created:<${date(now - 90 * DAY)}` },
  { name: "Idle 14 days", gauge: "idle-14d", search: (now) => `updated:<${date(now - 14 * DAY)}` },
  { name: "Without lgtm", gauge: "no-lgtm", search: () => "-label:lgtm" },
  { name: "Without approval", gauge: "unapproved", search: () => "-label:approved" },
  { name: "Need a rebase", gauge: "needs-rebase", search: () => "label:needs-rebase" },
  { name: "Held", gauge: "held", search: () => "label:do-not-merge/hold,do-not-merge/work-in-progress" },
];

/** Where GitHub lists them. */
function searchOf({ repositories, github = "https://github.com" }: Scope, sig: string, more: string): string {
  const where = repositories.map((name) => `repo:${name}`);
  const query = ["is:open", "is:pr", ...where, ...(sig === "" ? [] : [`label:sig/${sig}`]), more].filter(Boolean);
  return `${github}/pulls?q=${encodeURIComponent(query.join(" "))}`;
}

const bySig: Panel = {
  id: "by-sig",
  title: "Open pull requests by SIG",
  definition:
    "As of the last count: open pull requests with each SIG label (the first row: all), and of those which are how old, have had no activity of anybody but their author for 14 days, or wait for something. A number leads to GitHub's list; GitHub cannot search for activity of others, so that list is of those without any.",
  unit: "number",
  async load(db, scope): Promise<Table> {
    const asOf = await measuredUntil(db, scope.repositories);
    const week = weekOf(asOf ?? scope.now);
    const { rows } = await ask(
      db,
      analytic
        .selectFrom(listed(sql`${JSON.stringify(scope.repositories)}`).as("of"))
        .crossJoin(
          listed(sql`${JSON.stringify(COLUMNS.map(({ gauge }) => gaugeName(true, { name: gauge })))}`).as("named"),
        )
        .crossJoin("measure_week")
        .whereRef("repository", "=", "of.value")
        .whereRef("measure", "=", "named.value")
        .where("week", "=", week)
        .select(["measure", "sig", "n"])
        .limit(MOST_ROWS),
    );
    const counts = new Map<string, Map<string, number>>();
    for (const { measure, sig, n } of rows) {
      const of = counts.get(sig) ?? new Map<string, number>();
      counts.set(sig, of.set(measure, (of.get(measure) ?? 0) + n));
    }
    const cells = [...counts]
      .filter(([sig]) => scope.sig === "" || sig === scope.sig)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([sig, of]) => [
        sig === "" ? "all" : sig,
        ...COLUMNS.map(({ gauge, search }) => ({
          text: String(of.get(gaugeName(true, { name: gauge })) ?? 0),
          href: searchOf(scope, sig, search(scope.now)),
        })),
      ]);
    const columns = [
      { name: "SIG", unit: "text" as const },
      ...COLUMNS.map(({ name }) => ({ name, unit: "number" as const })),
    ];
    return { kind: "table", columns, rows: cells, asOf };
  },
};

const WAITING = 30;

const waiting: Panel = {
  id: "waiting",
  title: "Waiting longest for an answer",
  definition:
    "Open pull requests, no drafts, on which nobody but their author (and bots) has done anything for the longest time, or ever: the 30 first. Of very many open ones, only those opened first are looked at.",
  unit: "seconds",
  async load(db, { repositories, sig, now, github = "https://github.com" }): Promise<Table> {
    const open = analytic
      .selectFrom(listed(sql`${JSON.stringify(repositories)}`).as("of"))
      .crossJoin("pr_fact")
      .whereRef("repository", "=", "of.value")
      .where("is_pr", "=", 1)
      .where("closed", "is", null)
      .where("author_bot", "=", 0)
      .select(["repository", "number", "author", "draft", "sigs"])
      .select(sql<number>`coalesce(last_other, opened)`.as("since"))
      .limit(MOST_ROWS);
    const [{ rows }, asOf] = await Promise.all([ask(db, open), measuredUntil(db, repositories)]);
    const cells = rows
      .filter(({ draft, sigs }) => draft === 0 && (sig === "" || sigs.includes(JSON.stringify(sig))))
      .sort((a, b) => a.since - b.since)
      .slice(0, WAITING)
      .map(({ repository, number, author, since }) => [
        { text: `${repository}#${number}`, href: `${github}/${repository}/pull/${number}` },
        author,
        now - since,
      ]);
    const columns = [
      { name: "Pull request", unit: "text" as const },
      { name: "Author", unit: "text" as const },
      { name: "Waiting", unit: "seconds" as const },
    ];
    return { kind: "table", columns, rows: cells, asOf };
  },
};

export const stuck: Dashboard = {
  id: "stuck",
  title: "Stuck work",
  about: "What is open for long, idle, or blocked?",
  days: 365,
  sight: "repositories",
  bySig: true,
  panels: [
    gaugePanel(
      {
        id: "awaiting",
        title: "Open pull requests by age",
        definition: "Open pull requests, and those that were opened longer ago than each time.",
      },
      true,
      [["open", "open"], ...days("open", [10, 30, 60, 90, 365], "over")],
    ),
    gaugePanel(
      {
        id: "inactive-pull-requests",
        title: "Inactive pull requests",
        definition: "Open pull requests on which nobody but their author and bots did anything for each time.",
      },
      true,
      days("idle", [14, 30, 90], "for"),
    ),
    gaugePanel(
      {
        id: "blocked",
        title: "Blocked pull requests",
        definition:
          "Open pull requests: all, without the label approved, without lgtm, with release-note-label-needed, with needs-ok-to-test, with needs-rebase, with any do-not-merge label.",
      },
      true,
      [
        ["open", "open"],
        ["unapproved", "not approved"],
        ["no-lgtm", "without lgtm"],
        ["release-note", "release note needed"],
        ["needs-ok", "needs ok-to-test"],
        ["needs-rebase", "needs rebase"],
        ["held", "do-not-merge"],
      ],
    ),
    bySig,
    waiting,
    gaugePanel(
      {
        id: "open-issues",
        title: "Open issues by age",
        definition: "Open issues, and those that were opened longer ago than each time.",
      },
      false,
      [["open", "open"], ...days("open", [30, 90, 365], "over")],
    ),
    gaugePanel(
      {
        id: "inactive-issues",
        title: "Inactive issues",
        definition: "Open issues on which nobody but their author and bots did anything for each time.",
      },
      false,
      days("idle", [14, 30, 90], "for"),
    ),
    gaugePanel(
      {
        id: "triage",
        title: "Issues to triage",
        definition:
          "Open issues without any priority label, with priority/critical-urgent, and with lifecycle/rotten, which will be closed next.",
      },
      false,
      [
        ["no-priority", "without priority"],
        ["urgent", "critical-urgent"],
        ["rotten", "rotten"],
      ],
    ),
  ],
};

/** SIGs with open pull requests this week or the week before: what there is to choose from. `now`: seconds. */
export async function sigsOf(db: D1Database, repositories: readonly string[], now: number): Promise<readonly string[]> {
  const query = analytic
    .selectFrom(listed(sql`${JSON.stringify(repositories)}`).as("of"))
    .crossJoin("measure_week")
    .whereRef("repository", "=", "of.value")
    .where("measure", "=", gaugeName(true, { name: "open" }))
    .where("week", "in", [weekOf(now), weekOf(now) - WEEK])
    .where("sig", "<>", "")
    .select("sig")
    .limit(MOST_ROWS);
  const { rows } = await ask(db, query);
  return [...new Set(rows.map(({ sig }) => sig))].sort((a, b) => (a < b ? -1 : 1));
}
