/** The metrics of builds, against rows worked out by hand and against the queries of the spec (velodrome 2.1 to 2.3) in SQLite. */
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { Build } from "../../../src/metrics/build.ts";
import { buildStats } from "../../../src/metrics/build-stats.ts";
import { prConsistency, weeklyConsistency } from "../../../src/metrics/consistency.ts";
import { daysAfter } from "../../../src/metrics/day.ts";
import { failures } from "../../../src/metrics/failures.ts";
import { dailyFlakes, jobFlakes, postsubmitFlakes, weekFlakes } from "../../../src/metrics/flakes.ts";
import { consistentRuns, isConsistent } from "../../../src/metrics/groups.ts";
import { jobHealth, presubmitHealth, weeklyHealth } from "../../../src/metrics/health.ts";
import type { Input, JobState, Metric } from "../../../src/metrics/metric.ts";
import { percentile } from "../../../src/metrics/numbers.ts";
import { packed, unpacked } from "../../../src/metrics/part.ts";

const DAY = "2026-11-18"; // a Wednesday

const build = (over: Partial<Build> = {}): Build => ({
  job: "pr:unit",
  type: "presubmit",
  repository: "harbor/widgets",
  commit: "c1",
  pull: 1,
  passed: true,
  elapsed: 60,
  ...over,
});

/** Builds of `days` days ending with DAY: the last list is of DAY. */
function input(days: readonly (readonly Build[])[], over: Partial<Input> = {}): Input {
  const week = days.map((builds, at) => ({ day: daysAfter(DAY, at + 1 - days.length), builds }));
  return { day: DAY, builds: days.at(-1) ?? [], week, isBlocking: () => true, jobs: [], before: null, ...over };
}

const rowsOf = <Row>(metric: Metric, from: Input): Row[] => JSON.parse(JSON.stringify(metric.rows(from)));
const told = (metric: Metric, from: Input): unknown => metric.told(JSON.stringify(metric.rows(from)), from.day);
const runs = (passed: number, failed: number, over: Partial<Build> = {}): Build[] => [
  ...Array.from({ length: passed }, () => build(over)),
  ...Array.from({ length: failed }, () => build({ ...over, passed: false })),
];

it.each([
  { passed: 5, failed: 0, consistent: true, good: 5 },
  { passed: 0, failed: 5, consistent: true, good: 5 },
  { passed: 1, failed: 4, consistent: false, good: 1 },
  { passed: 2, failed: 3, consistent: false, good: 2 },
  { passed: 4, failed: 1, consistent: false, good: 4 },
])("five runs, $passed passed: consistent $consistent (2.1)", ({ passed, failed, consistent, good }) => {
  const group = { runs: passed + failed, passed };
  expect([isConsistent(group), consistentRuns(group)]).toEqual([consistent, good]);
  expect(told(jobFlakes, input([runs(passed, failed)]))).toEqual({
    "pr:unit": { flakes: consistent ? 0 : 1, runs: 5, consistency: consistent ? 1 : 0 },
  });
});

it("a commit that fails on one day and passes on another flaked in the week, and on neither day", () => {
  const days = [runs(0, 1), runs(1, 0)];
  expect(told(weekFlakes, input(days))).toEqual({ "pr:unit": { consistency: 0, flakes: 1 } });
  expect(told(dailyFlakes, input(days))).toEqual({ "pr:unit": { consistency: 1, flakes: 0 } });
});

it("flakes leave out batches and runs of unknown commits, and keep other jobs (2.1, 2.2)", () => {
  const builds = [
    ...runs(1, 1),
    ...runs(1, 1, { type: "batch", pull: null, commit: "c2" }),
    ...runs(1, 1, { job: "ci-nightly", type: "periodic", pull: null, commit: "" }),
    ...runs(2, 0, { job: "ci-soak", type: "periodic", pull: null, commit: "base" }),
  ];
  expect(told(weekFlakes, input([builds]))).toEqual({
    "pr:unit": { consistency: 0, flakes: 1 },
    "ci-soak": { consistency: 1, flakes: 0 },
  });
  expect(told(jobFlakes, input([builds]))).toEqual({ "pr:unit": { flakes: 1, runs: 2, consistency: 0 } });
});

it("job-flakes keeps two pull requests of one commit apart, flakes does not", () => {
  const builds = [...runs(1, 0, { pull: 1 }), ...runs(0, 1, { pull: 2 })];
  expect(told(jobFlakes, input([builds]))).toEqual({ "pr:unit": { flakes: 0, runs: 2, consistency: 1 } });
  expect(told(weekFlakes, input([builds]))).toEqual({ "pr:unit": { consistency: 0, flakes: 1 } });
});

it("build-stats: all builds of the day, as text of Unix seconds; a rate of 1 when there are none", () => {
  const day = String(Date.UTC(2026, 10, 18) / 1000);
  expect(told(buildStats, input([runs(9, 0), runs(3, 1)]))).toEqual([{ day, invocations: 4, passes: 3, rate: 0.75 }]);
  expect(told(buildStats, input([[]]))).toEqual([{ day, invocations: 0, passes: 0, rate: 1 }]);
});

it("failures: never passed from the first run, others from the latest pass, told beyond 30 days", () => {
  const job = (name: string, firstRun: string, lastPass: string | null, repository = "a/b"): JobState => {
    return { job: name, repository, firstRun, lastRun: DAY, lastPass };
  };
  const jobs = [
    job("never", "2026-11-17", null),
    job("never-today", DAY, null),
    job("long", "2026-01-01", daysAfter(DAY, -31)),
    job("not-so-long", "2026-01-01", daysAfter(DAY, -30)),
    job("fine", "2026-01-01", DAY),
    job("two", "2026-01-01", null),
    job("two", "2026-02-01", DAY, "a/c"),
  ];
  expect(told(failures, input([runs(1, 0)], { jobs }))).toEqual({
    long: { failing_days: 31 },
    never: { failing_days: 1 },
    "never-today": { failing_days: 0 },
  });
  expect(rowsOf<{ job: string }>(failures, input([[]], { jobs })).map((row) => row.job)).toEqual([
    "long",
    "not-so-long",
    "never",
    "never-today",
    "fine",
    "two",
  ]);
  expect(told(failures, input([[]]))).toEqual({});
});

it("pr-consistency: a commit is consistent when every blocking job was", () => {
  const builds = [
    ...runs(2, 0, { commit: "a" }),
    ...runs(1, 1, { commit: "a", job: "pr:e2e" }),
    ...runs(0, 3, { commit: "b" }),
    ...runs(1, 1, { commit: "b", job: "pr:optional" }),
    ...runs(1, 1, { commit: "c", type: "batch", pull: null }),
  ];
  const from = input([builds], { isBlocking: ({ job }) => job !== "pr:optional" });
  expect(told(prConsistency, from)).toEqual([
    {
      day: String(Date.UTC(2026, 10, 18) / 1000),
      commit_consistency: 0.5,
      commits: 2,
      consistent_commits: 1,
      run_consistency: 0.8571,
      runs: 7,
      consistent_runs: 6,
      builds: 5,
    },
  ]);
  expect(told(prConsistency, input([builds], { isBlocking: () => false }))).toEqual([]);
});

it("weekly-consistency: weeks from Sunday, batches by themselves, weeks before as they were, of 90 days", () => {
  const saturday = runs(1, 1, { commit: "of the week before" });
  const sunday = [...runs(0, 1), ...runs(1, 0, { type: "batch", pull: null })];
  const wednesday = [...runs(1, 0), ...runs(1, 0, { commit: "c2", pull: 2 })];
  const week = (wk: string) => ({ commits: 9, consistency: 0.9, wk });
  const before = JSON.stringify([
    week("2026-08-09"),
    week("2026-08-16"),
    week("2026-11-08"),
    { commits: 1, consistency: 1, wk: "2026-11-15" },
  ]);
  const days = [saturday, sunday, [], [], wednesday];
  expect(told(weeklyConsistency, input(days, { before }))).toEqual([
    week("2026-08-16"),
    week("2026-11-08"),
    { commits: 3, consistency: 0.667, wk: "2026-11-15" },
  ]);
});

it("presubmit-health: pull requests with a failure, and minutes of runs and passes", () => {
  const builds = [
    build({ elapsed: 60 }),
    build({ passed: false, elapsed: 120 }),
    build({ pull: 2, elapsed: 600 }),
    build({ pull: 2, repository: "harbor/other", elapsed: 600 }),
    build({ job: "pr:broken", passed: false, elapsed: 6 }),
    build({ type: "batch", pull: null, passed: false }),
  ];
  expect(told(presubmitHealth, input([builds]))).toEqual([
    {
      day: DAY,
      job: "pr:broken",
      pr_failure_perc: 100,
      prs: 1,
      prs_failed: 1,
      total_runs: 1,
      avg_run_time_minutes: 0.1,
      avg_pass_time_minutes: 0,
    },
    {
      day: DAY,
      job: "pr:unit",
      pr_failure_perc: 33.3,
      prs: 3,
      prs_failed: 1,
      total_runs: 4,
      avg_run_time_minutes: 5.8,
      avg_pass_time_minutes: 7,
    },
  ]);
});

it.each([
  { share: 0.5, of: [1], is: 1 },
  { share: 0.5, of: [1, 2], is: 1.5 },
  { share: 0.75, of: [10, 20, 30, 40], is: 32.5 },
  { share: 0.99, of: [0, 100], is: 99 },
])("continuous percentile $share of $of is $is (2.3)", ({ share, of, is }) => {
  expect(percentile(of, share)).toBeCloseTo(is, 12);
});

it("job-health: failure rate and minutes, of the day and of the week", () => {
  const days = [[build({ elapsed: 600, passed: false })], [build({ elapsed: 60 }), build({ elapsed: 120 })]];
  expect(told(jobHealth, input(days))).toEqual([
    { day: DAY, job: "pr:unit", runs: 2, failure_rate: 0, p50_duration: 1.5, p75_duration: 1.75, p99_duration: 1.99 },
  ]);
  expect(told(weeklyHealth, input(days))).toEqual([
    { job: "pr:unit", runs: 3, failure_rate: 0.333, p50_duration: 2, p75_duration: 6, p99_duration: 9.84 },
  ]);
});

it("istio-job-flakes: postsubmits by the branch's commit", () => {
  const of = { job: "unit", type: "postsubmit", pull: null } as const;
  const builds = [...runs(1, 2, { ...of, commit: "x" }), ...runs(0, 2, { ...of, commit: "y" }), ...runs(3, 0)];
  expect(told(postsubmitFlakes, input([builds]))).toEqual([{ job: "unit", runs: 5, passed: 1, consistency: 0.6 }]);
});

/** A small generator, so that a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

function randomBuilds(seed: number, count: number): Build[] {
  const next = numbers(seed);
  return Array.from({ length: count }, () => {
    const type = ["presubmit", "presubmit", "batch", "periodic", "postsubmit"][next(5)] ?? "";
    const ofPulls = type === "presubmit" || type === "batch";
    const name = `job-${next(6)}`;
    return build({
      job: ofPulls ? `pr:${name}` : name,
      type,
      commit: type === "periodic" && next(3) === 0 ? "" : `c${next(12)}`,
      pull: type === "presubmit" ? next(4) + 1 : null,
      passed: next(3) > 0,
      elapsed: next(9000),
    });
  });
}

function database(builds: readonly Build[]): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE builds (job, type, pulls, commit_key, pr, day, elapsed_s, result)");
  const insert = db.prepare("INSERT INTO builds VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  for (const { job, type, commit, pull, elapsed, passed } of builds)
    insert.run(
      job,
      type,
      pull === null ? 0 : 1,
      commit === "" || type === "batch" ? null : commit,
      pull,
      DAY,
      elapsed,
      passed ? "SUCCESS" : "FAILURE",
    );
  return db;
}

const JOB_FLAKES = `WITH g AS (SELECT job, commit_key AS c, COUNT(*) AS runs, SUM(result = 'SUCCESS') AS passed FROM builds
    WHERE commit_key IS NOT NULL AND (type <> 'presubmit' OR pulls = 1) GROUP BY job, c)
  SELECT job, SUM(runs) AS runs, COUNT(*) AS commits, SUM(passed NOT IN (0, runs)) AS flakes,
    ROUND(1.0 * SUM(CASE WHEN passed IN (0, runs) THEN runs ELSE passed END) / SUM(runs), 3) AS build_consistency,
    ROUND(1.0 - 1.0 * SUM(passed NOT IN (0, runs)) / COUNT(*), 3) AS commit_consistency,
    SUM(CASE WHEN passed IN (0, runs) THEN runs ELSE passed END) AS consistent_runs
  FROM g GROUP BY job ORDER BY flakes DESC, commit_consistency, build_consistency, job`;
const PR_CONSISTENCY = `WITH g AS (SELECT commit_key c, job, COUNT(*) runs, SUM(result = 'SUCCESS') passed FROM builds
    WHERE type = 'presubmit' AND pulls = 1 GROUP BY c, job),
  k AS (SELECT c, MIN(passed IN (0, runs)) ok, SUM(runs) runs, SUM(CASE WHEN passed = 0 THEN runs ELSE passed END) good,
    MAX(runs) most FROM g GROUP BY c)
  SELECT ROUND(1.0 * SUM(ok) / COUNT(*), 4) commit_consistency, COUNT(*) commits, SUM(ok) consistent_commits,
    ROUND(1.0 * SUM(good) / SUM(runs), 4) run_consistency, SUM(runs) runs, SUM(good) consistent_runs, SUM(most) builds FROM k`;
const PRESUBMIT_HEALTH = `WITH p AS (SELECT job, pr, SUM(result = 'SUCCESS') ok, COUNT(*) n, SUM(elapsed_s) e,
    SUM(CASE WHEN result = 'SUCCESS' THEN elapsed_s ELSE 0 END) eok FROM builds WHERE type = 'presubmit' GROUP BY job, pr)
  SELECT job, ROUND(100.0 * SUM(ok < n) / COUNT(*), 1) pr_failure_perc, COUNT(*) prs, SUM(ok < n) prs_failed, SUM(n) total_runs,
    ROUND(SUM(e) / 60.0 / SUM(n), 1) avg_run_time_minutes,
    ROUND(CASE WHEN SUM(ok) > 0 THEN SUM(eok) / 60.0 / SUM(ok) ELSE 0 END, 1) avg_pass_time_minutes
  FROM p GROUP BY job ORDER BY pr_failure_perc DESC, job`;

it.each([1, 2, 3, 4, 5, 6, 7, 8])("as the queries of 2.3 have it, of any builds (seed %i)", (seed) => {
  const builds = randomBuilds(seed, 50 * seed);
  const db = database(builds);
  const days = [builds.slice(0, 20), builds.slice(20, 21), builds.slice(21)];
  const plain = (query: string) =>
    db
      .prepare(query)
      .all()
      .map((row) => ({ ...row }));
  expect(rowsOf(weekFlakes, input(days))).toEqual(plain(JOB_FLAKES));
  expect(rowsOf(dailyFlakes, input([builds]))).toEqual(plain(JOB_FLAKES));
  expect(rowsOf(prConsistency, input([builds]))).toEqual(plain(PR_CONSISTENCY));
  expect(rowsOf(presubmitHealth, input([builds]))).toEqual(plain(PRESUBMIT_HEALTH));
  expect(unpacked(JSON.parse(JSON.stringify(packed(builds, ["open"]))))).toEqual(builds);
});
