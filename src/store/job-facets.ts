/** How many of the newest jobs that a filter lets through have each state and type. */
import { and, desc, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { conditionsOf, type JobFilter } from "./job-list.ts";
import { edgeOf } from "./page.ts";
import { prowJob } from "./schema.ts";
import type { Sight } from "./sight.ts";

/** Counted at most: a page's cost does not grow with the table. */
const COUNTED = 1_000;

export interface Facets {
  readonly counted: number;
  readonly states: Readonly<Record<string, number>>;
  readonly types: Readonly<Record<string, number>>;
}

export async function jobFacets(database: D1Database, sight: Sight, filter: JobFilter): Promise<Facets> {
  const db = drizzle(database);
  const newest = db
    .select({ state: prowJob.state, type: prowJob.type })
    .from(prowJob)
    .where(and(...conditionsOf(sight, filter, edgeOf(null, Date.now()))))
    .orderBy(desc(prowJob.startTime))
    .limit(COUNTED);
  const rows = await db.all<{ state: string; type: string; count: number }>(
    sql`SELECT state, type, count(*) AS count FROM (${newest}) GROUP BY state, type`,
  );
  const states: Record<string, number> = {};
  const types: Record<string, number> = {};
  for (const { state, type, count } of rows) {
    states[state] = (states[state] ?? 0) + count;
    types[type] = (types[type] ?? 0) + count;
  }
  return { counted: rows.reduce((sum, { count }) => sum + count, 0), states, types };
}
