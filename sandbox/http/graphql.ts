/** GraphQL: every query is validated against GitHub's published schema; a small part of it is answered. */
import { schema as published } from "@octokit/graphql-schema";
import { buildSchema, execute, type GraphQLSchema, parse, validate } from "graphql";
import { atLeast, permissionOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import { userOf } from "../shape/account.ts";
import { nodeId } from "../shape/ids.ts";
import { setDraft } from "../verbs/pulls.ts";
import { isPull, type PullIssue, topicOf, type World } from "../world.ts";
import type { Repo } from "../state/model.ts";
import { json, type Reply } from "./call.ts";
import { actorOf, type Caller, loginOf } from "./caller.ts";

let built: GraphQLSchema | null = null;
const schema = (): GraphQLSchema => {
  built ??= buildSchema(published.idl, { assumeValid: true });
  return built;
};

const connection = <T>(nodes: readonly T[]) => ({
  nodes,
  totalCount: nodes.length,
  pageInfo: { hasNextPage: false, endCursor: null },
});

function pullNode(world: World, repo: Repo, issue: PullIssue) {
  const shown = userOf(world, issue.user);
  const { pull } = issue;
  return {
    __typename: "PullRequest",
    id: `PR_${pull.id}`,
    databaseId: pull.id,
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    isDraft: pull.draft,
    state: pull.mergedAt ? "MERGED" : issue.state.toUpperCase(),
    mergeable: pull.mergeable === null ? "UNKNOWN" : pull.mergeable ? "MERGEABLE" : "CONFLICTING",
    headRefOid: pull.head.sha,
    headRefName: pull.head.ref,
    baseRefName: pull.base.ref,
    baseRefOid: pull.base.sha,
    author: { __typename: "User", login: shown.login },
    labels: () => connection(issue.labels.map((name) => ({ name }))),
    repository: () => repoNode(world, repo),
  };
}

function repoNode(world: World, repo: Repo): object {
  return {
    name: repo.name,
    nameWithOwner: `${repo.owner}/${repo.name}`,
    isPrivate: repo.private,
    owner: { __typename: "Organization", login: repo.owner },
    defaultBranchRef: { name: repo.defaultBranch },
    pullRequest: ({ number }: { number: number }) => {
      const issue = repo.issues[String(number)];
      return issue && isPull(issue) ? pullNode(world, repo, issue) : null;
    },
    pullRequests: () =>
      connection(
        Object.values(repo.issues)
          .filter(isPull)
          .map((issue) => pullNode(world, repo, issue)),
      ),
  };
}

function pullById(world: World, id: string): { repo: Repo; issue: PullIssue } {
  for (const repo of Object.values(world.state.repos))
    for (const issue of Object.values(repo.issues).filter(isPull))
      if (`PR_${issue.pull.id}` === id) return { repo, issue };
  throw new Error(`Could not resolve to a node with the global id of '${id}'`);
}

/** Hides a comment of an issue. By its author, or with write access. */
function minimizeComment(world: World, caller: Caller, id: string, classifier: string) {
  for (const repo of Object.values(world.state.repos))
    for (const issue of Object.values(repo.issues))
      for (const comment of issue.comments) {
        if (nodeId("IC", comment.id) !== id) continue;
        const { login } = actorOf(world, caller).account;
        if (comment.user !== login && !atLeast(permissionOf(world, repo, login), "write"))
          throw new Error(`${login} does not have the correct permissions to execute \`MinimizeComment\``);
        comment.hidden = classifier.toLowerCase();
        world.changed(topicOf(repo, issue));
        return { __typename: "IssueComment", isMinimized: true, minimizedReason: comment.hidden };
      }
  throw new Error(`Could not resolve to a node with the global id of '${id}'`);
}

function rootOf(world: World, caller: Caller): object {
  const draft =
    (to: boolean) =>
    ({ input }: { input: { pullRequestId: string } }) => {
      const { repo, issue } = pullById(world, input.pullRequestId);
      setDraft(world, repo, issue, actorOf(world, caller), to);
      return { pullRequest: pullNode(world, repo, issue) };
    };
  return {
    viewer: () => ({ login: actorOf(world, caller).account.login }),
    rateLimit: { limit: 5000, remaining: 4999, cost: 1, used: 1, nodeCount: 1, resetAt: world.now() },
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const repo = world.repo(`${owner}/${name}`);
      const sees = repo && (caller.kind === "installation" || permissionOf(world, repo, loginOf(caller)) !== null);
      return repo && sees ? repoNode(world, repo) : null;
    },
    markPullRequestReadyForReview: draft(false),
    convertPullRequestToDraft: draft(true),
    minimizeComment: ({ input }: { input: { subjectId: string; classifier: string; clientMutationId?: string } }) => ({
      clientMutationId: input.clientMutationId ?? null,
      minimizedComment: minimizeComment(world, caller, input.subjectId, input.classifier),
    }),
  };
}

/** Answers a query. Refuses what GitHub's schema does not have, in GitHub's shape: 200 with `errors`. */
export async function graphql(world: World, caller: Caller, body: unknown): Promise<Reply> {
  if (caller.kind === "anonymous" || caller.kind === "app")
    throw new ApiError(401, "This endpoint requires you to be authenticated.");
  const query = typeof body === "object" && body !== null && "query" in body ? body.query : undefined;
  const variables = typeof body === "object" && body !== null && "variables" in body ? body.variables : undefined;
  if (typeof query !== "string") throw new ApiError(400, "A query attribute must be specified and must be a string.");
  try {
    const document = parse(query);
    const errors = validate(schema(), document);
    if (errors.length > 0) return json({ errors: errors.map(({ message, locations }) => ({ message, locations })) });
    const variableValues = typeof variables === "object" && variables !== null ? { ...variables } : {};
    return json(await execute({ schema: schema(), document, rootValue: rootOf(world, caller), variableValues }));
  } catch (error) {
    return json({ errors: [{ message: error instanceof Error ? error.message : String(error) }] });
  }
}
