import { describe, expect, test } from "vitest";
import { PayloadError, parseEvent, parsePullRequest } from "../../../src/chatops/parse.ts";

const repository = {
  name: "repo",
  owner: { login: "org" },
  private: false,
  default_branch: "main",
  full_name: "org/repo",
};
const sender = { login: "sender", type: "User" };
const issue = {
  number: 5,
  title: "Title",
  body: "issue\r\nbody",
  html_url: "https://github.com/org/repo/issues/5",
  user: { login: "author", type: "User" },
  state: "open",
  labels: [{ name: "kind/bug" }],
  assignees: [{ login: "alice" }],
};
const comment = { id: 9, body: "/test\r\nall", html_url: "https://c", user: { login: "commenter", type: "User" } };
const side = { sha: "a", ref: "fix", repo: { full_name: "me/repo" } };
const pull_request = {
  ...issue,
  node_id: "PR_5",
  draft: false,
  merged: false,
  mergeable: null,
  head: side,
  base: { sha: "b", ref: "main", repo: { full_name: "org/repo" } },
  requested_reviewers: [{ login: "rev" }, { slug: "team" }],
  updated_at: "2026-09-01T00:00:00Z",
};
const review = {
  id: 7,
  user: { login: "rev", type: "User" },
  state: "APPROVED",
  body: null,
  html_url: "https://r",
  commit_id: "a",
};

function kinds(event: string, payload: object): string[] {
  const { events } = parseEvent(event, { repository, sender, ...payload }, "guid");
  return events.map((one) => (one.kind === "comment" ? `comment ${one.action}` : one.kind));
}

describe("which events plugins see (spec chatops 1.4, 1.5)", () => {
  test.each([
    ["issues", { action: "opened", issue }, ["comment created", "issue"]],
    ["issues", { action: "edited", issue }, ["comment edited", "issue"]],
    ["issues", { action: "deleted", issue }, ["issue"]],
    ["issues", { action: "labeled", issue }, ["issue"]],
    ["issues", { action: "transferred", issue }, ["issue"]],
    ["issue_comment", { action: "created", issue, comment }, ["comment created"]],
    ["issue_comment", { action: "edited", issue, comment }, ["comment edited"]],
    ["issue_comment", { action: "deleted", issue, comment }, ["comment deleted"]],
    ["pull_request", { action: "opened", pull_request }, ["comment created", "pull_request"]],
    ["pull_request", { action: "edited", pull_request, changes: {} }, ["comment edited", "pull_request"]],
    ["pull_request", { action: "synchronize", pull_request }, ["pull_request"]],
    ["pull_request_review", { action: "submitted", pull_request, review }, ["comment created", "review"]],
    ["pull_request_review", { action: "edited", pull_request, review }, ["comment edited", "review"]],
    ["pull_request_review", { action: "dismissed", pull_request, review }, ["comment deleted", "review"]],
    ["pull_request_review_comment", { action: "created", pull_request, comment }, ["comment created"]],
    ["pull_request_review_comment", { action: "deleted", pull_request, comment }, ["comment deleted"]],
    ["push", { ref: "refs/heads/main", before: "a", after: "b", commits: [] }, ["push"]],
    ["status", { sha: "a", context: "ci", state: "success" }, ["status"]],
    ["check_suite", { action: "created" }, []],
    ["no_such_event", { anything: 1 }, []],
  ])("%s %j", (event, payload, expected) => expect(kinds(event, payload)).toEqual(expected));

  test("a comment carries both its author and who sent the event, and normal line ends", () => {
    const payload = { action: "edited", issue: { ...issue, pull_request: {} }, comment, repository, sender };
    const { events, repository: where } = parseEvent("issue_comment", payload, "guid");
    expect(where).toEqual({ owner: "org", repo: "repo", private: false, defaultBranch: "main" });
    expect(events).toEqual([
      {
        kind: "comment",
        guid: "guid",
        source: "issue_comment",
        action: "edited",
        body: "/test\nall",
        htmlUrl: "https://c",
        commentId: 9,
        number: 5,
        isPullRequest: true,
        author: { login: "commenter", type: "User" },
        sender: { login: "sender", type: "User" },
        state: "open",
        issueAuthor: { login: "author", type: "User" },
        issueTitle: "Title",
        issueBody: "issue\nbody",
        issueHtmlUrl: "https://github.com/org/repo/issues/5",
        assignees: ["alice"],
        labels: ["kind/bug"],
      },
    ]);
  });

  test("a pull request's description is its author's, whoever sends the event", () => {
    const { events } = parseEvent("pull_request", { action: "opened", pull_request, repository, sender }, "guid");
    expect(events[0]).toMatchObject({ author: { login: "author" }, sender: { login: "sender" }, commentId: null });
    expect(events[1]).toMatchObject({
      kind: "pull_request",
      action: "opened",
      label: null,
      pullRequest: {
        body: "issue\nbody",
        mergeable: null,
        head: { sha: "a", ref: "fix", fullName: "me/repo" },
        requestedReviewers: ["rev"],
        updatedAt: "2026-09-01T00:00:00Z",
      },
      changes: { baseRefFrom: null, baseShaFrom: null, titleFrom: null, headFrom: null },
    });
  });

  test("a push comes with the head before it", () => {
    const payload = { action: "synchronize", before: "0".repeat(40), pull_request, repository, sender };
    expect(parseEvent("pull_request", payload, "guid").events[0]).toMatchObject({
      changes: { headFrom: "0".repeat(40) },
    });
  });

  test("labels and base changes come along", () => {
    const changes = { base: { ref: { from: "old" }, sha: { from: "0" } }, title: { from: "Old" } };
    const payload = { action: "edited", label: { name: "lgtm" }, pull_request, changes, repository, sender };
    expect(parseEvent("pull_request", payload, "guid").events[1]).toMatchObject({
      label: "lgtm",
      changes: { baseRefFrom: "old", baseShaFrom: "0", titleFrom: "Old" },
    });
  });

  test("the states of reviews are in lower case, and an unknown one takes no side", () => {
    const state = (state: string): unknown =>
      parseEvent(
        "pull_request_review",
        { action: "submitted", pull_request, review: { ...review, state }, repository, sender },
        "g",
      ).events[1];
    expect(state("CHANGES_REQUESTED")).toMatchObject({ review: { state: "changes_requested", body: "" } });
    expect(state("novel")).toMatchObject({ review: { state: "commented" } });
  });

  test("a push has the union of its commits' files; the owner may stand in `name`", () => {
    const payload = {
      ref: "refs/heads/main",
      before: "a",
      after: "b",
      deleted: false,
      compare: "https://d",
      sender,
      commits: [
        { added: ["x"], removed: ["y"], modified: ["z"] },
        { added: ["z"], removed: [], modified: ["x", "w"] },
      ],
      repository: { name: "repo", owner: { name: "org" }, private: true },
    };
    const { events, repository: where } = parseEvent("push", payload, "guid");
    expect(where).toMatchObject({ owner: "org", private: true });
    expect(events[0]).toMatchObject({ changedFiles: ["x", "y", "z", "w"], compareUrl: "https://d" });
  });

  test("what deleted accounts left behind is a ghost's", () => {
    const payload = {
      action: "created",
      issue: { ...issue, user: null },
      comment: { ...comment, user: null },
      repository,
      sender,
    };
    expect(parseEvent("issue_comment", payload, "g").events[0]).toMatchObject({
      author: { login: "ghost" },
      issueAuthor: { login: "ghost" },
    });
  });

  test("unknown visibility counts as private; events of organisations have no repository", () => {
    expect(parseEvent("star", { repository: { name: "r", owner: { login: "o" } } }, "g").repository?.private).toBe(
      true,
    );
    expect(parseEvent("organization", { organization: { login: "o" } }, "g").repository).toBeNull();
  });
});

describe("malformed payloads are refused with their path, never with their content", () => {
  test.each([
    [
      "issue_comment",
      { action: "created", issue, comment: { ...comment, body: 7 }, repository, sender },
      "comment.body",
    ],
    ["issue_comment", { action: "created", comment, repository, sender }, "issue"],
    ["issues", { action: "opened", issue, sender }, "repository"],
    [
      "pull_request",
      { action: "opened", pull_request: { ...pull_request, head: null }, repository, sender },
      "pull_request.head",
    ],
    ["push", { ref: 1, repository, sender }, "ref"],
    ["anything", { repository: { name: "repo", owner: {} } }, "repository.owner.login"],
    ["issues", null, ""],
    ["issues", "text", ""],
  ])("%s: %j", (event, payload, path) => {
    const parse = (): unknown => parseEvent(event, payload, "guid");
    expect(parse).toThrow(PayloadError);
    try {
      parse();
    } catch (error) {
      expect(error).toMatchObject({ event, path });
    }
  });

  test("GitHub's answer about a pull request has the same shape", () => {
    expect(parsePullRequest({ ...pull_request, merged: undefined, merged_at: "2026-01-01T00:00:00Z" })).toMatchObject({
      merged: true,
      nodeId: "PR_5",
    });
    expect(() => parsePullRequest({})).toThrow(PayloadError);
  });
});
