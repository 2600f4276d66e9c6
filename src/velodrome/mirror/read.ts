/** The mirror's rows as NDJSON files have them (src/velodrome/rows.ts): what the transform reads. Those that are gone are left out. */
import { stored } from "../../store/stored.ts";
import type { CommentRow, EventRow, IssueRow } from "../rows.ts";

/** With their indexes well below what an invocation may read. */
const ROWS_A_PAGE = 1000;
/** Comments may be long. */
const COMMENTS_A_PAGE = 200;

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** What to read on from; null: that was all. */
  readonly next: string | null;
}

/** In the order of their numbers. `after`: empty for the first page. */
export async function issuePage(db: D1Database, repository: string, after: string): Promise<Page<IssueRow>> {
  const query = `SELECT repository, number, is_pr, user, title, state, comments, labels, created, closed, updated
    FROM mirror_issue WHERE repository = ? AND number > ? AND gone = 0 ORDER BY number LIMIT ${ROWS_A_PAGE}`;
  type Row = Omit<IssueRow, "is_pr" | "labels"> & { is_pr: number; labels: string };
  const { results } = await db.prepare(query).bind(repository, Number(after)).all<Row>();
  const rows = results.map((row) => ({ ...row, is_pr: row.is_pr === 1, labels: stored<string[]>(row.labels) }));
  return paged(rows, ROWS_A_PAGE, ({ number }) => String(number));
}

/** In the order of their ids. */
export async function eventPage(db: D1Database, repository: string, after: string): Promise<Page<EventRow>> {
  const query = `SELECT repository, id, issue, actor, event, label, assignee, at
    FROM mirror_event WHERE repository = ? AND id > ? ORDER BY id LIMIT ${ROWS_A_PAGE}`;
  const { results } = await db.prepare(query).bind(repository, Number(after)).all<EventRow>();
  return paged(results, ROWS_A_PAGE, ({ id }) => String(id));
}

/** Those of conversations, then those on lines, each in the order of their ids. */
export async function commentPage(db: D1Database, repository: string, after: string): Promise<Page<CommentRow>> {
  const [review = 0, id = 0] = after.split(".").map(Number);
  const query = `SELECT repository, id, issue, user, body, review, at FROM mirror_comment
    WHERE repository = ? AND (review, id) > (?, ?) AND gone = 0 ORDER BY review, id LIMIT ${COMMENTS_A_PAGE}`;
  type Row = Omit<CommentRow, "review"> & { review: number };
  const { results } = await db.prepare(query).bind(repository, review, id).all<Row>();
  const rows = results.map((row) => ({ ...row, review: row.review === 1 }));
  return paged(rows, COMMENTS_A_PAGE, (row) => `${row.review ? 1 : 0}.${row.id}`);
}

function paged<Row>(rows: readonly Row[], size: number, keyOf: (row: Row) => string): Page<Row> {
  const last = rows.at(-1);
  return { rows, next: last === undefined || rows.length < size ? null : keyOf(last) };
}
