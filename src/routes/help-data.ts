/** What the command help and the configuration page show. */
import type { CommandHelpPageProps, HelpPlugin } from "../../ui/pages/command-help.tsx";
import type { ConfigPageProps } from "../../ui/pages/config.tsx";
import type { Plugin } from "../chatops/plugin.ts";
import { REGISTRY } from "../chatops/registry.ts";
import { currentConfig } from "../config/current.ts";
import type { ConfigIndex, RepoConfig } from "../config/model.ts";
import type { ConfigLoad } from "../config/rpc.ts";
import type { Env } from "../env.ts";
import { canSee, isAdmin, sightOf } from "./viewer.ts";
import type { Viewer } from "./viewer.ts";

function helpOf(plugin: Plugin, config: RepoConfig | null): HelpPlugin {
  const { description, commands, snippet, config: says } = plugin.help;
  return {
    name: plugin.name,
    description,
    commands,
    snippet: snippet ?? "",
    config: config !== null && says !== undefined ? says(config) : "",
  };
}

/** Public repositories of the configuration, and the private ones that the viewer sees. */
async function namedRepositories(env: Env, viewer: Viewer, index: ConfigIndex | null): Promise<readonly string[]> {
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
  const [org = "", name = ""] = repo.split("/");
  const visible = /^[\w.-]+\/[\w.-]+$/.test(repo) && (await canSee(env, viewer, org, name));
  const config = visible ? await currentConfig(env, org, name) : null;
  if (config === null) return { plugins: everything, repositories, problem: `Nothing is known of ${repo}.` };
  const enabled = REGISTRY.filter((plugin) => config.plugins.includes(plugin.name));
  return { plugins: enabled.map((plugin) => helpOf(plugin, config)), repositories, problem: null };
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
