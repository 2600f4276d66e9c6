/** `invalidcommitmsg`: commit messages that would close issues, or wait to be squashed (spec chatops 2.30). */
import type { PullRequest } from "../events.ts";
import { CLOSING_KEYWORDS_MARKER, closingKeywords, FIXUP_MARKER, fixupCommits } from "../messages-commits.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import type { Commit } from "../reads.ts";
import { isMerge, subjectOf } from "./commits.ts";

const LABEL = "do-not-merge/invalid-commit-message";
/** A word by which GitHub closes an issue, and the issue. */
export const CLOSING = /(?:clos(?:e[sd]?)|fix(?:es|ed)?|resolv(?:e[sd]?))[\s:]+(?:\w+\/\w+)?#\d+/i;
const FIXUP = /^(?:fixup!|amend!|squash!)/;

/** Level-triggered: the label and one comment per kind of fault follow the commits. */
async function rule(pull: PullRequest, view: View): Promise<Decision> {
  const { disabled } = view.config.settings.invalid_commit_msg;
  const commits = (await view.commits()).filter((commit) => !isMerge(commit));
  const closing = disabled.includes("issueClosingKeywords")
    ? []
    : commits.filter(({ message }) => CLOSING.test(message));
  const inTitle = !disabled.includes("issueClosingKeywords") && CLOSING.test(pull.title);
  const fixups = disabled.includes("fixupPrefix") ? [] : commits.filter((commit) => FIXUP.test(subjectOf(commit)));
  const invalid = closing.length > 0 || inTitle || fixups.length > 0;
  const has = hasLabel(await view.labels(), LABEL);
  return {
    effects: [
      ...(invalid && !has ? [{ kind: "addLabel", label: LABEL } as const] : []),
      ...(!invalid && has ? [{ kind: "removeLabel", label: LABEL } as const] : []),
      ...explained(closing.length > 0 || inTitle, has, CLOSING_KEYWORDS_MARKER, closingKeywords(closing, inTitle)),
      ...explained(fixups.length > 0, has, FIXUP_MARKER, fixupCommits(fixups)),
    ],
    why: invalid ? reasons(closing, inTitle, fixups) : "its commit messages are fine",
  };
}

/** What was never said needs no taking back. */
function explained(invalid: boolean, had: boolean, marker: string, body: string) {
  if (invalid) return [{ kind: "upsertComment", marker, body } as const];
  return had ? [{ kind: "deleteComments", marker } as const] : [];
}

function reasons(closing: readonly Commit[], inTitle: boolean, fixups: readonly Commit[]): string {
  return [
    ...(closing.length > 0 ? [`${closing.length} commits would close issues`] : []),
    ...(inTitle ? ["its title would close an issue"] : []),
    ...(fixups.length > 0 ? [`${fixups.length} commits wait to be squashed`] : []),
  ].join(", ");
}

export const invalidcommitmsg: Plugin = {
  name: "invalidcommitmsg",
  help: {
    description: `The invalidcommitmsg plugin adds \`${LABEL}\` while commit messages or the title hold words that close issues, or commits wait to be squashed.`,
    commands: [],
    snippet: "invalid_commit_msg:\n- repos: [org]\n  checks:\n  - name: fixupPrefix\n    disabled: true",
    config: ({ settings }) => {
      const { disabled } = settings.invalid_commit_msg;
      return disabled.length > 0 ? `Switched off: ${disabled.join(", ")}.` : "All of its checks are on.";
    },
  },
  rule,
  ruleActions: ["opened", "reopened", "synchronize", "edited"],
};
