/**
 * Effects: what plugins decide, as plain data (design 1.1). Only the outbox executes them.
 *
 * An effect names no repository or number: it applies to the conversation (or repository) whose outbox holds it.
 * Every effect is idempotent, or carries what is needed to find out whether it already happened.
 */
import type { ProwJob } from "../jobs/prowjob.ts";

export type StatusState = "pending" | "success" | "failure" | "error";

export type Effect =
  | { readonly kind: "addLabel"; readonly label: string }
  | { readonly kind: "removeLabel"; readonly label: string }
  /** A new comment, said once. The outbox appends a hidden marker so that a lost answer is looked up, not repeated. */
  | { readonly kind: "comment"; readonly body: string }
  /** The one maintained comment that carries `marker`: created, edited in place, or left alone when equal. */
  | { readonly kind: "upsertComment"; readonly marker: string; readonly body: string }
  /** Deletes the bot's own comments that contain `marker`. */
  | { readonly kind: "deleteComments"; readonly marker: string }
  | { readonly kind: "assign"; readonly logins: readonly string[]; readonly onMissing?: MissingReply }
  | { readonly kind: "unassign"; readonly logins: readonly string[] }
  | {
      readonly kind: "requestReview";
      readonly users: readonly string[];
      /** Slugs of teams of the repository's own organisation. */
      readonly teams: readonly string[];
      readonly onMissing?: MissingReply;
    }
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
  | { readonly kind: "rerunWorkflowRuns"; readonly sha: string; readonly branch: string };

/** When GitHub leaves some logins out: reply with `before`, the list, `after` (already in the standard reply shape). */
export interface MissingReply {
  readonly before: string;
  readonly after: string;
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
