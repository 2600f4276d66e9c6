/** What a pool stands on: how the repository merges, what its branch requires, which issues block it; and what is open. */
import * as z from "zod";
import { GitHubError } from "../github/errors.ts";
import type { TideClient } from "./client.ts";
import type { Blocker, RepoFacts } from "./model.ts";
import { readRepoFacts } from "./read.ts";
import { readBlockers } from "./search.ts";

export interface PoolName {
  readonly org: string;
  readonly repo: string;
  readonly branch: string;
}

export interface Ground {
  readonly repoFacts: RepoFacts;
  /** Contexts that branch protection and rulesets require. */
  readonly live: readonly string[];
  readonly blockers: readonly Blocker[];
}

const nullish = <T extends z.ZodType>(shape: T) => shape.nullish().transform((value) => value ?? null);
const NOTHING: Ground = {
  repoFacts: { allowed: { merge: true, squash: true, rebase: true, ifNecessary: true }, mergeQueue: false },
  live: [],
  blockers: [],
};

/** Rejects with `GitHubError`. A branch that is gone stands on nothing. */
export async function readGround(client: TideClient, { org, repo, branch }: PoolName, label: string): Promise<Ground> {
  try {
    const [facts, blockers] = await Promise.all([
      readRepoFacts(client, org, repo, branch),
      readBlockers(client, org, repo, label),
    ]);
    const { requiredContexts: live, ...repoFacts } = facts;
    return { repoFacts, live, blockers };
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return NOTHING;
    throw error;
  }
}

/** GitHub writes both in upper case by GraphQL, in lower case in webhooks. */
export function checkState(status: string, conclusion: string): "SUCCESS" | "PENDING" | "FAILURE" {
  if (status.toUpperCase() !== "COMPLETED") return "PENDING";
  return ["NEUTRAL", "SKIPPED", "SUCCESS"].includes(conclusion.toUpperCase()) ? "SUCCESS" : "FAILURE";
}

const Listed = z.object({
  repository: z.object({
    pullRequests: z.object({
      nodes: z.array(z.object({ number: z.int() })),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: nullish(z.string()) }),
    }),
  }),
});

/** The numbers of all that is open on a branch, at most 1,000 (`max-records-per-pool`). */
export async function openPulls(client: TideClient, { org, repo, branch }: PoolName): Promise<readonly number[]> {
  const query = `query Open($org: String!, $repo: String!, $branch: String!, $after: String) {
  repository(owner: $org, name: $repo) {
    pullRequests(first: 100, after: $after, states: OPEN, baseRefName: $branch) { nodes { number } pageInfo { hasNextPage endCursor } }
  }
}`;
  const numbers: number[] = [];
  for (let after: string | null = null; numbers.length < 1000; ) {
    const data = await client.graphql(query, { org, repo, branch, after });
    const { nodes, pageInfo } = Listed.parse(data).repository.pullRequests;
    numbers.push(...nodes.map(({ number }) => number));
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage || after === null) break;
  }
  return numbers;
}
