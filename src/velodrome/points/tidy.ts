/** Takes away points that nobody reads any more, some at a time: old generations, metrics that are gone, fine ones that are old. */
import { BUCKETS } from "./buckets.ts";
import { RESOLUTIONS } from "./digest.ts";
import type { Progress } from "./step.ts";

const ROWS_A_STATEMENT = 300;
const OF = "repository = ?1 AND metric = ?2";
const KEYS = {
  metric_point: "repository, metric, generation, resolution, at, field",
  metric_bucket: "repository, metric, generation, resolution, field, at",
  metric_author: "repository, metric, generation, resolution, field, at, author",
} as const;
type PointTable = keyof typeof KEYS;
const TABLES: readonly PointTable[] = ["metric_point", "metric_bucket", "metric_author"];

const some = (table: PointTable, condition: string): string => `DELETE FROM ${table} WHERE (${KEYS[table]}) IN
  (SELECT ${KEYS[table]} FROM ${table} WHERE ${OF} AND ${condition} LIMIT ${ROWS_A_STATEMENT})`;
const oldGenerations = (table: PointTable): string => some(table, "generation < ?3");
const ofNoMetric = (table: PointTable): string => some(table, "generation >= 0");
/** Field by field, since their keys have the field before the time. */
function tooOld(table: PointTable): string {
  const at = "generation = ?3 AND resolution = ?4";
  if (table === "metric_point") return some(table, `${at} AND at < ?5`);
  const next = `SELECT min(field) FROM ${table} WHERE ${OF} AND ${at}`;
  return `WITH RECURSIVE named(field) AS (${next} UNION ALL
    SELECT (${next} AND field > named.field) FROM named WHERE named.field IS NOT NULL)
    ${some(table, `${at} AND field IN (SELECT field FROM named) AND at < ?5`)}`;
}

/** `more`: there was more than a step takes. `defined`: names of the metrics that there are; `now`: seconds. */
export async function tidy(
  db: D1Database,
  repository: string,
  progress: readonly Progress[],
  defined: ReadonlySet<string>,
  now: number,
): Promise<{ readonly more: boolean; readonly used: number }> {
  let used = 0;
  for (const { metric, generation, shown } of progress) {
    const gone = !defined.has(metric);
    const statements = TABLES.flatMap((table) => {
      if (gone) return [db.prepare(ofNoMetric(table)).bind(repository, metric)];
      const ages = (table === "metric_point" ? RESOLUTIONS : BUCKETS).filter(({ kept }) => kept !== null);
      return [
        db.prepare(oldGenerations(table)).bind(repository, metric, shown),
        ...ages.map(({ seconds, kept }) =>
          db.prepare(tooOld(table)).bind(repository, metric, generation, seconds, now - (kept ?? 0)),
        ),
      ];
    });
    const answers = await db.batch(statements);
    used += answers.reduce((sum, { meta }) => sum + meta.rows_read + meta.rows_written, 0);
    if (answers.some(({ meta }) => meta.changes >= ROWS_A_STATEMENT)) return { more: true, used };
    if (gone)
      await db.prepare("DELETE FROM metric_run WHERE repository = ? AND metric = ?").bind(repository, metric).run();
  }
  return { more: false, used };
}
