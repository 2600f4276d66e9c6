/** What is said about the state of issues and pull requests: closing, stages, titles, milestones. */
import { code } from "./messages.ts";

export const closed = (what: string): string => `Closing this ${what}.`;
export const closedNotPlanned = (): string => 'Closing this issue, marking it as "Not Planned".';
export const reopened = (what: string): string => `Reopened this ${what}.`;

export function cannotClose(what: string): string {
  return `you cannot close this ${what} unless you wrote it or are a collaborator of this repository.`;
}
export function cannotReopen(what: string): string {
  return `you cannot reopen this ${what} unless you wrote it or are a collaborator of this repository.`;
}
export const notPlannedIsForIssues = (): string => "only issues can be closed as not planned, pull requests cannot.";

/** Before GitHub's own sentence. */
export const REOPEN_REFUSED = "GitHub does not reopen this: ";
export const CLOSE_REFUSED = "GitHub does not close this: ";

export const frozenIsForIssues = (): string => "`lifecycle/frozen` is for issues: it cannot be set on pull requests.";

export const retitleNeedsTrust = (): string =>
  "titles can be changed by trusted users only: members of the organisation and collaborators of the repository.";
export const retitleNeedsTitle = (): string => "titles cannot be empty.";
export const retitleClosesIssue = (): string =>
  "titles cannot hold [words that close issues](https://help.github.com/articles/closing-issues-using-keywords).";

export function notMilestoneMaintainer(friendlyName: string, team: string): string {
  return `only members of ${team === "" ? "the milestone maintainers' team" : `the team ${code(team)}`} (${friendlyName}) can set milestones and statuses. Please ask one of them.`;
}

export function unknownMilestone(title: string, known: readonly string[]): string {
  const list = known.slice(0, 30).map(code).join(", ");
  return `${code(title)} is no open milestone of this repository. There are: ${list === "" ? "none" : list}. ${code("clear")} takes it away.`;
}

export const SKIPPED = "Skipped";

export const NEEDS_REBASE = "PR needs rebase.";
