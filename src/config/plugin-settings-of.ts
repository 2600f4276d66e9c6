/** Resolves the plugins' sections of plugins.yaml for one repository (spec chatops 1.7, 2). */
import { entryFor, fullName, isNamed, levels, type RepoName, specific } from "./lookup.ts";
import { bugzillaOf } from "./bugzilla-branches.ts";
import { mergeMethodsOf } from "./merge-method.ts";
import type {
  ApproveConfig,
  BlockadeConfig,
  ConfigMapSpec,
  CutwaterOptions,
  DcoConfig,
  MilestoneConfig,
  PluginSettings,
  ProjectColumn,
  ProjectConfig,
  RequireMatchingLabelConfig,
  ReviewersConfig,
  SlackConfig,
} from "./plugin-settings.ts";
import type { PluginsConfig } from "./plugins-schema.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { durationSeconds } from "./values.ts";

const COMMAND_HELP = "https://go.k8s.io/bot-commands";
const PR_PROCESS = "https://git.k8s.io/community/contributors/guide/owners.md#the-code-review-process";
const SIG_MENTION =
  "(?m)@kubernetes/sig-([\\w-]*)-(misc|test-failures|bugs|feature-requests|proposals|pr-reviews|api-reviews)";
const NOT_MERGEABLE =
  "Not mergeable. (PullRequest is missing sufficient approving GitHub review\\(s\\)|Needs (lgtm|approved|approved, lgtm) labels?)\\.?";

function approveOf(plugins: PluginsConfig, name: RepoName): ApproveConfig {
  const entry = entryFor(plugins.approve, name);
  return {
    issue_required: entry?.issue_required ?? false,
    require_self_approval: entry?.require_self_approval ?? false,
    lgtm_acts_as_approve: entry?.lgtm_acts_as_approve ?? false,
    ignore_review_state: entry?.ignore_review_state ?? false,
    commandHelpLink: entry?.commandHelpLink || COMMAND_HELP,
    pr_process_link: entry?.pr_process_link || PR_PROCESS,
  };
}

function reviewersOf(section: PluginsConfig["blunderbuss"]): ReviewersConfig {
  const wait = section?.wait_for_status;
  return {
    request_count: section?.request_count ?? 2,
    max_request_count: section?.max_request_count ?? 0,
    exclude_approvers: section?.exclude_approvers ?? false,
    use_status_availability: section?.use_status_availability ?? false,
    ignore_drafts: section?.ignore_drafts ?? false,
    ignore_authors: section?.ignore_authors ?? [],
    wait_for_status: wait
      ? {
          context: wait.context || "tide",
          description: wait.description || NOT_MERGEABLE,
          state: wait.state || "pending",
        }
      : null,
  };
}

const blockadesOf = (plugins: PluginsConfig, name: RepoName): BlockadeConfig[] =>
  (plugins.blockades ?? [])
    .filter(({ repos }) => isNamed(repos, name))
    .map(({ branchregexp, blockregexps, exceptionregexps, explanation }) => ({
      branchregexp: branchregexp ?? "",
      blockregexps: blockregexps ?? [],
      exceptionregexps: exceptionregexps ?? [],
      explanation: explanation || "Files are protected",
    }));

const same = (a: string | undefined, b: string): boolean => (a ?? "").toLowerCase() === b.toLowerCase();

const requiredLabelsOf = (plugins: PluginsConfig, { org, repo }: RepoName): RequireMatchingLabelConfig[] =>
  (plugins.require_matching_label ?? [])
    .filter((entry) => same(entry.org, org) && (!entry.repo || same(entry.repo, repo)))
    .map((entry) => ({
      branch: entry.branch ?? "",
      prs: entry.prs ?? false,
      issues: entry.issues ?? false,
      regexp: entry.regexp ?? "",
      missing_label: entry.missing_label ?? "",
      missing_comment: entry.missing_comment ?? "",
      grace_period_seconds: durationSeconds(entry.grace_period || "5s") ?? 5,
    }));

function dcoOf(plugins: PluginsConfig, name: RepoName): DcoConfig {
  const entry = specific(plugins.dco, name);
  return {
    skip_dco_check_for_members: entry?.skip_dco_check_for_members ?? false,
    skip_dco_check_for_collaborators: entry?.skip_dco_check_for_collaborators ?? false,
    trusted_apps: entry?.trusted_apps ?? [],
    trusted_org: entry?.trusted_org ?? "",
    contributing_repo: entry?.contributing_repo || `${name.org}/${name.repo}`,
    contributing_branch: entry?.contributing_branch || "master",
    contributing_path: entry?.contributing_path || "CONTRIBUTING.md",
  };
}

/** A repository's entry hides the one of `""` whole. */
function milestoneOf({ repo_milestone: map }: PluginsConfig, name: RepoName): MilestoneConfig {
  const own = Object.entries(map ?? {}).find(([key]) => key.toLowerCase() === fullName(name))?.[1];
  const entry = own ?? map?.[""];
  return {
    maintainers_id: entry?.maintainers_id ?? 0,
    maintainers_team: entry?.maintainers_team ?? "",
    maintainers_friendly_name: entry?.maintainers_friendly_name || "SIG Chairs/TLs",
  };
}

function slackOf({ slack }: PluginsConfig, name: RepoName): SlackConfig {
  const warning = entryFor(slack?.mergewarnings, name);
  return {
    mentionchannels: slack?.mentionchannels ?? [],
    mergewarning: warning
      ? {
          channels: warning.channels ?? [],
          exempt_users: warning.exempt_users ?? [],
          exempt_branches: warning.exempt_branches ?? {},
        }
      : null,
  };
}

function projectOf({ project_config }: PluginsConfig, name: RepoName): ProjectConfig {
  const org = specific(project_config?.project_org_configs, { org: name.org, repo: "" });
  const repo = Object.entries(org?.project_repo_configs ?? {}).find(([key]) => same(key, name.repo))?.[1];
  return {
    org_maintainers_team_id: org?.org_maintainers_team_id ?? 0,
    repo_maintainers_team_id: repo?.repo_maintainers_team_id ?? 0,
    org_default_column_map: org?.org_default_column_map ?? {},
    repo_default_column_map: repo?.repo_default_column_map ?? {},
  };
}

const projectColumnsOf = ({ project_manager }: PluginsConfig, name: RepoName): ProjectColumn[] =>
  levels(project_manager?.orgsRepos, name).flatMap(({ projects }) =>
    Object.entries(projects ?? {}).flatMap(([project, { columns }]) =>
      (columns ?? []).map((column) => ({
        project,
        id: column.id ?? 0,
        name: column.name ?? "",
        state: column.state || "open",
        labels: column.labels ?? [],
        org: column.org ?? "",
      })),
    ),
  );

function overrideOf({ override }: PluginsConfig, name: RepoName): PluginSettings["override"] {
  return {
    allow_top_level_owners: override?.allow_top_level_owners ?? false,
    allowed_github_teams: levels(override?.allowed_github_teams, name).flat(),
  };
}

type Updater = NonNullable<PluginsConfig["config_updater"]>;
type ConfigMapEntry = Partial<NonNullable<Updater["maps"]>[string]>;

/** What each glob of `config_updater.maps` fills, where the repository may. */
function configMapsOf({ config_updater: updater }: PluginsConfig, prow: ProwConfig, name: RepoName): ConfigMapSpec[] {
  const maps: Readonly<Record<string, ConfigMapEntry>> = updater?.maps ?? {
    "config/prow/config.yaml": { name: "config" },
    "config/prow/plugins.yaml": { name: "plugins" },
  };
  return Object.entries(maps).flatMap(([glob, entry]) => {
    if (entry.allowed_repos?.length && !isNamed(entry.allowed_repos, name)) return [];
    if (isNamed(entry.denied_repos, name)) return [];
    const clusters: Record<string, readonly string[]> = { ...entry.clusters };
    for (const group of entry.cluster_groups ?? []) {
      const found = updater?.cluster_groups?.[group];
      for (const cluster of found?.clusters ?? [])
        clusters[cluster] = [...new Set([...(clusters[cluster] ?? []), ...(found?.namespaces ?? [])])];
    }
    if (Object.keys(clusters).length === 0) clusters["default"] = [prow.prowjob_namespace || "default"];
    return [
      {
        glob,
        name: entry.name ?? "",
        partitioned_names: entry.partitioned_names ?? [],
        key: entry.key ?? "",
        gzip: entry.gzip ?? updater?.gzip ?? false,
        clusters,
        use_full_path_as_key: entry.use_full_path_as_key ?? false,
      },
    ];
  });
}

function cutwaterOf({ cutwater }: PluginsConfig, name: RepoName): CutwaterOptions {
  const entry = specific(cutwater, name);
  const picker = entry?.cherrypicker;
  return {
    summary_comment: entry?.summary_comment ?? false,
    ok_to_test_sha: entry?.ok_to_test_sha ?? false,
    suggest_commands: entry?.suggest_commands ?? false,
    known_commands: entry?.known_commands ?? [],
    freeze_branch: entry?.freeze_branch ?? "",
    minimize_obsolete: entry?.minimize_obsolete ?? false,
    cherrypicker: {
      labels: picker?.labels ?? [],
      use_prow_assignments: picker?.use_prow_assignments ?? true,
      allow_all: picker?.allow_all ?? false,
      create_issue_on_conflict: picker?.create_issue_on_conflict ?? false,
      label_prefix: picker?.label_prefix ?? "cherrypick/",
    },
  };
}

export function pluginSettings(prow: ProwConfig, plugins: PluginsConfig, name: RepoName): PluginSettings {
  const welcome = entryFor(plugins.welcome, name);
  return {
    approve: approveOf(plugins, name),
    blunderbuss: reviewersOf(plugins.blunderbuss),
    rifle: reviewersOf(plugins.rifle),
    blockades: blockadesOf(plugins, name),
    require_matching_label: requiredLabelsOf(plugins, name),
    cherry_pick_approved: (plugins.cherry_pick_approved ?? [])
      .filter((entry) => (!entry.org || same(entry.org, name.org)) && (!entry.repo || same(entry.repo, name.repo)))
      .map((entry) => ({
        branchregexp: entry.branchregexp || "^release-.*$",
        approvers: entry.approvers ?? [],
        allow_missing_approved_label: entry.allow_missing_approved_label ?? false,
        allow_missing_lgtm_label: entry.allow_missing_lgtm_label ?? false,
      })),
    cherry_pick_unapproved: {
      branchregexp: plugins.cherry_pick_unapproved?.branchregexp || "^release-.*$",
      comment: plugins.cherry_pick_unapproved?.comment ?? "",
    },
    dco: dcoOf(plugins, name),
    golint: { minimum_confidence: plugins.golint?.minimum_confidence ?? 0.8 },
    heart: { adorees: plugins.heart?.adorees ?? [], commentregexp: plugins.heart?.commentregexp ?? "" },
    invalid_commit_msg: {
      disabled: (entryFor(plugins.invalid_commit_msg, name)?.checks ?? []).flatMap((check) =>
        check.disabled && check.name ? [check.name] : [],
      ),
    },
    jira: { disabled_jira_projects: plugins.jira?.disabled_jira_projects ?? [] },
    milestone_applier: specific(plugins.milestone_applier, name) ?? {},
    repo_milestone: milestoneOf(plugins, name),
    release_note: { guidelines_url: plugins.release_note?.guidelines_url ?? "" },
    project_config: projectOf(plugins, name),
    project_manager: projectColumnsOf(plugins, name),
    retitle: { allow_closed_issues: plugins.retitle?.allow_closed_issues ?? false },
    slack: slackOf(plugins, name),
    sigmention: { regexp: plugins.sigmention?.regexp || SIG_MENTION },
    welcome: { message_template: welcome?.message_template ?? "", always_post: welcome?.always_post ?? false },
    override: overrideOf(plugins, name),
    branch_cleaner: { preserved_branches: levels(plugins.branch_cleaner?.preserved_branches, name).flat() },
    config_updater: configMapsOf(plugins, prow, name),
    merge_method: mergeMethodsOf(prow.tide, name),
    bugzilla: bugzillaOf(plugins, name),
    cutwater: cutwaterOf(plugins, name),
  };
}
