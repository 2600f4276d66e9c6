/** `milestoneapplier`: what merges into a branch gets its milestone (spec chatops 2.11). */
import { ownValue } from "../../config/lookup.ts";
import { nothing } from "../decide.ts";
import type { PullRequestEvent } from "../events.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

async function pullRequest({ action, pullRequest }: PullRequestEvent, view: View): Promise<Decision> {
  const { ref } = pullRequest.base;
  const merged = action === "closed" && pullRequest.merged;
  const begun = action === "opened" && ref !== view.repository.defaultBranch;
  if (!merged && !begun) return nothing(`${action} sets no milestone`);
  const title = ownValue(view.config.settings.milestone_applier, ref);
  if (title === undefined) return nothing(`${ref} has no milestone`);
  if ((await view.issue()).milestone === title) return nothing("it has this milestone already");
  const found = (await view.milestones()).find((one) => one.title === title);
  if (!found) return nothing(`there is no open milestone ${title}`);
  return { effects: [{ kind: "editIssue", changes: { milestone: found.number } }], why: `${ref} is for ${title}` };
}

export const milestoneapplier: Plugin = {
  name: "milestoneapplier",
  help: {
    description: "The milestoneapplier plugin gives pull requests the milestone of their branch when they are merged.",
    commands: [],
    snippet: "milestone_applier:\n  org/repo:\n    master: v1.2\n    release-1.1: v1.1",
    config: ({ settings }) =>
      Object.entries(settings.milestone_applier)
        .map(([branch, title]) => `${branch}: ${title}`)
        .join(", ") || "No branch has a milestone.",
  },
  pullRequest,
};
