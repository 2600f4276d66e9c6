/** The events that plugins see: GitHub's webhooks, parsed once and normalised (spec chatops 1.4, 1.5). */
import type { GitTask, GitTaskOutcome } from "../jobs/git-task.ts";

export interface Account {
  readonly login: string;
  readonly type: "User" | "Bot" | "Organization" | "Mannequin";
}

export interface RepoRef {
  readonly owner: string;
  readonly repo: string;
  readonly private: boolean;
  readonly defaultBranch: string;
}

export interface PullRequest {
  readonly number: number;
  readonly nodeId: string;
  readonly title: string;
  readonly body: string;
  readonly author: Account;
  readonly state: "open" | "closed";
  readonly merged: boolean;
  /** Of the merge, once merged; before it, of GitHub's test merge, or empty. */
  readonly mergeCommitSha: string;
  readonly draft: boolean;
  readonly mergeable: boolean | null;
  readonly htmlUrl: string;
  readonly head: { readonly sha: string; readonly ref: string; readonly fullName: string | null };
  readonly base: { readonly sha: string; readonly ref: string };
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly requestedReviewers: readonly string[];
  /** RFC 3339, seconds: tells which of two descriptions of one pull request is the newer. */
  readonly updatedAt?: string;
}

/** Unifies issue comments, reviews, review comments, and the bodies of issues and pull requests. */
export interface GenericComment {
  readonly kind: "comment";
  readonly guid: string;
  readonly source: "issue_comment" | "pull_request_review" | "pull_request_review_comment" | "pull_request" | "issues";
  readonly action: "created" | "edited" | "deleted";
  /** As GitHub sent it, with CRLF normalised to LF. */
  readonly body: string;
  readonly htmlUrl: string;
  readonly commentId: number | null;
  readonly number: number;
  readonly isPullRequest: boolean;
  /** Author of the text. */
  readonly author: Account;
  /** Who caused the event: differs from the author when somebody edits another's text. Authorise on this one. */
  readonly sender: Account;
  readonly state: "open" | "closed";
  readonly issueAuthor: Account;
  readonly issueTitle: string;
  readonly issueBody: string;
  readonly issueHtmlUrl: string;
  readonly assignees: readonly string[];
  readonly labels: readonly string[];
}

export interface PullRequestEvent {
  readonly kind: "pull_request";
  readonly guid: string;
  readonly action: string;
  readonly sender: Account;
  readonly pullRequest: PullRequest;
  /** The label of `labeled` and `unlabeled`. */
  readonly label: string | null;
  readonly changes: {
    readonly baseRefFrom: string | null;
    readonly baseShaFrom: string | null;
    readonly titleFrom: string | null;
    /** The head before a push (`synchronize`). */
    readonly headFrom?: string | null;
    /** Whether the body changed. */
    readonly body: boolean;
  };
}

export interface ReviewEvent {
  readonly kind: "review";
  readonly guid: string;
  readonly action: "submitted" | "edited" | "dismissed";
  readonly sender: Account;
  readonly pullRequest: PullRequest;
  readonly review: {
    readonly id: number;
    readonly author: Account;
    readonly state: "approved" | "changes_requested" | "commented" | "dismissed" | "pending";
    readonly body: string;
    readonly htmlUrl: string;
    readonly commitId: string;
  };
}

export interface PushEvent {
  readonly kind: "push";
  readonly guid: string;
  readonly sender: Account;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly deleted: boolean;
  readonly created: boolean;
  readonly forced: boolean;
  readonly pusher: string;
  /** Of the payload, at most 2,048. */
  readonly commits: number;
  readonly compareUrl: string;
  /** Union of added, removed and modified over the payload's commits. GitHub truncates that list on very large pushes. */
  readonly changedFiles: readonly string[];
}

export interface StatusEvent {
  readonly kind: "status";
  readonly guid: string;
  readonly sender: Account;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
}

/** A `check_run` webhook: tide alone listens to these. */
export interface CheckEvent {
  readonly kind: "check";
  readonly guid: string;
  readonly sender: Account;
  readonly sha: string;
  readonly name: string;
  /** `completed` or on its way. */
  readonly status: string;
  /** Empty until it is completed. */
  readonly conclusion: string;
  readonly url: string;
}

/** An `issues` webhook: what happened to an issue that is no pull request. */
export interface IssueEvent {
  readonly kind: "issue";
  readonly guid: string;
  readonly action: string;
  readonly sender: Account;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed";
  readonly author: Account;
  readonly htmlUrl: string;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  /** The label of `labeled` and `unlabeled`. */
  readonly label: string | null;
}

/** What a plugin asked for with `lookAgain`. */
export interface TimerEvent {
  readonly kind: "timer";
  readonly guid: string;
  readonly sender: Account;
  readonly plugin: string;
  readonly note: string;
}

/** The end of a git task that a plugin asked for. */
export interface TaskEvent {
  readonly kind: "task";
  readonly guid: string;
  readonly sender: Account;
  readonly plugin: string;
  readonly id: string;
  readonly task: GitTask;
  readonly outcome: GitTaskOutcome;
}

export type ChatEvent =
  | GenericComment
  | PullRequestEvent
  | ReviewEvent
  | PushEvent
  | StatusEvent
  | CheckEvent
  | IssueEvent
  | TimerEvent
  | TaskEvent;
