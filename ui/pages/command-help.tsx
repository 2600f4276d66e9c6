/** The commands that people may say, plugin by plugin. */
import type { JSX } from "preact";
import { CommandFilter } from "../parts/command-filter.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Island } from "../parts/island.tsx";
import { PluginCard, type PluginFacts } from "../parts/plugin-card.tsx";
import { breakable, withCode } from "../parts/prose.tsx";

interface HelpCommand {
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly whoCanUse: string;
  readonly featured: boolean;
}

export interface HelpPlugin extends PluginFacts {
  readonly commands: readonly HelpCommand[];
  /** The effective settings for the repository; empty when there is no repository or nothing to say. */
  readonly config: string;
}

export interface CommandHelpPageProps extends Surroundings {
  readonly plugins: readonly HelpPlugin[];
  /** `org/repo` whose plugins these are; empty for all plugins. */
  readonly repo: string;
  /** `org/repo` of repositories to choose from. */
  readonly repositories: readonly string[];
  readonly problem: string | null;
}

export function CommandHelpPage(props: CommandHelpPageProps): JSX.Element {
  const { plugins, repo, repositories, problem } = props;
  return (
    <Frame {...props} title={repo === "" ? "Commands" : `Commands of ${repo}`}>
      <div class="title-row">
        <h1>Commands</h1>
        <p class="soft">
          {repo === "" ? "Every plugin that there is." : `What is enabled for ${repo}.`}{" "}
          <a href="/plugins">Plugins and where they are enabled</a>
        </p>
      </div>
      <div class="fields">
        <Island name="command-filter" data={null}>
          <CommandFilter text="" left={null} onInput={null} />
        </Island>
        <form class="fields" method="get" action="/command-help">
          <label class="field field-wide">
            <span>Repository</span>
            <input
              name="repo"
              list="repositories"
              value={repo}
              placeholder="org/repo"
              autocomplete="off"
              spellcheck={false}
              maxLength={200}
            />
            <datalist id="repositories">
              {repositories.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </label>
          <button class="button" type="submit">
            Show
          </button>
        </form>
      </div>
      {problem !== null && (
        <p class="notice notice-failure" role="alert">
          {problem}
        </p>
      )}
      {plugins.map((plugin) => (
        <Plugin key={plugin.name} plugin={plugin} />
      ))}
    </Frame>
  );
}

function Plugin({ plugin }: { readonly plugin: HelpPlugin }): JSX.Element {
  const { commands, ...facts } = plugin;
  return (
    <PluginCard {...facts} href={`#${plugin.name}`}>
      {commands.length > 0 && (
        <dl class="commands">
          {commands.map((command) => (
            <Command key={command.usage} command={command} />
          ))}
        </dl>
      )}
    </PluginCard>
  );
}

function Command({ command }: { readonly command: HelpCommand }): JSX.Element {
  const { usage, description, examples, whoCanUse, featured } = command;
  return (
    <div data-command>
      <dt>
        <code>{breakable(usage)}</code>
        {featured && <span class="tag">often used</span>}
      </dt>
      <dd>
        <p>{withCode(description)}</p>
        <p class="soft small">
          {withCode(whoCanUse)}
          {examples.length > 0 && " · for example "}
          {examples.map((example) => (
            <code class="example" key={example}>
              {example}
            </code>
          ))}
        </p>
      </dd>
    </div>
  );
}
