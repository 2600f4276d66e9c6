/** Builds packed into a row of D1: a thousand in some tens of kilobytes. */
import { type Build, buildOf, hasEnded, type JobIndexRow } from "./build.ts";

export interface Part {
  /** Name, type and repository. */
  readonly jobs: readonly (readonly [string, string, string])[];
  readonly commits: readonly string[];
  /** Places in `jobs` and `commits`, pull request (0: none), whether it passed (0, 1), milliseconds. */
  readonly builds: readonly (readonly [number, number, number, number, number])[];
  /** Ids of those that had not ended. */
  readonly open: readonly string[];
}

/** Finds the place of a key in a growing list. */
function placer<T>(list: T[]): (key: string, value: () => T) => number {
  const places = new Map<string, number>();
  return (key, value) => {
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, list.length);
    return list.push(value()) - 1;
  };
}

export function packed(builds: Iterable<Build>, open: readonly string[]): Part {
  const jobs: [string, string, string][] = [];
  const commits: string[] = [];
  const jobAt = placer(jobs);
  const commitAt = placer(commits);
  const rows = [...builds].map(({ job, type, repository, commit, pull, passed, elapsed }) => {
    const at = jobAt(JSON.stringify([job, type, repository]), () => [job, type, repository]);
    const place = commitAt(commit, () => commit);
    return [at, place, pull ?? 0, passed ? 1 : 0, Math.round(elapsed * 1000)] as const;
  });
  return { jobs, commits, builds: rows, open };
}

export function unpacked({ jobs, commits, builds }: Part): Build[] {
  return builds.flatMap(([at, place, pull, passed, ms]) => {
    const named = jobs[at];
    if (named === undefined) return [];
    const [job, type, repository] = named;
    const commit = commits[place] ?? "";
    return [{ job, type, repository, commit, pull: pull || null, passed: passed === 1, elapsed: ms / 1000 }];
  });
}

/** Builds of rows of the job index; those that have not ended are noted. */
export function partOf(rows: readonly JobIndexRow[]): Part {
  const builds = rows.flatMap((row) => buildOf(row) ?? []);
  return packed(
    builds,
    rows.filter((row) => !hasEnded(row)).map(({ id }) => id),
  );
}

/** A part with more builds; these are open still. */
export function partWith(part: Part, more: readonly JobIndexRow[], open: readonly string[]): Part {
  return packed([...unpacked(part), ...more.flatMap((row) => buildOf(row) ?? [])], open);
}
