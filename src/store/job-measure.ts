/** Times of jobs that ended, counted for the exporter (spec jobs 4.17). */
import { and, desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { jobMeasure, type prowJob } from "./schema.ts";
import { seen, type Sight } from "./sight.ts";

type Row = typeof prowJob.$inferInsert;

export interface Named {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const MINUTE = 60;
const HOUR = 3600;
/** Upper bounds in seconds, Prow's. */
export const runtimeBuckets: readonly number[] = [
  MINUTE / 2,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  HOUR / 2,
  ...Array.from({ length: 10 }, (_, index) => (index + 1) * HOUR),
];

/** Series that one answer of the exporter holds at most; characters kept of a run's labels or annotations. */
const SERIES = 500;
const NAMED_CHARS = 4_000;

const slotOf = (seconds: number): number => {
  const slot = runtimeBuckets.findIndex((bound) => seconds <= bound);
  return slot === -1 ? runtimeBuckets.length : slot;
};
const none = (): number[] => Array.from({ length: runtimeBuckets.length + 1 }, () => 0);
const counts = (seconds: number | null): string =>
  JSON.stringify(seconds === null ? none() : none().with(slotOf(seconds), 1));
/** Null leaves a list as it is. */
const pathOf = (seconds: number | null): string | null => (seconds === null ? null : `$[${slotOf(seconds)}]`);

const PLUS_ONE = (list: string, path: string): string =>
  `CASE WHEN ${path} IS NULL THEN ${list} ELSE json_set(${list}, ${path}, json_extract(${list}, ${path}) + 1) END`;

/** The statement that counts a job that ended, if no row says yet that it did; null when there is nothing to count. */
export function measured(database: D1Database, row: Row, named: Named): D1PreparedStatement | null {
  const { completionTime = null, pendingTime = null, startTime } = row;
  if (completionTime === null) return null;
  const lastState = pendingTime === null ? "triggered" : "pending";
  // Overridden: nothing ran.
  if (lastState === "triggered" && row.state === "success") return null;
  const waited = pendingTime === null ? null : Math.max(0, pendingTime - startTime) / 1000;
  const ran = Math.max(0, completionTime - (pendingTime ?? startTime)) / 1000;
  return database
    .prepare(
      `INSERT INTO job_measure (job, type, org, repo, base_ref, last_state, state, hidden, waits, waited, runs, ran,
         labels, annotations, updated_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15
       WHERE NOT EXISTS (SELECT 1 FROM prow_job WHERE id = ?16 AND completion_time IS NOT NULL)
       ON CONFLICT DO UPDATE SET
         waits = ${PLUS_ONE("waits", "?17")}, waited = waited + excluded.waited,
         runs = ${PLUS_ONE("runs", "?18")}, ran = ran + excluded.ran,
         labels = excluded.labels, annotations = excluded.annotations, updated_at = excluded.updated_at`,
    )
    .bind(
      row.job,
      row.type,
      row.org,
      row.repo,
      row.baseRef,
      lastState,
      row.state,
      row.hidden,
      counts(waited),
      waited ?? 0,
      counts(ran),
      ran,
      kept(named.labels),
      kept(named.annotations),
      completionTime,
      row.id,
      pathOf(waited),
      pathOf(ran),
    );
}

/** Some of a record, as JSON of bounded length. */
function kept(record: Readonly<Record<string, string>>): string {
  let left = NAMED_CHARS;
  const fitting = Object.entries(record).filter(([name, value]) => {
    left -= name.length + value.length;
    return left >= 0;
  });
  return JSON.stringify(Object.fromEntries(fitting));
}

export type Measure = typeof jobMeasure.$inferSelect;

/** Of what a viewer sees, those counted last; the newest first. */
export async function measures(database: D1Database, sight: Sight): Promise<readonly Measure[]> {
  return await drizzle(database)
    .select()
    .from(jobMeasure)
    .where(and(seen(sight, jobMeasure.org, jobMeasure.repo), sight.everything ? undefined : eq(jobMeasure.hidden, 0)))
    .orderBy(desc(jobMeasure.updatedAt))
    .limit(SERIES);
}
