/** `testfreeze`: tells new pull requests what a freeze of the coming release means for them (spec chatops 2.35). */
import type { RepoConfig } from "../../config/model.ts";
import { nothing } from "../decide.ts";
import type { PullRequestEvent } from "../events.ts";
import { freezeNotice } from "../messages-freeze.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { freezeOf } from "./testfreeze/freeze.ts";

const BUG = "kind/bug";

/** The branch it watches; empty: none. Prow knows only that of Kubernetes. */
function branchOf({ org, repo, settings }: RepoConfig): string {
  const { freeze_branch } = settings.cutwater;
  if (freeze_branch !== "") return freeze_branch;
  return `${org}/${repo}`.toLowerCase() === "kubernetes/kubernetes" ? "master" : "";
}

async function pullRequest({ action, pullRequest }: PullRequestEvent, view: View): Promise<Decision> {
  if (action !== "opened" && action !== "reopened") return nothing(`${action} tells of no freeze`);
  const branch = branchOf(view.config);
  if (branch === "") return nothing("no branch of this repository is watched");
  if (pullRequest.base.ref !== branch) return nothing(`it watches ${branch}`);
  const freeze = await freezeOf(view);
  if (!freeze) return nothing("there is no release branch");
  if (!freeze.code && !freeze.test) return nothing(`${freeze.tag} is not frozen`);
  const isBugFix = hasLabel(await view.labels(), BUG);
  const which = [...(freeze.code ? ["Code Freeze"] : []), ...(freeze.test ? ["Test Freeze"] : [])].join(" and ");
  return { effects: [{ kind: "comment", body: freezeNotice(freeze, isBugFix) }], why: `${freeze.tag} is in ${which}` };
}

export const testfreeze: Plugin = {
  name: "testfreeze",
  help: {
    description:
      "The testfreeze plugin tells new pull requests of Code Freeze and Test Freeze: how to get in, and where merged changes go.",
    commands: [],
    snippet: "cutwater:\n  org/repo:\n    freeze_branch: main",
    config: (config) => {
      const branch = branchOf(config);
      return branch === "" ? "No branch is watched." : `Pull requests to ${branch} are told.`;
    },
  },
  pullRequest,
};
