/** `merge-method-comment`: tells how several commits will be merged (spec chatops 2.30). */
import { mergeMethod } from "../../config/merge-method.ts";
import type { MergeMethodConfig } from "../../config/plugin-settings.ts";
import { nothing } from "../decide.ts";
import type { PullRequest } from "../events.ts";
import { MERGE_METHOD_MARKER, mergeMethodNotice } from "../messages-project.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

/** The label that asks for the other way than the usual one; null for methods without one. */
function otherWay(method: string, labels: MergeMethodConfig): { verb: string; label: string } | null {
  if (method === "squash") return { verb: "merged", label: labels.merge_label };
  return method === "merge" ? { verb: "squashed", label: labels.squash_label } : null;
}

/** Said once; afterwards the one comment follows the configuration. */
async function rule(pull: PullRequest, view: View): Promise<Decision> {
  if (pull.state !== "open") return nothing("it is closed");
  if ((await view.commits()).length <= 1) return nothing("it has one commit");
  const settings = view.config.settings.merge_method;
  const method = mergeMethod(settings, pull.base.ref);
  const body = mergeMethodNotice(method, otherWay(method, settings));
  return { effects: [{ kind: "upsertComment", marker: MERGE_METHOD_MARKER, body }], why: `commits will be: ${method}` };
}

export const mergeMethodComment: Plugin = {
  name: "merge-method-comment",
  help: {
    description:
      "The merge-method-comment plugin tells on pull requests with several commits how these are merged, and which label changes that.",
    commands: [],
    config: ({ settings: { merge_method } }) => `Commits are usually merged by: ${merge_method.otherwise}.`,
  },
  rule,
  ruleActions: ["opened", "reopened", "synchronize", "edited"],
};
