/** The fetcher's pull requests with their reviews, by GraphQL: many in one call (spec velodrome 9). */
import * as z from "zod";
import { GitHubError, isScarce } from "../../github/index.ts";
import type { PullsCursor } from "./cursor.ts";
import type { Place, Step } from "./lists.ts";
import { Moment } from "./payloads.ts";
import type { PullRecord, ReviewRecord } from "./rows.ts";
import { reviewsOf } from "./single.ts";

/** With their reviews well below what one statement and one step may write. */
const PULLS = 25;
const REVIEWS = 50;

const QUERY = `query($owner: String!, $name: String!, $after: String) {
  rateLimit { limit remaining resetAt }
  repository(owner: $owner, name: $name) {
    pullRequests(first: ${PULLS}, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number updatedAt isDraft baseRefName baseRefOid headRefName headRefOid mergedAt additions deletions changedFiles
        mergedBy { __typename login }
        mergeCommit { oid }
        commits { totalCount }
        reviews(first: ${REVIEWS}) {
          totalCount
          nodes { databaseId state submittedAt author { __typename login } commit { oid } }
        }
      }
    }
  }
}`;

/** REST and webhooks mark bots in their logins. */
const Actor = z
  .object({ __typename: z.string(), login: z.string() })
  .nullable()
  .transform((actor) => actor && `${actor.login}${actor.__typename === "Bot" ? "[bot]" : ""}`);
const Commit = z.object({ oid: z.string() }).nullable();

const Reviewed = z.object({
  databaseId: z.int().nullable(),
  state: z.string(),
  submittedAt: Moment.nullable(),
  author: Actor,
  commit: Commit,
});
const Pull = z.object({
  number: z.int().positive(),
  updatedAt: z.string(),
  isDraft: z.boolean(),
  baseRefName: z.string(),
  baseRefOid: z.string(),
  headRefName: z.string(),
  headRefOid: z.string(),
  mergedAt: Moment.nullable(),
  mergedBy: Actor,
  mergeCommit: Commit,
  additions: z.int(),
  deletions: z.int(),
  changedFiles: z.int(),
  commits: z.object({ totalCount: z.int() }),
  reviews: z.object({ totalCount: z.int(), nodes: z.array(Reviewed) }),
});
type Pull = z.infer<typeof Pull>;
const RateLimit = z.object({ limit: z.number(), remaining: z.number(), resetAt: z.iso.datetime({ offset: true }) });
const Answer = z.object({
  rateLimit: RateLimit.nullish(),
  repository: z.object({
    pullRequests: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      nodes: z.array(Pull),
    }),
  }),
});

function pullOf(pull: Pull, seen: number): PullRecord {
  return {
    number: pull.number,
    draft: pull.isDraft ? 1 : 0,
    base_ref: pull.baseRefName,
    base_sha: pull.baseRefOid,
    head_ref: pull.headRefName,
    head_sha: pull.headRefOid,
    merged: pull.mergedAt,
    merged_by: pull.mergedAt === null ? null : pull.mergedBy,
    merge_commit: pull.mergedAt === null ? null : (pull.mergeCommit?.oid ?? null),
    commits: pull.commits.totalCount,
    additions: pull.additions,
    deletions: pull.deletions,
    changed_files: pull.changedFiles,
    updated: Moment.parse(pull.updatedAt),
    seen,
  };
}

function reviewsIn(pull: Pull, seen: number): readonly ReviewRecord[] {
  return pull.reviews.nodes.flatMap(({ databaseId: id, state, submittedAt: at, author, commit }) =>
    id === null || at === null
      ? []
      : [{ id, issue: pull.number, user: author ?? "", state, commit: commit?.oid ?? "", at, seen }],
  );
}

interface PullsStep extends Step<PullsCursor> {
  /** GraphQL has a budget of its own, which tide needs: when to ask for the next page. Milliseconds. */
  readonly notBefore: number;
}

/** Those updated last come first: what changes meanwhile moves to the front, and is seen by the next pass. */
export async function pullsStep(place: Place, cursor: PullsCursor): Promise<PullsStep> {
  const { client, owner, repo, now } = place;
  const [long, ...others] = cursor.long;
  if (long !== undefined) {
    const { reviews, last } = await reviewsOf(place, long, cursor.page);
    const next = last ? { ...cursor, long: others, page: 1 } : { ...cursor, page: cursor.page + 1 };
    return ending({ cursor: next, done: false, rows: reviews.length, found: { reviews }, notBefore: 0 });
  }
  const after = cursor.after === "" ? null : cursor.after;
  const data = await client.graphql(QUERY, { owner, name: repo, after });
  const parsed = Answer.safeParse(data);
  if (!parsed.success) throw new GitHubError("permanent", 200, "POST /graphql", "an answer of another shape");
  const { rateLimit } = parsed.data;
  const { nodes, pageInfo } = parsed.data.repository.pullRequests;
  const fresh = nodes.filter(({ updatedAt }) => updatedAt >= cursor.until);
  const last = !pageInfo.hasNextPage || fresh.length < nodes.length;
  const top = nodes.reduce((most, { updatedAt }) => (updatedAt > most ? updatedAt : most), cursor.top);
  const tooLong = fresh.filter(({ reviews }) => reviews.totalCount > reviews.nodes.length);
  return ending({
    cursor: {
      after: last ? "" : (pageInfo.endCursor ?? ""),
      top,
      until: cursor.until,
      long: tooLong.map(({ number }) => number),
      page: 1,
    },
    done: last,
    rows: fresh.length,
    notBefore: rateLimit && isScarce(rateLimit) ? Date.parse(rateLimit.resetAt) : 0,
    found: { pulls: fresh.map((pull) => pullOf(pull, now)), reviews: fresh.flatMap((pull) => reviewsIn(pull, now)) },
  });
}

/** A list that came to its end has only ended once the long ones were read, too. */
function ending(step: PullsStep): PullsStep {
  const { cursor } = step;
  if (cursor.after !== "" || cursor.long.length > 0) return { ...step, done: false };
  return { ...step, cursor: { ...cursor, until: cursor.top }, done: true };
}
