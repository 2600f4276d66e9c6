/** Jobs of one repository that claim the same name or context on the same branch (spec jobs 1.5, 1.9). */
import { goRegExp } from "./goregexp.ts";
import type { Postsubmit, Presubmit } from "./model.ts";

type Branched = Pick<Presubmit, "branches" | "skip_branches">;

const matchesAny = (patterns: readonly string[], branch: string): boolean => {
  try {
    return goRegExp(patterns.join("|")).test(branch);
  } catch {
    return false; // said elsewhere
  }
};

function runsOn(job: Branched, branch: string): boolean {
  if (job.skip_branches?.length && matchesAny(job.skip_branches, branch)) return false;
  return !job.branches?.length || matchesAny(job.branches, branch);
}

/** Whether two jobs could run on one branch, judged by the literal patterns as Prow does. */
export function branchesIntersect(a: Branched, b: Branched): boolean {
  const [aNames, bNames] = [a.branches ?? [], b.branches ?? []];
  const all = (job: Branched): boolean => !job.branches?.length && !job.skip_branches?.length;
  if (all(a) || all(b)) return true;
  if (aNames.length > 0 && bNames.length > 0) return aNames.some((name) => bNames.includes(name));
  if (aNames.length > 0) return aNames.some((name) => runsOn(b, name));
  if (bNames.length > 0) return bNames.some((name) => runsOn(a, name));
  return true;
}

type Job = Presubmit | Postsubmit;

/** Pairs that collide: the later job, and a sentence. Only jobs that share a name or context are compared. */
export function duplicates<T extends Job>(
  jobs: readonly T[],
): readonly { readonly job: T; readonly message: string }[] {
  const found: { job: T; message: string }[] = [];
  const compare = (key: (job: T) => string, collides: (earlier: T, later: T) => string | null): void => {
    const groups = Map.groupBy(jobs, key);
    for (const group of groups.values()) {
      for (const [at, later] of group.entries()) {
        const message = group
          .slice(0, at)
          .map((earlier) => (branchesIntersect(earlier, later) ? collides(earlier, later) : null))
          .find((one) => one !== null);
        if (message) found.push({ job: later, message });
      }
    }
  };
  compare(
    (job) => job.name,
    (earlier) =>
      `the job ${earlier.name} is defined twice for one branch (also at ${earlier.source.path}:${earlier.source.line})`,
  );
  compare(
    (job) => (job.skip_report ? `${job.name}\u0000` : job.context),
    (earlier, later) =>
      earlier.name === later.name
        ? null
        : `the context ${later.context} is also that of ${earlier.name} (${earlier.source.path}:${earlier.source.line})`,
  );
  return found;
}
