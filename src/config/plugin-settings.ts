/**
 * What plugins read of plugins.yaml, resolved for one repository with Prow's defaults (spec chatops 1.7 and 2). Keys are
 * Prow's own. Regular expressions are Go's, as text: they compile where they are used (`goregexp.ts`).
 */

/** `approve[]` (spec chatops 2.2.7). */
export interface ApproveConfig {
  readonly issue_required: boolean;
  readonly require_self_approval: boolean;
  readonly lgtm_acts_as_approve: boolean;
  readonly ignore_review_state: boolean;
  readonly commandHelpLink: string;
  readonly pr_process_link: string;
}

/** `blunderbuss` and `rifle` (spec chatops 2.13, 2.14). */
export interface ReviewersConfig {
  readonly request_count: number;
  /** 0: no limit. */
  readonly max_request_count: number;
  readonly exclude_approvers: boolean;
  readonly use_status_availability: boolean;
  readonly ignore_drafts: boolean;
  readonly ignore_authors: readonly string[];
  readonly wait_for_status: { readonly context: string; readonly description: string; readonly state: string } | null;
}

/** `blockades[]` that name the repository (spec chatops 2.16). */
export interface BlockadeConfig {
  /** Empty: every branch. */
  readonly branchregexp: string;
  readonly blockregexps: readonly string[];
  readonly exceptionregexps: readonly string[];
  readonly explanation: string;
}

/** `require_matching_label[]` that may concern the repository (spec chatops 2.17). */
export interface RequireMatchingLabelConfig {
  readonly branch: string;
  readonly prs: boolean;
  readonly issues: boolean;
  readonly regexp: string;
  readonly missing_label: string;
  readonly missing_comment: string;
  readonly grace_period_seconds: number;
}

export interface CherryPickApprovedConfig {
  readonly branchregexp: string;
  readonly approvers: readonly string[];
  readonly allow_missing_approved_label: boolean;
  readonly allow_missing_lgtm_label: boolean;
}

/** `dco` (spec chatops 2.23). */
export interface DcoConfig {
  readonly skip_dco_check_for_members: boolean;
  readonly skip_dco_check_for_collaborators: boolean;
  readonly trusted_apps: readonly string[];
  readonly trusted_org: string;
  readonly contributing_repo: string;
  readonly contributing_branch: string;
  readonly contributing_path: string;
}

/** `repo_milestone` (spec chatops 2.11). */
export interface MilestoneConfig {
  /** 0 when a slug is given. */
  readonly maintainers_id: number;
  readonly maintainers_team: string;
  readonly maintainers_friendly_name: string;
}

/** `slack` (spec chatops 2.34): the merge warning that counts here. */
export interface SlackConfig {
  readonly mentionchannels: readonly string[];
  readonly mergewarning: {
    readonly channels: readonly string[];
    readonly exempt_users: readonly string[];
    readonly exempt_branches: Readonly<Record<string, readonly string[]>>;
  } | null;
}

/** `project_config` (spec chatops 2.24). Team ids are numeric; 0: none. */
export interface ProjectConfig {
  readonly org_maintainers_team_id: number;
  readonly repo_maintainers_team_id: number;
  readonly org_default_column_map: Readonly<Record<string, string>>;
  readonly repo_default_column_map: Readonly<Record<string, string>>;
}

export interface ProjectColumn {
  readonly project: string;
  readonly id: number;
  readonly name: string;
  readonly state: string;
  readonly labels: readonly string[];
  readonly org: string;
}

export interface ConfigMapSpec {
  readonly glob: string;
  readonly name: string;
  readonly partitioned_names: readonly string[];
  readonly key: string;
  readonly gzip: boolean;
  /** Cluster alias to namespaces; groups are resolved. */
  readonly clusters: Readonly<Record<string, readonly string[]>>;
  readonly use_full_path_as_key: boolean;
}

export type MergeMethod = "merge" | "squash" | "rebase" | "ifNecessary";

/** `tide.merge_method` and its labels; see `merge-method.ts`. */
export interface MergeMethodConfig {
  /** Branch to method. */
  readonly branches: readonly (readonly [string, MergeMethod])[];
  /** Go regular expression of a branch to method, in the order in which they are tried. */
  readonly patterns: readonly (readonly [string, MergeMethod])[];
  readonly otherwise: MergeMethod;
  /** Empty: there is none. */
  readonly merge_label: string;
  readonly squash_label: string;
  readonly rebase_label: string;
}

/** `bugzilla` options of one branch (spec chatops 2.39), merged; `null`: not said at any level. */
export interface BugzillaBranch {
  readonly validate_by_default: boolean | null;
  readonly is_open: boolean | null;
  readonly target_release: string | null;
  readonly valid_states: readonly BugState[] | null;
  readonly dependent_bug_states: readonly BugState[] | null;
  readonly dependent_bug_target_releases: readonly string[] | null;
  readonly state_after_validation: BugState | null;
  readonly state_after_merge: BugState | null;
  readonly state_after_close: BugState | null;
  readonly add_external_link: boolean | null;
  readonly enable_backporting: boolean | null;
  readonly allowed_groups: readonly string[] | null;
}
export interface BugState {
  readonly status: string;
  readonly resolution: string;
}

export interface PluginSettings {
  readonly approve: ApproveConfig;
  readonly blunderbuss: ReviewersConfig;
  readonly rifle: ReviewersConfig;
  readonly blockades: readonly BlockadeConfig[];
  readonly require_matching_label: readonly RequireMatchingLabelConfig[];
  readonly cherry_pick_approved: readonly CherryPickApprovedConfig[];
  readonly cherry_pick_unapproved: { readonly branchregexp: string; readonly comment: string };
  readonly dco: DcoConfig;
  readonly golint: { readonly minimum_confidence: number };
  readonly heart: { readonly adorees: readonly string[]; readonly commentregexp: string };
  /** Checks that are switched off. */
  readonly invalid_commit_msg: { readonly disabled: readonly string[] };
  readonly jira: { readonly disabled_jira_projects: readonly string[] };
  /** Branch to milestone. */
  readonly milestone_applier: Readonly<Record<string, string>>;
  readonly repo_milestone: MilestoneConfig;
  readonly release_note: { readonly guidelines_url: string };
  readonly project_config: ProjectConfig;
  readonly project_manager: readonly ProjectColumn[];
  readonly retitle: { readonly allow_closed_issues: boolean };
  readonly slack: SlackConfig;
  readonly sigmention: { readonly regexp: string };
  readonly welcome: { readonly message_template: string; readonly always_post: boolean };
  readonly override: { readonly allow_top_level_owners: boolean; readonly allowed_github_teams: readonly string[] };
  readonly branch_cleaner: { readonly preserved_branches: readonly string[] };
  readonly config_updater: readonly ConfigMapSpec[];
  readonly merge_method: MergeMethodConfig;
  /** Branch (`*` for all) to options. */
  readonly bugzilla: Readonly<Record<string, BugzillaBranch>>;
  readonly cutwater: CutwaterOptions;
}

/** plugins.yaml `cutwater`: options that Prow does not have; every default is Prow's behaviour (issue 3, beyond the originals). */
export interface CutwaterOptions {
  /** One maintained comment for the state of a pull request instead of several. */
  readonly summary_comment: boolean;
  /** Trust by /ok-to-test ends at the next push of an untrusted author. */
  readonly ok_to_test_sha: boolean;
  /** Suggest the command that a misspelt one probably means. */
  readonly suggest_commands: boolean;
  /** Commands of other bots, for which nothing is suggested. */
  readonly known_commands: readonly string[];
  /** Branch whose pull requests testfreeze tells of a freeze; empty: `master` of kubernetes/kubernetes, and nowhere else. */
  readonly freeze_branch: string;
  /** Minimise replies of ours that became obsolete. */
  readonly minimize_obsolete: boolean;
  readonly cherrypicker: {
    readonly labels: readonly string[];
    readonly use_prow_assignments: boolean;
    readonly allow_all: boolean;
    readonly create_issue_on_conflict: boolean;
    readonly label_prefix: string;
  };
}
