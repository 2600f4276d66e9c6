/** The fetcher's steps issue by issue: events of old, reviews beyond the first, and what is gone (spec velodrome 1.3 [C]). */
import { GitHubError } from "../../github/index.ts";
import { type HistoryCursor, NO_HISTORY, PER_PAGE, type SweepCursor } from "./cursor.ts";
import { movedTo, type Place, type Step } from "./lists.ts";
import { eventRecord, Events, issueRecord, Issues, reviewRecord, Reviews } from "./payloads.ts";
import type { Found } from "./rows.ts";

/** Not there, or not any more. */
export const isGone = (error: unknown): boolean =>
  error instanceof GitHubError && (error.status === 404 || error.status === 410);

/** `next`: the number of the issue after the one that was read to its end; null: there is none. */
export async function historyStep(
  { client, owner, repo }: Place,
  cursor: HistoryCursor,
  next: number | null,
): Promise<Step<HistoryCursor>> {
  const number = cursor.page > 1 ? cursor.number : next;
  if (!cursor.wanted || number === null) return { cursor: NO_HISTORY, done: true, rows: 0, found: {} };
  const { events, last } = await eventsOf({ client, owner, repo }, number, cursor.page);
  const page = last ? 1 : cursor.page + 1;
  return { cursor: { wanted: true, number, page }, done: false, rows: events.length, found: { events } };
}

async function eventsOf({ client, owner, repo }: Omit<Place, "now">, issue_number: number, page: number) {
  try {
    const query = { owner, repo, issue_number, page, per_page: PER_PAGE };
    const { data } = await client.request("GET /repos/{owner}/{repo}/issues/{issue_number}/events", query);
    const events = Events.parse(data).flatMap((one) => eventRecord(one, issue_number) ?? []);
    return { events, last: data.length < PER_PAGE };
  } catch (error) {
    if (isGone(error)) return { events: [], last: true };
    throw error;
  }
}

/** One page of a pull request's reviews; `last` when none follows. */
export async function reviewsOf({ client, owner, repo, now }: Place, pull_number: number, page: number) {
  try {
    const query = { owner, repo, pull_number, page, per_page: PER_PAGE };
    const { data } = await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", query);
    const listed = Reviews.parse(data);
    const reviews = listed.flatMap((one) => reviewRecord(one, pull_number, now) ?? []);
    return { reviews, last: data.length < PER_PAGE };
  } catch (error) {
    if (isGone(error)) return { reviews: [], last: true };
    throw error;
  }
}

/** Issues that came from elsewhere are listed among older ones: further from the others than this they say nothing of what is missing. */
const STRAY = 1000;
/** Of one page; more are looked at the next time. */
const MOST_MISSING = 50;

/** The highest number of a page that is no stray; `from` for an empty page. */
export function upTo(numbers: readonly number[], from: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? from;
  return sorted.findLast((number) => number <= middle + STRAY) ?? from;
}

/**
 * A page of all issues as they are. `known`: the numbers that we have between two, both included. What we have and GitHub does not list
 * is asked for by itself: lists shift while they are read.
 */
export async function sweepStep(
  place: Place,
  cursor: SweepCursor,
  known: (from: number, to: number) => Promise<readonly number[]>,
): Promise<Step<SweepCursor> & { readonly gone: readonly number[] }> {
  const { client, owner, repo, now } = place;
  const { page, from } = cursor;
  const list = { state: "all", sort: "created", direction: "asc", per_page: PER_PAGE } as const;
  const { data } = await client.request("GET /repos/{owner}/{repo}/issues", { owner, repo, page, ...list });
  const listed = Issues.parse(data);
  const numbers = new Set(listed.map(({ number }) => number));
  const last = data.length < PER_PAGE;
  const to = Math.max(from, upTo([...numbers], from));
  const missing = (await known(from + 1, last ? Number.MAX_SAFE_INTEGER : to)).filter((one) => !numbers.has(one));
  const gone: number[] = [];
  const found: Found = { issues: listed.map((one) => issueRecord(one, Boolean(one.pull_request), now)) };
  for (const number of missing.slice(0, MOST_MISSING)) if (await hasLeft(place, number)) gone.push(number);
  const next = last ? { ...cursor, page: 1, from: 0, endedAt: now } : { ...cursor, page: page + 1, from: to };
  return { cursor: next, done: last, rows: listed.length, found, gone };
}

/** Deleted, or led to another repository. */
async function hasLeft(place: Place, issue_number: number): Promise<boolean> {
  const { client, owner, repo } = place;
  try {
    const query = { owner, repo, issue_number };
    const { data } = await client.request("GET /repos/{owner}/{repo}/issues/{issue_number}", query);
    return movedTo(data.repository_url, place) !== null;
  } catch (error) {
    if (isGone(error)) return true;
    throw error;
  }
}
