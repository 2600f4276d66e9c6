/** What is said of commits. */
import { code } from "./messages.ts";
import type { Commit } from "./reads.ts";

const SHOWN = 50;

function listed(commits: readonly Commit[]): string {
  const lines = commits
    .slice(0, SHOWN)
    .map(({ sha, message }) => `- ${sha.slice(0, 7)} ${code(message.split("\n", 1)[0] ?? "")}`);
  if (commits.length > SHOWN) lines.push(`- and ${commits.length - SHOWN} more`);
  return lines.join("\n");
}

export const CLOSING_KEYWORDS_MARKER = "<!-- commits that close issues -->";
export const FIXUP_MARKER = "<!-- commits to squash -->";
export const MERGE_COMMITS_MARKER = "<!-- merge commits -->";
export const DCO_MARKER = "<!-- commits without sign-off -->";

/** Commits, or the title, hold words by which GitHub would close issues. */
export function closingKeywords(commits: readonly Commit[], inTitle: boolean): string {
  const title = inTitle ? "The title of this pull request would close an issue when it is merged. " : "";
  const list = commits.length > 0 ? `\n\nThese commits would close issues:\n${listed(commits)}` : "";
  return `${title}[Words that close issues](https://help.github.com/articles/closing-issues-using-keywords) belong into the description of a pull request, not into commit messages or its title: every fork and cherry-pick that has the commit would close the issue again.${list}\n${CLOSING_KEYWORDS_MARKER}`;
}

/** Commits were made to be squashed. */
export function fixupCommits(commits: readonly Commit[]): string {
  return `Please squash these commits before this is merged (\`git rebase --interactive --autosquash\`):\n${listed(commits)}\n${FIXUP_MARKER}`;
}

/** Merge commits among those of the pull request. */
export function mergeCommits(commits: readonly Commit[]): string {
  return `This pull request contains merge commits, which are not allowed here. Please rebase it on its base branch instead of merging that into it:\n${listed(commits)}\n${MERGE_COMMITS_MARKER}`;
}

/** Commits without a sign-off. */
export function missingSignOffs(commits: readonly Commit[], guide: string): string {
  return `Thank you for your pull request. These commits have no [sign-off](${guide}), which says that you may contribute them:\n${listed(commits)}\n\nAdd it with \`git rebase --signoff\` and push again. \`/check-dco\` looks once more.\n${DCO_MARKER}`;
}
