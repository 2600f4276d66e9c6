/** From GitHub's webhooks to the events that plugins see (spec chatops 1.4, 1.5). */
import * as z from "zod";
import type { ChatEvent, GenericComment, PullRequest, RepoRef, ReviewEvent } from "./events.ts";
import type { IssueFacts } from "./reads.ts";
import {
  IssueAnswer as Issue,
  IssueCommentEvent,
  IssueEvent,
  Pull,
  PullRequestPayload,
  PushPayload,
  Repository,
  ReviewCommentPayload,
  ReviewPayload,
  CheckRunPayload,
  StatusPayload,
} from "./payloads.ts";

/** Thrown when a payload is not what its event name promises. Names the event and the path, never the content. */
export class PayloadError extends Error {
  override readonly name = "PayloadError";
  readonly event: string;
  readonly path: string;

  constructor(event: string, path: string, problem: string) {
    super(`The ${event} payload is malformed at ${path || "its root"}: ${problem}.`);
    this.event = event;
    this.path = path;
  }
}

export interface ParsedEvent {
  /** Null for events of an organisation, an installation or an account. */
  readonly repository: RepoRef | null;
  /** What plugins see of it: nothing for most events, a comment and its pull request for some. Dispatch them together. */
  readonly events: readonly ChatEvent[];
}

type Action = GenericComment["action"];
const OF_COMMENT: ReadonlyMap<string, Action> = new Map([
  ["created", "created"],
  ["edited", "edited"],
  ["deleted", "deleted"],
]);
const OF_REVIEW: ReadonlyMap<string, Action> = new Map([
  ["submitted", "created"],
  ["edited", "edited"],
  ["dismissed", "deleted"],
]);
const OF_DESCRIPTION: ReadonlyMap<string, Action> = new Map([
  ["opened", "created"],
  ["edited", "edited"],
]);

/**
 * Parses a webhook. Events that mean nothing to plugins, known or not, give an empty list.
 * @throws {PayloadError} when a known event does not have its shape, or any has a malformed `repository`.
 */
export function parseEvent(event: string, payload: unknown, guid: string): ParsedEvent {
  const read = <T>(schema: z.ZodType<T>): T => checked(event, schema, payload);
  const { repository = null } = read(z.object({ repository: Repository.nullish() }));
  const parser = PARSERS.get(event);
  if (!parser) return { repository, events: [] };
  if (!repository) throw new PayloadError(event, "repository", "is missing");
  return { repository, events: parser(read, guid) };
}

/** Parses a pull request as GitHub's REST API answers it. Throws {@link PayloadError}. */
export function parsePullRequest(answer: unknown): PullRequest {
  return checked("pull request", Pull, answer);
}

/** Parses an issue as GitHub's REST API answers it. Throws {@link PayloadError}. */
export function parseIssue(answer: unknown): IssueFacts {
  return checked("issue", Issue, answer);
}

function checked<T>(event: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new PayloadError(event, issue?.path.join(".") ?? "", issue?.message ?? "is wrong");
}

type Read = <T>(schema: z.ZodType<T>) => T;
type Parser = (read: Read, guid: string) => readonly ChatEvent[];

const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ["issues", parseIssueEvent],
  ["issue_comment", parseIssueComment],
  ["pull_request", parsePull],
  ["pull_request_review", parseReview],
  ["pull_request_review_comment", parseReviewComment],
  ["push", parsePush],
  ["status", parseStatus],
  ["check_run", parseCheck],
]);

function parseIssueEvent(read: Read, guid: string): readonly ChatEvent[] {
  const { action: raw, issue, label, sender } = read(IssueEvent);
  const { number, body, user: author, html_url: htmlUrl, state, labels, assignees } = issue;
  const about = { number, title: issue.title ?? "", body, state, author, htmlUrl, labels, assignees };
  const events: ChatEvent[] = [];
  const action = OF_DESCRIPTION.get(raw);
  if (action) {
    const text = { source: "issues", action, body, htmlUrl, commentId: null, author, sender } as const;
    events.push({ kind: "comment", guid, ...text, ...ofIssue(issue) });
  }
  events.push({ kind: "issue", guid, action: raw, sender, label: label?.name ?? null, ...about });
  return events;
}

function parseIssueComment(read: Read, guid: string): readonly ChatEvent[] {
  const { action: raw, issue, comment, sender } = read(IssueCommentEvent);
  const action = OF_COMMENT.get(raw);
  if (!action) return [];
  const { id: commentId, body, user: author, html_url: htmlUrl } = comment;
  const source = "issue_comment";
  return [{ kind: "comment", guid, source, action, body, htmlUrl, commentId, author, sender, ...ofIssue(issue) }];
}

function parsePull(read: Read, guid: string): readonly ChatEvent[] {
  const { action: raw, pull_request: pullRequest, before, label, changes, sender } = read(PullRequestPayload);
  const events: ChatEvent[] = [];
  const action = OF_DESCRIPTION.get(raw);
  if (action) {
    const { body, author, htmlUrl } = pullRequest;
    const source = "pull_request";
    const about = ofPull(pullRequest);
    events.push({ kind: "comment", guid, source, action, body, htmlUrl, commentId: null, author, sender, ...about });
  }
  events.push({
    kind: "pull_request",
    guid,
    action: raw,
    sender,
    pullRequest,
    label: label?.name ?? null,
    changes: {
      baseRefFrom: changes?.base?.ref?.from ?? null,
      baseShaFrom: changes?.base?.sha?.from ?? null,
      titleFrom: changes?.title?.from ?? null,
      headFrom: before ?? null,
      body: Boolean(changes?.body),
    },
  });
  return events;
}

function parseReview(read: Read, guid: string): readonly ChatEvent[] {
  const { action: raw, pull_request: pullRequest, review, sender } = read(ReviewPayload);
  const action = OF_REVIEW.get(raw);
  if (!action) return [];
  const { body, user: author, html_url: htmlUrl } = review;
  const source = "pull_request_review";
  const about = ofPull(pullRequest);
  return [
    { kind: "comment", guid, source, action, body, htmlUrl, commentId: null, author, sender, ...about },
    {
      kind: "review",
      guid,
      action: raw === "submitted" || raw === "dismissed" ? raw : "edited",
      sender,
      pullRequest,
      review: {
        id: review.id,
        author,
        state: reviewState(review.state),
        body,
        htmlUrl,
        commitId: review.commit_id ?? "",
      },
    },
  ];
}

const REVIEW_STATES = ["approved", "changes_requested", "commented", "dismissed", "pending"] as const;

/** A state that we do not know decides nothing, as a comment does. */
export function reviewState(raw: string): ReviewEvent["review"]["state"] {
  const state = raw.toLowerCase();
  return REVIEW_STATES.find((known) => known === state) ?? "commented";
}

function parseReviewComment(read: Read, guid: string): readonly ChatEvent[] {
  const { action: raw, pull_request: pullRequest, comment, sender } = read(ReviewCommentPayload);
  const action = OF_COMMENT.get(raw);
  if (!action) return [];
  const { id: commentId, body, user: author, html_url: htmlUrl } = comment;
  const source = "pull_request_review_comment";
  const about = ofPull(pullRequest);
  return [{ kind: "comment", guid, source, action, body, htmlUrl, commentId, author, sender, ...about }];
}

function parsePush(read: Read, guid: string): readonly ChatEvent[] {
  const { ref, before, after, deleted, created, forced, pusher, compare, commits, sender } = read(PushPayload);
  const files = new Set<string>();
  for (const { added, removed, modified } of commits ?? []) {
    for (const list of [added, removed, modified]) for (const file of list) files.add(file);
  }
  const changedFiles = [...files];
  return [
    {
      kind: "push",
      guid,
      sender,
      ref,
      before,
      after,
      deleted: deleted ?? false,
      created: created ?? false,
      forced: forced ?? false,
      pusher: pusher?.name ?? "",
      commits: commits?.length ?? 0,
      compareUrl: compare ?? "",
      changedFiles,
    },
  ];
}

function parseStatus(read: Read, guid: string): readonly ChatEvent[] {
  const { sha, context, state, description, sender } = read(StatusPayload);
  return [{ kind: "status", guid, sender, sha, context, state, description: description ?? "" }];
}

function parseCheck(read: Read, guid: string): readonly ChatEvent[] {
  const { check_run: run, sender } = read(CheckRunPayload);
  const { head_sha: sha, name, status, conclusion, details_url: url } = run;
  return [{ kind: "check", guid, sender, sha, name, status, conclusion: conclusion ?? "", url: url ?? "" }];
}

type About = Pick<
  GenericComment,
  | "number"
  | "isPullRequest"
  | "state"
  | "issueAuthor"
  | "issueTitle"
  | "issueBody"
  | "issueHtmlUrl"
  | "assignees"
  | "labels"
>;

function ofIssue(issue: z.output<typeof IssueEvent>["issue"]): About {
  return {
    number: issue.number,
    isPullRequest: Boolean(issue.pull_request),
    state: issue.state,
    issueAuthor: issue.user,
    issueTitle: issue.title ?? "",
    issueBody: issue.body,
    issueHtmlUrl: issue.html_url,
    assignees: issue.assignees,
    labels: issue.labels,
  };
}

function ofPull(pull: PullRequest): About {
  return {
    number: pull.number,
    isPullRequest: true,
    state: pull.state,
    issueAuthor: pull.author,
    issueTitle: pull.title,
    issueBody: pull.body,
    issueHtmlUrl: pull.htmlUrl,
    assignees: pull.assignees,
    labels: pull.labels,
  };
}
