/** What GraphQL shows of issues and pull requests. */
import { log, readCommit } from "../git/read.ts";
import type { Call } from "../http/call.ts";
import { userOf } from "../shape/account.ts";
import { issueNodeId, labelsOf, milestoneOf } from "../shape/issue.ts";
import { pageOf } from "../shape/repository.ts";
import type { Issue, Repo } from "../state/model.ts";
import { isPinned } from "../verbs/pins.ts";
import { canBeRebased, mergeState, reviewDecision } from "../gates.ts";
import { current } from "../verbs/pulls.ts";
import { fullName, isPull, type PullIssue } from "../world.ts";
import { commitNode } from "./commits.ts";
import { connection, type PageArgs } from "./connection.ts";
import { itemsOf } from "./projects.ts";

/** Bots go without what marks them elsewhere. */
function actorNode(call: Call, login: string): object {
  const shown = userOf(call.world, login);
  const isBot = shown.type === "Bot";
  return { __typename: isBot ? "Bot" : "User", login: isBot ? shown.login.replace(/\[bot\]$/, "") : shown.login };
}

const reviewsOf = (call: Call, repo: Repo, { pull }: PullIssue): readonly object[] =>
  pull.reviews.map((one) => ({
    databaseId: one.id,
    state: one.state,
    body: one.body,
    submittedAt: one.submittedAt,
    author: actorNode(call, one.user),
    commit: commitNode(call, repo, one.commit),
  }));

function common(call: Call, repo: Repo, issue: Issue) {
  const shown = userOf(call.world, issue.user);
  return {
    id: issueNodeId(issue),
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    url: `${pageOf(call.world, repo)}/${issue.pull ? "pull" : "issues"}/${issue.number}`,
    createdAt: issue.createdAt,
    updatedAt: issue.updatedAt,
    milestone: milestoneOf(call.world, repo, issue),
    author: { __typename: shown.type === "Bot" ? "Bot" : "User", login: shown.login },
    labels: (page: PageArgs) =>
      connection(
        labelsOf(call.world, repo, issue).map(({ name }) => ({ name })),
        page,
      ),
    projectItems: (page: PageArgs) => connection(itemsOf(call, issue), page),
  };
}

export function issueNode(call: Call, repo: Repo, issue: Issue) {
  return {
    __typename: "Issue",
    ...common(call, repo, issue),
    databaseId: issue.id,
    state: issue.state.toUpperCase(),
    isPinned: isPinned(call.world, repo, issue),
  };
}

const MERGEABLE = new Map([
  [null, "UNKNOWN"],
  [true, "MERGEABLE"],
  [false, "CONFLICTING"],
]);

export function pullNode(call: Call, repo: Repo, issue: PullIssue) {
  const { pull } = issue;
  return {
    __typename: "PullRequest",
    ...common(call, repo, issue),
    databaseId: pull.id,
    isDraft: pull.draft,
    state: pull.mergedAt ? "MERGED" : issue.state.toUpperCase(),
    mergeable: async () => {
      await current(call.world, repo, issue);
      return MERGEABLE.get(pull.mergeable);
    },
    headRefOid: pull.head.sha,
    headRefName: pull.head.ref,
    baseRefName: pull.base.ref,
    baseRefOid: pull.base.sha,
    merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt,
    mergedBy: pull.mergedBy === null ? null : actorNode(call, pull.mergedBy),
    additions: pull.stats.additions,
    deletions: pull.stats.deletions,
    changedFiles: pull.stats.changedFiles,
    reviews: (page: PageArgs) => connection(reviewsOf(call, repo, issue), page),
    mergeCommit: pull.mergedAt !== null && pull.mergeCommit !== null ? commitNode(call, repo, pull.mergeCommit) : null,
    mergeStateStatus: async () => {
      await current(call.world, repo, issue);
      return mergeState(call.world, repo, issue);
    },
    canBeRebased: async () => {
      await current(call.world, repo, issue);
      return await canBeRebased(call.world, repo, issue);
    },
    reviewDecision: reviewDecision(call.world, repo, issue),
    isInMergeQueue: pull.queued ?? false,
    repository: { name: repo.name, nameWithOwner: fullName(repo), owner: ownerOf(call, repo) },
    commits: (page: PageArgs) => commitsOf(call, repo, issue, page),
    potentialMergeCommit: () => testMerge(call, repo, issue),
  };
}

export const eitherNode = (call: Call, repo: Repo, issue: Issue): object =>
  isPull(issue) ? pullNode(call, repo, issue) : issueNode(call, repo, issue);

export const ownerOf = (call: Call, repo: Repo): object => ({
  __typename: call.world.state.orgs[repo.owner.toLowerCase()] ? "Organization" : "User",
  login: repo.owner,
});

/** Its commits, the head last. */
function commitsOf(call: Call, repo: Repo, issue: PullIssue, page: PageArgs) {
  const { head, base, stats } = issue.pull;
  const nodeOf = (sha: string): object => ({ commit: commitNode(call, repo, sha) });
  if (page.last === 1) return connection([nodeOf(head.sha)], page);
  const listed = async () => {
    const commits = await log(call.world.gitDir(repo), `${base.sha}..${head.sha}`, { reverse: true });
    return connection(
      commits.map(({ sha }) => nodeOf(sha)),
      page,
    );
  };
  // Git is only asked for what the query names.
  return {
    totalCount: stats.commits,
    nodes: async () => (await listed()).nodes,
    pageInfo: async () => (await listed()).pageInfo,
  };
}

/** The commit that GitHub keeps as refs/pull/N/merge. */
async function testMerge(call: Call, repo: Repo, issue: PullIssue): Promise<object | null> {
  await current(call.world, repo, issue);
  const sha = issue.pull.mergeCommit;
  const commit = sha === null ? null : await readCommit(call.world.gitDir(repo), sha);
  if (!commit) return null;
  const parents = (page: PageArgs) =>
    connection(
      commit.parents.map((oid) => ({ oid })),
      page,
    );
  return { oid: commit.sha, parents };
}
