/** What tide searches for, in GitHub's search language (spec jobs 5.3, 5.9). */
import * as z from "zod";
import type { TideIndex } from "../config/tide.ts";
import type { TideClient } from "./client.ts";
import type { Blocker } from "./model.ts";

/** A search within one organisation: installation tokens end there. */
interface OrgSearch {
  readonly org: string;
  readonly search: string;
}

interface FoundPull {
  readonly org: string;
  readonly repo: string;
  readonly number: number;
  readonly baseRef: string;
  readonly headSha: string;
  /** Milliseconds. */
  readonly updatedAt: number;
}

type SearchQuery = TideIndex["queries"][number];

const OPEN = "is:pr state:open archived:false";
/** Quotes cannot be escaped within a search. */
const quoted = (text: string): string => `"${text.replaceAll('"', "")}"`;
const alternatives = (label: string): string => label.split(",").map(quoted).join(",");

function criteria(query: SearchQuery): readonly string[] {
  return [
    ...(query.author ? [`author:${quoted(query.author)}`] : []),
    ...query.excludedBranches.map((branch) => `-base:${quoted(branch)}`),
    ...query.includedBranches.map((branch) => `base:${quoted(branch)}`),
    ...query.labels.map((label) => `label:${alternatives(label)}`),
    ...query.missingLabels.map((label) => `-label:${quoted(label)}`),
    ...(query.milestone ? [`milestone:${quoted(query.milestone)}`] : []),
    ...(query.reviewApprovedRequired ? ["review:approved"] : []),
  ];
}

const ownerOf = (name: string): string => name.slice(0, name.indexOf("/"));
const unique = (list: readonly string[]): readonly string[] => [...new Set(list)];

/** Which repositories a query covers, split by organisation. */
function scopes(query: Pick<SearchQuery, "orgs" | "repos" | "excludedRepos">): readonly OrgSearch[] {
  const names = new Map<string, string[]>();
  const put = (org: string, token: string): void => {
    const tokens = names.get(org);
    if (tokens) tokens.push(token);
    else names.set(org, [token]);
  };
  for (const org of query.orgs) put(org, `org:${quoted(org)}`);
  for (const repo of query.repos) put(ownerOf(repo), `repo:${quoted(repo)}`);
  for (const repo of query.excludedRepos) put(ownerOf(repo), `-repo:${quoted(repo)}`);
  return [...names].map(([org, tokens]) => ({ org, search: tokens.join(" ") }));
}

/**
 * `pools`: what may be merged, one search per group of queries with equal criteria. `open`: everything that is open where
 * tide merges, one search per organisation.
 */
export function searchStrings({ queries }: TideIndex, what: "pools" | "open"): readonly OrgSearch[] {
  if (what === "pools")
    return queries.flatMap((query) =>
      scopes(query).map(({ org, search }) => ({ org, search: [OPEN, ...criteria(query), search].join(" ") })),
    );
  const orgs = unique(queries.flatMap((query) => query.orgs));
  const excluded = queries.map((query) => new Set(query.excludedRepos));
  return scopes({
    orgs,
    repos: unique(queries.flatMap((query) => query.repos)).filter((repo) => !orgs.includes(ownerOf(repo))),
    // What one query excludes another may cover.
    excludedRepos: unique(queries.flatMap((query) => query.excludedRepos)).filter((repo) =>
      queries.every(
        (query, at) =>
          !query.repos.includes(repo) && (!query.orgs.includes(ownerOf(repo)) || excluded[at]?.has(repo) === true),
      ),
    ),
  }).map(({ org, search }) => ({ org, search: `${OPEN} ${search}` }));
}

const PAGES = `query ($query: String!, $after: String) {
  search(type: ISSUE, first: 100, after: $after, query: $query) {
    issueCount
    pageInfo { hasNextPage endCursor }
    nodes {
      __typename
      ... on PullRequest {
        number baseRefName headRefOid updatedAt repository { name owner { login } }
      }
      ... on Issue { number title url }
    }
  }
}`;
const PageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
const answerOf = <T extends z.ZodType>(node: T) =>
  z.object({ search: z.object({ issueCount: z.int(), pageInfo: PageInfo, nodes: z.array(node) }) });
const PullsFound = answerOf(
  z.object({
    __typename: z.literal("PullRequest"),
    number: z.int(),
    baseRefName: z.string(),
    headRefOid: z.string(),
    updatedAt: z.iso.datetime(),
    repository: z.object({ name: z.string(), owner: z.object({ login: z.string() }) }),
  }),
);
const IssuesFound = answerOf(
  z.object({ __typename: z.literal("Issue"), number: z.int(), title: z.string(), url: z.string() }),
);

async function pages<T extends z.ZodType>(
  client: TideClient,
  query: string,
  answer: ReturnType<typeof answerOf<T>>,
): Promise<{ readonly found: readonly z.output<T>[]; readonly total: number }> {
  const found: z.output<T>[] = [];
  for (let after: string | null = null; ; ) {
    const { search }: z.output<typeof answer> = answer.parse(await client.graphql(PAGES, { query, after }));
    found.push(...search.nodes);
    after = search.pageInfo.endCursor;
    if (!search.pageInfo.hasNextPage || after === null) return { found, total: search.issueCount };
  }
}

/** GitHub's time of a search: to the second. */
const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/**
 * Open pull requests, the longest untouched first; `since` (milliseconds): those touched since then. GitHub shows no more
 * than 1,000 of a search, so that the next search begins where the last one ended. Rejects with `GitHubError`.
 */
export async function searchPulls(client: TideClient, search: string, since = 0): Promise<readonly FoundPull[]> {
  const pulls = new Map<string, FoundPull>();
  for (let from = since; ; ) {
    const updated = from > 0 ? ` updated:>=${moment(from)}` : "";
    const { found, total } = await pages(client, `${search}${updated} sort:updated-asc`, PullsFound);
    for (const { number, baseRefName: baseRef, headRefOid: headSha, updatedAt, repository } of found) {
      const { name: repo, owner } = repository;
      const pull = { org: owner.login, repo, number, baseRef, headSha, updatedAt: Date.parse(updatedAt) };
      pulls.set(`${owner.login}/${repo}#${number}`, pull);
    }
    const last = Date.parse(found.at(-1)?.updatedAt ?? "");
    if (found.length >= total || !(last > from)) return [...pulls.values()];
    from = last;
  }
}

const BRANCHES = /\bbranch:[^\w-]*([\w\-./]+)\b/gi;

/** Branches that a blocker's title names; none: it blocks all. */
export const blockedBranches = (title: string): readonly string[] =>
  unique([...title.matchAll(BRANCHES)].map(([, branch = ""]) => branch));

/** Open issues that block merging into some or all branches of a repository; an empty label: none does. */
export async function readBlockers(
  client: TideClient,
  org: string,
  repo: string,
  label: string,
): Promise<readonly Blocker[]> {
  if (label === "") return [];
  const query = `is:issue state:open label:${quoted(label)} repo:${quoted(`${org}/${repo}`)}`;
  const { found } = await pages(client, query, IssuesFound);
  return found.map(({ number, title, url }) => ({ number, title, url, branches: blockedBranches(title) }));
}
