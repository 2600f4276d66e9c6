/** `trigger`: starts, repeats and stops jobs, and decides whose changes they may run (spec chatops 2.1). */
import type { RepoConfig } from "../../config/model.ts";
import { helpOf, verbsOf } from "../commands.ts";
import type { Plugin } from "../plugin.ts";
import { comment } from "./trigger/comment.ts";
import { pullRequest } from "./trigger/pull-request.ts";
import { push } from "./trigger/push.ts";
import { timer } from "./trigger/reconcile.ts";
import { table } from "./trigger/table.ts";

function describe({ trigger, org }: RepoConfig): string {
  const orgs = trigger.trusted_org ? `${org} or ${trigger.trusted_org}` : org;
  const collaborators = trigger.only_org_members ? "" : ", collaborators of the repository";
  const apps = trigger.trusted_apps.length > 0 ? `, the apps ${trigger.trusted_apps.join(", ")}` : "";
  const trust = `Jobs run for members of ${orgs}${collaborators}${apps}.`;
  return trigger.ignore_ok_to_test ? `${trust} Others cannot be trusted with /ok-to-test here.` : trust;
}

export const trigger: Plugin = {
  name: "trigger",
  help: {
    description:
      "The trigger plugin starts jobs on pull requests and pushes. Pull requests of people from outside wait for the " +
      "`ok-to-test` label.",
    commands: helpOf(table),
    snippet: [
      "triggers:",
      "- repos:",
      "  - org/repo",
      "  join_org_url: https://example.com/join",
      "  only_org_members: true",
      "  trusted_apps:",
      "  - my-app",
      "  trigger_github_workflows: true",
    ].join("\n"),
    config: describe,
  },
  verbs: verbsOf(table),
  comment,
  pullRequest,
  push,
  timer,
};
