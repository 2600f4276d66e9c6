import type { Repo } from "../state/model.ts";
import type { Actor, PullIssue, World } from "../world.ts";
import { announce, record } from "./issues.ts";

/** Closes a pull request as merged by a commit, and says so. */
export function markMerged(world: World, repo: Repo, issue: PullIssue, actor: Actor, sha: string): void {
  const now = world.now();
  Object.assign(issue.pull, { mergedAt: now, mergedBy: actor.account.login, mergeCommit: sha });
  Object.assign(issue, { state: "closed", closedAt: now, closedBy: actor.account.login });
  record(world, issue, actor, "merged", { commit: sha });
  record(world, issue, actor, "closed");
  announce(world, repo, issue, actor, "closed");
}
