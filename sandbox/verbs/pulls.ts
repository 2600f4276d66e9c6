/** What happens to pull requests: opened, made ready, retargeted, reviewed by whom, merged. */
import { ApiError } from "../errors.ts";
import { log, readRef } from "../git/read.ts";
import { commitTree, mergeTree, rebase, updateRef } from "../git/write.ts";
import type { Repo } from "../state/model.ts";
import { type Actor, fullName, isPull, type PullIssue, type World } from "../world.ts";
import { admit, type MergeMethod } from "../gates.ts";
import { announce, blankIssue, record } from "./issues.ts";
import { markMerged } from "./merged.ts";
import { afterPush } from "./pushes.ts";
import { branchRef, bringHead, refresh } from "./sync.ts";

export interface NewPull {
  readonly title: string;
  readonly body: string | null;
  readonly base: string;
  /** Repository and branch of the head. */
  readonly head: { readonly repo: Repo; readonly ref: string };
  readonly draft: boolean;
  /** ISO time, for demo content. */
  readonly createdAt?: string;
}

const conflictOf = (repo: Repo, head: { repo: Repo; ref: string }): PullIssue | undefined =>
  Object.values(repo.issues)
    .filter(isPull)
    .find(
      (one) => one.state === "open" && one.pull.head.ref === head.ref && one.pull.head.repo === fullName(head.repo),
    );

async function open(world: World, repo: Repo, actor: Actor, input: NewPull): Promise<PullIssue> {
  const dir = world.gitDir(repo);
  const base = await readRef(dir, branchRef(input.base));
  if (base === null) throw ApiError.invalid("PullRequest", "base", "invalid");
  const head = await readRef(world.gitDir(input.head.repo), branchRef(input.head.ref));
  if (head === null) throw ApiError.invalid("PullRequest", "head", "invalid");
  const label = `${input.head.repo.owner}:${input.head.ref}`;
  if (conflictOf(repo, input.head))
    throw ApiError.invalid("PullRequest", "head", "custom", `A pull request already exists for ${label}.`);
  if (head === base)
    throw ApiError.invalid("PullRequest", "base", "custom", `No commits between ${input.base} and ${input.head.ref}`);
  const issue = blankIssue(world, repo, actor, input);
  issue.pull = {
    id: world.id(),
    base: { ref: input.base, sha: base },
    head: { repo: fullName(input.head.repo), ref: input.head.ref, sha: head },
    draft: input.draft,
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    mergeable: null,
    computedFor: "",
    stats: { commits: 0, additions: 0, deletions: 0, changedFiles: 0 },
    requestedReviewers: [],
    requestedTeams: [],
    reviews: [],
    reviewComments: [],
  };
  if (!isPull(issue)) throw ApiError.notFound();
  await bringHead(world, repo, issue);
  await refresh(world, repo, issue);
  announce(world, repo, issue, actor, "opened");
  return issue;
}

export const createPull = (world: World, repo: Repo, actor: Actor, input: NewPull): Promise<PullIssue> =>
  world.lock(repo, () => open(world, repo, actor, input));

/** Computes mergeability if it is out of date. */
export const current = (world: World, repo: Repo, issue: PullIssue): Promise<void> =>
  world.lock(repo, () => refresh(world, repo, issue));

/** Points the pull request at another branch. */
export async function retarget(world: World, repo: Repo, issue: PullIssue, actor: Actor, base: string): Promise<void> {
  if (issue.pull.base.ref === base) return;
  await world.lock(repo, async () => {
    const sha = await readRef(world.gitDir(repo), branchRef(base));
    if (sha === null) throw ApiError.invalid("PullRequest", "base", "invalid");
    const from = issue.pull.base;
    issue.pull.base = { ref: base, sha };
    await refresh(world, repo, issue);
    record(world, issue, actor, "base_ref_changed");
    const changes = { base: { ref: { from: from.ref }, sha: { from: from.sha } } };
    announce(world, repo, issue, actor, "edited", { changes });
  });
}

export function setDraft(world: World, repo: Repo, issue: PullIssue, actor: Actor, draft: boolean): void {
  if (issue.pull.draft === draft || issue.state === "closed") return;
  issue.pull.draft = draft;
  record(world, issue, actor, draft ? "convert_to_draft" : "ready_for_review");
  announce(world, repo, issue, actor, draft ? "converted_to_draft" : "ready_for_review");
}

export interface MergeInput {
  readonly method: MergeMethod;
  readonly sha?: string | undefined;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
}

async function mergedTip(world: World, repo: Repo, issue: PullIssue, actor: Actor, base: string, input: MergeInput) {
  const dir = world.gitDir(repo);
  const { head } = issue.pull;
  const commits = await log(dir, `${base}..${head.sha}`, { reverse: true });
  if (input.method === "rebase")
    return rebase(
      dir,
      base,
      commits.filter((one) => one.parents.length === 1).map((one) => one.sha),
    );
  const tree = await mergeTree(dir, base, head.sha);
  if (tree === null) return null;
  const squash = input.method === "squash";
  const from = `${head.repo.split("/")[0]}/${head.ref}`;
  const title =
    input.title ?? (squash ? `${issue.title} (#${issue.number})` : `Merge pull request #${issue.number} from ${from}`);
  const listed = commits.map((one) => `* ${one.message}`).join("\n\n");
  const message = input.message ?? (squash ? (commits.length > 1 ? listed : "") : issue.title);
  const login = actor.account.login;
  return commitTree(dir, {
    tree,
    parents: squash ? [base] : [base, head.sha],
    message: `${title}\n\n${message}`.trim(),
    author: { name: actor.account.name || login, email: `${actor.account.id}+${login}@users.noreply.github.com` },
    date: new Date(),
  });
}

/** Merges. Throws 405 when it cannot be merged, 409 when the head moved. Gives the sha of the new tip. */
export function mergePull(
  world: World,
  repo: Repo,
  issue: PullIssue,
  actor: Actor,
  input: MergeInput,
): Promise<string> {
  return world.lock(repo, async () => {
    const { pull } = issue;
    const notMergeable = () => new ApiError(405, "Pull Request is not mergeable");
    if (issue.state === "closed" || pull.mergedAt || pull.draft) throw notMergeable();
    if (input.sha !== undefined && input.sha !== pull.head.sha)
      throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
    admit(world, repo, issue, input.method);
    const base = await readRef(world.gitDir(repo), branchRef(pull.base.ref));
    const tip = base === null ? null : await mergedTip(world, repo, issue, actor, base, input);
    if (base === null || tip === null) throw notMergeable();
    await updateRef(world.gitDir(repo), branchRef(pull.base.ref), tip);
    markMerged(world, repo, issue, actor, tip);
    await afterPush(world, repo, actor, { ref: branchRef(pull.base.ref), before: base, after: tip });
    return tip;
  });
}
