/** Reads the builds of a day off the job index, once, and keeps what is known of their jobs (spec velodrome 2.3). */
import { stored } from "../store/stored.ts";
import { hasEnded, type JobIndexRow } from "./build.ts";
import { daysAfter, startOf } from "./day.ts";
import { type DayState, DAYS_KEPT } from "./days.ts";
import type { JobState } from "./metric.ts";
import { type Part, partOf, partWith, unpacked } from "./part.ts";

/** Rows of the index that a step reads. With a job for each, and its index, they are within an invocation's 10,000 rows. */
const PAGE = 1_500;
/** What had not ended is looked at again after an hour, and for so many days after it started. */
const AGAIN_MS = 3600_000;
const OPEN_DAYS = 7;

/** Of {@link JobIndexRow}. */
export const COLUMNS =
  "id, job, type, org, repo, pull, base_sha, head_sha, state, build_id, hidden, start_time, pending_time, completion_time";

/** Reads the day's next page; writing the same page again, or twice at once, makes no difference. */
export async function readSome(db: D1Database, day: DayState, now: number): Promise<void> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM prow_job WHERE (start_time, id) > (?, ?) AND start_time < ? ORDER BY start_time, id LIMIT ${PAGE}`,
    )
    .bind(day.after_time, day.after_id, startOf(daysAfter(day.day, 1)))
    .all<JobIndexRow>();
  const last = results.at(-1);
  const complete = results.length < PAGE ? 1 : 0;
  const after = last === undefined ? [day.after_time, day.after_id] : [last.start_time, last.id];
  await db.batch([
    ...(last === undefined
      ? []
      : [savePart(db, day.day, day.parts, partOf(results), now), saveJobs(db, partOf(results), day.day)]),
    db
      .prepare(
        `INSERT INTO build_day (day, after_time, after_id, parts, complete, changes, told) VALUES (?, ?, ?, ?, ?, 1, 0)
         ON CONFLICT (day) DO UPDATE SET after_time = excluded.after_time, after_id = excluded.after_id, parts = excluded.parts,
           complete = excluded.complete WHERE excluded.parts > parts OR excluded.complete > complete`,
      )
      .bind(day.day, ...after, day.parts + (last === undefined ? 0 : 1), complete),
  ]);
}

function savePart(db: D1Database, day: string, part: number, content: Part, now: number): D1PreparedStatement {
  return db
    .prepare("INSERT OR REPLACE INTO build_part (day, part, builds, open, looked_at) VALUES (?, ?, ?, ?, ?)")
    .bind(day, part, JSON.stringify(content), content.open.length, now);
}

/** Notes that the jobs of these builds ran and, some, passed. Writes only what that changes. */
function saveJobs(db: D1Database, part: Part, day: string): D1PreparedStatement {
  const jobs = new Map<string, [string, string, boolean]>();
  for (const { job, repository, passed } of unpacked(part)) {
    const key = `${job} ${repository}`;
    jobs.set(key, [job, repository, passed || (jobs.get(key)?.[2] ?? false)]);
  }
  return db
    .prepare(
      `INSERT INTO build_job (job, repository, first_run, last_run, last_pass)
       SELECT value ->> 0, value ->> 1, ?1, ?1, iif(value ->> 2, ?1, NULL) FROM json_each(?2) WHERE true
       ON CONFLICT (job, repository) DO UPDATE SET
         first_run = min(first_run, excluded.first_run), last_run = max(last_run, excluded.last_run),
         last_pass = nullif(max(coalesce(last_pass, ''), coalesce(excluded.last_pass, '')), '')
       WHERE excluded.last_run > last_run OR excluded.first_run < first_run
         OR coalesce(excluded.last_pass, '') > coalesce(last_pass, '')`,
    )
    .bind(day, JSON.stringify([...jobs.values()]));
}

/**
 * Looks again at builds of one part that had not ended. Answers whether there was such a part. Those that ended since become
 * builds of the day on which they started, and its metrics, with those of the days after it, are to be made again.
 */
export async function lookAgain(db: D1Database, newest: string, now: number): Promise<boolean> {
  const found = await db
    .prepare(
      `SELECT day, part, builds FROM build_part WHERE day > ? AND open > 0 AND looked_at <= ? ORDER BY day, part LIMIT 1`,
    )
    .bind(daysAfter(newest, -DAYS_KEPT), now - AGAIN_MS)
    .first<{ day: string; part: number; builds: string }>();
  if (found === null) return false;
  const part = stored<Part>(found.builds);
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM prow_job WHERE id IN (SELECT value FROM json_each(?))`)
    .bind(JSON.stringify(part.open))
    .all<JobIndexRow>();
  const ended = results.filter(hasEnded);
  const givenUp = found.day < daysAfter(newest, -OPEN_DAYS);
  const open = givenUp ? [] : results.filter((row) => !hasEnded(row)).map(({ id }) => id);
  await db.batch([
    savePart(db, found.day, found.part, partWith(part, ended, open), now),
    ...(ended.length === 0
      ? []
      : [
          saveJobs(db, partOf(ended), found.day),
          db.prepare("UPDATE build_day SET changes = changes + 1 WHERE day >= ?").bind(found.day),
        ]),
  ]);
  return true;
}

/** Jobs that ran since a day; no more of them than an invocation can read. */
export async function jobsSince(db: D1Database, day: string): Promise<readonly JobState[]> {
  const { results } = await db
    .prepare(
      `SELECT job, repository, first_run AS firstRun, last_run AS lastRun, last_pass AS lastPass FROM build_job
       WHERE last_run >= ? ORDER BY last_run DESC LIMIT 6000`,
    )
    .bind(day)
    .all<JobState>();
  return results;
}
