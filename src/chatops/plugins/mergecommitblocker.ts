/** `mergecommitblocker`: no merge commits in a pull request (spec chatops 2.30). Their parents tell, without a clone. */
import type { PullRequest } from "../events.ts";
import { MERGE_COMMITS_MARKER, mergeCommits } from "../messages-commits.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { isMerge } from "./commits.ts";

const LABEL = "do-not-merge/contains-merge-commits";

async function rule(_: PullRequest, view: View): Promise<Decision> {
  const merges = (await view.commits()).filter(isMerge);
  const has = hasLabel(await view.labels(), LABEL);
  if (merges.length === 0) {
    if (!has) return { effects: [], why: "it has no merge commits" };
    return {
      effects: [
        { kind: "removeLabel", label: LABEL },
        { kind: "deleteComments", marker: MERGE_COMMITS_MARKER },
      ],
      why: "its merge commits are gone",
    };
  }
  return {
    effects: [
      ...(has ? [] : [{ kind: "addLabel", label: LABEL } as const]),
      { kind: "upsertComment", marker: MERGE_COMMITS_MARKER, body: mergeCommits(merges) },
    ],
    why: `it has ${merges.length} merge commits`,
  };
}

export const mergecommitblocker: Plugin = {
  name: "mergecommitblocker",
  help: {
    description: `The mergecommitblocker plugin adds \`${LABEL}\` to pull requests that contain merge commits.`,
    commands: [],
  },
  rule,
  ruleActions: ["opened", "reopened", "synchronize"],
};
