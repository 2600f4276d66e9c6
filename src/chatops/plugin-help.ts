/** `/plugin-help`: plugins describe themselves in the shape of Prow's hook (spec chatops 1.10). Pure. */
import type { EnabledPlugins, RepoConfig } from "../config/model.ts";
import { isEnabled } from "./external.ts";
import type { CommandHelp, Plugin } from "./plugin.ts";

interface CommandDocument {
  readonly Usage: string;
  readonly Featured: boolean;
  readonly Description: string;
  readonly Examples: readonly string[];
  readonly WhoCanUse: string;
}

export interface PluginDocument {
  readonly Description: string;
  /** `org/repo` to a sentence about the settings that hold there. */
  readonly Config: Readonly<Record<string, string>>;
  readonly Snippet: string;
  readonly Events: readonly string[];
  readonly Commands: readonly CommandDocument[];
}

export interface HelpDocument {
  readonly AllRepos: readonly string[];
  /** By key of plugins.yaml; all plugins that there are at the empty key. */
  readonly RepoPlugins: Readonly<Record<string, readonly string[]>>;
  readonly RepoExternalPlugins: Readonly<Record<string, readonly string[]>>;
  readonly PluginHelp: Readonly<Record<string, PluginDocument>>;
  readonly ExternalPluginHelp: Readonly<Record<string, PluginDocument>>;
}

/** Plugins that Prow runs as processes of their own. */
const EXTERNAL: ReadonlySet<string> = new Set(["cherrypicker", "needs-rebase", "refresh"]);

/** What a plugin listens to, by the names of Prow's hook. */
export function eventsOf(plugin: Plugin): readonly string[] {
  const events: string[] = [];
  if (plugin.issue) events.push("issue");
  if (plugin.pullRequest || plugin.rule) events.push("pull_request");
  if (plugin.push) events.push("push");
  if (plugin.review) events.push("pull_request_review");
  if (plugin.status) events.push("status");
  if (plugin.comment) events.push("GenericCommentEvent (any event for user text)");
  return events;
}

/** Readers of this document take its strings for HTML. */
const html = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const commandDocument = (command: CommandHelp): CommandDocument => ({
  Usage: html(command.usage),
  Featured: command.featured,
  Description: html(command.description),
  Examples: command.examples.map(html),
  WhoCanUse: html(command.whoCanUse),
});

function pluginDocument(plugin: Plugin, config: RepoConfig | null): PluginDocument {
  const { description, commands, snippet, config: says } = plugin.help;
  const holds = config !== null && isEnabled(plugin, config);
  const sentence = holds && says ? html(says(config)) : "";
  return {
    Description: html(description),
    Config: config && sentence !== "" ? { [`${config.org}/${config.repo}`]: sentence } : {},
    Snippet: snippet ?? "",
    Events: eventsOf(plugin),
    Commands: commands.map(commandDocument),
  };
}

export interface Known {
  readonly plugins: readonly Plugin[];
  /** `org/repo` of what may be told of. */
  readonly repositories: readonly string[];
  readonly enabled: EnabledPlugins;
  /** Of the one repository whose settings are asked for. */
  readonly config: RepoConfig | null;
  /** What its external plugins of others say, by name. */
  readonly others?: Readonly<Record<string, PluginDocument>>;
}

/** The whole document. Keys of plugins.yaml that name nothing of `repositories` are left out. */
export function helpDocument({ plugins, repositories, enabled, config, others = {} }: Known): HelpDocument {
  const told = new Set(repositories.flatMap((name) => [name.toLowerCase(), name.split("/", 1)[0]?.toLowerCase()]));
  const visible = (map: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(map).filter(([key]) => told.has(key.toLowerCase()));
  const documents = (external: boolean): Record<string, PluginDocument> =>
    Object.fromEntries(
      plugins
        .filter((plugin) => EXTERNAL.has(plugin.name) === external)
        .map((plugin) => [plugin.name, pluginDocument(plugin, config)]),
    );
  const [PluginHelp, ExternalPluginHelp] = [documents(false), documents(true)];
  return {
    AllRepos: [...repositories].sort(),
    RepoPlugins: { "": Object.keys(PluginHelp).sort(), ...Object.fromEntries(visible(enabled.plugins)) },
    RepoExternalPlugins: {
      "": Object.keys(ExternalPluginHelp).sort(),
      ...Object.fromEntries(visible(enabled.external)),
    },
    PluginHelp,
    ExternalPluginHelp: { ...others, ...ExternalPluginHelp },
  };
}
