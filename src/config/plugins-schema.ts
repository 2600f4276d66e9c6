/** plugins.yaml (spec chatops 1.7). Sections of plugins that are not built in yet pass as they are. */
import * as z from "zod";
import { Flag, Passed, Strings, Text, unset } from "./values.ts";

const list = unset(z.array(Passed));
const one = unset(Passed);

export const TriggerSchema = z.strictObject({
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
        z.strictObject({ disabled: unset(Flag), merged_pr_threshold: unset(z.int().min(0)), message: unset(Text) }),
      ),
    }),
  ),
});

export const LgtmSchema = z.strictObject({
  repos: unset(Strings),
  review_acts_as_lgtm: unset(Flag),
  store_tree_hash: unset(Flag),
  trusted_team_for_sticky_lgtm: unset(Text),
});

const RestrictedSchema = z.strictObject({
  label: Text,
  allowed_teams: unset(Strings),
  allowed_users: unset(Strings),
  assign_on: unset(z.array(z.strictObject({ label: Text }))),
});

const SizeSchema = z.strictObject({ s: z.int(), m: z.int(), l: z.int(), xl: z.int(), xxl: z.int() });

/** What a key of `plugins` holds: today's mapping, or the plain list of earlier years. */
const Enabled = z.union([
  Strings.transform((plugins) => ({ plugins, excluded_repos: [] as string[] })),
  z
    .strictObject({ plugins: unset(Strings), excluded_repos: unset(Strings) })
    .transform(({ plugins, excluded_repos }) => ({ plugins: plugins ?? [], excluded_repos: excluded_repos ?? [] })),
]);

const External = z
  .strictObject({ name: Text, endpoint: unset(Text), events: unset(Strings) })
  .transform(({ name, endpoint, events }) => ({ name, endpoint: endpoint ?? `http://${name}`, events: events ?? [] }));

export const PluginsSchema = z.strictObject({
  plugins: unset(z.record(z.string(), Enabled)),
  external_plugins: unset(z.record(z.string(), z.array(External))),
  owners: unset(
    z.strictObject({
      mdyamlrepos: unset(Strings),
      skip_collaborators: unset(Strings),
      labels_denylist: unset(Strings),
      labels_blacklist: unset(Strings),
      filenames: unset(z.record(z.string(), z.strictObject({ owners: unset(Text), owners_aliases: unset(Text) }))),
    }),
  ),
  triggers: unset(z.array(TriggerSchema)),
  lgtm: unset(z.array(LgtmSchema)),
  label: unset(
    z.strictObject({
      additional_labels: unset(Strings),
      restricted_labels: unset(z.record(z.string(), z.array(RestrictedSchema))),
    }),
  ),
  size: unset(SizeSchema),
  help: unset(z.strictObject({ help_guidelines_url: unset(Text), help_guidelines_summary: unset(Text) })),
  approve: list,
  welcome: list,
  blockades: list,
  require_matching_label: list,
  cherry_pick_approved: list,
  invalid_commit_msg: list,
  blunderbuss: one,
  rifle: one,
  cat: one,
  goose: one,
  golint: one,
  heart: one,
  retitle: one,
  slack: one,
  sigmention: one,
  release_note: one,
  override: one,
  cherry_pick_unapproved: one,
  branch_cleaner: one,
  jira: one,
  dco: one,
  milestone_applier: one,
  repo_milestone: one,
  bugzilla: one,
  project_config: one,
  project_manager: one,
  config_updater: one,
  require_sig: one,
  requiresig: one,
});
export type PluginsConfig = z.output<typeof PluginsSchema>;
