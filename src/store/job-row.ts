/** Writes the job index. */
import { eq, getTableColumns, sql } from "drizzle-orm";
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

/** Takes a job off the index. */
export async function dropJobRow(database: D1Database, id: string): Promise<void> {
  await drizzle(database).delete(prowJob).where(eq(prowJob.id, id));
}
