/** Whether what a runner still finds of an attempt can go (sinker's rule for pods, spec jobs 4.3). Pure. */
import type { JobView } from "./view.ts";

/**
 * A job that is not known is gone. One of another cluster is none of the asker's business. Else: the job is complete, or
 * goes on in a later attempt; never while this attempt may still be running.
 */
export function isOver(
  job: Pick<JobView, "cluster" | "attempt" | "completionTime"> | null,
  asked: { readonly attempt: number; readonly cluster: string },
): boolean {
  if (job === null) return true;
  if (job.cluster !== asked.cluster) return false;
  return job.completionTime !== null || job.attempt > asked.attempt;
}
