/** What of config.yaml and plugins.yaml one repository sees, with defaults (spec chatops 1.7, 1.8; jobs 1.10). */
import { matchesRepo } from "./decoration.ts";
import { entryFor, isNamed, levels, type RepoName, specific } from "./lookup.ts";
import type {
  LabelConfig,
  LgtmConfig,
  OwnersConfig,
  ProwSettings,
  RepoConfig,
  RerunAuthConfig,
  SizeConfig,
  TriggerConfig,
} from "./model.ts";
import { pluginSettings } from "./plugin-settings-of.ts";
import { FORMER_PLUGINS, type PluginsConfig } from "./plugins-schema.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { tideOf } from "./tide.ts";
import { set } from "./decoration.ts";
import { durationSeconds } from "./values.ts";

const GITHUB = "https://github.com";
const HELP_GUIDELINES = "https://git.k8s.io/community/contributors/guide/help-wanted.md";
const IGNORED_DIRECTORIES = ["\\.git$", "_output$", "vendor/.*/.*"];
const SIZES: SizeConfig = { s: 10, m: 30, l: 100, xl: 500, xxl: 1000 };

const linkUrl = (prow: ProwConfig): string => (prow.github?.link_url || GITHUB).replace(/\/+$/, "");

function triggerOf(plugins: PluginsConfig, prow: ProwConfig, name: RepoName): TriggerConfig {
  const entry = entryFor(plugins.triggers, name);
  const prominent = entry?.org_invite?.prominent;
  return {
    trusted_apps: entry?.trusted_apps ?? [],
    trusted_org: entry?.trusted_org ?? "",
    join_org_url: entry?.join_org_url || `${linkUrl(prow)}/orgs/${name.org}/people`,
    only_org_members: entry?.only_org_members ?? false,
    ignore_ok_to_test: entry?.ignore_ok_to_test ?? false,
    trigger_github_workflows: entry?.trigger_github_workflows ?? false,
    org_invite: {
      prominent: {
        disabled: prominent?.disabled ?? false,
        merged_pr_threshold: prominent?.merged_pr_threshold ?? 3,
        message: prominent?.message ?? "",
      },
    },
  };
}

function lgtmOf(plugins: PluginsConfig, name: RepoName): LgtmConfig {
  const entry = entryFor(plugins.lgtm, name);
  return {
    review_acts_as_lgtm: entry?.review_acts_as_lgtm ?? false,
    store_tree_hash: entry?.store_tree_hash ?? false,
    trusted_team_for_sticky_lgtm: entry?.trusted_team_for_sticky_lgtm ?? "",
  };
}

function labelOf(plugins: PluginsConfig, name: RepoName): LabelConfig {
  const restricted = levels(plugins.label?.restricted_labels, name).flat();
  return {
    additional_labels: plugins.label?.additional_labels ?? [],
    restricted_labels: restricted.map(({ label, allowed_teams, allowed_users, assign_on }) => ({
      label,
      allowed_teams: allowed_teams ?? [],
      allowed_users: allowed_users ?? [],
      assign_on: assign_on ?? [],
    })),
  };
}

/** All five are set, or the defaults count whole (spec chatops 2.8). */
function sizeOf({ size }: PluginsConfig): SizeConfig {
  const { s, m, l, xl, xxl } = size ?? {};
  return s && m && l && xl && xxl ? { s, m, l, xl, xxl } : SIZES;
}

function ownersOf(plugins: PluginsConfig, prow: ProwConfig, name: RepoName): OwnersConfig {
  const { owners } = plugins;
  const filenames = specific(owners?.filenames, name);
  const deny = prow.owners_dir_denylist;
  return {
    skip_collaborators: isNamed(owners?.skip_collaborators, name),
    mdyaml: isNamed(owners?.mdyamlrepos, name),
    labels_denylist: owners?.labels_denylist ?? ["approved", "lgtm"],
    filenames: {
      owners: filenames?.owners || "OWNERS",
      owners_aliases: filenames?.owners_aliases || "OWNERS_ALIASES",
    },
    dir_denylist: [
      ...(deny?.ignore_preconfigured_defaults ? [] : IGNORED_DIRECTORIES),
      ...(deny?.default ?? []),
      ...levels(deny?.repos, name).flat(),
    ],
  };
}

/** Seconds of a duration of the configuration. */
const seconds = (value: string | undefined, otherwise: number): number =>
  value === undefined ? otherwise : (durationSeconds(value) ?? otherwise);

/** deck's default: the last entry that matches, or the most specific key. Entries for one cluster only do not count. */
function rerunAuthOf(prow: ProwConfig, { org, repo }: RepoName): RerunAuthConfig | null {
  const entries = (prow.deck?.default_rerun_auth_configs ?? []).filter(
    ({ repo: filter, cluster }) => (!cluster || cluster === "*") && matchesRepo(filter, `${org}/${repo}`),
  );
  const keyed = prow.deck?.rerun_auth_configs;
  const found = entries.at(-1)?.rerun_auth_configs ?? specific(keyed, { org, repo }) ?? keyed?.[""];
  return found ? set(found) : null;
}

/** Enabled: the narrowest level that says so. Clusters: those of every level; `default` unless `*` says otherwise. */
function inRepoConfigOf({ in_repo_config }: ProwConfig, name: RepoName): ProwSettings["in_repo_config"] & object {
  const { enabled, allowed_clusters } = in_repo_config ?? {};
  const clusters = levels({ "*": ["default"], ...allowed_clusters }, name).flat();
  return { enabled: specific(enabled, name) ?? false, allowed_clusters: [...new Set(clusters)] };
}

function slackReporterOf(prow: ProwConfig, name: RepoName): NonNullable<ProwSettings["slack_reporter"]> | null {
  const found = specific(prow.slack_reporter_configs, name);
  if (!found) return null;
  return {
    host: found.host ?? "",
    channel: found.channel ?? "",
    report: found.report ?? true,
    report_template: found.report_template ?? "",
    job_types_to_report: found.job_types_to_report ?? [],
    job_states_to_report: found.job_states_to_report ?? [],
  };
}

export function prowSettings(prow: ProwConfig, name: RepoName): ProwSettings {
  const { plank, github_reporter } = prow;
  return {
    prowjob_namespace: prow.prowjob_namespace || "default",
    pod_namespace: prow.pod_namespace || "default",
    link_url: linkUrl(prow),
    plank: {
      max_concurrency: plank?.max_concurrency ?? 0,
      pod_pending_timeout: seconds(plank?.pod_pending_timeout, 10 * 60),
      pod_running_timeout: seconds(plank?.pod_running_timeout, 48 * 3600),
      pod_unscheduled_timeout: seconds(plank?.pod_unscheduled_timeout, 5 * 60),
      max_revivals: plank?.max_revivals ?? 3,
      job_queue_capacities: plank?.job_queue_capacities ?? {},
      report_template: specific(plank?.report_templates, name) ?? plank?.report_template ?? "",
    },
    github_reporter: {
      job_types_to_report: github_reporter?.job_types_to_report?.length
        ? github_reporter.job_types_to_report
        : ["presubmit", "postsubmit"],
      no_comment: isNamed(github_reporter?.no_comment_repos, name),
      summary_comment: isNamed(github_reporter?.summary_comment_repos, name),
    },
    slack_reporter: slackReporterOf(prow, name),
    rerun_auth_config: rerunAuthOf(prow, name),
    hidden: isNamed(prow.deck?.hidden_repos, name),
    in_repo_config: inRepoConfigOf(prow, name),
  };
}

/** Plugins that run for a repository: the organisation's, unless it is excluded there, and its own. */
function enabledPlugins(plugins: PluginsConfig, name: RepoName): readonly string[] {
  const ofOrg = specific(plugins.plugins, { org: name.org, repo: "" });
  const excluded = ofOrg?.excluded_repos.some((one) => one.toLowerCase() === name.repo.toLowerCase()) ?? false;
  const own = levels(plugins.plugins, name).filter((entry) => entry !== ofOrg);
  const named = [...(excluded ? [] : (ofOrg?.plugins ?? [])), ...own.flatMap((entry) => entry.plugins)];
  return [...new Set(named.map((one) => FORMER_PLUGINS.get(one) ?? one))];
}

/** Everything but the jobs. An empty `repo`: what the organisation's other repositories see. */
export function repoSettings(
  prow: ProwConfig,
  plugins: PluginsConfig,
  name: RepoName,
): Omit<RepoConfig, "version" | "presubmits" | "postsubmits"> {
  return {
    ...name,
    plugins: enabledPlugins(plugins, name),
    externalPlugins: levels(plugins.external_plugins, name).flat(),
    trigger: triggerOf(plugins, prow, name),
    lgtm: lgtmOf(plugins, name),
    label: labelOf(plugins, name),
    size: sizeOf(plugins),
    help: {
      help_guidelines_url: plugins.help?.help_guidelines_url || HELP_GUIDELINES,
      help_guidelines_summary: plugins.help?.help_guidelines_summary ?? "",
    },
    owners: ownersOf(plugins, prow, name),
    settings: pluginSettings(prow, plugins, name),
    prow: prowSettings(prow, name),
    tide: tideOf(prow, name),
  };
}
