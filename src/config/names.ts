/** Which repositories and organisations a configuration speaks of: each gets a document of its own. */
import type { EnabledPlugins } from "./model.ts";
import type { PluginsConfig } from "./plugins-schema.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { tideNames } from "./tide.ts";

export interface Names {
  /** `org/repo`, as first spelled, sorted. */
  readonly repositories: readonly string[];
  /** Organisations of plugins.yaml and of tide's queries: their other repositories share a document. */
  readonly orgs: readonly string[];
}

const REPOSITORY = /^[^/\s]+\/[^/\s]+$/;

/** Repositories that are not GitHub's (`https://host/repo`) have no place here. */
export const isGitHubRepository = (name: string): boolean => REPOSITORY.test(name);

const keys = (map: object | undefined): string[] => Object.keys(map ?? {});

/** Every place where a setting of `settings.ts` names a repository or organisation. */
function* mentioned(prow: ProwConfig, plugins: PluginsConfig): Generator<string> {
  yield* keys(plugins.plugins);
  for (const [org, { excluded_repos }] of Object.entries(plugins.plugins ?? {}))
    yield* excluded_repos.map((repo) => `${org}/${repo}`);
  yield* keys(plugins.external_plugins);
  for (const entry of [...(plugins.triggers ?? []), ...(plugins.lgtm ?? [])]) yield* entry.repos ?? [];
  yield* keys(plugins.label?.restricted_labels);
  yield* plugins.owners?.skip_collaborators ?? [];
  yield* plugins.owners?.mdyamlrepos ?? [];
  yield* keys(plugins.owners?.filenames);
  yield* keys(prow.owners_dir_denylist?.repos);
  yield* keys(prow.plank?.report_templates);
  yield* prow.github_reporter?.no_comment_repos ?? [];
  yield* prow.github_reporter?.summary_comment_repos ?? [];
  yield* keys(prow.deck?.rerun_auth_configs);
  for (const entry of prow.deck?.default_rerun_auth_configs ?? []) yield entry.repo ?? "";
  yield* prow.deck?.hidden_repos ?? [];
  yield* keys(prow.in_repo_config?.enabled);
  yield* keys(prow.in_repo_config?.allowed_clusters);
  yield* tideNames(prow);
}

/** `jobRepositories`: the keys of presubmits and postsubmits. */
export function namesIn(prow: ProwConfig, plugins: PluginsConfig, jobRepositories: Iterable<string>): Names {
  const repositories = new Map<string, string>();
  for (const name of [...jobRepositories, ...mentioned(prow, plugins)]) {
    const key = name.toLowerCase();
    if (isGitHubRepository(name) && !repositories.has(key)) repositories.set(key, name);
  }
  const orgs = new Map<string, string>();
  const ofTide = (prow.tide?.queries ?? []).flatMap((query) => query.orgs ?? []);
  for (const key of [...keys(plugins.plugins), ...keys(plugins.external_plugins), ...ofTide]) {
    const name = key.split("/")[0] ?? "";
    const alone = !key.includes("/");
    if (alone && name !== "" && !orgs.has(name.toLowerCase())) orgs.set(name.toLowerCase(), name);
  }
  return { repositories: [...repositories.values()].sort(), orgs: [...orgs.values()].sort() };
}

/** Which plugins plugins.yaml names at which key, as they are written. */
export function enabledIn({ plugins, external_plugins }: PluginsConfig): EnabledPlugins {
  const named = Object.entries(plugins ?? {}).map(([key, entry]) => [key, entry.plugins] as const);
  const outside = Object.entries(external_plugins ?? {}).map(
    ([key, list]) => [key, list.map((one) => one.name)] as const,
  );
  return { plugins: Object.fromEntries(named), external: Object.fromEntries(outside) };
}
