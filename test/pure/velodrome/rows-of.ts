/** Rows for tests, short to write. */
import type { CommentRow, EventRow, IssueRow } from "../../../src/velodrome/rows.ts";

const repository = "acme/widgets";

export const issueRow = (number: number, created: number, more: Partial<IssueRow> = {}): IssueRow => ({
  repository,
  number,
  is_pr: false,
  user: "author",
  title: null,
  state: null,
  comments: null,
  labels: null,
  created,
  closed: null,
  updated: null,
  ...more,
});

/** `name`: the event, and for labels `labeled:<label>`. */
export const eventRow = (issue: number, name: string, at: number, more: Partial<EventRow> = {}): EventRow => {
  const [event = "", ...label] = name.split(":");
  return {
    repository,
    id: at,
    issue,
    actor: "actor",
    event,
    label: label.length > 0 ? label.join(":") : null,
    assignee: null,
    at,
    ...more,
  };
};

export const commentRow = (issue: number, body: string, at: number, more: Partial<CommentRow> = {}): CommentRow => ({
  repository,
  id: at,
  issue,
  user: "commenter",
  body,
  review: false,
  at,
  ...more,
});
