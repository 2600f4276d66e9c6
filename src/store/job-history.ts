/** The runs of one job name, newest first, a page at a time (spec jobs 4.7, Job history). */
import { and, asc, desc, eq, gte, inArray, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { JobType } from "../jobs/prowjob.ts";
import { columns, type JobListRow, Row } from "./job-list.ts";
import { buildTime } from "./job-name.ts";
import { prowJob } from "./schema.ts";
import { seen, type Sight } from "./sight.ts";

const PAGE = 20;
/** Rows that one page looks through at most, seen or not. */
const LOOKED_AT_MS = 400 * 24 * 3600 * 1000;

export interface HistoryPage {
  readonly rows: readonly JobListRow[];
  /** Build ids at which the neighbouring pages begin; null at the ends. */
  readonly older: string | null;
  readonly newer: string | null;
}

export interface HistoryQuestion {
  readonly job: string;
  /** Null: all. */
  readonly types: readonly JobType[] | null;
  /** The page's first build; null: the newest. */
  readonly buildId: string | null;
}

/** Builds that have begun; what waits for a runner is no build yet. */
export async function jobHistory(
  database: D1Database,
  sight: Sight,
  { job, types, buildId }: HistoryQuestion,
): Promise<HistoryPage> {
  const db = drizzle(database);
  const at = buildId === null ? null : buildTime(buildId);
  const number = sql`CAST(${prowJob.buildId} AS INTEGER)`;
  const within: (SQL | undefined)[] = [
    eq(prowJob.job, job),
    gte(prowJob.startTime, (at ?? Date.now()) - LOOKED_AT_MS),
    types === null ? undefined : inArray(prowJob.type, [...types]),
    sql`${prowJob.buildId} <> ''`,
    seen(sight, prowJob.org, prowJob.repo),
    sight.everything ? undefined : eq(prowJob.hidden, 0),
  ];
  const first = at === null ? undefined : sql`${number} <= CAST(${buildId} AS INTEGER)`;
  const after = at === null ? sql`0` : sql`${number} > CAST(${buildId} AS INTEGER)`;
  const [found, later] = await db.batch([
    db
      .select(columns)
      .from(prowJob)
      .where(and(...within, first))
      .orderBy(desc(prowJob.startTime), desc(number))
      .limit(PAGE + 1),
    db
      .select({ buildId: prowJob.buildId })
      .from(prowJob)
      .where(and(...within, after))
      .orderBy(asc(prowJob.startTime), asc(number))
      .limit(PAGE),
  ]);
  const rows = found.map((row) => Row.parse(row));
  return {
    rows: rows.slice(0, PAGE),
    older: rows[PAGE]?.buildId ?? null,
    newer: later.at(-1)?.buildId ?? null,
  };
}
