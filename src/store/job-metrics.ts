/** What the exporter tells of jobs (spec jobs 4.17): the newest run of each job name, of those that a viewer sees. */
import { and, desc, eq, gte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { prowJob } from "./schema.ts";
import { seen, type Sight } from "./sight.ts";

/** Rows looked at for names; names told of. */
const ROWS = 2_000;
const NAMES = 500;
const DAY_MS = 24 * 3600 * 1000;

export interface MeasuredJob {
  readonly job: string;
  readonly type: string;
  readonly org: string;
  readonly repo: string;
  readonly baseRef: string;
  readonly context: string;
  readonly state: string;
}

export async function newestOfNames(database: D1Database, sight: Sight): Promise<readonly MeasuredJob[]> {
  const { job, type, org, repo, baseRef, context, state } = prowJob;
  const rows = await drizzle(database)
    .select({ job, type, org, repo, baseRef, context, state })
    .from(prowJob)
    .where(
      and(
        gte(prowJob.startTime, Date.now() - DAY_MS),
        seen(sight, prowJob.org, prowJob.repo),
        sight.everything ? undefined : eq(prowJob.hidden, 0),
      ),
    )
    .orderBy(desc(prowJob.startTime))
    .limit(ROWS);
  const newest = new Map<string, MeasuredJob>();
  for (const row of rows) if (!newest.has(row.job) && newest.size < NAMES) newest.set(row.job, row);
  return [...newest.values()];
}
