/** Takes away points that nobody reads any more, some at a time: old generations, metrics that are gone, fine ones that are old. */
import { RESOLUTIONS } from "./digest.ts";
import type { Progress } from "./step.ts";

const ROWS_A_STATEMENT = 300;
const KEY = "repository, metric, generation, resolution, at, field";
const some = (condition: string): string => `DELETE FROM metric_point WHERE (${KEY}) IN
  (SELECT ${KEY} FROM metric_point WHERE repository = ?1 AND metric = ?2 AND ${condition} LIMIT ${ROWS_A_STATEMENT})`;
const OLD_GENERATIONS = some("generation < ?3");
const OLD_POINTS = some("generation = ?3 AND resolution = ?4 AND at < ?5");
const OF_NO_METRIC = some("generation >= 0");

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
    const statements = gone
      ? [db.prepare(OF_NO_METRIC).bind(repository, metric)]
      : [
          db.prepare(OLD_GENERATIONS).bind(repository, metric, shown),
          ...RESOLUTIONS.flatMap(({ seconds, kept }) =>
            kept === null ? [] : [db.prepare(OLD_POINTS).bind(repository, metric, generation, seconds, now - kept)],
          ),
        ];
    const answers = await db.batch(statements);
    used += answers.reduce((sum, { meta }) => sum + meta.rows_read + meta.rows_written, 0);
    if (answers.some(({ meta }) => meta.changes >= ROWS_A_STATEMENT)) return { more: true, used };
    if (gone)
      await db.prepare("DELETE FROM metric_run WHERE repository = ? AND metric = ?").bind(repository, metric).run();
  }
  return { more: false, used };
}
