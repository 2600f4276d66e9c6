/** What is said about linking, pinning and transferring issues. */
import type { MissingReply } from "./effects.ts";
import { code } from "./messages.ts";

export const linkIsForPullRequests = (): string => "`/link-issue` and `/unlink-issue` are for pull requests.";
export const pinIsForIssues = (): string => "`/pin-issue` and `/unpin-issue` are for issues.";
export const transferIsForIssues = (): string => "`/transfer-issue` is for issues.";

export const onlyMembers = (org: string): string => `only members of ${code(org)} can use this command.`;
export const onlyTopApprovers = (): string =>
  "only approvers of the OWNERS file at the root of this repository can pin and unpin issues.";

export const badReference = (word: string): string =>
  `${code(word)} is no reference of an issue: say a number, or \`org/repo#number\``;
export const missingIssue = (reference: string): string => `${code(reference)} does not exist, or I may not see it`;
export const isPullRequest = (reference: string): string => `${code(reference)} is a pull request`;

/** Some references were no good; `changed`: the others were taken. */
export function referencesRefused(faults: readonly string[], changed: boolean): string {
  const start = changed
    ? "I updated the `Fixes` line of the description, but not with all that you named:"
    : "I cannot do that:";
  return [start, "", ...faults.map((fault) => `- ${fault}.`)].join("\n");
}

export const pinned = (pin: boolean): string =>
  pin ? "I pinned this issue to the repository." : "I unpinned this issue from the repository.";

export const transferUsage = (): string =>
  "please say exactly one repository of this organisation, by its bare name: `/transfer-issue repository`.";
export const transferUnknown = (org: string, repo: string): string =>
  `there is no repository ${code(`${org}/${repo}`)}.`;

/** The reply to what GitHub refuses, around its own sentence; `shaped` gives a text the shape of a reply. */
export function refusedByGitHub(shaped: (text: string) => string, doing: string): MissingReply {
  const mark = "\u0000";
  const [before = "", after = ""] = shaped(`GitHub did not let me ${doing}: ${mark}`).split(mark);
  return { before, after };
}
