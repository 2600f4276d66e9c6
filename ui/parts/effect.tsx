/** One effect in words: what the bot does, did, or will do. */
import type { JSX } from "preact";
import type { EffectView } from "../../src/chatops/view.ts";

type Effect = EffectView["effect"];

const list = (names: readonly string[]): string => names.join(", ");

export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** A short sentence without the subject, e.g. `add label lgtm`. */
export function effectWords(effect: Effect): string {
  switch (effect.kind) {
    case "addLabel":
      return `add label ${effect.label}`;
    case "removeLabel":
      return `remove label ${effect.label}`;
    case "comment":
      return "comment";
    case "upsertComment":
      return "keep the maintained comment up to date";
    case "deleteComments":
      return "delete own comments of one kind";
    case "assign":
      return `assign ${list(effect.logins)}`;
    case "unassign":
      return `unassign ${list(effect.logins)}`;
    case "requestReview":
      return `request review of ${list([...effect.users, ...effect.teams])}`;
    case "removeReviewRequest":
      return `take back the review request to ${list([...effect.users, ...effect.teams])}`;
    case "setStatus":
      return `set status ${effect.context} to ${effect.state}`;
    case "startJobs":
      return effect.jobs.length === 1 ? "start a job" : `start ${effect.jobs.length} jobs`;
    case "abortJobs":
      return `abort unfinished ${effect.type}s`;
    case "approveWorkflowRuns":
      return "approve workflow runs";
    case "rerunWorkflowRuns":
      return "run failed workflow jobs again";
    case "editIssue":
      return `change ${list(Object.keys(effect.changes))}`;
    case "react":
      return `react with ${effect.content}`;
    case "editComment":
      return "edit a comment";
    case "review":
      return `review with ${effect.comments.length} comments`;
    case "deleteBranch":
      return `delete branch ${effect.branch}`;
    case "pinIssue":
      return "pin the issue";
    case "unpinIssue":
      return "unpin the issue";
    case "transferIssue":
      return `transfer the issue to ${effect.repo}`;
    case "createIssue":
      return `open an issue: ${effect.title}`;
    case "createPullRequest":
      return `open a pull request from ${effect.head} to ${effect.base}`;
    case "createCheckRun":
      return `create check run ${effect.name}: ${effect.conclusion}`;
    case "recordJobs":
      return effect.jobs.length === 1 ? "record a job" : `record ${effect.jobs.length} jobs`;
    case "reportAgain":
      return "report the newest results again";
    case "minimizeComments":
      return `hide what was said for ${effect.plugin} before`;
    case "project":
      return effect.status === null ? "take out of a project" : "put into a project";
    case "slack":
      return `tell Slack's ${effect.channel}`;
    case "callService":
      return `${effect.method} ${effect.service}${effect.path}`;
    case "lookAgain":
      return `let ${effect.plugin} look again ${effect.number === undefined ? "" : `at #${effect.number} `}in ${Math.round(effect.afterMs / 1000)} s`;
    case "gitTask":
      return `git task: ${effect.task.kind}`;
    default:
      return (effect satisfies never as Effect).kind;
  }
}

/** What the sentence leaves out: a comment's text, a status's description, links to jobs. */
export function EffectDetail({ effect }: { readonly effect: Effect }): JSX.Element | null {
  if (effect.kind === "comment" || effect.kind === "upsertComment") return <pre class="quote">{effect.body}</pre>;
  if (effect.kind === "deleteComments") return <code>{effect.marker}</code>;
  if (effect.kind === "setStatus") {
    return (
      <span class="soft">
        “{effect.description}” on <code>{effect.sha.slice(0, 10)}</code>
      </span>
    );
  }
  if (effect.kind === "abortJobs") return <span class="soft">{effect.reason}</span>;
  if (effect.kind !== "startJobs") return null;
  return (
    <ul class="plain">
      {effect.jobs.map((job) => (
        <li key={job.metadata.name}>
          <a href={`/jobs/${job.metadata.name}`}>{job.spec.job}</a>
        </li>
      ))}
    </ul>
  );
}
