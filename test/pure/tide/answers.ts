/** A GitHub client that answers from a list, and what it was asked. */
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import type { JsonObject } from "../../../src/config/model.ts";
import type { TideClient } from "../../../src/tide/client.ts";

interface Asked {
  readonly query: string;
  readonly variables: JsonObject;
}

const Paginating = Octokit.plugin(paginateRest);

/** REST by path below the API; what is not there is a 404. */
function restOf(paths: Readonly<Record<string, unknown>>): Pick<TideClient, "request" | "paginate"> {
  const fetched = (url: string): Promise<Response> => {
    const { pathname } = new URL(url);
    const found = Object.hasOwn(paths, pathname);
    const body = found ? paths[pathname] : { message: "Not Found" };
    return Promise.resolve(Response.json(body, { status: found ? 200 : 404 }));
  };
  return new Paginating({ baseUrl: "https://api.github.test", request: { fetch: fetched } });
}

/** Answers GraphQL calls in their order: an Error is thrown. */
export function answering(...answers: readonly unknown[]): {
  client: TideClient;
  asked: Asked[];
  with: (paths: Readonly<Record<string, unknown>>) => TideClient;
} {
  const asked: Asked[] = [];
  const graphql = (query: string, variables: JsonObject): Promise<unknown> => {
    const answer = answers[asked.length];
    asked.push({ query, variables });
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const over = (paths: Readonly<Record<string, unknown>>): TideClient => {
    const { request, paginate } = restOf(paths);
    return { request, paginate, graphql };
  };
  return { client: over({}), asked, with: over };
}

const HEAD = "a".repeat(40);

/** A pull request as GraphQL answers it. */
export const pullNode = (over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  number: 7,
  title: "Fix it",
  body: "one\r\ntwo",
  url: "https://github.test/acme/ship/pull/7",
  createdAt: "2026-01-01T00:00:00Z",
  state: "OPEN",
  author: { __typename: "User", login: "ada" },
  headRefOid: HEAD,
  headRefName: "fix",
  baseRefName: "main",
  isDraft: false,
  mergeCommit: null,
  mergeable: "MERGEABLE",
  mergeStateStatus: "CLEAN",
  canBeRebased: true,
  reviewDecision: null,
  isInMergeQueue: false,
  milestone: null,
  labels: { nodes: [{ name: "lgtm" }] },
  commits: commits(HEAD, []),
  ...over,
});

export const commits = (oid: string, nodes: readonly unknown[], after: string | null = null) => ({
  nodes: [{ commit: { oid, statusCheckRollup: rollup(nodes, after) } }],
});
export const rollup = (nodes: readonly unknown[], after: string | null = null) => ({
  contexts: { nodes, pageInfo: { hasNextPage: after !== null, endCursor: after } },
});
export const status = (context: string, state: string, description: string | null = null) => ({
  __typename: "StatusContext",
  context,
  state,
  description,
  targetUrl: null,
});
export const check = (name: string, state: string, conclusion: string | null) => ({
  __typename: "CheckRun",
  name,
  status: state,
  conclusion,
  detailsUrl: null,
  title: null,
});
