/** `branchcleaner`: deletes the branch of a merged pull request (spec chatops 2.21). */
import { goRegExp, regexFault } from "../../config/goregexp.ts";
import { nothing } from "../decide.ts";
import type { PullRequestEvent } from "../events.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

/** By name, or by an unanchored expression. */
const isKept = (branch: string, kept: readonly string[]): boolean =>
  kept.some((one) => one === branch || (regexFault(one) === null && goRegExp(one).test(branch)));

async function pullRequest({ action, pullRequest }: PullRequestEvent, view: View): Promise<Decision> {
  if (action !== "closed" || !pullRequest.merged) return nothing("it was not merged");
  const { owner, repo, defaultBranch } = view.repository;
  const { ref, fullName } = pullRequest.head;
  if (fullName?.toLowerCase() !== `${owner}/${repo}`.toLowerCase()) return nothing("its branch is in a fork");
  if (ref === defaultBranch) return nothing("its branch is the default branch");
  if (isKept(ref, view.config.settings.branch_cleaner.preserved_branches)) return nothing(`${ref} is preserved`);
  return { effects: [{ kind: "deleteBranch", branch: ref }], why: "it was merged" };
}

export const branchcleaner: Plugin = {
  name: "branchcleaner",
  help: {
    description: "The branchcleaner plugin deletes branches of this repository after their pull requests were merged.",
    commands: [],
    snippet: "branch_cleaner:\n  preserved_branches:\n    org/repo: [develop, ^release-.*]",
    config: ({ settings }) => {
      const { preserved_branches } = settings.branch_cleaner;
      return preserved_branches.length > 0 ? `Preserved: ${preserved_branches.join(", ")}.` : "No branch is preserved.";
    },
  },
  pullRequest,
};
