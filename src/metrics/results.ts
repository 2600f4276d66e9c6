/** Rows of metrics by day, in D1. */
import { daysAfter } from "./day.ts";
import { DAYS_KEPT } from "./days.ts";

export interface Result {
  readonly day: string;
  /** JSON list of objects. */
  readonly rows: string;
}

/** D1 takes two megabytes a row. */
const MOST_BYTES = 1_800_000;
const RESULT_DAYS = 366;
const JOB_DAYS = 400;
const JOBS_A_SWEEP = 500;

/** The first rows, as many as a row of D1 holds. */
function fitting(rows: readonly unknown[]): string {
  const text = JSON.stringify(rows);
  const size = new TextEncoder().encode(text).length;
  return size <= MOST_BYTES ? text : fitting(rows.slice(0, Math.floor((rows.length * MOST_BYTES * 0.95) / size)));
}

export async function saveResult(db: D1Database, metric: string, day: string, rows: readonly unknown[]): Promise<void> {
  await db
    .prepare("INSERT OR REPLACE INTO build_metric (metric, day, rows) VALUES (?, ?, ?)")
    .bind(metric, day, fitting(rows))
    .run();
}

/** The newest result; `before`: of days before that one. */
export const newestResult = (db: D1Database, metric: string, before = "9999"): Promise<Result | null> =>
  db
    .prepare("SELECT day, rows FROM build_metric WHERE metric = ? AND day < ? ORDER BY day DESC LIMIT 1")
    .bind(metric, before)
    .first<Result>();

/** Results of these days, both included; in their order. */
export async function resultsBetween(
  db: D1Database,
  metric: string,
  from: string,
  to: string,
): Promise<readonly Result[]> {
  const { results } = await db
    .prepare("SELECT day, rows FROM build_metric WHERE metric = ? AND day >= ? AND day <= ? ORDER BY day LIMIT 400")
    .bind(metric, from, to)
    .all<Result>();
  return results;
}

export const resultOf = (db: D1Database, metric: string, day: string): Promise<Result | null> =>
  db.prepare("SELECT day, rows FROM build_metric WHERE metric = ? AND day = ?").bind(metric, day).first<Result>();

/** Under which a metric's rows of the running day are kept. Their day has the time of counting: YYYY-MM-DDTHH:MM. */
export const runningOf = (metric: string): string => `${metric} so far`;

/** Those from before a moment. */
export async function forgetRunning(db: D1Database, metrics: readonly string[], moment: string): Promise<void> {
  await db
    .prepare("DELETE FROM build_metric WHERE metric IN (SELECT value FROM json_each(?)) AND day < ?")
    .bind(JSON.stringify(metrics.map(runningOf)), moment)
    .run();
}

/** From when to when there are results of a metric. */
export interface Kept {
  readonly metric: string;
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** In the order of the ids. */
export async function keptOf(db: D1Database, metrics: readonly string[]): Promise<readonly Kept[]> {
  const { results } = await db
    .prepare(
      `SELECT value AS metric, (SELECT min(day) FROM build_metric WHERE metric = value) AS oldest,
         (SELECT max(day) FROM build_metric WHERE metric = value) AS newest FROM json_each(?) ORDER BY key`,
    )
    .bind(JSON.stringify(metrics))
    .all<Kept>();
  return results;
}

/** Results are kept for a year, builds for as long as late ones may change them, jobs for as long as the index has them. */
export const forgetOld = (
  db: D1Database,
  metrics: readonly string[],
  newest: string,
): readonly D1PreparedStatement[] => [
  db.prepare("DELETE FROM build_part WHERE day <= ?").bind(daysAfter(newest, -DAYS_KEPT)),
  db.prepare("DELETE FROM build_day WHERE day < ?").bind(daysAfter(newest, -RESULT_DAYS)),
  db
    .prepare("DELETE FROM build_metric WHERE metric IN (SELECT value FROM json_each(?)) AND day < ?")
    .bind(JSON.stringify(metrics), daysAfter(newest, -RESULT_DAYS)),
  db
    .prepare(
      `DELETE FROM build_job WHERE (job, repository) IN
         (SELECT job, repository FROM build_job WHERE last_run < ? LIMIT ${JOBS_A_SWEEP})`,
    )
    .bind(daysAfter(newest, -JOB_DAYS)),
];
