/** What GraphQL shows of a repository. */
import { readCommit, readRef } from "../git/read.ts";
import type { Call } from "../http/call.ts";
import type { Issue, Repo } from "../state/model.ts";
import { nodeId } from "../shape/ids.ts";
import { hasMergeQueue, methodsOf } from "../gates.ts";
import { isPull } from "../world.ts";
import { commitNode } from "./commits.ts";
import { blameOf } from "./blame.ts";
import { connection, type PageArgs } from "./connection.ts";
import { Refusal } from "./error.ts";
import { eitherNode, issueNode, ownerOf, pullNode } from "./issues.ts";
import { repoNodeId } from "./nodes.ts";
import { projectNode, projectsOf } from "./projects.ts";

interface PullArgs extends PageArgs {
  readonly states?: readonly string[] | null;
  readonly baseRefName?: string | null;
  readonly labels?: readonly string[] | null;
  readonly orderBy?: { readonly field: string; readonly direction: string } | null;
}

const stateOf = ({ state, pull }: Issue): string => (pull?.mergedAt ? "MERGED" : state.toUpperCase());

function pullsOf(call: Call, repo: Repo, { states, baseRefName, labels, orderBy, ...page }: PullArgs) {
  const found = Object.values(repo.issues)
    .filter(isPull)
    .filter((one) => !states || states.includes(stateOf(one)))
    .filter((one) => !baseRefName || one.pull.base.ref === baseRefName)
    .filter((one) => !labels || labels.some((label) => one.labels.includes(label)));
  const key = orderBy?.field === "UPDATED_AT" ? "updatedAt" : "createdAt";
  const sign = orderBy?.direction === "DESC" ? -1 : 1;
  if (orderBy) found.sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.number - b.number));
  const { nodes, ...rest } = connection(found, page);
  return { ...rest, nodes: nodes.map((one) => pullNode(call, repo, one)) };
}

function numbered<T extends Issue>(
  repo: Repo,
  number: number,
  is: (issue: Issue) => issue is T,
  what: string,
): { readonly issue: T } {
  const issue = repo.issues[String(number)];
  if (!issue || !is(issue))
    throw new Refusal("NOT_FOUND", `Could not resolve to ${what} with the number of ${number}.`);
  return { issue };
}

const isIssue = (issue: Issue): issue is Issue & { pull: null } => issue.pull === null;
const isAny = (issue: Issue): issue is Issue => issue.number > 0;

export function repoNode(call: Call, repo: Repo): object {
  const { world } = call;
  const methods = methodsOf(repo);
  return {
    __typename: "Repository",
    id: repoNodeId(repo),
    name: repo.name,
    nameWithOwner: `${repo.owner}/${repo.name}`,
    isPrivate: repo.private,
    owner: ownerOf(call, repo),
    defaultBranchRef: { name: repo.defaultBranch },
    mergeCommitAllowed: methods.merge,
    squashMergeAllowed: methods.squash,
    rebaseMergeAllowed: methods.rebase,
    mergeQueue: ({ branch }: { branch?: string | null }) =>
      hasMergeQueue(repo, branch ?? repo.defaultBranch) ? { id: nodeId("MQ", repo.id) } : null,
    ref: async ({ qualifiedName }: { qualifiedName: string }) => {
      const name = qualifiedName.replace(/^(refs\/heads\/)?/, "refs/heads/");
      const sha = await readRef(world.gitDir(repo), name);
      return sha === null ? null : { name: name.slice("refs/heads/".length), target: commitNode(call, repo, sha) };
    },
    pullRequest: ({ number }: { number: number }) =>
      pullNode(call, repo, numbered(repo, number, isPull, "a PullRequest").issue),
    issue: ({ number }: { number: number }) => issueNode(call, repo, numbered(repo, number, isIssue, "an Issue").issue),
    issueOrPullRequest: ({ number }: { number: number }) =>
      eitherNode(call, repo, numbered(repo, number, isAny, "an issue or pull request").issue),
    pullRequests: (args: PullArgs) => pullsOf(call, repo, args),
    projectsV2: (page: PageArgs) =>
      connection(
        projectsOf(call, repo.owner)
          .filter((project) => project.repos.includes(repo.id))
          .map((project) => projectNode(call, project)),
        page,
      ),
    object: async ({ oid }: { oid?: string | null }) => {
      const commit = oid ? await readCommit(world.gitDir(repo), oid) : null;
      if (!commit) return null;
      const blame = ({ path }: { path: string }) => blameOf(world, repo, commit.sha, path);
      return { ...commitNode(call, repo, commit.sha), blame };
    },
  };
}
