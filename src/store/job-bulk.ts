/** Jobs to be changed together (spec jobs 4.15): what a bulk update means, as rows of the index. */
import { and, asc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { JobState, JobType } from "../jobs/prowjob.ts";
import { prowJob } from "./schema.ts";

/** Of one call. */
export const MOST_CHANGED = 200;
/** What still runs is not older. */
const LOOKED_AT_MS = 30 * 24 * 3600 * 1000;

const named = (column: typeof prowJob.org | typeof prowJob.repo, name: string | undefined): SQL | undefined =>
  name === undefined ? undefined : sql`lower(${column}) = ${name.toLowerCase()}`;

export interface Bulk {
  readonly state: JobState;
  readonly cluster?: string | undefined;
  readonly type?: JobType | undefined;
  readonly org?: string | undefined;
  readonly repo?: string | undefined;
  readonly baseRef?: string | undefined;
  readonly pull?: number | undefined;
  /** Milliseconds: from this moment on, and before that one. */
  readonly from?: number | undefined;
  readonly before?: number | undefined;
}

/** The oldest first, at most {@link MOST_CHANGED}. */
export async function jobsToChange(
  database: D1Database,
  { state, cluster, type, org, repo, baseRef, pull, from, before }: Bulk,
): Promise<readonly { readonly id: string; readonly version: number; readonly startTime: number }[]> {
  return await drizzle(database)
    .select({ id: prowJob.id, version: prowJob.version, startTime: prowJob.startTime })
    .from(prowJob)
    .where(
      and(
        eq(prowJob.state, state),
        gte(prowJob.startTime, from ?? Date.now() - LOOKED_AT_MS),
        before === undefined ? undefined : lt(prowJob.startTime, before),
        cluster === undefined ? undefined : eq(prowJob.cluster, cluster),
        type === undefined ? undefined : eq(prowJob.type, type),
        named(prowJob.org, org),
        named(prowJob.repo, repo),
        baseRef === undefined ? undefined : eq(prowJob.baseRef, baseRef),
        pull === undefined ? undefined : eq(prowJob.pull, pull),
      ),
    )
    .orderBy(asc(prowJob.startTime))
    .limit(MOST_CHANGED);
}
