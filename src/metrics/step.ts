/**
 * The metrics of builds, in steps of one invocation each: builds of complete UTC days are read off the job index, and once a
 * day is read its metrics are made. Every step may be repeated or run twice at once.
 */
import type { Env } from "../env.ts";
import { type DayState, DAYS_KEPT, nextOf } from "./days.ts";
import { inputOf } from "./input.ts";
import { KEPT } from "./list.ts";
import { lookAgain, readSome } from "./reading.ts";
import { forgetOld, newestResult, saveResult } from "./results.ts";
import { countRunning } from "./running.ts";

export interface Did {
  readonly did: "read builds" | "made metrics" | "looked again" | "nothing";
  /** The day that it was about; empty: none. */
  readonly day: string;
}

/** Does what is next; `now` in milliseconds. With nothing left, it counts the running day so far, for dashboards. */
export async function step(env: Env, now: number): Promise<Did> {
  const [days, first] = await env.DB.batch<DayState & { first: number | null }>([
    env.DB.prepare(`SELECT * FROM build_day ORDER BY day DESC LIMIT ${DAYS_KEPT}`),
    env.DB.prepare("SELECT min(start_time) AS first FROM prow_job"),
  ]);
  const next = nextOf(days?.results ?? [], first?.results[0]?.first ?? null, now);
  if (next.kind === "read") {
    await readSome(env.DB, next.day, now);
    return { did: "read builds", day: next.day.day };
  }
  if (next.kind === "tell") {
    await makeMetrics(env, next.day, next.newest);
    return { did: "made metrics", day: next.day.day };
  }
  const newest = days?.results[0]?.day;
  if (newest !== undefined && (await lookAgain(env.DB, newest, now))) return { did: "looked again", day: newest };
  await countRunning(env, now);
  return { did: "nothing", day: newest ?? "" };
}

async function makeMetrics(env: Env, { day, changes }: DayState, newest: boolean): Promise<void> {
  const input = await inputOf(env, day, newest, null);
  for (const metric of KEPT) {
    if (metric.onlyNewest && !newest) continue;
    const before = (await newestResult(env.DB, metric.id, day))?.rows ?? null;
    await saveResult(env.DB, metric.id, day, metric.rows({ ...input, before }));
  }
  await env.DB.batch([
    env.DB.prepare("UPDATE build_day SET told = max(told, ?) WHERE day = ?").bind(changes, day),
    ...(newest
      ? forgetOld(
          env.DB,
          KEPT.map(({ id }) => id),
          day,
        )
      : []),
  ]);
}
