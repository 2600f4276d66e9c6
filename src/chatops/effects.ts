/**
 * Effects: what plugins decide, as plain data (design 1.1). Only the outbox executes them.
 *
 * An effect names no repository or number: it applies to the conversation (or repository) whose outbox holds it.
 * Every effect is idempotent, or carries what is needed to find out whether it already happened.
 */
import type { JsonObject } from "../config/model.ts";
import type { GitTask } from "../jobs/git-task.ts";
import type { ProwJob } from "../jobs/prowjob.ts";

export type StatusState = "pending" | "success" | "failure" | "error";

export type Effect =
  | { readonly kind: "addLabel"; readonly label: string }
  | { readonly kind: "removeLabel"; readonly label: string }
  /** A new comment, said once. The outbox appends a hidden marker so that a lost answer is looked up, not repeated. */
  | {
      readonly kind: "comment";
      readonly body: string;
      /** The state that it explains, e.g. `needs-ok-to-test`: a summary keeps it while that holds (see `summary.ts`). */
      readonly explains?: string;
    }
  /** The one maintained comment that carries `marker`: created, edited in place, or left alone when equal. */
  | {
      readonly kind: "upsertComment";
      readonly marker: string;
      readonly body: string;
      /** What it asks people to do, in a line. */
      readonly next?: string;
      /** Marks of maintained comments in whose place it comes. */
      readonly replaces?: readonly string[];
    }
  /** Deletes the bot's own comments that contain `marker`. */
  | { readonly kind: "deleteComments"; readonly marker: string }
  | ({ readonly kind: "assign"; readonly logins: readonly string[] } & Missing)
  | { readonly kind: "unassign"; readonly logins: readonly string[] }
  | ({
      readonly kind: "requestReview";
      readonly users: readonly string[];
      /** Slugs of teams of the repository's own organisation. */
      readonly teams: readonly string[];
    } & Missing)
  | { readonly kind: "removeReviewRequest"; readonly users: readonly string[]; readonly teams: readonly string[] }
  | {
      readonly kind: "setStatus";
      readonly sha: string;
      readonly context: string;
      readonly state: StatusState;
      /** At most 140 characters. */
      readonly description: string;
      readonly targetUrl: string;
    }
  /** Creates jobs. Each carries its id in `metadata.name`, derived from the delivery, so that a retry creates nothing new. */
  | { readonly kind: "startJobs"; readonly jobs: readonly ProwJob[] }
  /** Aborts this conversation's unfinished jobs that match. */
  | { readonly kind: "abortJobs"; readonly type: "presubmit"; readonly reason: string }
  /** Approves the workflow runs that wait for approval on a head (trigger_github_workflows). */
  | { readonly kind: "approveWorkflowRuns"; readonly sha: string; readonly branch: string }
  /** Re-runs failed jobs of failed workflow runs on a head (trigger_github_workflows). */
  | { readonly kind: "rerunWorkflowRuns"; readonly sha: string; readonly branch: string }
  /** Changes title, body, state or milestone. `null` as milestone takes it away. */
  | ({ readonly kind: "editIssue"; readonly changes: IssueChanges } & Aftermath)
  | { readonly kind: "react"; readonly to: CommentRef | null; readonly content: Reaction }
  /** Rewrites somebody's comment; the issue's own text is `editIssue`. */
  | { readonly kind: "editComment"; readonly to: CommentRef; readonly body: string }
  /** One review of the kind COMMENT with comments on lines of the new side. */
  | {
      readonly kind: "review";
      readonly sha: string;
      readonly body: string;
      readonly comments: readonly { readonly path: string; readonly line: number; readonly body: string }[];
    }
  /** Deletes a branch of this repository. */
  | { readonly kind: "deleteBranch"; readonly branch: string }
  | ({ readonly kind: "pinIssue" | "unpinIssue" } & Aftermath)
  /** To another repository of the same owner. */
  | ({ readonly kind: "transferIssue"; readonly repo: string } & Aftermath)
  | ({
      readonly kind: "createIssue";
      readonly title: string;
      readonly body: string;
      readonly assignees: readonly string[];
      readonly labels: readonly string[];
    } & Aftermath)
  /** Opens a pull request from a branch of this repository, unless one is open; `onOpened` tells of either. */
  | ({
      readonly kind: "createPullRequest";
      readonly head: string;
      readonly base: string;
      readonly title: string;
      readonly body: string;
      readonly labels: readonly string[];
      readonly assignees: readonly string[];
      /** Replies with `before`, the number as `#1`, `after`. */
      readonly onOpened?: MissingReply;
    } & Aftermath)
  /** A new, completed check run of this name (App credentials only). */
  | {
      readonly kind: "createCheckRun";
      readonly sha: string;
      readonly name: string;
      readonly conclusion: "success" | "neutral" | "failure" | "cancelled";
      readonly title: string;
      readonly summary: string;
      readonly detailsUrl: string;
      /** At most 50. */
      readonly annotations?: readonly {
        readonly path: string;
        readonly start_line: number;
        readonly end_line: number;
        readonly annotation_level: "notice" | "warning" | "failure";
        readonly message: string;
      }[];
    }
  /** Keeps jobs that are finished from the start, e.g. overridden ones: nothing runs, nothing is reported. */
  | { readonly kind: "recordJobs"; readonly jobs: readonly ProwJob[] }
  /** Says the newest results of this conversation's jobs once more (statuses and comment). */
  | { readonly kind: "reportAgain" }
  /** Hides as outdated what was said for a plugin by `comment`. */
  | { readonly kind: "minimizeComments"; readonly plugin: string }
  /** Puts the issue into a project (ProjectsV2) with a status, or takes it out (`status: null`). */
  | ({ readonly kind: "project"; readonly projectId: string; readonly status: string | null } & Aftermath)
  | { readonly kind: "slack"; readonly channel: string; readonly text: string }
  /** A write to a tracker of the settings (`SERVICES`): bugzilla, jira. `path` begins with a slash. Idempotent by `PUT` or by the service. */
  | ({
      readonly kind: "callService";
      readonly service: string;
      readonly method: "POST" | "PUT" | "DELETE";
      readonly path: string;
      readonly body: JsonObject;
      /** After a lost answer, what is read here tells whether it happened: then it contains the text. */
      readonly unless?: { readonly path: string; readonly contains: string };
    } & Aftermath)
  /**
   * Wakes a plugin's `timer` later, here or in the conversation `number` of this repository. Of the same plugin, note and
   * number there is one: a later one replaces it, or goes for nothing with `keep`.
   */
  | {
      readonly kind: "lookAgain";
      readonly plugin: string;
      readonly note: string;
      readonly afterMs: number;
      readonly number?: number;
      readonly keep?: true;
    }
  /** Work with real Git, carried out by the runner; its end comes back to the plugin's `taskDone`. `id` is a UUID derived from the delivery. */
  | { readonly kind: "gitTask"; readonly id: string; readonly plugin: string; readonly task: GitTask };

/** What an effect leads to: said and done only once GitHub's answer is known. */
export interface Aftermath {
  readonly onDone?: readonly Effect[];
  /** GitHub refused for good: replies with `before`, GitHub's own sentence, `after`. Without it the effect is dead. */
  readonly onRefused?: MissingReply;
}

export interface IssueChanges {
  readonly title?: string;
  readonly body?: string;
  readonly state?: "open" | "closed";
  readonly stateReason?: "completed" | "not_planned" | "reopened";
  readonly milestone?: number | null;
}

export interface CommentRef {
  readonly source: "issue_comment" | "pull_request_review_comment";
  readonly id: number;
}

export type Reaction = "+1" | "-1" | "laugh" | "confused" | "heart" | "hooray" | "rocket" | "eyes";

/** A reply around what only GitHub's answer tells, e.g. when it leaves some logins out: reply with `before`, the list, `after` (already in the standard reply shape). */
export interface MissingReply {
  readonly before: string;
  readonly after: string;
}

/** What is replied about those whom GitHub leaves out: about all of them, or, of joined effects, about some. */
interface Missing {
  readonly onMissing?: MissingReply;
  readonly missing?: readonly MissingAmong[];
}

/** A reply about some logins and slugs only. */
export interface MissingAmong {
  readonly names: readonly string[];
  readonly reply: MissingReply;
}

/** Who or what caused an effect; stored beside it in the outbox and shown on /deliveries/<guid>. */
export interface Cause {
  /** Delivery GUID, or `job:<id>` for a report. */
  readonly delivery: string;
  readonly plugin: string;
  /** The rule or command, e.g. `/lgtm` or `synchronize`. */
  readonly rule: string;
  readonly actor: Actor;
}

export type Actor =
  | { readonly kind: "user"; readonly login: string }
  | { readonly kind: "job"; readonly id: string }
  | { readonly kind: "admin"; readonly login: string }
  | { readonly kind: "system" };

/** How an effect ended. `noop`: it was already true and nothing was sent. */
export type EffectState = "waiting" | "sending" | "done" | "noop" | "dead";
