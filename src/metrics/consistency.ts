/** What pull requests meet of flakes in the jobs that block merges (spec velodrome 2.2: pr-consistency, weekly-consistency). */
import { stored } from "../store/stored.ts";
import { type Build, isSerial } from "./build.ts";
import { dayText } from "./build-stats.ts";
import { daysAfter, sundayOf } from "./day.ts";
import { groupsBy, isConsistent } from "./groups.ts";
import { metric } from "./metric.ts";
import { by, rounded, sum } from "./numbers.ts";

/** A build for one pull request, or for a batch of them. */
const ofPulls = ({ type, pull, commit }: Build): boolean =>
  commit !== "" && (type === "batch" || (type === "presubmit" && pull !== null));

const BLOCKING =
  "Merge-blocking jobs are the presubmits of the configuration that run by themselves, are not optional and report.";

export const prConsistency = metric({
  id: "pr-consistency",
  description:
    "How likely it is that a pull request meets a flake, on the newest complete UTC day: commits of which every merge-blocking job was " +
    `consistent (all of its runs on that commit passed, or none did) of all commits, and the same of single runs. ${BLOCKING}`,
  rows: ({ builds, isBlocking }) => {
    const blocking = builds.filter((build) => build.type === "presubmit" && isSerial(build) && isBlocking(build));
    const commits = [
      ...groupsBy(
        blocking,
        ({ commit }) => commit,
        ({ job }) => job,
      ).values(),
    ].map((jobs) => [...jobs.values()]);
    const consistent = commits.filter((jobs) => jobs.every(isConsistent)).length;
    const runs = sum(commits.flat().map((group) => group.runs));
    const consistentOnes = sum(commits.flat().map((group) => (group.passed === 0 ? group.runs : group.passed)));
    if (commits.length === 0) return [];
    return [
      {
        commit_consistency: rounded(consistent / commits.length, 4),
        commits: commits.length,
        consistent_commits: consistent,
        run_consistency: rounded(consistentOnes / runs, 4),
        runs,
        consistent_runs: consistentOnes,
        builds: sum(commits.map((jobs) => Math.max(...jobs.map((group) => group.runs)))),
      },
    ];
  },
  told: (rows, day) => rows.map((row) => ({ day: dayText(day), ...row })),
});

interface Week {
  readonly commits: number;
  readonly consistency: number;
  readonly wk: string;
}

const WEEKS_DAYS = 90;

export const weeklyConsistency = metric({
  id: "weekly-consistency",
  description:
    "By weeks of UTC days from Sunday (wk), of 90 days: how many commits of pull requests and batches merge-blocking jobs ran on, and the " +
    `share of them on which none of these jobs flaked. The latest week grows until Saturday. ${BLOCKING}`,
  rows: ({ day, week, isBlocking, before }) => {
    const wk = sundayOf(day);
    const builds = week.filter((of) => of.day >= wk).flatMap((of) => of.builds);
    const blocking = builds.filter((build) => ofPulls(build) && isBlocking(build));
    const keyOf = (build: Build): string =>
      `${build.commit} ${build.pull === null ? "batch" : `${build.repository}#${build.pull}`}`;
    const commits = [...groupsBy(blocking, keyOf, ({ job }) => job).values()];
    const flaked = commits.filter((jobs) => ![...jobs.values()].every(isConsistent)).length;
    const kept = (before === null ? [] : stored<readonly Week[]>(before)).filter(
      (row) => row.wk < wk && daysAfter(row.wk, 6) > daysAfter(day, -WEEKS_DAYS),
    );
    const now: Week[] =
      commits.length === 0
        ? []
        : [{ commits: commits.length, consistency: rounded(1 - flaked / commits.length, 3), wk }];
    return [...kept, ...now].sort(by((row) => row.wk));
  },
  told: (rows) => rows,
});
