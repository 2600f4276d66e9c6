/** plugins.yaml (spec chatops 1.7): enablement, owners, and the sections of the core's plugins. */
import * as z from "zod";
import { SECTIONS } from "./plugins-sections.ts";
import { Flag, listOf, mapOf, Strings, Text, unset } from "./values.ts";

const Trigger = z.strictObject({
  repos: unset(Strings),
  trusted_apps: unset(Strings),
  trusted_org: unset(Text),
  join_org_url: unset(Text),
  only_org_members: unset(Flag),
  ignore_ok_to_test: unset(Flag),
  trigger_github_workflows: unset(Flag),
  org_invite: unset(
    z.strictObject({
      prominent: unset(
        z.strictObject({ disabled: unset(Flag), merged_pr_threshold: unset(z.int()), message: unset(Text) }),
      ),
    }),
  ),
});

const Lgtm = z.strictObject({
  repos: unset(Strings),
  review_acts_as_lgtm: unset(Flag),
  store_tree_hash: unset(Flag),
  trusted_team_for_sticky_lgtm: unset(Text),
});

const Restricted = z.strictObject({
  label: Text.default(""),
  allowed_teams: unset(Strings),
  allowed_users: unset(Strings),
  assign_on: unset(listOf(z.strictObject({ label: Text.default("") }))),
});

const threshold = unset(z.int());

/** What a key of `plugins` holds: today's mapping, or the plain list of earlier years. */
const Enabled = z
  .preprocess(
    (value) => (Array.isArray(value) ? { plugins: value } : value),
    z.strictObject({ plugins: unset(Strings), excluded_repos: unset(Strings) }),
  )
  .transform(({ plugins, excluded_repos }) => ({ plugins: plugins ?? [], excluded_repos: excluded_repos ?? [] }));

const External = z
  .strictObject({ name: Text, endpoint: unset(Text), events: unset(Strings) })
  .transform(({ name, endpoint, events }) => ({ name, endpoint: endpoint || `http://${name}`, events: events ?? [] }));

export const PluginsSchema = z.strictObject({
  plugins: unset(mapOf(Enabled)),
  external_plugins: unset(mapOf(listOf(External))),
  owners: unset(
    z.strictObject({
      mdyamlrepos: unset(Strings),
      skip_collaborators: unset(Strings),
      labels_denylist: unset(Strings),
      filenames: unset(mapOf(z.strictObject({ owners: unset(Text), owners_aliases: unset(Text) }))),
    }),
  ),
  triggers: unset(listOf(Trigger)),
  lgtm: unset(listOf(Lgtm)),
  label: unset(
    z.strictObject({
      additional_labels: unset(Strings),
      restricted_labels: unset(mapOf(listOf(Restricted))),
    }),
  ),
  size: unset(z.strictObject({ s: threshold, m: threshold, l: threshold, xl: threshold, xxl: threshold })),
  help: unset(z.strictObject({ help_guidelines_url: unset(Text), help_guidelines_summary: unset(Text) })),
  ...SECTIONS,
});
export type PluginsConfig = z.output<typeof PluginsSchema>;

/** Plugins that Prow renamed or made part of another: the new name is enabled for the old one. */
export const FORMER_PLUGINS: ReadonlyMap<string, string> = new Map([
  ["releasenote", "release-note"],
  ["transfer-issue", "issue-management"],
  ["updateconfig", "config-updater"],
]);

/** Names that plugins.yaml may enable: Prow's of today. An unknown one is an error, as in Prow (spec chatops 1.6). */
export const PLUGINS: ReadonlySet<string> = new Set([
  "approve",
  "assign",
  "blockade",
  "blunderbuss",
  "branchcleaner",
  "bugzilla",
  "buildifier",
  "cat",
  "cherry-pick-approved",
  "cherry-pick-unapproved",
  "cherrypicker",
  "cla",
  "close",
  "config-updater",
  "dco",
  "docs-no-retest",
  "dog",
  "golint",
  "goose",
  "heart",
  "help",
  "hold",
  "invalidcommitmsg",
  "issue-management",
  "jira",
  "label",
  "lgtm",
  "lifecycle",
  "merge-method-comment",
  "mergecommitblocker",
  "milestone",
  "milestoneapplier",
  "milestonestatus",
  "needs-rebase",
  "override",
  "owners-label",
  "ownersconfig",
  "pony",
  "project",
  "project-manager",
  "refresh",
  "release-note",
  "reopen",
  "require-matching-label",
  "retitle",
  "reward-owners",
  "rifle",
  "shrug",
  "sigmention",
  "size",
  "skip",
  "slackevents",
  "stage",
  "testfreeze",
  "trick-or-treat",
  "trigger",
  "verify-owners",
  "welcome",
  "wip",
  "yuks",
]);
