/** What was said of a commit: statuses and check runs. */
import type { CheckRun, Repo, Status } from "./model.ts";

/** All statuses of a commit, newest first. */
export const statusesOf = (repo: Repo, sha: string): Status[] =>
  repo.statuses.filter((one) => one.sha === sha).toReversed();

/** The newest status of each context of a commit, newest first. */
export function latestStatuses(repo: Repo, sha: string): Status[] {
  const latest = new Map<string, Status>();
  for (const status of statusesOf(repo, sha)) if (!latest.has(status.context)) latest.set(status.context, status);
  return [...latest.values()];
}

/** The newest check run of each name and App on a commit. */
export function latestChecks(repo: Repo, sha: string): CheckRun[] {
  const latest = new Map<string, CheckRun>();
  for (const run of repo.checkRuns.filter((one) => one.sha === sha)) latest.set(`${run.app} ${run.name}`, run);
  return [...latest.values()];
}

const PASSED: readonly (string | null)[] = ["success", "neutral", "skipped"];

/** How a check run counts as a context. */
export function stateOfCheck({ status, conclusion }: CheckRun): Status["state"] {
  if (status !== "completed") return "pending";
  return PASSED.includes(conclusion) ? "success" : "failure";
}
