/** The job list: D1's index, filtered, newest first. */
import { and, desc, eq, gte, lt, or, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import * as z from "zod";
import type { JobState, JobType } from "../jobs/prowjob.ts";
import { edgeOf, pageOf } from "./page.ts";
import type { Cursor, Page } from "./page.ts";
import { prowJob } from "./schema.ts";
import { seen } from "./sight.ts";
import type { Sight } from "./sight.ts";

export const JOB_TYPES = ["presubmit", "postsubmit", "periodic", "batch"] as const satisfies readonly JobType[];
export const JOB_STATES = [
  "scheduling",
  "triggered",
  "pending",
  "success",
  "failure",
  "aborted",
  "error",
] as const satisfies readonly JobState[];

export interface JobFilter {
  readonly type?: JobType | undefined;
  readonly state?: JobState | undefined;
  readonly org?: string | undefined;
  readonly repo?: string | undefined;
  readonly pull?: number | undefined;
  readonly author?: string | undefined;
  /** Name, with `*` for any text. */
  readonly job?: string | undefined;
  readonly cluster?: string | undefined;
}

export const Row = z.object({
  id: z.string(),
  version: z.int(),
  buildId: z.string(),
  job: z.string(),
  type: z.enum(JOB_TYPES),
  org: z.string(),
  repo: z.string(),
  pull: z.int().nullable(),
  author: z.string(),
  baseRef: z.string(),
  baseSha: z.string(),
  headSha: z.string(),
  cluster: z.string(),
  context: z.string(),
  state: z.enum(JOB_STATES),
  description: z.string(),
  startTime: z.int(),
  pendingTime: z.int().nullable(),
  completionTime: z.int().nullable(),
});

export type JobListRow = Readonly<z.infer<typeof Row>>;

export const columns = {
  id: prowJob.id,
  version: prowJob.version,
  buildId: prowJob.buildId,
  job: prowJob.job,
  type: prowJob.type,
  org: prowJob.org,
  repo: prowJob.repo,
  pull: prowJob.pull,
  author: prowJob.author,
  baseRef: prowJob.baseRef,
  baseSha: prowJob.baseSha,
  headSha: prowJob.headSha,
  cluster: prowJob.cluster,
  context: prowJob.context,
  state: prowJob.state,
  description: prowJob.description,
  startTime: prowJob.startTime,
  pendingTime: prowJob.pendingTime,
  completionTime: prowJob.completionTime,
};

/** Name against a pattern with `*`. Not LIKE, whose patterns D1 caps at 50 bytes. Parts in the middle match in any order. */
function nameMatches(pattern: string): SQL {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return eq(prowJob.job, pattern);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const middles = rest.filter((part) => part !== "").map((part) => sql`instr(${prowJob.job}, ${part}) > 0`);
  const conditions = [
    sql`length(${prowJob.job}) >= ${length}`,
    first === "" ? undefined : sql`substr(${prowJob.job}, 1, ${first.length}) = ${first}`,
    last === "" ? undefined : sql`substr(${prowJob.job}, ${-last.length}) = ${last}`,
    ...middles,
  ];
  return and(...conditions) ?? sql`1`;
}

/** What holds for a row that `sight` allows and a filter lets through, not older than `edge` (milliseconds). */
export const conditionsOf = (sight: Sight, filter: JobFilter, edge: number): readonly (SQL | undefined)[] => [
  gte(prowJob.startTime, edge),
  seen(sight, prowJob.org, prowJob.repo),
  sight.everything ? undefined : eq(prowJob.hidden, 0),
  filter.type ? eq(prowJob.type, filter.type) : undefined,
  filter.state ? eq(prowJob.state, filter.state) : undefined,
  filter.org ? eq(prowJob.org, filter.org) : undefined,
  filter.repo ? eq(prowJob.repo, filter.repo) : undefined,
  filter.pull !== undefined ? eq(prowJob.pull, filter.pull) : undefined,
  filter.author ? eq(prowJob.author, filter.author) : undefined,
  filter.cluster ? eq(prowJob.cluster, filter.cluster) : undefined,
  filter.job ? nameMatches(filter.job) : undefined,
];

/** A page of jobs that `sight` allows; hidden ones only when it sees everything. `before` null: from now on back. */
export async function listJobs(
  database: D1Database,
  sight: Sight,
  filter: JobFilter,
  before: Cursor | null,
  limit: number,
): Promise<Page<JobListRow>> {
  const edge = edgeOf(before, Date.now());
  const conditions = [
    ...conditionsOf(sight, filter, edge),
    before === null
      ? undefined
      : or(lt(prowJob.startTime, before.time), and(eq(prowJob.startTime, before.time), lt(prowJob.id, before.id))),
  ];
  const db = drizzle(database);
  const [found, beyond] = await db.batch([
    db
      .select(columns)
      .from(prowJob)
      .where(and(...conditions))
      .orderBy(desc(prowJob.startTime), desc(prowJob.id))
      .limit(limit + 1),
    db.select({ id: prowJob.id }).from(prowJob).where(lt(prowJob.startTime, edge)).limit(1),
  ]);
  const rows = found.map((row) => Row.parse(row));
  return pageOf(rows, limit, (row) => ({ time: row.startTime, id: row.id }), edge, beyond.length > 0);
}
