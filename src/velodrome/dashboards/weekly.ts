/** Reads measures by week for panels: one row of D1 for each repository, week and group, 4,000 at most. */
import { sql } from "kysely";
import { analytic, ask, listed } from "../measures/kysely.ts";
import { WEEK, weekOf } from "../measures/weeks.ts";
import type { Chart, ChartLine, Scope } from "./panel.ts";

/** Of a panel; what else it reads is little. */
const MOST_ROWS = 4000;

export interface WeekRow {
  readonly repository: string;
  readonly measure: string;
  readonly size: string;
  readonly week: number;
  readonly n: number;
  readonly p15: number | null;
  readonly p50: number | null;
  readonly p85: number | null;
  readonly p95: number | null;
}

/** Mondays of the range, the latest ones that `lines` lines of each repository have rows enough for. */
export function weeksOf({ from, to, repositories }: Scope, lines: number): readonly number[] {
  const most = Math.max(1, Math.floor(MOST_ROWS / Math.max(1, lines * repositories.length)));
  const last = weekOf(Math.max(from, to - 1));
  const first = Math.max(weekOf(from), last - (most - 1) * WEEK);
  return Array.from({ length: (last - first) / WEEK + 1 }, (_, at) => first + at * WEEK);
}

/** `sizes`: `["all"]` for the one line of all sizes. Also answers up to when (seconds) all of it is known; null: not yet. */
export async function readWeeks(
  db: D1Database,
  scope: Scope,
  measures: readonly string[],
  weeks: readonly number[],
  sizes: readonly string[] = [""],
): Promise<{ readonly rows: readonly WeekRow[]; readonly asOf: number | null }> {
  const list = (values: readonly string[]) => listed(sql`${JSON.stringify(values)}`);
  const query = analytic
    .selectFrom(list(scope.repositories.slice(0, MOST_ROWS)).as("of"))
    .crossJoin(list(measures).as("named"))
    .crossJoin(list(sizes).as("sized"))
    .crossJoin("measure_week")
    .select(["repository", "measure", "size", "week", "n", "p15", "p50", "p85", "p95"])
    .whereRef("repository", "=", "of.value")
    .whereRef("measure", "=", "named.value")
    .whereRef("size", "=", "sized.value")
    .where("sig", "=", scope.sig)
    .where("week", ">=", weeks[0] ?? 0)
    .where("week", "<=", weeks.at(-1) ?? 0)
    .limit(MOST_ROWS);
  const [{ rows }, asOf] = await Promise.all([ask(db, query), measuredUntil(db, scope.repositories)]);
  return { rows, asOf };
}

/** Up to when (seconds) the measures of all of them are; null: there are none yet. */
export async function measuredUntil(db: D1Database, repositories: readonly string[]): Promise<number | null> {
  const query = analytic
    .selectFrom(listed(sql`${JSON.stringify(repositories)}`).as("of"))
    .crossJoin("measure_run")
    .whereRef("repository", "=", "of.value")
    .select(sql<number | null>`min(until)`.as("until"));
  const { rows } = await ask(db, query);
  return rows[0]?.until ?? null;
}

/** What a line has of the rows of a week. */
export interface Line {
  readonly name: string;
  readonly of: (row: WeekRow) => boolean;
  readonly value: (row: WeekRow) => number | null;
  readonly right?: true;
  readonly hidden?: true;
}

/** A chart by week; of a line's rows of a week, if there are several, the values are added up. */
export function weekChart(
  weeks: readonly number[],
  rows: readonly WeekRow[],
  lines: readonly Line[],
  asOf: number | null,
): Chart {
  const byWeek = Map.groupBy(rows, ({ week }) => week);
  const made = lines.map(({ name, of, value, right, hidden }): ChartLine => {
    const values = weeks.map((week) => {
      const found = (byWeek.get(week) ?? []).filter(of).flatMap((row) => value(row) ?? []);
      return found.length === 0 ? null : found.reduce((sum, one) => sum + one, 0);
    });
    return Object.assign({ name, values }, right && { right }, hidden && { hidden });
  });
  return { kind: "chart", step: WEEK, times: weeks, lines: made, asOf };
}
