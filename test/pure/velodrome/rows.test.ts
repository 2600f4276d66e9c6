/** Rows of a mirror: lenient where GitHub is, strict where points would be wrong. */
import { expect, test } from "vitest";
import { CommentRow, EventRow, IssueRow } from "../../../src/velodrome/rows.ts";

const issue = { repository: "Acme/Widgets", number: 1, is_pr: true, created: 10 };
const event = { repository: "acme/widgets", id: 1, issue: 1, event: "labeled", at: 10 };
const comment = { repository: "acme/widgets", id: 1, issue: 1, at: 10 };

test("What GitHub leaves out is null, repositories are in lower case", () => {
  expect(IssueRow.parse(issue)).toMatchObject({ repository: "acme/widgets", user: null, labels: null, closed: null });
  expect(EventRow.parse({ ...event, event: "never_heard_of", actor: null })).toMatchObject({
    event: "never_heard_of",
    actor: null,
    label: null,
  });
  expect(CommentRow.parse({ ...comment, user: null, body: null })).toMatchObject({
    user: null,
    body: "",
    review: false,
  });
});

test.each([
  ["an issue without a number", IssueRow, { ...issue, number: undefined }],
  ["an issue whose kind is a text", IssueRow, { ...issue, is_pr: "true" }],
  ["a repository without an organization", IssueRow, { ...issue, repository: "widgets" }],
  ["milliseconds", EventRow, { ...event, at: 1_451_606_400_000 }],
  ["a fraction of a second", EventRow, { ...event, at: 10.5 }],
  ["a time before 1970", CommentRow, { ...comment, at: -1 }],
  ["an event without a name", EventRow, { ...event, event: null }],
  ["a number for a body", CommentRow, { ...comment, body: 7 }],
])("%s is refused", (_, schema, row) => {
  expect(schema.safeParse(row).success).toBe(false);
});
