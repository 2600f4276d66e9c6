/** What dashboards draw over many days: totals, and some jobs only, so that a year of it is quickly read. */
import type { Build } from "./build.ts";
import { flakesByDay } from "./flakes.ts";
import { healthOf, presubmitsOf } from "./health.ts";
import { metric } from "./metric.ts";
import { by, rounded, sum } from "./numbers.ts";

/** Jobs of a day: those that block merges first, then those with the most runs in its week. */
const JOBS = 24;

interface Runs {
  readonly runs: number;
  /** See consistentRuns in groups.ts. */
  readonly consistent_runs: number;
}

export interface TrendJob {
  readonly job: string;
  readonly blocking: boolean;
  readonly runs: number;
  readonly failure_rate: number;
  /** Minutes. */
  readonly p99_duration: number;
  /** Share of runs that were not consistent; null: none of a known commit. */
  readonly flake_rate: number | null;
  /** Pull requests with a failure, in percent; null for what is no presubmit. */
  readonly pr_failure_perc: number | null;
}

export interface Trend {
  readonly presubmits: Runs;
  readonly others: Runs;
  readonly jobs: readonly TrendJob[];
}

function chosen(week: Iterable<Build>, isBlocking: (build: Build) => boolean): Map<string, boolean> {
  const jobs = new Map<string, { job: string; runs: number; blocking: boolean }>();
  for (const build of week) {
    const known = jobs.get(build.job) ?? { job: build.job, runs: 0, blocking: false };
    jobs.set(build.job, { ...known, runs: known.runs + 1, blocking: known.blocking || isBlocking(build) });
  }
  const order = by<{ job: string; runs: number; blocking: boolean }>(
    ({ blocking }) => (blocking ? 0 : 1),
    ({ runs }) => -runs,
    ({ job }) => job,
  );
  const first = [...jobs.values()].sort(order).slice(0, JOBS);
  return new Map(first.map(({ job, blocking }) => [job, blocking]));
}

export const trends = metric<Trend>({
  id: "trends",
  description:
    "For the dashboards of builds: consistent runs of a day in all, and figures of the jobs that matter most.",
  rows: ({ builds, week, isBlocking }) => {
    const flakes = new Map(flakesByDay(builds).map((row) => [row.job, row]));
    const runsOf = (isOne: (job: string) => boolean): Runs => {
      const of = [...flakes.values()].filter(({ job }) => isOne(job));
      return { runs: sum(of.map(({ runs }) => runs)), consistent_runs: sum(of.map((row) => row.consistent_runs)) };
    };
    const names = chosen(
      week.flatMap((of) => of.builds),
      isBlocking,
    );
    const theirs = builds.filter(({ job }) => names.has(job));
    const presubmits = new Map(presubmitsOf(theirs).map((row) => [row.job, row.pr_failure_perc]));
    const jobs = healthOf(theirs).map(({ job, runs, failure_rate, p99_duration }): TrendJob => {
      const flaky = flakes.get(job);
      return {
        job,
        blocking: names.get(job) ?? false,
        runs,
        failure_rate,
        p99_duration,
        flake_rate: flaky === undefined ? null : rounded(1 - flaky.consistent_runs / flaky.runs, 3),
        pr_failure_perc: presubmits.get(job) ?? null,
      };
    });
    const isPresubmit = (job: string): boolean => job.startsWith("pr:");
    return [{ presubmits: runsOf(isPresubmit), others: runsOf((job) => !isPresubmit(job)), jobs }];
  },
  told: (rows) => rows,
});
