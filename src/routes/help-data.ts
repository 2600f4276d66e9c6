/** What the command help and the configuration page show. */
import type { CommandHelpPageProps, HelpPlugin } from "../../ui/pages/command-help.tsx";
import type { ConfigPageProps } from "../../ui/pages/config.tsx";
import type { PluginsPageProps } from "../../ui/pages/plugins.tsx";
import type { PluginFacts } from "../../ui/parts/plugin-card.tsx";
import { isEnabled } from "../chatops/external.ts";
import { eventsOf, type HelpDocument, helpDocument, type PluginDocument } from "../chatops/plugin-help.ts";
import type { Plugin } from "../chatops/plugin.ts";
import { REGISTRY } from "../chatops/registry.ts";
import { currentConfig } from "../config/current.ts";
import type { ConfigIndex, EnabledPlugins, RepoConfig } from "../config/model.ts";
import type { ConfigLoad } from "../config/rpc.ts";
import type { Env } from "../env.ts";
import { externalHelp } from "./external-help.ts";
import { canSee, isAdmin, sightOf } from "./viewer.ts";
import type { Viewer } from "./viewer.ts";

const factsOf = ({ name, help: { description, snippet = "" } }: Plugin): PluginFacts => ({
  name,
  description,
  snippet,
});

function helpOf(plugin: Plugin, config: RepoConfig | null): HelpPlugin {
  const { commands, config: says } = plugin.help;
  return { ...factsOf(plugin), commands, config: config !== null && says !== undefined ? says(config) : "" };
}

function otherHelp(name: string, help: PluginDocument): HelpPlugin {
  const commands = help.Commands.map((one) => ({
    usage: one.Usage,
    description: one.Description,
    whoCanUse: one.WhoCanUse,
    featured: one.Featured,
    examples: one.Examples,
  }));
  return { name, description: help.Description, commands, snippet: help.Snippet, config: "" };
}

/** Public repositories of the configuration, and the private ones that the viewer sees. */
export async function namedRepositories(
  env: Env,
  viewer: Viewer,
  index: ConfigIndex | null,
): Promise<readonly string[]> {
  if (index === null) return [];
  const sight = await sightOf(env, viewer);
  if (sight.everything) return index.repositories;
  const names = JSON.stringify(index.repositories.map((name) => name.toLowerCase()));
  const { results } = await env.DB.prepare(
    "SELECT full_name FROM repository WHERE private = 0 AND full_name IN (SELECT value FROM json_each(?))",
  )
    .bind(names)
    .all<{ full_name: string }>();
  const seen = new Set([...results.map((row) => row.full_name), ...sight.also]);
  return index.repositories.filter((name) => seen.has(name.toLowerCase()));
}

/** The commands of all plugins, or of those that are enabled for a repository that the viewer sees. */
export async function commandHelp(
  env: Env,
  viewer: Viewer,
  repo: string,
): Promise<Pick<CommandHelpPageProps, "plugins" | "repositories" | "problem">> {
  const { index } = await env.CONFIGURATION.getByName("installation").state();
  const repositories = await namedRepositories(env, viewer, index);
  const everything = REGISTRY.map((plugin) => helpOf(plugin, null));
  if (repo === "") return { plugins: everything, repositories, problem: null };
  const config = await visibleConfig(env, viewer, repo);
  if (config === null) return { plugins: everything, repositories, problem: `Nothing is known of ${repo}.` };
  const enabled = REGISTRY.filter((plugin) => isEnabled(plugin, config));
  const others = Object.entries(await externalHelp(config)).map(([name, help]) => otherHelp(name, help));
  return { plugins: [...enabled.map((plugin) => helpOf(plugin, config)), ...others], repositories, problem: null };
}

/** The configuration of `org/repo`; null when there is none, or none that the viewer may know of. */
async function visibleConfig(env: Env, viewer: Viewer, repo: string): Promise<RepoConfig | null> {
  const [org = "", name = ""] = repo.split("/");
  const visible = /^[\w.-]+\/[\w.-]+$/.test(repo) && (await canSee(env, viewer, org, name));
  return visible ? await currentConfig(env, org, name) : null;
}

const NOTHING_ENABLED: EnabledPlugins = { plugins: {}, external: {} };

/** `/plugin-help`. `repo` (or empty): the one whose effective settings are told; null when it is not to be seen. */
export async function pluginHelp(env: Env, viewer: Viewer, repo: string): Promise<HelpDocument | null> {
  const { index } = await env.CONFIGURATION.getByName("installation").state();
  const config = repo === "" ? null : await visibleConfig(env, viewer, repo);
  if (repo !== "" && config === null) return null;
  const repositories = await namedRepositories(env, viewer, index);
  const others = config === null ? {} : await externalHelp(config);
  return helpDocument({ plugins: REGISTRY, repositories, enabled: index?.enabled ?? NOTHING_ENABLED, config, others });
}

/** Every plugin, and by which keys of plugins.yaml that the viewer may know of it is enabled. */
export async function pluginList(env: Env, viewer: Viewer): Promise<Pick<PluginsPageProps, "plugins">> {
  const help = await pluginHelp(env, viewer, "");
  const keys = new Map<string, string[]>();
  for (const map of [help?.RepoPlugins ?? {}, help?.RepoExternalPlugins ?? {}]) {
    for (const [key, names] of Object.entries(map)) {
      if (key === "") continue;
      for (const name of names) {
        const known = keys.get(name);
        if (known) known.push(key);
        else keys.set(name, [key]);
      }
    }
  }
  const plugins = REGISTRY.map((plugin) => ({
    ...factsOf(plugin),
    events: eventsOf(plugin),
    enabled: keys.get(plugin.name) ?? [],
  }));
  return { plugins: plugins.sort((a, b) => a.name.localeCompare(b.name)) };
}

const sourceWords = ({ source }: ConfigLoad): string =>
  source.kind === "push" ? `Pushed by ${source.actor}` : `Commit ${source.commit.slice(0, 10)}`;

/** The configuration in use and its loads; null when the viewer does not see the configuration repository. */
export async function configOverview(
  env: Env,
  viewer: Viewer,
): Promise<Pick<ConfigPageProps, "current" | "loads"> | null> {
  if (!isAdmin(env, viewer) && !(await canSee(env, viewer, "", ""))) return null;
  const { index, loads } = await env.CONFIGURATION.getByName("installation").state();
  return {
    current: index && { ...index, repositories: index.repositories.length },
    loads: loads.map((load) => ({
      id: load.id,
      source: sourceWords(load),
      startedAt: load.startedAt,
      state: load.state,
      problems: load.problems,
    })),
  };
}
