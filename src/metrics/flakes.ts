/** Flakes by job (spec velodrome 2.2: job-flakes, flakes, flakes-daily, istio-job-flakes). */
import { type Build, isSerial } from "./build.ts";
import { consistentRuns, type Group, groupsBy, isConsistent } from "./groups.ts";
import { type Input, metric } from "./metric.ts";
import { by, rounded, sum } from "./numbers.ts";

export interface JobFlakes {
  readonly job: string;
  readonly build_consistency: number;
  readonly commit_consistency: number;
  /** Groups that neither always passed nor never did. */
  readonly flakes: number;
  readonly runs: number;
  readonly commits: number;
  readonly consistent_runs: number;
}

const commitOf = (build: Build): string | null => (isSerial(build) ? build.commit : null);
const pullAndCommitOf = (build: Build): string | null =>
  isSerial(build) ? `${build.commit} ${build.pull === null ? "" : `${build.repository}#${build.pull}`}` : null;

const builtIn = ({ week }: Input): Build[] => week.flatMap(({ builds }) => builds);

function rowOf(job: string, groups: ReadonlyMap<string, Group>): JobFlakes {
  const all = [...groups.values()];
  const runs = sum(all.map((group) => group.runs));
  const consistent = sum(all.map(consistentRuns));
  const flakes = all.filter((group) => !isConsistent(group)).length;
  const commits = new Set([...groups.keys()].map((key) => key.split(" ", 1)[0])).size;
  return {
    job,
    build_consistency: rounded(consistent / runs, 3),
    commit_consistency: rounded(1 - flakes / commits, 3),
    flakes,
    runs,
    commits,
    consistent_runs: consistent,
  };
}

const flakesOf = (builds: Iterable<Build>, key: (build: Build) => string | null): JobFlakes[] =>
  [...groupsBy(builds, ({ job }) => job, key)].map(([job, groups]) => rowOf(job, groups));

const flakiest = by<JobFlakes>(
  ({ flakes }) => -flakes,
  (row) => row.commit_consistency,
  (row) => row.build_consistency,
  ({ job }) => job,
);

const toldByJob = (rows: readonly JobFlakes[]): unknown =>
  Object.fromEntries(
    rows.map(({ job, commit_consistency, flakes }) => [job, { consistency: commit_consistency, flakes }]),
  );

const RULE =
  "A job's runs on one commit are consistent when all passed or none did; otherwise the job flaked on it. Consistency is the share " +
  "of commits without a flake. Counted are runs for one pull request (not batches), and other runs whose commit is known.";

export const jobFlakes = metric({
  id: "job-flakes",
  description: `Flakes of each presubmit (pr:) in the last 7 complete UTC days, by pull request and commit. ${RULE}`,
  rows: (input) =>
    flakesOf(builtIn(input), pullAndCommitOf).sort(
      by(
        ({ flakes }) => -flakes,
        (row) => row.build_consistency,
        (row) => row.commit_consistency,
        ({ job }) => job,
      ),
    ),
  told: (rows) =>
    Object.fromEntries(
      rows
        .filter(({ job }) => job.includes("pr:"))
        .map(({ job, flakes, runs, commit_consistency }) => [job, { flakes, runs, consistency: commit_consistency }]),
    ),
});

export const weekFlakes = metric({
  id: "flakes",
  description: `Flakes of every job in the last 7 complete UTC days, by commit; without the tests that flaked. ${RULE}`,
  rows: (input) => flakesOf(builtIn(input), commitOf).sort(flakiest),
  told: toldByJob,
});

/** Of one day's builds. */
export const flakesByDay = (builds: Iterable<Build>): JobFlakes[] => flakesOf(builds, commitOf).sort(flakiest);

export const dailyFlakes = metric({
  id: "flakes-daily",
  description: `Flakes of every job on the newest complete UTC day, by commit; without the tests that flaked. ${RULE}`,
  rows: ({ builds }) => flakesByDay(builds),
  told: toldByJob,
});

const baseCommitOf = (build: Build): string | null =>
  build.type === "postsubmit" && build.commit !== "" ? build.commit : null;

export const postsubmitFlakes = metric({
  id: "istio-job-flakes",
  description:
    "Postsubmits of the last 7 complete UTC days, by the commit of the branch: runs, those that passed, and the share of runs that " +
    "were consistent (all of a commit's runs when all passed or none did, else those that passed). Of every repository, not Istio's alone.",
  rows: (input) =>
    [...groupsBy(builtIn(input), ({ job }) => job, baseCommitOf)]
      .map(([job, groups]) => {
        const runs = sum([...groups.values()].map((group) => group.runs));
        const passed = sum([...groups.values()].map((group) => group.passed));
        const consistency = rounded(sum([...groups.values()].map(consistentRuns)) / runs, 3);
        return { job, runs, passed, consistency };
      })
      .sort(by(({ job }) => job)),
  told: (rows) => rows,
});
