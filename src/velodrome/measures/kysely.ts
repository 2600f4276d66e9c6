/** Analytic reads of D1: Kysely builds them, its types derived from the one schema; D1 runs them, and says how many rows they read. */
import type { Kyselify } from "drizzle-orm/kysely";
import {
  type Compilable,
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
import type { measureRun, measureWeek, personWeek, prFact } from "../../store/schema.ts";

interface Tables {
  readonly pr_fact: Kyselify<typeof prFact>;
  readonly measure_week: Kyselify<typeof measureWeek>;
  readonly measure_run: Kyselify<typeof measureRun>;
  readonly person_week: Kyselify<typeof personWeek>;
}

/** Builds queries; it has no connection. */
export const analytic = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** A JSON list as a table with the column `value`; D1 takes at most 100 parameters otherwise. */
export const listed = (list: RawBuilder<unknown>): RawBuilder<{ value: string }> => sql`json_each(${list})`;

/** Runs a query. `used`: rows of D1. */
export async function ask<Row>(
  db: D1Database,
  query: Compilable<Row>,
): Promise<{ readonly rows: readonly Row[]; readonly used: number }> {
  const { sql: text, parameters } = query.compile();
  const { results, meta } = await db
    .prepare(text)
    .bind(...parameters)
    .all<Row>();
  return { rows: results, used: meta.rows_read + meta.rows_written };
}
