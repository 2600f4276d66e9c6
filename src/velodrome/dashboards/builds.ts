/** The original's dashboards of builds (spec velodrome 1.10: BigQuery Metrics, job-health). */
import type { Failing } from "../../metrics/failures.ts";
import type { JobFlakes } from "../../metrics/flakes.ts";
import type { Trend, TrendJob } from "../../metrics/trends.ts";
import { stored } from "../../store/stored.ts";
import { chartOf, jobCell, newestRows, readDays } from "./build-rows.ts";
import type { Chart, Dashboard, Panel, Scope, Table } from "./panel.ts";

type Head = Pick<Panel, "id" | "title" | "definition">;

const TABLE_ROWS = 100;
/** Lines that are drawn at once; the others are there to be asked for. */
const DRAWN = 8;
/** A presubmit's day with fewer runs says little. */
const ENOUGH_RUNS = 20;
const COUNTED = "By UTC days, the running one as far as it is (up to 500 builds), of jobs that everybody may see.";
const CHOSEN =
  "Shown are the 24 jobs of the newest day that matter most: those that have to pass before a merge, then those with the most runs in its week.";

const isPresubmit = (job: string): boolean => job.startsWith("pr:");
const share = (part: number, all: number): number | null => (all === 0 ? null : 1 - part / all);

function failing(head: Head, isOne: (job: string) => boolean): Panel {
  return {
    ...head,
    unit: "number",
    async load(db, scope): Promise<Table> {
      const { rows, asOf } = await newestRows(db, "failures", scope);
      const broken = stored<readonly Failing[]>(rows)
        .filter(
          ({ job, latest_pass, latest_run, broken_days }) =>
            broken_days > 0 && latest_pass !== latest_run && isOne(job),
        )
        .slice(0, TABLE_ROWS);
      return {
        kind: "table",
        columns: [
          { name: "Job", unit: "text" },
          { name: "Days without a pass", unit: "number" },
          { name: "Latest pass", unit: "text" },
          { name: "Builds in the week", unit: "number" },
        ],
        rows: broken.map(({ job, broken_days, latest_pass, weekly_builds }) => [
          jobCell(job),
          broken_days,
          latest_pass ?? "never",
          weekly_builds,
        ]),
        asOf,
      };
    },
  };
}

const flakiest: Panel = {
  id: "flakiest-pr-jobs",
  title: "Flakiest PR jobs (past week)",
  definition:
    "Presubmits and the commits of pull requests on which they neither always passed nor always failed, in 7 UTC days; the share of " +
    "commits without that. At most 100 jobs.",
  unit: "number",
  async load(db, scope): Promise<Table> {
    const { rows, asOf } = await newestRows(db, "flakes", scope);
    const flaky = stored<readonly JobFlakes[]>(rows)
      .filter(({ job, flakes }) => flakes > 0 && isPresubmit(job))
      .slice(0, TABLE_ROWS);
    return {
      kind: "table",
      columns: [
        { name: "Job", unit: "text" },
        { name: "Flakes", unit: "number" },
        { name: "Commits", unit: "number" },
        { name: "Runs", unit: "number" },
        { name: "Consistency", unit: "share" },
      ],
      rows: flaky.map(({ job, flakes, commits, runs, commit_consistency }) => [
        jobCell(job),
        flakes,
        commits,
        runs,
        commit_consistency,
      ]),
      asOf,
    };
  },
};

interface PrConsistency {
  readonly commits: number;
  readonly consistent_commits: number;
  readonly runs: number;
  readonly consistent_runs: number;
}

const prFlakiness: Panel = {
  id: "pr-flakiness",
  title: "PR flakiness",
  definition:
    "Commit: the share of commits of pull requests on which some merge-blocking job neither always passed nor always failed that day. " +
    `Run of a single blocking job: the share of their runs that did not agree with the others. ${COUNTED}`,
  unit: "share",
  async load(db, scope) {
    return chartOf(await readDays<PrConsistency>(db, "pr-consistency", scope), [
      { name: "Commit", value: ([row]) => (row ? share(row.consistent_commits, row.commits) : null) },
      {
        name: "Run of a single blocking job",
        value: ([row]) => (row ? share(row.consistent_runs, row.runs) : null),
      },
    ]);
  },
};

interface BuildStats {
  readonly invocations: number;
  readonly passes: number;
  readonly rate: number;
}

const passRate: Panel = {
  id: "pass-rate",
  title: "Pass rate",
  definition: `Builds that started on each day and have ended (ran), those that passed, and their share to the right. ${COUNTED}`,
  unit: "number",
  right: "share",
  async load(db, scope) {
    return chartOf(await readDays<BuildStats>(db, "build-stats", scope), [
      { name: "ran", value: ([row]) => row?.invocations ?? null },
      { name: "passed", value: ([row]) => row?.passes ?? null },
      { name: "pass rate", right: true, value: ([row]) => (row && row.invocations > 0 ? row.rate : null) },
    ]);
  },
};

const jobFlakiness: Panel = {
  id: "job-flakiness",
  title: "Job flakiness",
  definition:
    "The share of runs that did not agree with the others of their job on the same commit that day (those that failed, where some passed), of " +
    `presubmits and of all other jobs whose commits are known. ${COUNTED}`,
  unit: "share",
  async load(db, scope) {
    const of = (which: "presubmits" | "others") => {
      return ([row]: readonly Trend[]) => (row ? share(row[which].consistent_runs, row[which].runs) : null);
    };
    return chartOf(await readDays<Trend>(db, "trends", scope), [
      { name: "presubmits", value: of("presubmits") },
      { name: "other jobs", value: of("others") },
    ]);
  },
};

/** A line for each job that the newest day in the scope has. */
function perJob(
  head: Head,
  unit: Panel["unit"],
  isOne: (job: TrendJob) => boolean,
  value: (job: TrendJob) => number | null,
): Panel {
  return {
    ...head,
    unit,
    async load(db, scope: Scope): Promise<Chart> {
      const days = await readDays<Trend>(db, "trends", scope);
      const newest = days.rows.findLast((rows) => rows !== null)?.[0]?.jobs ?? [];
      const shown = [
        ...newest.filter((job) => isOne(job) && job.blocking),
        ...newest.filter((job) => isOne(job) && !job.blocking),
      ];
      const byJob = days.rows.map((rows) => rows && [new Map(rows[0]?.jobs.map((of) => [of.job, of]))]);
      const lines = shown.map(({ job }, at) => {
        const line = {
          name: job,
          value: ([jobs]: readonly ReadonlyMap<string, TrendJob>[]) => {
            const known = jobs?.get(job);
            return known === undefined ? null : value(known);
          },
        };
        return at < DRAWN ? line : { ...line, hidden: true as const };
      });
      return chartOf({ ...days, rows: byJob }, lines);
    },
  };
}

export const builds: Dashboard = {
  id: "builds",
  title: "Builds",
  about: "How flaky are the jobs, and which are broken?",
  days: 90,
  sight: "public",
  panels: [
    prFlakiness,
    failing(
      {
        id: "longest-failing-pr-jobs",
        title: "Longest failing PR jobs",
        definition:
          "Presubmits that ran in the last 7 UTC days, and on a later day than they passed, by days since their latest pass; since the first run, if there was no pass. At most 100.",
      },
      isPresubmit,
    ),
    flakiest,
    passRate,
    jobFlakiness,
    failing(
      {
        id: "longest-failing-jobs",
        title: "Longest failing jobs",
        definition:
          "All jobs that ran in the last 7 UTC days, and on a later day than they passed, by days since their latest pass; since the first run, if there was no pass. At most 100.",
      },
      () => true,
    ),
    perJob(
      {
        id: "presubmit-failure-rate",
        title: "Presubmit failure rate",
        definition: `The share of pull requests on which at least one run of the presubmit did not pass that day, on days with more than ${ENOUGH_RUNS} runs. ${COUNTED} ${CHOSEN}`,
      },
      "share",
      ({ pr_failure_perc }) => pr_failure_perc !== null,
      ({ pr_failure_perc, runs }) => (pr_failure_perc === null || runs <= ENOUGH_RUNS ? null : pr_failure_perc / 100),
    ),
  ],
};

export const jobHealth: Dashboard = {
  id: "job-health",
  title: "Job health",
  about: "How often do the jobs that matter fail, how long do they take, and do they run often enough?",
  days: 30,
  sight: "public",
  panels: [
    perJob(
      {
        id: "failure-rate",
        title: "Failure rate",
        definition: `The share of the day's runs that did not pass. ${COUNTED} ${CHOSEN}`,
      },
      "share",
      () => true,
      ({ failure_rate }) => failure_rate,
    ),
    perJob(
      {
        id: "flake-rate",
        title: "Flake rate",
        definition: `The share of the day's runs that failed on a commit on which others of the job passed. ${COUNTED} ${CHOSEN}`,
      },
      "share",
      ({ flake_rate }) => flake_rate !== null,
      ({ flake_rate }) => flake_rate,
    ),
    perJob(
      {
        id: "p99-duration",
        title: "p99 duration",
        definition: `The time that 99 percent of the day's runs took at most (continuous percentile). ${COUNTED} ${CHOSEN}`,
      },
      "seconds",
      () => true,
      ({ p99_duration }) => p99_duration * 60,
    ),
    perJob(
      {
        id: "hours-between-runs",
        title: "Average time between runs",
        definition: `24 hours divided by the day's runs. ${COUNTED} ${CHOSEN}`,
      },
      "seconds",
      () => true,
      ({ runs }) => 86_400 / runs,
    ),
  ],
};
