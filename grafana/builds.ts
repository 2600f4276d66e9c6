/** Of builds: the BigQuery metrics of the database `metrics` (spec velodrome 1.10 B and C, 2.2). */
import type { Dashboard, Panel } from "./form.ts";

const RANGE = "$timeFilter";

export const bigquery: Dashboard = {
  name: "bigquery",
  title: "BigQuery Metrics",
  span: "90d",
  panels: [
    {
      title: "PR Flakiness",
      source: "metrics",
      unit: "percentunit",
      max: 0.4,
      targets: [
        ["commits", "Commit"],
        ["runs", "Run of a single blocking job"],
      ].map(([of = "", legend = ""]) => ({
        query: `SELECT 1 - sum("consistent_${of}") / sum("${of}") FROM "pr_consistency" WHERE ${RANGE} GROUP BY time(1d) fill(previous)`,
        legend,
      })),
    },
    {
      title: "Longest Failing PR Jobs",
      source: "metrics",
      kind: "table",
      targets: [
        {
          query:
            'SELECT "days" FROM (SELECT last("failing_days") AS "days" FROM "failures" WHERE "job" =~ /^pr:/ AND time > now() - 2d GROUP BY "job") WHERE "days" > 0 GROUP BY "job"',
        },
      ],
    },
    {
      title: "Flakiest PR Jobs (past week)",
      source: "metrics",
      kind: "table",
      targets: [
        {
          query:
            'SELECT last("flakes") AS "flakes", last("flakiest") AS "flakiest", last("flakier") AS "flakier" FROM "flakes" WHERE "job" =~ /^pr:/ AND time > now() - 2d GROUP BY "job"',
        },
      ],
    },
    {
      title: "Pass rate",
      source: "metrics",
      kind: "bars",
      targets: [
        {
          query: `SELECT sum("invocations") FROM "build_stats" WHERE ${RANGE} GROUP BY time(1d) fill(null)`,
          legend: "ran",
        },
        {
          query: `SELECT sum("passes") FROM "build_stats" WHERE ${RANGE} GROUP BY time(1d) fill(null)`,
          legend: "passed",
        },
        {
          query: `SELECT mean("rate") FROM "build_stats" WHERE ${RANGE} GROUP BY time(1d) fill(null)`,
          legend: "rate",
          right: true,
        },
      ],
    },
    {
      title: "Job Flakiness",
      source: "metrics",
      unit: "percentunit",
      targets: ["ci-", "pr:"].map((kind) => ({
        query: `SELECT 1 - sum("consistent_builds") / sum("builds") FROM "flakes_daily" WHERE "job" =~ /^${kind}/ AND ${RANGE} GROUP BY time(1d) fill(previous)`,
        legend: kind,
      })),
    },
    {
      title: "Longest Failing Jobs",
      source: "metrics",
      kind: "table",
      targets: [
        {
          query:
            'SELECT top("days", "job", 100) FROM (SELECT last("failing_days") AS "days" FROM "failures" WHERE time > now() - 25h GROUP BY "job")',
        },
      ],
    },
    {
      title: "Presubmit Failure Rate (%)",
      source: "metrics",
      unit: "percent",
      targets: [
        {
          query: `SELECT mean("pr_failure_perc") FROM "presubmit_health" WHERE "job" =~ /pull-kubernetes/ AND "total_runs" > 20 AND ${RANGE} GROUP BY time($__interval), "job" fill(previous)`,
          legend: "$tag_job",
        },
      ],
    },
    {
      title: "BigQuery Ingress Rate",
      source: "metrics",
      log: true,
      description: "Below 0.1 for six hours: the data is stale.",
      targets: [
        {
          query: `SELECT derivative(mean("modified_time"), 10s) / 10000 FROM "bigquery" WHERE ${RANGE} GROUP BY time($__interval) fill(null)`,
          legend: "Rate",
        },
      ],
    },
  ],
};

const JOB = '"job" =~ /^${rjob:regex}$/';

function jobHealth(name: string, blocking: string, jobs: RegExp, minutes: number): Dashboard {
  const daily = (value: string, measurement = "job_health") => ({
    query: `SELECT ${value} FROM "${measurement}" WHERE ${JOB} AND ${RANGE} GROUP BY time(1d), "job" fill(null)`,
    legend: "$tag_job",
  });
  const newest = (fields: string, measurement: string) => ({
    query: `SELECT ${fields} FROM "${measurement}" WHERE ${JOB} AND time > now() - 2d GROUP BY "job"`,
  });
  const lines = (title: string, value: string, rest: Partial<Panel>): Panel => ({
    title,
    source: "metrics",
    targets: [daily(value)],
    ...rest,
  });
  return {
    name,
    title: `job-health (${blocking}-blocking)`,
    span: "30d",
    jobs,
    panels: [
      lines("Daily failure rate", 'mean("failure_rate")', {
        unit: "percentunit",
        max: 1,
        limits: [0.25],
        description: "Failed runs of all runs. A job above the line needs somebody.",
      }),
      {
        title: "Continuously failing days",
        source: "metrics",
        kind: "table",
        targets: [newest('last("failing_days") AS "days"', "failures")],
      },
      {
        title: "Flake rate",
        source: "metrics",
        unit: "percentunit",
        targets: [daily('1 - sum("consistent_builds") / sum("builds")', "flakes_daily")],
      },
      {
        title: "Flakes last week",
        source: "metrics",
        kind: "table",
        targets: [newest('last("flakes") AS "flakes", last("flakiest") AS "flakiest"', "flakes")],
      },
      lines("Duration, 99 % (minutes)", 'mean("p99_duration")', { unit: "m", limits: [minutes] }),
      lines("Average hours between runs", '24 / mean("runs")', { unit: "h", limits: [3] }),
      lines("Average tests per run", 'mean("tests") / mean("runs")', {}),
    ],
  };
}

export const mergeBlocking = jobHealth("job-health-merge", "merge", /^(?:pr:|pull-)/, 120);
export const releaseBlocking = jobHealth("job-health-release", "release", /^(?!pr:|pull-)/, 128);
