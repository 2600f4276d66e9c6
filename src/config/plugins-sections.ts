/** Sections of plugins.yaml whose plugins other rooms build: read and held here (spec chatops 2). */
import * as z from "zod";
import { Flag, listOf, mapOf, StringMap, Strings, StringsMap, Text, unset } from "./values.ts";

const Approve = z.strictObject({
  repos: unset(Strings),
  issue_required: unset(Flag),
  require_self_approval: unset(Flag),
  lgtm_acts_as_approve: unset(Flag),
  ignore_review_state: unset(Flag),
  commandHelpLink: unset(Text),
  pr_process_link: unset(Text),
});

const Blockade = z.strictObject({
  repos: unset(Strings),
  branchregexp: unset(Text),
  blockregexps: unset(Strings),
  exceptionregexps: unset(Strings),
  explanation: unset(Text),
});

const Reviewers = z.strictObject({
  request_count: unset(z.int().min(1, { error: "must be at least 1" })),
  max_request_count: unset(z.int()),
  exclude_approvers: unset(Flag),
  use_status_availability: unset(Flag),
  ignore_drafts: unset(Flag),
  ignore_authors: unset(Strings),
  wait_for_status: unset(z.strictObject({ context: unset(Text), description: unset(Text), state: unset(Text) })),
});

const RequireMatchingLabel = z.strictObject({
  org: unset(Text),
  repo: unset(Text),
  branch: unset(Text),
  prs: unset(Flag),
  issues: unset(Flag),
  regexp: unset(Text),
  missing_label: unset(Text),
  missing_comment: unset(Text),
  grace_period: unset(Text),
});

const InvalidCommitMsg = z.strictObject({
  repos: unset(Strings),
  checks: unset(listOf(z.strictObject({ name: unset(Text), disabled: unset(Flag) }))),
});

const CherryPickApproved = z.strictObject({
  org: unset(Text),
  repo: unset(Text),
  branchregexp: unset(Text),
  approvers: unset(Strings),
  allow_missing_approved_label: unset(Flag),
  allow_missing_lgtm_label: unset(Flag),
});

const Slack = z.strictObject({
  mentionchannels: unset(Strings),
  mergewarnings: unset(
    listOf(
      z.strictObject({
        repos: unset(Strings),
        channels: unset(Strings),
        exempt_users: unset(Strings),
        exempt_branches: unset(StringsMap),
      }),
    ),
  ),
});

const Dco = z.strictObject({
  skip_dco_check_for_members: unset(Flag),
  trusted_apps: unset(Strings),
  trusted_org: unset(Text),
  skip_dco_check_for_collaborators: unset(Flag),
  contributing_repo: unset(Text),
  contributing_branch: unset(Text),
  contributing_path: unset(Text),
});

const BugState = z.strictObject({ status: unset(Text), resolution: unset(Text) });
const BugzillaBranches = mapOf(
  z.strictObject({
    exclude_defaults: unset(Flag),
    enable_backporting: unset(Flag),
    validate_by_default: unset(Flag),
    is_open: unset(Flag),
    target_release: unset(Text),
    statuses: unset(Strings),
    valid_states: unset(listOf(BugState)),
    dependent_bug_statuses: unset(Strings),
    dependent_bug_states: unset(listOf(BugState)),
    dependent_bug_target_releases: unset(Strings),
    dependent_bug_target_release: unset(Text),
    status_after_validation: unset(Text),
    state_after_validation: unset(BugState),
    add_external_link: unset(Flag),
    status_after_merge: unset(Text),
    state_after_merge: unset(BugState),
    state_after_close: unset(BugState),
    allowed_groups: unset(Strings),
  }),
);
const Bugzilla = z.strictObject({
  default: unset(BugzillaBranches),
  orgs: unset(
    mapOf(
      z.strictObject({
        default: unset(BugzillaBranches),
        repos: unset(mapOf(z.strictObject({ branches: unset(BugzillaBranches) }))),
      }),
    ),
  ),
});

const ProjectConfig = z.strictObject({
  project_org_configs: unset(
    mapOf(
      z.strictObject({
        org_maintainers_team_id: unset(z.int()),
        org_default_column_map: unset(StringMap),
        project_repo_configs: unset(
          mapOf(
            z.strictObject({ repo_maintainers_team_id: unset(z.int()), repo_default_column_map: unset(StringMap) }),
          ),
        ),
      }),
    ),
  ),
});

const ProjectManager = z.strictObject({
  orgsRepos: unset(
    mapOf(
      z.strictObject({
        projects: unset(
          mapOf(
            z.strictObject({
              columns: unset(
                listOf(
                  z.strictObject({
                    id: unset(z.int()),
                    name: unset(Text),
                    state: unset(Text),
                    labels: unset(Strings),
                    org: unset(Text),
                  }),
                ),
              ),
            }),
          ),
        ),
      }),
    ),
  ),
});

const ConfigUpdater = z.strictObject({
  cluster_groups: unset(mapOf(z.strictObject({ clusters: unset(Strings), namespaces: unset(Strings) }))),
  maps: unset(
    mapOf(
      z.strictObject({
        name: unset(Text),
        partitioned_names: unset(Strings),
        key: unset(Text),
        gzip: unset(Flag),
        clusters: unset(StringsMap),
        cluster_groups: unset(Strings),
        use_full_path_as_key: unset(Flag),
        allowed_repos: unset(Strings),
        denied_repos: unset(Strings),
      }),
    ),
  ),
  gzip: unset(Flag),
});

/** Ours: what Prow does not have, by `*`, org or org/repo. */
const Cutwater = z.strictObject({
  summary_comment: unset(Flag),
  ok_to_test_sha: unset(Flag),
  suggest_commands: unset(Flag),
  known_commands: unset(Strings),
  minimize_obsolete: unset(Flag),
  freeze_branch: unset(Text),
  cherrypicker: unset(
    z.strictObject({
      labels: unset(Strings),
      use_prow_assignments: unset(Flag),
      allow_all: unset(Flag),
      create_issue_on_conflict: unset(Flag),
      label_prefix: unset(Text),
    }),
  ),
});

/** Keys of plugins.yaml beside the core's. */
export const SECTIONS = {
  approve: unset(listOf(Approve)),
  blockades: unset(listOf(Blockade)),
  blunderbuss: unset(Reviewers),
  rifle: unset(Reviewers),
  bugzilla: unset(Bugzilla),
  branch_cleaner: unset(z.strictObject({ preserved_branches: unset(StringsMap) })),
  cat: unset(z.strictObject({ key_path: unset(Text) })),
  goose: unset(z.strictObject({ key_path: unset(Text) })),
  cherry_pick_approved: unset(listOf(CherryPickApproved)),
  cherry_pick_unapproved: unset(z.strictObject({ branchregexp: unset(Text), comment: unset(Text) })),
  config_updater: unset(ConfigUpdater),
  dco: unset(mapOf(Dco.nullable())),
  golint: unset(z.strictObject({ minimum_confidence: unset(z.number()) })),
  heart: unset(z.strictObject({ adorees: unset(Strings), commentregexp: unset(Text) })),
  invalid_commit_msg: unset(listOf(InvalidCommitMsg)),
  jira: unset(z.strictObject({ disabled_jira_projects: unset(Strings) })),
  milestone_applier: unset(mapOf(StringMap)),
  repo_milestone: unset(
    mapOf(
      z.strictObject({
        maintainers_id: unset(z.int()),
        maintainers_team: unset(Text),
        maintainers_friendly_name: unset(Text),
      }),
    ),
  ),
  release_note: unset(z.strictObject({ guidelines_url: unset(Text) })),
  project_config: unset(ProjectConfig),
  project_manager: unset(ProjectManager),
  require_matching_label: unset(listOf(RequireMatchingLabel)),
  retitle: unset(z.strictObject({ allow_closed_issues: unset(Flag) })),
  slack: unset(Slack),
  sigmention: unset(z.strictObject({ regexp: unset(Text) })),
  welcome: unset(
    listOf(z.strictObject({ repos: unset(Strings), message_template: unset(Text), always_post: unset(Flag) })),
  ),
  cutwater: unset(mapOf(Cutwater)),
  override: unset(z.strictObject({ allow_top_level_owners: unset(Flag), allowed_github_teams: unset(StringsMap) })),
};
