/** The fetcher's lists of a whole repository (spec velodrome 1.3 [C]): a page of each is a step. */
import { type GitHubClient, GitHubError } from "../../github/index.ts";
import { afterEvents, afterPage, ended, type EventsCursor, PER_PAGE, type SinceCursor } from "./cursor.ts";
import { commentRecord, Comments, eventRecord, Events, issueRecord, Issues } from "./payloads.ts";
import type { Found } from "./rows.ts";

export interface Place {
  readonly client: GitHubClient;
  readonly owner: string;
  readonly repo: string;
  /** When it is asked. Milliseconds. */
  readonly now: number;
}

export interface Step<Cursor> {
  readonly cursor: Cursor;
  /** The list ended, as of now. */
  readonly done: boolean;
  /** Rows in the answer. */
  readonly rows: number;
  readonly found: Found;
}

/** The repository has another name by now: `org/repo` in lower case. */
export class MovedError extends Error {
  override readonly name = "MovedError";
  readonly to: string;
  constructor(to: string) {
    super(`the repository is ${to} now`);
    this.to = to;
  }
}

const unchanged = <Cursor>(cursor: Cursor): Step<Cursor> => ({ cursor, done: true, rows: 0, found: {} });

/** Null when GitHub says that nothing changed: such an answer costs nothing. */
async function conditional<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitHubError && error.status === 304) return null;
    throw error;
  }
}

const knownBy = (etag: string): Record<string, string> => (etag === "" ? {} : { "if-none-match": etag });
const etagOf = (headers: { readonly etag?: string | undefined }): string => headers.etag ?? "";

/** `org/repo` at the end of a repository's address. */
export function movedTo(url: string | null | undefined, { owner, repo }: Pick<Place, "owner" | "repo">): string | null {
  const name = /\/repos\/([^/]+\/[^/]+)$/.exec(url ?? "")?.[1]?.toLowerCase();
  return name === undefined || name === `${owner}/${repo}`.toLowerCase() ? null : name;
}

export async function issuesStep(place: Place, cursor: SinceCursor): Promise<Step<SinceCursor>> {
  const { client, owner, repo, now } = place;
  const { since, page, etag } = cursor;
  const list = { state: "all", sort: "updated", direction: "asc", per_page: PER_PAGE } as const;
  const headers = knownBy(etag);
  const answer = await conditional(() =>
    client.request("GET /repos/{owner}/{repo}/issues", { owner, repo, since, page, ...list, headers }),
  );
  if (answer === null) return unchanged(cursor);
  const issues = Issues.parse(answer.data);
  const to = movedTo(issues[0]?.repository_url, place);
  if (to !== null) throw new MovedError(to);
  const found = issues.map((one) => issueRecord(one, Boolean(one.pull_request), now));
  const next = afterPage(
    cursor,
    answer.data.length,
    found.map(({ updated }) => updated),
    etagOf(answer.headers),
  );
  return { ...next, rows: found.length, found: { issues: found } };
}

async function commentPage({ client, owner, repo }: Place, cursor: SinceCursor, review: boolean) {
  const { since, page, etag } = cursor;
  const list = { sort: "updated", direction: "asc", per_page: PER_PAGE } as const;
  const query = { owner, repo, since, page, ...list, headers: knownBy(etag) };
  if (review) return await client.request("GET /repos/{owner}/{repo}/pulls/comments", query);
  return await client.request("GET /repos/{owner}/{repo}/issues/comments", query);
}

/** `review`: those on lines of pull requests. */
export async function commentsStep(place: Place, cursor: SinceCursor, review: boolean): Promise<Step<SinceCursor>> {
  const answer = await conditional(() => commentPage(place, cursor, review));
  if (answer === null) return unchanged(cursor);
  const listed = Comments.parse(answer.data);
  const comments = listed.flatMap((one) => {
    const issue = one.issue_url ?? one.pull_request_url;
    return issue === undefined ? [] : [commentRecord(one, issue, review, place.now)];
  });
  const next = afterPage(
    cursor,
    answer.data.length,
    listed.map(({ updated_at: at }) => at),
    etagOf(answer.headers),
  );
  return { ...next, rows: listed.length, found: { comments } };
}

/** `cutShort`: GitHub's list does not reach back any further, though there is more. */
export async function eventsStep(
  { client, owner, repo }: Place,
  cursor: EventsCursor,
): Promise<Step<EventsCursor> & { readonly cutShort: boolean }> {
  const { page, top } = cursor;
  const headers = page === 1 ? knownBy(cursor.etag) : {};
  try {
    const query = { owner, repo, page, per_page: PER_PAGE, headers };
    const answer = await client.request("GET /repos/{owner}/{repo}/issues/events", query);
    const events = Events.parse(answer.data).flatMap((one) => eventRecord(one) ?? []);
    const ids = events.map(({ id }) => id);
    const next = afterEvents(cursor, ids, answer.data.length, etagOf(answer.headers));
    return { ...next, rows: events.length, found: { events }, cutShort: false };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (error.status === 304) return { ...unchanged(cursor), cutShort: false };
    // "Pagination is limited for this resource."
    if (error.status !== 422 || page === 1) throw error;
    return { ...unchanged(ended(top, "")), cutShort: true };
  }
}
