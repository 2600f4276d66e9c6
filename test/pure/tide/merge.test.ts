/** What a refused merge means, and what follows (spec jobs 5.8). */
import { expect, test } from "vitest";
import { failureOf, goesOn, retries } from "../../../src/tide/merge.ts";

test.each<[number, string, ReturnType<typeof failureOf>, boolean, boolean]>([
  [405, "Base branch was modified. Review and try the merge again.", "base-modified", true, true],
  [409, "Base branch was modified. Review and try the merge again.", "base-modified", true, true],
  [409, "Head branch was modified. Review and try the merge again.", "head-modified", false, true],
  [409, "Conflict", "head-modified", false, true],
  [405, "You're not authorized to push to this branch.", "not-authorized", false, false],
  [403, "Resource not accessible by integration", "not-authorized", false, false],
  [405, "Merge commits are not allowed on this repository.", "method-forbidden", false, false],
  [405, "Squash merges are not allowed on this repository.", "method-forbidden", false, false],
  [405, "Rebase merges are not allowed on this repository.", "method-forbidden", false, false],
  [405, "Pull Request is not mergeable", "unmergeable", false, true],
  [405, "At least 1 approving review is required by reviewers with write access.", "unmergeable", false, true],
  [422, "Validation Failed", "other", false, true],
])("%i %s", (status, message, kind, again, others) => {
  expect(failureOf(status, message)).toBe(kind);
  expect([retries(kind), goesOn(kind)]).toEqual([again, others]);
});
