/** Writes the job index. */
import { getTableColumns, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { prowJob } from "./schema.ts";

type Row = typeof prowJob.$inferInsert;

const columns = Object.entries(getTableColumns(prowJob)).filter(([key]) => key !== "id");
const fromNew = Object.fromEntries(columns.map(([key, column]) => [key, sql.raw(`excluded."${column.name}"`)]));

/** Inserts or updates a job's row; a row of the same or a newer version stays. */
export async function saveJobRow(database: D1Database, row: Row): Promise<void> {
  await drizzle(database)
    .insert(prowJob)
    .values(row)
    .onConflictDoUpdate({
      target: prowJob.id,
      set: fromNew,
      setWhere: sql`${prowJob.version} < excluded."version"`,
    });
}
