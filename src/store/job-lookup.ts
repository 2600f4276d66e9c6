/** Jobs by name: one build, the newest run of each name. Names are found by steps over their index, not by reading runs. */
import { and, desc, eq, gte, lte, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { JobState } from "../jobs/prowjob.ts";
import { buildTime, globMatches } from "./job-name.ts";
import { prowJob } from "./schema.ts";
import { seen, type Sight } from "./sight.ts";

/** Names that one look-up goes through at most. */
const NAMES = 1_000;
/** Runs older than this say nothing of how a job is. */
const LATEST_MS = 30 * 24 * 3600 * 1000;
/** A build id is given after the job was made, and says when. */
const EARLY_MS = 60_000;

/** The id of a job by its name and build id; null when there is none. */
export async function findBuild(database: D1Database, job: string, buildId: string): Promise<string | null> {
  const at = buildTime(buildId);
  if (at === null) return null;
  const found = await drizzle(database)
    .select({ id: prowJob.id })
    .from(prowJob)
    .where(and(eq(prowJob.job, job), lte(prowJob.startTime, at + EARLY_MS), eq(prowJob.buildId, buildId)))
    .orderBy(desc(prowJob.startTime))
    .limit(1);
  return found[0]?.id ?? null;
}

/** Names that begin so, in order, at most {@link NAMES}. */
async function namesWith(database: D1Database, prefix: string): Promise<string[]> {
  const rows = await drizzle(database).all<{ job: string | null }>(sql`
    WITH RECURSIVE names(job) AS (
      SELECT min(job) FROM prow_job WHERE job >= ${prefix}
      UNION ALL
      SELECT (SELECT min(job) FROM prow_job WHERE job > names.job) FROM names
        WHERE names.job IS NOT NULL AND substr(names.job, 1, ${prefix.length}) = ${prefix}
      LIMIT ${NAMES}
    ) SELECT job FROM names WHERE job IS NOT NULL AND substr(job, 1, ${prefix.length}) = ${prefix}`);
  return rows.flatMap(({ job }) => job ?? []);
}

/** The newest run that `sight` allows of every job name that matches one of the patterns. */
export async function latestRuns(
  database: D1Database,
  sight: Sight,
  patterns: readonly string[],
): Promise<readonly { readonly job: string; readonly state: JobState }[]> {
  const exact = patterns.filter((pattern) => !pattern.includes("*"));
  const globs = patterns.filter((pattern) => pattern.includes("*"));
  const prefixes = new Set(globs.map((pattern) => pattern.slice(0, pattern.indexOf("*"))));
  const found = await Promise.all([...prefixes].map((prefix) => namesWith(database, prefix)));
  const matching = found.flat().filter((name) => globs.some((pattern) => globMatches(pattern, name)));
  const names = [...new Set([...exact, ...matching])].sort();
  const newest = drizzle(database)
    .select({ state: prowJob.state })
    .from(prowJob)
    .where(
      and(
        sql`${prowJob.job} = names.value`,
        gte(prowJob.startTime, Date.now() - LATEST_MS),
        seen(sight, prowJob.org, prowJob.repo),
        sight.everything ? undefined : eq(prowJob.hidden, 0),
      ),
    )
    .orderBy(desc(prowJob.startTime))
    .limit(1);
  const rows = await drizzle(database).all<{ job: string; state: JobState | null }>(
    sql`SELECT names.value AS job, (${newest}) AS state FROM json_each(${JSON.stringify(names)}) AS names`,
  );
  return rows.flatMap(({ job, state }) => (state === null ? [] : [{ job, state }]));
}
