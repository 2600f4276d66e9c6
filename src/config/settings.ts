/** What of config.yaml and plugins.yaml one repository sees, with defaults (spec chatops 1.7, 1.8; jobs 1.10). */
import { matchesRepo } from "./decoration.ts";
import type { LabelConfig, LgtmConfig, OwnersConfig, ProwSettings, RepoConfig, TriggerConfig } from "./model.ts";
import type { PluginsConfig } from "./plugins-schema.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { durationSeconds } from "./values.ts";

/** The most specific of `org/repo`, `org` and `*`. */
function specific<T>(map: Readonly<Record<string, T>> | undefined, org: string, repo: string): T | undefined {
  return map?.[`${org}/${repo}`] ?? map?.[org] ?? map?.["*"];
}

/** An entry that names `org/repo` beats one that names `org`; entries do not merge. */
function entryFor<T extends { repos?: readonly string[] | undefined }>(
  entries: readonly T[] | undefined,
  org: string,
  repo: string,
): T | undefined {
  return (
    entries?.find((entry) => entry.repos?.includes(`${org}/${repo}`)) ??
    entries?.find((entry) => entry.repos?.includes(org))
  );
}

const names = (list: readonly string[] | undefined, org: string, repo: string): boolean =>
  (list ?? []).some((one) => one === org || one === `${org}/${repo}`);
const seconds = (value: string | number | undefined, otherwise: number): number =>
  value === undefined ? otherwise : (durationSeconds(value) ?? otherwise);

function triggerOf(plugins: PluginsConfig, org: string, repo: string): TriggerConfig {
  const entry = entryFor(plugins.triggers, org, repo);
  const prominent = entry?.org_invite?.prominent;
  return {
    trusted_apps: entry?.trusted_apps ?? [],
    trusted_org: entry?.trusted_org ?? "",
    join_org_url: entry?.join_org_url ?? `https://github.com/orgs/${org}/people`,
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

function lgtmOf(plugins: PluginsConfig, org: string, repo: string): LgtmConfig {
  const entry = entryFor(plugins.lgtm, org, repo);
  return {
    review_acts_as_lgtm: entry?.review_acts_as_lgtm ?? false,
    store_tree_hash: entry?.store_tree_hash ?? false,
    trusted_team_for_sticky_lgtm: entry?.trusted_team_for_sticky_lgtm ?? "",
  };
}

function labelOf(plugins: PluginsConfig, org: string, repo: string): LabelConfig {
  const restricted = plugins.label?.restricted_labels ?? {};
  const levels = ["*", org, `${org}/${repo}`].flatMap((key) => restricted[key] ?? []);
  return {
    additional_labels: plugins.label?.additional_labels ?? [],
    restricted_labels: levels.map(({ label, allowed_teams, allowed_users, assign_on }) => ({
      label,
      allowed_teams: allowed_teams ?? [],
      allowed_users: allowed_users ?? [],
      assign_on: assign_on ?? [],
    })),
  };
}

function ownersOf(plugins: PluginsConfig, prow: ProwConfig, org: string, repo: string): OwnersConfig {
  const { owners } = plugins;
  const filenames = specific(owners?.filenames, org, repo);
  const deny = prow.owners_dir_denylist;
  return {
    skip_collaborators: names(owners?.skip_collaborators, org, repo),
    mdyaml: names(owners?.mdyamlrepos, org, repo),
    labels_denylist: owners?.labels_denylist ?? owners?.labels_blacklist ?? ["approved", "lgtm"],
    filenames: { owners: filenames?.owners ?? "OWNERS", owners_aliases: filenames?.owners_aliases ?? "OWNERS_ALIASES" },
    dir_denylist: [
      ...(deny?.ignore_preconfigured_defaults ? [] : ["\\.git$", "_output$", "vendor/.*/.*"]),
      ...(deny?.default ?? []),
      ...(deny?.repos?.[org] ?? []),
      ...(deny?.repos?.[`${org}/${repo}`] ?? []),
    ],
  };
}

/** The installation-wide part: also what jobs are validated against. */
export function plankOf(prow: ProwConfig): Omit<ProwSettings["plank"], "report_template"> {
  const { plank } = prow;
  return {
    max_concurrency: plank?.max_concurrency ?? 0,
    pod_pending_timeout: seconds(plank?.pod_pending_timeout, 600),
    pod_running_timeout: seconds(plank?.pod_running_timeout, 48 * 3600),
    pod_unscheduled_timeout: seconds(plank?.pod_unscheduled_timeout, 300),
    max_revivals: plank?.max_revivals ?? 3,
    job_queue_capacities: plank?.job_queue_capacities ?? {},
  };
}

export function prowSettings(prow: ProwConfig, org: string, repo: string): ProwSettings {
  const rerun = (prow.deck?.default_rerun_auth_configs ?? [])
    .filter((entry) => matchesRepo(entry.repo, `${org}/${repo}`))
    .at(-1);
  return {
    prowjob_namespace: prow.prowjob_namespace ?? "default",
    pod_namespace: prow.pod_namespace ?? "default",
    link_url: (prow.github?.link_url ?? "https://github.com").replace(/\/+$/, ""),
    plank: {
      ...plankOf(prow),
      report_template: specific(prow.plank?.report_templates, org, repo) ?? prow.plank?.report_template ?? "",
    },
    github_reporter: {
      job_types_to_report: prow.github_reporter?.job_types_to_report ?? ["presubmit", "postsubmit"],
      no_comment: names(prow.github_reporter?.no_comment_repos, org, repo),
      summary_comment: names(prow.github_reporter?.summary_comment_repos, org, repo),
    },
    rerun_auth_config:
      rerun?.rerun_auth_configs ?? rerun?.config ?? specific(prow.deck?.rerun_auth_configs, org, repo) ?? null,
    hidden: names(prow.deck?.hidden_repos, org, repo),
  } as ProwSettings;
}

/** Plugins that run for a repository: the organisation's, unless it is excluded there, and its own. */
export function enabledPlugins(plugins: PluginsConfig, org: string, repo: string): readonly string[] {
  const ofOrg = plugins.plugins?.[org];
  const inherited = ofOrg && !ofOrg.excluded_repos.includes(repo) ? ofOrg.plugins : [];
  return [...new Set([...inherited, ...(plugins.plugins?.[`${org}/${repo}`]?.plugins ?? [])])];
}

/** Everything but the jobs. */
export function repoSettings(
  prow: ProwConfig,
  plugins: PluginsConfig,
  org: string,
  repo: string,
): Omit<RepoConfig, "version" | "presubmits" | "postsubmits"> {
  const external = [
    ...(plugins.external_plugins?.[org] ?? []),
    ...(plugins.external_plugins?.[`${org}/${repo}`] ?? []),
  ];
  return {
    org,
    repo,
    plugins: enabledPlugins(plugins, org, repo),
    externalPlugins: external,
    trigger: triggerOf(plugins, org, repo),
    lgtm: lgtmOf(plugins, org, repo),
    label: labelOf(plugins, org, repo),
    size: plugins.size ?? { s: 10, m: 30, l: 100, xl: 500, xxl: 1000 },
    help: {
      help_guidelines_url: plugins.help?.help_guidelines_url ?? "https://www.kubernetes.dev/docs/guide/help-wanted/",
      help_guidelines_summary: plugins.help?.help_guidelines_summary ?? "",
    },
    owners: ownersOf(plugins, prow, org, repo),
    prow: prowSettings(prow, org, repo),
  };
}
