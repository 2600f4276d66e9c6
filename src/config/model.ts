/**
 * The compiled configuration: what the hot path reads. Field names inside jobs are Prow's own (spec jobs 1.2 to 1.7),
 * since they are shown, matched on and frozen into ProwJobs.
 */

import type { PluginSettings } from "./plugin-settings.ts";
import type { TideIndex, TideRepo } from "./tide.ts";

/** A plain JSON value. Pod specs and other pass-through documents are of this type. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Refs {
  readonly org: string;
  readonly repo: string;
  readonly repo_link?: string;
  readonly base_ref?: string;
  readonly base_sha?: string;
  readonly base_link?: string;
  readonly pulls?: readonly Pull[];
  readonly path_alias?: string;
  readonly workdir?: boolean;
  readonly auxiliary?: boolean;
  readonly clone_uri?: string;
  readonly skip_submodules?: boolean;
  readonly clone_depth?: number;
  readonly skip_fetch_head?: boolean;
  readonly blobless_fetch?: boolean;
  readonly sparse_checkout_files?: readonly string[];
}

export interface Pull {
  readonly number: number;
  readonly author: string;
  readonly sha: string;
  readonly title?: string;
  readonly ref?: string;
  readonly head_ref?: string;
  readonly link?: string;
  readonly commit_link?: string;
  readonly author_link?: string;
}

export interface RerunAuthConfig {
  readonly allow_anyone?: boolean;
  readonly github_team_ids?: readonly number[];
  readonly github_team_slugs?: readonly { readonly org: string; readonly slug: string }[];
  readonly github_users?: readonly string[];
  readonly github_orgs?: readonly string[];
}

/** Fields of every job (spec jobs 1.2, 1.3), after defaulting. */
export interface JobBase {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** 0: unlimited. */
  readonly max_concurrency: number;
  readonly job_queue_name?: string;
  readonly agent: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly error_on_eviction: boolean;
  /** Pod spec with presets applied. */
  readonly spec?: JsonObject;
  readonly jenkins_spec?: JsonObject;
  readonly reporter_config?: JsonObject;
  readonly rerun_auth_config?: RerunAuthConfig;
  readonly hidden: boolean;
  readonly prowjob_defaults?: JsonObject;
  readonly decorate: boolean;
  readonly path_alias?: string;
  readonly clone_uri?: string;
  readonly skip_submodules?: boolean;
  readonly clone_depth?: number;
  readonly skip_fetch_head?: boolean;
  readonly extra_refs?: readonly Refs[];
  /** Fully merged; durations as Go strings. */
  readonly decoration_config?: JsonObject;
  /** Where it was written: for messages and the configured-jobs page. Not part of ProwJobs. */
  readonly source: { readonly path: string; readonly line: number };
}

interface Brancher {
  readonly branches?: readonly string[];
  readonly skip_branches?: readonly string[];
}

interface ChangeMatcher {
  readonly run_if_changed?: string;
  readonly skip_if_only_changed?: string;
}

export interface Presubmit extends JobBase, Brancher, ChangeMatcher {
  readonly always_run: boolean;
  readonly optional: boolean;
  readonly skip_report: boolean;
  readonly context: string;
  /** Go regular expression. */
  readonly trigger: string;
  readonly rerun_command: string;
  readonly run_before_merge: boolean;
}

export interface Postsubmit extends JobBase, Brancher, ChangeMatcher {
  /** Unset: true unless a change matcher is present. */
  readonly always_run?: boolean;
  readonly skip_report: boolean;
  readonly context: string;
}

export interface Periodic extends JobBase {
  readonly interval?: string;
  readonly minimum_interval?: string;
  readonly cron?: string;
  readonly tags?: readonly string[];
  readonly retry?: { readonly attempts?: number; readonly interval?: string; readonly run_all?: boolean };
}

/** Everything that one repository needs at run time: `config/<version>/<org>/<repo>.json` in R2. */
export interface RepoConfig {
  readonly version: string;
  readonly org: string;
  readonly repo: string;
  readonly presubmits: readonly Presubmit[];
  readonly postsubmits: readonly Postsubmit[];
  /** Effective plugins, in registry-independent order of plugins.yaml (spec chatops 1.8). */
  readonly plugins: readonly string[];
  readonly externalPlugins: readonly {
    readonly name: string;
    readonly endpoint: string;
    readonly events: readonly string[];
  }[];
  readonly trigger: TriggerConfig;
  readonly lgtm: LgtmConfig;
  readonly label: LabelConfig;
  readonly size: SizeConfig;
  readonly help: { readonly help_guidelines_url: string; readonly help_guidelines_summary: string };
  readonly owners: OwnersConfig;
  /** The other sections of plugins.yaml. */
  readonly settings: PluginSettings;
  readonly prow: ProwSettings;
  /** Null: tide does not merge here. Versions of long ago do not have it. */
  readonly tide?: TideRepo | null;
}

/** plugins.yaml `triggers[]` (spec chatops 2.1.6). */
export interface TriggerConfig {
  readonly trusted_apps: readonly string[];
  readonly trusted_org: string;
  readonly join_org_url: string;
  readonly only_org_members: boolean;
  readonly ignore_ok_to_test: boolean;
  readonly trigger_github_workflows: boolean;
  readonly org_invite: {
    readonly prominent: { readonly disabled: boolean; readonly merged_pr_threshold: number; readonly message: string };
  };
}

/** plugins.yaml `lgtm[]` (spec chatops 2.3). */
export interface LgtmConfig {
  readonly review_acts_as_lgtm: boolean;
  readonly store_tree_hash: boolean;
  readonly trusted_team_for_sticky_lgtm: string;
}

export interface RestrictedLabel {
  readonly label: string;
  readonly allowed_teams: readonly string[];
  readonly allowed_users: readonly string[];
  readonly assign_on: readonly { readonly label: string }[];
}

/** plugins.yaml `label` (spec chatops 2.5); restricted labels of `*`, org and org/repo merged. */
export interface LabelConfig {
  readonly additional_labels: readonly string[];
  readonly restricted_labels: readonly RestrictedLabel[];
}

/** Lines changed at which the next size begins (spec chatops 2.8). */
export interface SizeConfig {
  readonly s: number;
  readonly m: number;
  readonly l: number;
  readonly xl: number;
  readonly xxl: number;
}

export interface OwnersConfig {
  /** Whether `owners.skip_collaborators` names this repository. */
  readonly skip_collaborators: boolean;
  /** Whether `owners.mdyamlrepos` names this repository. */
  readonly mdyaml: boolean;
  readonly labels_denylist: readonly string[];
  readonly filenames: { readonly owners: string; readonly owners_aliases: string };
  /** Directories to ignore, as Go regular expressions; the built-in ones included unless they are switched off. */
  readonly dir_denylist: readonly string[];
}

/** What of config.yaml a repository's jobs need. Durations in seconds. */
export interface ProwSettings {
  readonly prowjob_namespace: string;
  readonly pod_namespace: string;
  /** `github.link_url`, without a trailing slash. */
  readonly link_url: string;
  readonly plank: {
    readonly max_concurrency: number;
    readonly pod_pending_timeout: number;
    readonly pod_running_timeout: number;
    readonly pod_unscheduled_timeout: number;
    readonly max_revivals: number;
    readonly job_queue_capacities: Readonly<Record<string, number>>;
    /** `report_templates`, resolved for this repository; Go template text. */
    readonly report_template: string;
  };
  readonly github_reporter: {
    readonly job_types_to_report: readonly string[];
    readonly no_comment: boolean;
    readonly summary_comment: boolean;
  };
  /** `slack_reporter_configs`: the most specific entry. Versions of long ago do not have it. */
  readonly slack_reporter?: {
    readonly host: string;
    readonly channel: string;
    readonly report: boolean;
    readonly report_template: string;
    readonly job_types_to_report: readonly string[];
    readonly job_states_to_report: readonly string[];
  } | null;
  /** deck's `rerun_auth_configs`, resolved for this repository. */
  readonly rerun_auth_config: RerunAuthConfig | null;
  /** Whether `deck.hidden_repos` names this repository. */
  readonly hidden: boolean;
  /** `in_repo_config`, resolved for this repository. Versions of long ago do not have it. */
  readonly in_repo_config?: { readonly enabled: boolean; readonly allowed_clusters: readonly string[] };
}

/** `config/<version>/index.json`: the whole configuration at a glance. */
export interface ConfigIndex {
  readonly version: string;
  readonly createdAt: number;
  /** Commit of the configuration repository, when it was synced from there. */
  readonly commit: string | null;
  readonly counts: { readonly presubmits: number; readonly postsubmits: number; readonly periodics: number };
  /** `org/repo` of every repository with jobs or plugins of its own. */
  readonly repositories: readonly string[];
  /** Organisations that plugins.yaml or a query of tide names: their other repositories compile to `config/<version>/<org>/.json`. */
  readonly orgs: readonly string[];
  /** What plugins.yaml enables by its keys, `org` or `org/repo`: names of plugins. Versions of long ago do not have it. */
  readonly enabled?: EnabledPlugins;
  /** What tide looks for, everywhere; null: nothing. Versions of long ago do not have it. */
  readonly tide?: TideIndex | null;
  readonly problems: readonly Problem[];
}

export interface EnabledPlugins {
  readonly plugins: Readonly<Record<string, readonly string[]>>;
  readonly external: Readonly<Record<string, readonly string[]>>;
}

/** One finding of the loader. `error` keeps the configuration from becoming current; `warning` does not. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly file: string;
  /** 1-based; 0 when unknown. */
  readonly line: number;
  /** Where in the document, e.g. `presubmits["org/repo"][3].branches[0]`. */
  readonly path: string;
  readonly message: string;
  /** checkconfig's name for a warning, e.g. `unknown-fields`. */
  readonly code: string;
}
