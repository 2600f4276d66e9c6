/** Rows of a mirror that somebody else made (spec velodrome 1.2) as rows of ours, so that no large repository is read from scratch. Pure. */
import * as z from "zod";
import { CommentRow, EventRow, IssueRow } from "../rows.ts";
import type { CommentRecord, Found, IssueRecord } from "./rows.ts";

/** With their indexes each costs up to twelve rows of D1. */
export const ROWS_AN_IMPORT = 400;
/** GitHub's longest texts are far shorter; D1 takes a statement's parameter of two million bytes. */
const ROW_CHARACTERS = 400_000;

const Time = z.int().min(0).max(4_294_967_295).default(0);

/** Where the rows end: GitHub is asked for what came later. */
export const Ends = z.object({
  /** The latest update of an issue, and the latest comment, in seconds; 0: there is none. */
  issues: Time,
  comments: Time,
  "line-comments": Time,
  /** Time of the last row of all: the points go so far. Seconds. */
  until: Time,
  /** The largest id. */
  events: z.int().min(0).default(0),
});
export type Ends = z.output<typeof Ends>;

const some = <Row extends z.ZodType>(row: Row) => z.array(row).max(ROWS_AN_IMPORT).default([]);

/** A page of an import; with `ends` it is the last one. */
export const ImportPage = z
  .object({
    issues: some(IssueRow),
    events: some(EventRow),
    comments: some(CommentRow),
    /** When these rows were read from GitHub. Seconds. */
    readAt: Time,
    ends: Ends.optional(),
    /** Everybody may see the repository, unless GitHub says otherwise. */
    public: z.boolean().default(false),
  })
  .refine(({ issues, events, comments }) => issues.length + events.length + comments.length <= ROWS_AN_IMPORT, {
    error: `has more than ${ROWS_AN_IMPORT} rows`,
  });
export type ImportPage = z.output<typeof ImportPage>;

/** The same issue or comment of another mirror gives way to what GitHub itself said of it: `seen` is in milliseconds there. */
const issueOf = (row: IssueRow, seen: number): IssueRecord => ({
  number: row.number,
  is_pr: row.is_pr ? 1 : 0,
  user: row.user ?? "",
  title: row.title ?? "",
  state: row.state ?? (row.closed === null ? "open" : "closed"),
  comments: row.comments ?? 0,
  labels: row.labels ?? [],
  assignees: [],
  milestone: "",
  created: row.created,
  closed: row.closed,
  updated: updateOf(row),
  seen,
  gone: 0,
});

const commentOf = ({ review, id, issue, user, body, at }: CommentRow, seen: number): CommentRecord => {
  return { review: review ? 1 : 0, id, issue, user: user ?? "", body, at, updated: at, seen, gone: 0 };
};

/** When an issue changed last, as far as its row tells. Seconds. */
export const updateOf = ({ updated, closed, created }: IssueRow): number => updated ?? closed ?? created;

/** What is wrong with a page for this repository (in lower case); null: nothing. */
export function strangeRow(repository: string, page: ImportPage): string | null {
  for (const kind of ["issues", "events", "comments"] as const)
    for (const [at, row] of page[kind].entries()) {
      if (row.repository !== repository) return `${kind}.${at}: is of ${row.repository}, not of ${repository}`;
      if (JSON.stringify(row).length > ROW_CHARACTERS) return `${kind}.${at}: is longer than GitHub's are`;
    }
  return null;
}

/** The rows as the mirror has them. */
export function importedRows({ issues, events, comments, readAt }: ImportPage): Found {
  return {
    issues: issues.map((row) => issueOf(row, readAt)),
    events: events.map(({ id, issue, actor, event, label, assignee, at }) => {
      return { id, issue, actor, event, label, assignee, detail: null, at };
    }),
    comments: comments.map((row) => commentOf(row, readAt)),
  };
}
