/**
 * The metrics of builds, in steps of one invocation each: builds of complete UTC days are read off the job index, and once a
 * day is read its metrics are made. Every step may be repeated or run twice at once.
 */
import type { Env } from "../env.ts";
import { stored } from "../store/stored.ts";
import { blockingIn } from "./blocking.ts";
import type { Build } from "./build.ts";
import { daysAfter } from "./day.ts";
import { type DayState, DAYS_KEPT, nextOf } from "./days.ts";
import { KEPT } from "./list.ts";
import type { Input } from "./metric.ts";
import { type Part, unpacked } from "./part.ts";
import { jobsSince, lookAgain, readSome } from "./reading.ts";
import { forgetOld, newestResult, saveResult } from "./results.ts";
import { publicOf } from "./sight.ts";

export interface Did {
  readonly did: "read builds" | "made metrics" | "looked again" | "nothing";
  /** The day that it was about; empty: none. */
  readonly day: string;
}

const WEEK = 7;

/** Does what is next; `now` in milliseconds. */
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
  return { did: "nothing", day: newest ?? "" };
}

async function makeMetrics(env: Env, { day, changes }: DayState, newest: boolean): Promise<void> {
  const input = await inputOf(env, day, newest);
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

async function inputOf(env: Env, day: string, newest: boolean): Promise<Omit<Input, "before">> {
  const since = daysAfter(day, 1 - WEEK);
  const week: { day: string; builds: Build[] }[] = [];
  for (let at = 0; at < WEEK; at += 1) {
    const of = daysAfter(since, at);
    week.push({ day: of, builds: await buildsOf(env.DB, of) });
  }
  const jobs = newest ? await jobsSince(env.DB, since) : [];
  const repositories = new Set([...week.flatMap(({ builds }) => builds), ...jobs].map(({ repository }) => repository));
  const seen = await publicOf(env, repositories);
  const shown = week.map((of) => ({ ...of, builds: of.builds.filter(({ repository }) => seen.has(repository)) }));
  const builds = shown.at(-1)?.builds ?? [];
  return {
    day,
    builds,
    week: shown,
    isBlocking: await blockingIn(
      env,
      shown.flatMap((of) => of.builds),
    ),
    jobs: jobs.filter(({ repository }) => seen.has(repository)),
  };
}

async function buildsOf(db: D1Database, day: string): Promise<Build[]> {
  const { results } = await db
    .prepare("SELECT builds FROM build_part WHERE day = ? ORDER BY part")
    .bind(day)
    .all<{ builds: string }>();
  return results.flatMap(({ builds }) => unpacked(stored<Part>(builds)));
}
