/** What panels of builds read: a metric's rows by day. A day is one row of D1. */
import { dayOf, daysAfter, startOf } from "../../metrics/day.ts";
import { newestResult, type Result, resultsBetween, runningOf } from "../../metrics/results.ts";
import { stored } from "../../store/stored.ts";
import type { Chart, ChartLine, Scope, Table } from "./panel.ts";

const DAY = 86_400;
const MOST_DAYS = 366;

/** Unix seconds up to which a result counts: the end of its day, or the moment at which it was counted in a running day. */
const countedTo = ({ day }: Result): number =>
  (day.length > 10 ? Date.parse(`${day}:00Z`) : startOf(daysAfter(day, 1))) / 1000;

/** Of the running day, when that is not over and counted by now. */
async function runningResult(db: D1Database, metric: string, newest: Result | null): Promise<Result | null> {
  const running = await newestResult(db, runningOf(metric));
  return running !== null && (newest === null || running.day.slice(0, 10) > newest.day) ? running : null;
}

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
  const running = await runningResult(db, metric, newest);
  const all = running === null ? results : [...results, running];
  const known = new Map(all.map(({ day, rows }) => [day.slice(0, 10), stored<readonly Row[]>(rows)]));
  const days: string[] = [];
  for (let day = first; day <= last; day = daysAfter(day, 1)) days.push(day);
  return {
    times: days.map((day) => startOf(day) / 1000),
    rows: days.map((day) => known.get(day) ?? null),
    asOf: newestOf(running, newest),
  };
}

const newestOf = (...results: readonly (Result | null)[]): number | null => {
  const result = results.find((one) => one !== null);
  return result ? countedTo(result) : null;
};

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
  const newest = await newestResult(db, metric, dayOf(to * 1000));
  const running = await runningResult(db, metric, newest);
  const result = running !== null && countedTo(running) <= to ? running : newest;
  return { rows: result?.rows ?? "[]", asOf: newestOf(result) };
}

/** A job's name, leading to its runs. */
export const jobCell = (job: string): Table["rows"][number][number] => ({
  text: job,
  href: `/job-history/${encodeURIComponent(job.replace(/^pr:/, ""))}`,
});
