/** What the metrics of a day are made of, read from D1. */
import type { Env } from "../env.ts";
import { stored } from "../store/stored.ts";
import { blockingIn } from "./blocking.ts";
import type { Build } from "./build.ts";
import { daysAfter } from "./day.ts";
import type { Input, JobState } from "./metric.ts";
import { type Part, unpacked } from "./part.ts";
import { jobsSince } from "./reading.ts";
import { publicOf } from "./sight.ts";

const WEEK = 7;

const stateOf = ({ job, repository, passed }: Build, day: string): JobState => {
  return { job, repository, firstRun: day, lastRun: day, lastPass: passed ? day : null };
};

/**
 * Of a day and the six before it, what is public. `newest`: with what is known of jobs; `running`: builds of that day, where it is
 * not over.
 */
export async function inputOf(
  env: Env,
  day: string,
  newest: boolean,
  running: readonly Build[] | null,
): Promise<Omit<Input, "before">> {
  const since = daysAfter(day, 1 - WEEK);
  const week: { day: string; builds: readonly Build[] }[] = [];
  for (let at = 0; at < WEEK; at += 1) {
    const of = daysAfter(since, at);
    week.push({ day: of, builds: (of === day && running) || (await buildsOf(env.DB, of)) });
  }
  const jobs = newest
    ? [...(await jobsSince(env.DB, since)), ...(running ?? []).map((build) => stateOf(build, day))]
    : [];
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
