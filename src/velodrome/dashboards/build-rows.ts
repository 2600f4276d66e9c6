/** What panels of builds read: a metric's rows by day. A day is one row of D1. */
import { dayOf, daysAfter, startOf } from "../../metrics/day.ts";
import { newestResult, resultsBetween } from "../../metrics/results.ts";
import { stored } from "../../store/stored.ts";
import type { Chart, ChartLine, Scope, Table } from "./panel.ts";

const DAY = 86_400;
const MOST_DAYS = 366;

const endOf = (day: string): number => startOf(daysAfter(day, 1)) / 1000;

export interface Days<Row> {
  readonly times: readonly number[];
  /** The rows of each; null: that day was not counted. */
  readonly rows: readonly (readonly Row[] | null)[];
  readonly asOf: number | null;
}

/** Days of a scope, from a year before its end at the earliest. */
export async function readDays<Row>(db: D1Database, metric: string, { from, to }: Scope): Promise<Days<Row>> {
  const last = dayOf((to - 1) * 1000);
  const earliest = daysAfter(last, 1 - MOST_DAYS);
  const asked = dayOf(from * 1000);
  const first = asked < earliest ? earliest : asked;
  const [newest, results] = await Promise.all([newestResult(db, metric), resultsBetween(db, metric, first, last)]);
  const known = new Map(results.map(({ day, rows }) => [day, stored<readonly Row[]>(rows)]));
  const days: string[] = [];
  for (let day = first; day <= last; day = daysAfter(day, 1)) days.push(day);
  return {
    times: days.map((day) => startOf(day) / 1000),
    rows: days.map((day) => known.get(day) ?? null),
    asOf: newest === null ? null : endOf(newest.day),
  };
}

/** A line for each value of a day; a day that was not counted, or is said to have none, has none. */
export function chartOf<Row>({ times, rows, asOf }: Days<Row>, lines: readonly LineOf<Row>[]): Chart {
  const values = (valueOf: LineOf<Row>["value"]) => rows.map((of) => (of === null ? null : valueOf(of)));
  return {
    kind: "chart",
    step: DAY,
    times,
    lines: lines.map(({ value, ...line }): ChartLine => ({ ...line, values: values(value) })),
    asOf,
  };
}

export interface LineOf<Row> extends Omit<ChartLine, "values"> {
  readonly value: (rows: readonly Row[]) => number | null;
}

/** The newest rows that were known at the end of a scope, as JSON. */
export async function newestRows(
  db: D1Database,
  metric: string,
  { to }: Scope,
): Promise<{ readonly rows: string; readonly asOf: number | null }> {
  const result = await newestResult(db, metric, dayOf(to * 1000));
  return result === null ? { rows: "[]", asOf: null } : { rows: result.rows, asOf: endOf(result.day) };
}

/** A job's name, leading to its runs. */
export const jobCell = (job: string): Table["rows"][number][number] => ({
  text: job,
  href: `/job-history/${encodeURIComponent(job.replace(/^pr:/, ""))}`,
});
