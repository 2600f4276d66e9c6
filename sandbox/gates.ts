/** What stands between a pull request and its merge: branch protection, rulesets, reviews, allowed methods. */
import { atLeast, permissionOf } from "./access.ts";
import { ApiError } from "./errors.ts";
import { log } from "./git/read.ts";
import { rebase } from "./git/write.ts";
import { latestChecks, latestStatuses, stateOfCheck } from "./state/heads.ts";
import type { Repo, Ruleset, Status } from "./state/model.ts";
import type { PullIssue, World } from "./world.ts";

export type MergeMethod = "merge" | "squash" | "rebase";

const WORDS: Readonly<Record<MergeMethod, string>> = {
  merge: "Merge commits",
  squash: "Squash merges",
  rebase: "Rebase merges",
};

export const methodsOf = (repo: Repo): Readonly<Record<MergeMethod, boolean>> =>
  repo.methods ?? { merge: true, squash: true, rebase: true };

export const rulesetsOf = (repo: Repo, branch: string): readonly Ruleset[] =>
  (repo.rulesets ?? []).filter(({ branches }) => branches.includes(branch));

export const hasMergeQueue = (repo: Repo, branch: string): boolean =>
  rulesetsOf(repo, branch).some(({ mergeQueue }) => mergeQueue);

const statesOf = (repo: Repo, sha: string, context: string): Status["state"][] => [
  ...latestStatuses(repo, sha)
    .filter((one) => one.context === context)
    .map((one) => one.state),
  ...latestChecks(repo, sha)
    .filter((one) => one.name === context)
    .map(stateOfCheck),
];

/** GitHub's sentence about the first required check that did not succeed; null: all did. */
function missingCheck(repo: Repo, sha: string, contexts: readonly string[]): string | null {
  for (const context of contexts) {
    const states = statesOf(repo, sha, context);
    if (states.length > 0 && states.every((state) => state === "success")) continue;
    const failing = states.some((state) => state === "failure" || state === "error");
    const what = states.length === 0 ? "expected" : failing ? "failing" : "pending";
    return `Required status check "${context}" is ${what}.`;
  }
  return null;
}

const reviewsNeeded = (repo: Repo, branch: string): number =>
  Math.max(repo.protection[branch]?.reviews ?? 0, ...rulesetsOf(repo, branch).map(({ reviews }) => reviews));

/** What each reviewer with write access said last; remarks count for nothing. */
function verdicts(world: World, repo: Repo, issue: PullIssue): string[] {
  const last = new Map<string, string>();
  for (const { user, state } of issue.pull.reviews)
    if (["APPROVED", "CHANGES_REQUESTED", "DISMISSED"].includes(state)) last.set(user, state);
  return [...last].filter(([user]) => atLeast(permissionOf(world, repo, user), "write")).map(([, state]) => state);
}

export type ReviewDecision = "APPROVED" | "CHANGES_REQUESTED" | "REVIEW_REQUIRED" | null;

export function reviewDecision(world: World, repo: Repo, issue: PullIssue): ReviewDecision {
  const said = verdicts(world, repo, issue);
  if (said.includes("CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
  const approvals = said.filter((state) => state === "APPROVED").length;
  const needed = reviewsNeeded(repo, issue.pull.base.ref);
  if (approvals >= Math.max(needed, 1)) return "APPROVED";
  return needed > 0 ? "REVIEW_REQUIRED" : null;
}

const violated = (sentence: string): string => `Repository rule violations found\n\n${sentence}\n\n`;

/** Why GitHub would not merge, in its own words; null: nothing is in the way but perhaps a conflict. */
function obstacle(world: World, repo: Repo, issue: PullIssue): string | null {
  const { base, head } = issue.pull;
  const reviews = reviewsNeeded(repo, base.ref);
  if (reviews > 0 && reviewDecision(world, repo, issue) !== "APPROVED")
    return reviewDecision(world, repo, issue) === "CHANGES_REQUESTED"
      ? "Changes have been requested."
      : `At least ${reviews} approving review${reviews === 1 ? " is" : "s are"} required by reviewers with write access.`;
  const missing = missingCheck(repo, head.sha, repo.protection[base.ref]?.contexts ?? []);
  if (missing !== null) return missing;
  const rules = rulesetsOf(repo, base.ref);
  const ruled = missingCheck(
    repo,
    head.sha,
    rules.flatMap(({ contexts }) => contexts),
  );
  if (ruled !== null) return violated(ruled);
  return hasMergeQueue(repo, base.ref) ? violated("Changes must be made through the merge queue") : null;
}

/** GraphQL's `mergeStateStatus`, from what was computed last. */
export function mergeState(world: World, repo: Repo, issue: PullIssue): string {
  const { pull } = issue;
  if (issue.state === "closed" || pull.mergeable === null) return "UNKNOWN";
  if (!pull.mergeable) return "DIRTY";
  if (pull.draft) return "DRAFT";
  if (obstacle(world, repo, issue) !== null) return "BLOCKED";
  const states = [
    ...latestStatuses(repo, pull.head.sha).map((one) => one.state),
    ...latestChecks(repo, pull.head.sha).map(stateOfCheck),
  ];
  return states.every((state) => state === "success") ? "CLEAN" : "UNSTABLE";
}

/** Throws GitHub's 405 where rules or settings forbid the merge. */
export function admit(world: World, repo: Repo, issue: PullIssue, method: MergeMethod): void {
  if (!methodsOf(repo)[method]) throw new ApiError(405, `${WORDS[method]} are not allowed on this repository.`);
  const reason = obstacle(world, repo, issue);
  if (reason !== null) throw new ApiError(405, reason);
}

const rebasable = new Map<string, boolean>();

/** Whether each commit could be replayed on the base; known once computed, as commits never change. */
export async function canBeRebased(world: World, repo: Repo, issue: PullIssue): Promise<boolean> {
  const { pull } = issue;
  if (issue.state === "closed" || pull.mergeable !== true) return false;
  if (pull.stats.commits <= 1) return true;
  const known = rebasable.get(pull.computedFor);
  if (known !== undefined) return known;
  const [base = ""] = pull.computedFor.split("..");
  const dir = world.gitDir(repo);
  const commits = await log(dir, pull.computedFor, { reverse: true });
  const single = commits.filter((one) => one.parents.length === 1).map((one) => one.sha);
  const can = (await rebase(dir, base, single)) !== null;
  rebasable.set(pull.computedFor, can);
  return can;
}
