/** How often jobs fail, and how slow they are (spec velodrome 2.2: presubmit-health, job-health, job-health-weekly). */
import type { Build } from "./build.ts";
import { metric } from "./metric.ts";
import { by, percentile, rounded, sum } from "./numbers.ts";

function byJob(builds: Iterable<Build>): Map<string, Build[]> {
  const jobs = new Map<string, Build[]>();
  for (const build of builds) {
    const of = jobs.get(build.job);
    if (of) of.push(build);
    else jobs.set(build.job, [build]);
  }
  return jobs;
}

const minutes = (builds: readonly Build[]): number => sum(builds.map(({ elapsed }) => elapsed)) / 60;

/** Presubmits with the most failing pull requests first. */
export const presubmitsOf = (builds: readonly Build[]) =>
  [...byJob(builds.filter(({ type, pull }) => type === "presubmit" && pull !== null))]
    .map(([job, runs]) => {
      const pullOf = ({ repository, pull }: Build): string => `${repository}#${pull}`;
      const prs = new Set(runs.map(pullOf)).size;
      const failed = new Set(runs.filter(({ passed }) => !passed).map(pullOf)).size;
      const passes = runs.filter(({ passed }) => passed);
      return {
        job,
        pr_failure_perc: rounded((failed / prs) * 100, 1),
        prs,
        prs_failed: failed,
        total_runs: runs.length,
        avg_run_time_minutes: rounded(minutes(runs) / runs.length, 1),
        avg_pass_time_minutes: passes.length > 0 ? rounded(minutes(passes) / passes.length, 1) : 0,
      };
    })
    .sort(
      by(
        (row) => -row.pr_failure_perc,
        (row) => row.job,
      ),
    );

export const presubmitHealth = metric({
  id: "presubmit-health",
  description:
    "Of each presubmit on the newest complete UTC day: the pull requests it ran for, those on which at least one run did not pass " +
    "(prs_failed; in percent, pr_failure_perc), its runs, and the average minutes of a run and of one that passed (0 when none did). " +
    "Batches are not counted.",
  rows: ({ builds }) => presubmitsOf(builds),
  told: (rows, day) => rows.map(({ job, ...row }) => ({ day, job, ...row })),
});

interface Health {
  readonly job: string;
  readonly runs: number;
  readonly passed_runs: number;
  readonly failure_rate: number;
  readonly p50_duration: number;
  readonly p75_duration: number;
  readonly p99_duration: number;
}

export const healthOf = (builds: Iterable<Build>): Health[] =>
  [...byJob(builds)]
    .map(([job, runs]) => {
      const ran = Float64Array.from(runs, ({ elapsed }) => elapsed).sort();
      const passed = runs.filter((run) => run.passed).length;
      const duration = (share: number): number => rounded(percentile(ran, share) / 60, 3);
      return {
        job,
        runs: runs.length,
        passed_runs: passed,
        failure_rate: rounded(1 - passed / runs.length, 3),
        p50_duration: duration(0.5),
        p75_duration: duration(0.75),
        p99_duration: duration(0.99),
      };
    })
    .sort(by(({ job }) => job));

const shown = ({ job, runs, failure_rate, p50_duration, p75_duration, p99_duration }: Health) => ({
  job,
  runs,
  failure_rate,
  p50_duration,
  p75_duration,
  p99_duration,
});

const SAYS =
  "how often it ran, the share of runs that did not pass (failure_rate), and the minutes that 50, 75 and 99 percent of the runs took " +
  "at most (continuous percentiles). Without counts of tests.";

export const jobHealth = metric({
  id: "job-health",
  description: `Of each job on the newest complete UTC day: ${SAYS}`,
  rows: ({ builds }) => healthOf(builds),
  told: (rows, day) => rows.map((row) => ({ day, ...shown(row) })),
});

export const weeklyHealth = metric({
  id: "job-health-weekly",
  description: `Of each job in the last 7 complete UTC days: ${SAYS}`,
  rows: ({ week }) => healthOf(week.flatMap(({ builds }) => builds)),
  told: (rows) => rows.map(shown),
});
