/** One pull request as GitHub's GraphQL tells it, parsed (spec jobs 5.3, 5.4). */
import * as z from "zod";
import type { HeadContext, PullFacts } from "./model.ts";

const CONTEXTS = `pageInfo { hasNextPage endCursor }
nodes {
  __typename
  ... on StatusContext { context state description targetUrl }
  ... on CheckRun { name status conclusion detailsUrl title }
}`;

/** Contexts of a page: GitHub gives at most 100. */
export const CONTEXTS_OF = `query ($owner: String!, $name: String!, $oid: GitObjectID!, $after: String) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) { ... on Commit { statusCheckRollup { contexts(first: 100, after: $after) { ${CONTEXTS} } } } }
  }
}`;

export const PULL_FIELDS = `fragment Facts on PullRequest {
  number title body url createdAt state
  author { __typename login }
  headRefOid headRefName baseRefName isDraft
  mergeCommit { oid }
  mergeable mergeStateStatus canBeRebased reviewDecision isInMergeQueue
  milestone { title }
  labels(first: 100) { nodes { name } }
  commits(last: 1) {
    nodes { commit { oid statusCheckRollup { contexts(first: 100) { ${CONTEXTS} } } } }
  }
}`;

const Context = z.discriminatedUnion("__typename", [
  z.object({
    __typename: z.literal("StatusContext"),
    context: z.string(),
    state: z.enum(["EXPECTED", "ERROR", "FAILURE", "PENDING", "SUCCESS"]),
    description: z.string().nullable(),
    targetUrl: z.string().nullable(),
  }),
  z.object({
    __typename: z.literal("CheckRun"),
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullable(),
    detailsUrl: z.string().nullable(),
    title: z.string().nullable(),
  }),
]);
type Context = z.output<typeof Context>;

const Contexts = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(Context),
});
const Rollup = z.object({ contexts: Contexts }).nullable();

/** The answer to {@link CONTEXTS_OF}; a commit that nothing was said of has no rollup. */
export const ContextsAnswer = z.object({
  repository: z.object({ object: z.object({ statusCheckRollup: Rollup.optional() }).nullable() }),
});

export const PullNode = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string(),
  url: z.string(),
  createdAt: z.iso.datetime(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  author: z.object({ __typename: z.string(), login: z.string() }).nullable(),
  headRefOid: z.string(),
  headRefName: z.string(),
  baseRefName: z.string(),
  isDraft: z.boolean(),
  mergeCommit: z.object({ oid: z.string() }).nullable(),
  mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
  mergeStateStatus: z.string(),
  canBeRebased: z.boolean(),
  reviewDecision: z.enum(["APPROVED", "CHANGES_REQUESTED", "REVIEW_REQUIRED"]).nullable(),
  isInMergeQueue: z.boolean(),
  milestone: z.object({ title: z.string() }).nullable(),
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }).nullable(),
  commits: z.object({
    nodes: z.array(z.object({ commit: z.object({ oid: z.string(), statusCheckRollup: Rollup }) })),
  }),
});
export type PullNode = z.output<typeof PullNode>;

/** What is known of the head's contexts, and from where there is more: a cursor, "" for the first page, null: nothing. */
export interface ContextPage {
  readonly nodes: readonly Context[];
  readonly after: string | null;
}

export function pageOf(rollup: z.output<typeof Rollup> | undefined): ContextPage {
  if (!rollup) return { nodes: [], after: null };
  const { nodes, pageInfo } = rollup.contexts;
  return { nodes, after: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

/** GitHub's last commit need not be the head: it sorts them by time. Then nothing is known yet. */
export function headPage(pull: PullNode): ContextPage {
  const last = pull.commits.nodes.find(({ commit }) => commit.oid === pull.headRefOid);
  return last ? pageOf(last.commit.statusCheckRollup) : { nodes: [], after: "" };
}

const PASSED: ReadonlySet<string> = new Set(["NEUTRAL", "SKIPPED", "SUCCESS"]);

/** A check run's state as a context's (5.4). Takes GraphQL's words; REST's are the same in lower case. */
function checkState(status: string, conclusion: string | null): "PENDING" | "SUCCESS" | "FAILURE" {
  if (status.toUpperCase() !== "COMPLETED") return "PENDING";
  return PASSED.has((conclusion ?? "").toUpperCase()) ? "SUCCESS" : "FAILURE";
}

const RANK: Readonly<Record<HeadContext["state"], number>> = {
  SUCCESS: 3,
  PENDING: 2,
  FAILURE: 1,
  ERROR: 1,
  EXPECTED: 0,
};

const contextOf = (node: Context): HeadContext =>
  node.__typename === "CheckRun"
    ? {
        context: node.name,
        state: checkState(node.status, node.conclusion),
        description: node.title ?? "",
        url: node.detailsUrl ?? "",
        source: "check",
      }
    : {
        context: node.context,
        state: node.state,
        description: node.description ?? "",
        url: node.targetUrl ?? "",
        source: "status",
      };

/** Of several check runs with one name the best stands; a status and a check run of one name are both kept (5.4). */
export function headContexts(nodes: readonly Context[]): readonly HeadContext[] {
  const best = new Map<string, HeadContext>();
  for (const node of nodes) {
    const one = contextOf(node);
    const key = `${one.source} ${one.context}`;
    const known = best.get(key);
    if (!known || RANK[one.state] > RANK[known.state]) best.set(key, one);
  }
  return [...best.values()];
}

export function pullFacts(pull: PullNode, contexts: readonly HeadContext[]): PullFacts {
  return {
    number: pull.number,
    title: pull.title,
    body: pull.body.replaceAll("\r\n", "\n"),
    url: pull.url,
    author: pull.author?.login ?? "ghost",
    authorIsBot: pull.author?.__typename === "Bot",
    headSha: pull.headRefOid,
    headRef: pull.headRefName,
    baseRef: pull.baseRefName,
    draft: pull.isDraft,
    mergeable: pull.mergeable,
    mergeState: pull.mergeStateStatus,
    canBeRebased: pull.canBeRebased,
    reviewDecision: pull.reviewDecision ?? "",
    milestone: pull.milestone?.title ?? "",
    labels: pull.labels?.nodes.map(({ name }) => name) ?? [],
    contexts,
    inMergeQueue: pull.isInMergeQueue,
    createdAt: Date.parse(pull.createdAt),
  };
}
