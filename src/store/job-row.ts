/** Writes the job index. */
import { eq, getTableColumns, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { measured, type Named } from "./job-measure.ts";
import { prowJob } from "./schema.ts";

type Row = typeof prowJob.$inferInsert;

const NOTHING: Named = { labels: {}, annotations: {} };

/** What a job never changes is left out, lest each write of a row write its indexes too. */
const FIXED: readonly string[] = ["id", "job", "type", "org", "repo", "pull", "startTime"] satisfies (keyof Row)[];
const columns = Object.entries(getTableColumns(prowJob)).filter(([key]) => !FIXED.includes(key));
const fromNew = Object.fromEntries(columns.map(([key, column]) => [key, sql.raw(`excluded."${column.name}"`)]));

/**
 * Inserts or updates a job's row; a row of the same or a newer version stays. With the row that first says how the job
 * ended, its times are counted for the exporter: once, however often it is written.
 */
export async function saveJobRow(database: D1Database, row: Row, named: Named = NOTHING): Promise<void> {
  const measure = measured(database, row, named);
  const { sql: text, params } = insertOf(database, row).toSQL();
  const save = database.prepare(text).bind(...params);
  await (measure === null ? save.run() : database.batch([measure, save]));
}

const insertOf = (database: D1Database, row: Row) =>
  drizzle(database)
    .insert(prowJob)
    .values(row)
    .onConflictDoUpdate({
      target: prowJob.id,
      set: fromNew,
      setWhere: sql`${prowJob.version} < excluded."version"`,
    });

/** Takes a job off the index. */
export async function dropJobRow(database: D1Database, id: string): Promise<void> {
  await drizzle(database).delete(prowJob).where(eq(prowJob.id, id));
}
