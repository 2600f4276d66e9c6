/** What an effect is about. Pure. */
import type { Effect } from "./effects.ts";

/** Effects of one event on the same thing replace each other; null: never. */
export function thingOf(effect: Effect): string | null {
  switch (effect.kind) {
    case "addLabel":
    case "removeLabel":
      return `label ${effect.label.toLowerCase()}`;
    case "comment":
      return `comment ${effect.body}`;
    case "upsertComment":
    case "deleteComments":
      return `comments with ${effect.marker}`;
    case "editComment":
      return `edit ${effect.to.source} ${effect.to.id}`;
    case "setStatus":
      return `status ${effect.sha} ${effect.context}`;
    case "createCheckRun":
      return `check ${effect.sha} ${effect.name}`;
    case "approveWorkflowRuns":
    case "rerunWorkflowRuns":
      return `${effect.kind} ${effect.sha} ${effect.branch}`;
    case "pinIssue":
    case "unpinIssue":
      return "pin";
    case "transferIssue":
    case "reportAgain":
      return effect.kind;
    case "project":
      return `project ${effect.projectId}`;
    case "deleteBranch":
      return `branch ${effect.branch}`;
    case "createPullRequest":
      return `pull request ${effect.base} ${effect.head}`;
    case "lookAgain":
      return `timer ${effect.plugin} ${effect.number ?? ""} ${effect.note}`;
    case "gitTask":
      return `task ${effect.id}`;
    case "react":
    case "createIssue":
    case "slack":
    case "callService":
      return JSON.stringify(effect);
    default:
      return null;
  }
}

/** One effect in a few words. */
export function describe(effect: Effect): string {
  switch (effect.kind) {
    case "addLabel":
      return `adding the label ${effect.label}`;
    case "removeLabel":
      return `removing the label ${effect.label}`;
    case "assign":
    case "unassign":
      return `${effect.kind} ${effect.logins.join(", ")}`;
    case "requestReview":
    case "removeReviewRequest":
      return `${effect.kind} ${[...effect.users, ...effect.teams].join(", ")}`;
    default:
      return effect.kind;
  }
}
