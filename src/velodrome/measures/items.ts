/** Reads issues and pull requests with everything of theirs from the mirror, some at a time. */
import { stored } from "../../store/stored.ts";
import { used } from "../mirror/save.ts";
import type { Item, ItemComment, ItemEvent, ItemIssue, ItemReview } from "./fact.ts";

/** Where a walk through the issues is: of those that changed by (updated, number), of all by number. */
export interface Walk {
  readonly by: "updated" | "number";
  readonly updated: number;
  readonly number: number;
  /** How many to take at once. */
  readonly count: number;
}

const MOST_AT_ONCE = 40;
const ISSUE = "number, is_pr, user, labels, state, created, closed, updated, gone";
const NEXT = {
  updated: `SELECT ${ISSUE} FROM mirror_issue WHERE repository = ?1 AND (updated, number) > (?2, ?3)
    ORDER BY updated, number LIMIT ?4`,
  number: `SELECT ${ISSUE} FROM mirror_issue WHERE repository = ?1 AND number > ?3 AND ?2 = ?2 ORDER BY number LIMIT ?4`,
} as const;

const OF = "WHERE repository = ?1 AND issue IN (SELECT value FROM json_each(?2))";
const PULLS = `SELECT number, draft, merged FROM mirror_pull WHERE repository = ?1
  AND number IN (SELECT value FROM json_each(?2))`;
const EVENTS = `SELECT id, issue, actor, event, label, detail, at FROM mirror_event ${OF} LIMIT ?3`;
/** Nobody wants to carry words that no command is in. */
const COMMENTS = `SELECT id, issue, review, user, at, iif(body LIKE '%/lgtm%' OR body LIKE '%/approve%' OR body LIKE '%/retest%'
  OR body LIKE '%/test%', substr(body, 1, 10000), '') AS body FROM mirror_comment ${OF} AND gone = 0 LIMIT ?3`;
const REVIEWS = `SELECT id, issue, user, "commit", at FROM mirror_review ${OF} LIMIT ?3`;

/** Rows of each list that are read at once. Of one issue that alone has more, these are all that is looked at. */
const ROWS_OF_MANY = 700;
const ROWS_OF_ONE = 900;

type Of<Row> = Row & { readonly issue: number; readonly id: number };
type IssueRow = Omit<ItemIssue, "labels"> & { labels: string; updated: number; gone: number };
type PullRow = { number: number; draft: number; merged: number | null };

export interface Items {
  readonly items: readonly Item[];
  /** Numbers of those that are no more. */
  readonly gone: readonly number[];
  readonly walk: Walk;
  /** There may be more behind these. */
  readonly more: boolean;
  readonly used: number;
}

/** The next ones. None, when they have too many rows to be read at once: then fewer are to be tried. */
export async function nextItems(db: D1Database, repository: string, walk: Walk): Promise<Items> {
  const { by, updated, number, count } = walk;
  const found = await db.prepare(NEXT[by]).bind(repository, updated, number, count).all<IssueRow>();
  const rows = found.results;
  const read = await parts(db, repository, rows);
  const spent = used([found]) + read.used;
  if (read.full && rows.length > 1)
    return { items: [], gone: [], walk: { ...walk, count: Math.ceil(rows.length / 4) }, more: true, used: spent };
  const last = rows.at(-1) ?? walk;
  return {
    items: rows.filter(({ gone }) => gone === 0).map((row) => itemOf(row, read)),
    gone: rows.filter(({ gone }) => gone === 1).map((row) => row.number),
    walk: { by, updated: last.updated, number: last.number, count: Math.min(MOST_AT_ONCE, count * 2) },
    more: rows.length === count,
    used: spent,
  };
}

interface Parts {
  readonly pulls: ReadonlyMap<number, PullRow>;
  readonly events: ReadonlyMap<number, readonly ItemEvent[]>;
  readonly comments: ReadonlyMap<number, readonly ItemComment[]>;
  readonly reviews: ReadonlyMap<number, readonly ItemReview[]>;
  /** There were more rows of a list than are read at once. */
  readonly full: boolean;
  readonly used: number;
}

async function parts(db: D1Database, repository: string, issues: readonly IssueRow[]): Promise<Parts> {
  const limit = issues.length > 1 ? ROWS_OF_MANY : ROWS_OF_ONE;
  const numbers = JSON.stringify(issues.filter(({ gone }) => gone === 0).map(({ number }) => number));
  const query = <Row>(text: string) => db.prepare(text).bind(repository, numbers, limit).all<Row>();
  const [pulls, events, comments, reviews] = await Promise.all([
    db.prepare(PULLS).bind(repository, numbers).all<PullRow>(),
    query<Of<ItemEvent>>(EVENTS),
    query<Of<ItemComment>>(COMMENTS),
    query<Of<ItemReview>>(REVIEWS),
  ]);
  return {
    pulls: new Map(pulls.results.map((pull) => [pull.number, pull])),
    events: byIssue(events.results),
    comments: byIssue(comments.results),
    reviews: byIssue(reviews.results),
    full: [events, comments, reviews].some(({ results }) => results.length >= limit),
    used: used([pulls, events, comments, reviews]),
  };
}

const byIssue = <Row extends { at: number; id: number; issue: number }>(rows: Row[]): ReadonlyMap<number, Row[]> =>
  Map.groupBy(
    rows.sort((a, b) => a.at - b.at || a.id - b.id),
    ({ issue }) => issue,
  );

function itemOf(row: IssueRow, { pulls, events, comments, reviews }: Parts): Item {
  const { number } = row;
  return {
    issue: { ...row, labels: stored<readonly string[]>(row.labels) },
    pull: pulls.get(number) ?? null,
    events: events.get(number) ?? [],
    comments: comments.get(number) ?? [],
    reviews: reviews.get(number) ?? [],
  };
}
