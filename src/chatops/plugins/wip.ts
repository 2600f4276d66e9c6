/** `wip`: a draft, or a title that says so, is work in progress (spec chatops 2.7). A rule; it has no commands. */
import { nothing } from "../decide.ts";
import type { PullRequest } from "../events.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const WIP_LABEL = "do-not-merge/work-in-progress";

/** `WIP`, with at most one other character before it and exactly one that is no letter, digit or underscore after it. */
const WIP_TITLE = /^(?:\W|[\ud800-\udbff][\udc00-\udfff])?WIP\W/i;

async function rule(pullRequest: PullRequest, view: View): Promise<Decision> {
  const wanted = pullRequest.draft || WIP_TITLE.test(pullRequest.title);
  const has = hasLabel(await view.labels(), WIP_LABEL);
  const because = pullRequest.draft ? "it is a draft" : wanted ? "its title says so" : "neither draft nor title say so";
  if (wanted === has) return nothing(`the label is right: ${because}`);
  return { effects: [{ kind: wanted ? "addLabel" : "removeLabel", label: WIP_LABEL }], why: because };
}

export const wip: Plugin = {
  name: "wip",
  help: {
    description:
      `The wip plugin keeps the \`${WIP_LABEL}\` label on drafts and on pull requests whose title begins with ` +
      "`WIP`, and takes it off when neither holds any more.",
    commands: [],
  },
  rule,
  ruleActions: ["opened", "reopened", "edited", "ready_for_review", "converted_to_draft", "synchronize"],
};
