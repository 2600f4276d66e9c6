/** The running day, for dashboards: so that they show something on the first day, and what happened today. */
import type { Env } from "../env.ts";
import { buildOf, type JobIndexRow } from "./build.ts";
import { dayOf, startOf } from "./day.ts";
import { inputOf } from "./input.ts";
import { SHOWN } from "./list.ts";
import { COLUMNS } from "./reading.ts";
import { forgetRunning, runningOf, saveResult } from "./results.ts";

/** With more builds than these the day is shown once it is over: it is counted again every five minutes. */
const MOST = 500;

/** Counts today's builds so far, when there are any and not too many; `now` in milliseconds. */
export async function countRunning(env: Env, now: number): Promise<void> {
  const day = dayOf(now);
  const { results } = await env.DB.prepare(
    `SELECT ${COLUMNS} FROM prow_job WHERE start_time >= ? AND start_time <= ? ORDER BY start_time LIMIT ${MOST + 1}`,
  )
    .bind(startOf(day), now)
    .all<JobIndexRow>();
  const metrics = SHOWN.map(({ id }) => id);
  const builds = results.flatMap((row) => buildOf(row) ?? []);
  // What there is of yesterday stays until it is counted as a whole.
  if (builds.length === 0) return;
  const moment = new Date(now).toISOString().slice(0, 16);
  if (results.length <= MOST) {
    const input = await inputOf(env, day, true, builds);
    for (const metric of SHOWN)
      await saveResult(env.DB, runningOf(metric.id), moment, metric.rows({ ...input, before: null }));
  }
  await forgetRunning(env.DB, metrics, moment);
}
