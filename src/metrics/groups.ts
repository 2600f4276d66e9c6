/** Consistency, the base of every measure of flakes (spec velodrome 2.1): of a job's runs on one commit, all pass or none do. */
import type { Build } from "./build.ts";

/** Runs of one job on one commit. */
export interface Group {
  runs: number;
  passed: number;
}

export const isConsistent = ({ runs, passed }: Group): boolean => passed === 0 || passed === runs;

/** All runs of a consistent group, of another those that passed. */
export const consistentRuns = (group: Group): number => (isConsistent(group) ? group.runs : group.passed);

/** Runs by two keys. A build with a null key is left out. */
export function groupsBy(
  builds: Iterable<Build>,
  outer: (build: Build) => string | null,
  inner: (build: Build) => string | null,
): Map<string, Map<string, Group>> {
  const groups = new Map<string, Map<string, Group>>();
  for (const build of builds) {
    const [one, two] = [outer(build), inner(build)];
    if (one === null || two === null) continue;
    const within = groups.get(one) ?? new Map<string, Group>();
    const group = within.get(two) ?? { runs: 0, passed: 0 };
    group.runs += 1;
    if (build.passed) group.passed += 1;
    within.set(two, group);
    groups.set(one, within);
  }
  return groups;
}
