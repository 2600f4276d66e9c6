/** Jobs of one repository that claim the same name or context on the same branch (spec jobs 1.5, 1.9). */
import { goRegExp } from "./goregexp.ts";
import type { Postsubmit, Presubmit } from "./model.ts";

type Branched = Pick<Presubmit, "branches" | "skip_branches">;

function matchesAny(patterns: readonly string[], branch: string): boolean {
  try {
    return goRegExp(patterns.join("|")).test(branch);
  } catch {
    return false; // a finding of its own says so
  }
}

export function runsOn(job: Branched, branch: string): boolean {
  if (job.skip_branches?.length && matchesAny(job.skip_branches, branch)) return false;
  return !job.branches?.length || matchesAny(job.branches, branch);
}

/** Whether two jobs could run on one branch, judged by the literal patterns as Prow does. */
export function branchesIntersect(a: Branched, b: Branched): boolean {
  const everywhere = (job: Branched): boolean => !job.branches?.length && !job.skip_branches?.length;
  if (everywhere(a) || everywhere(b)) return true;
  if (a.branches?.length && b.branches?.length) {
    const names = new Set(a.branches);
    return b.branches.some((name) => names.has(name));
  }
  if (a.branches?.length) return a.branches.some((name) => runsOn(b, name));
  if (b.branches?.length) return b.branches.some((name) => runsOn(a, name));
  return true;
}

type Job = Presubmit | Postsubmit;

export interface Duplicate<T> {
  readonly job: T;
  readonly earlier: T;
  /** What both claim. */
  readonly claim: "name" | "context";
}

/** Later jobs that collide with an earlier one. Only jobs that share a name or a context are compared. */
export function duplicates<T extends Job>(jobs: readonly T[]): readonly Duplicate<T>[] {
  const found: Duplicate<T>[] = [];
  for (const claim of ["name", "context"] as const) {
    for (const group of Map.groupBy(jobs, (job) => job[claim]).values()) {
      for (const [at, job] of group.entries()) {
        const earlier = group
          .slice(0, at)
          .find((one) => (claim === "name" || one.name !== job.name) && branchesIntersect(one, job));
        if (earlier) found.push({ job, earlier, claim });
      }
    }
  }
  return found;
}
