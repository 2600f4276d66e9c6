/** Which jobs have been broken longest (spec velodrome 2.2). */
import { daysBetween } from "./day.ts";
import { type JobState, metric } from "./metric.ts";
import { by } from "./numbers.ts";

/** Broken for longer than this: told, even if it passed once. */
const LONG_DAYS = 30;

export interface Failing {
  readonly job: string;
  /** UTC days. */
  readonly latest_pass: string | null;
  readonly weekly_builds: number;
  readonly first_run: string;
  readonly latest_run: string;
  readonly broken_days: number;
}

const earlier = (one: string, other: string): string => (one < other ? one : other);
const later = (one: string, other: string): string => (one > other ? one : other);

/** Of jobs of one name in several repositories: as of one job. */
function merged(jobs: readonly JobState[]): Map<string, JobState> {
  const known = new Map<string, JobState>();
  for (const state of jobs) {
    const other = known.get(state.job);
    if (other === undefined) known.set(state.job, state);
    else {
      const passes = [state.lastPass, other.lastPass].filter((day) => day !== null);
      known.set(state.job, {
        ...state,
        firstRun: earlier(state.firstRun, other.firstRun),
        lastRun: later(state.lastRun, other.lastRun),
        lastPass: passes.length > 0 ? passes.reduce(later) : null,
      });
    }
  }
  return known;
}

export const failures = metric({
  id: "failures",
  description:
    "Jobs that ran in the last 7 complete UTC days and never passed, or not for more than 30 days: the days from the day of the latest pass " +
    "(of the first run, when there was no pass) to the newest complete day (failing_days).",
  onlyNewest: true,
  rows: ({ day, week, jobs }) => {
    const builds = new Map<string, number>();
    for (const of of week) for (const { job } of of.builds) builds.set(job, (builds.get(job) ?? 0) + 1);
    return [...merged(jobs).values()]
      .map(
        ({ job, firstRun, lastRun, lastPass }): Failing => ({
          job,
          latest_pass: lastPass,
          weekly_builds: builds.get(job) ?? 0,
          first_run: firstRun,
          latest_run: lastRun,
          broken_days: Math.max(0, daysBetween(lastPass ?? firstRun, day)),
        }),
      )
      .sort(
        by(
          (row) => -row.broken_days,
          (row) => row.latest_pass ?? "",
          (row) => row.first_run,
          (row) => -row.weekly_builds,
          (row) => row.job,
        ),
      );
  },
  told: (rows) =>
    Object.fromEntries(
      rows
        .filter((row) => row.latest_pass === null || row.broken_days > LONG_DAYS)
        .map(({ job, broken_days }) => [job, { failing_days: broken_days }]),
    ),
});
