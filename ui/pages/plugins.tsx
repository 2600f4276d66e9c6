/** All plugins: what each is for, what it listens to, and where plugins.yaml enables it. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { PluginCard, type PluginFacts } from "../parts/plugin-card.tsx";

interface ListedPlugin extends PluginFacts {
  readonly events: readonly string[];
  /** Keys of plugins.yaml, `org` or `org/repo`, that the viewer may know of. */
  readonly enabled: readonly string[];
}

export interface PluginsPageProps extends Surroundings {
  readonly plugins: readonly ListedPlugin[];
}

/** More are counted, not listed. */
const KEYS_SHOWN = 12;

export function PluginsPage(props: PluginsPageProps): JSX.Element {
  const { plugins } = props;
  return (
    <Frame {...props} title="Plugins">
      <div class="title-row">
        <h1>Plugins</h1>
        <p class="soft">
          {plugins.length} plugins. Their names are those of plugins.yaml. <a href="/command-help">All commands</a>
        </p>
      </div>
      {plugins.map(({ events, enabled, ...plugin }) => (
        <PluginCard {...plugin} href={`/command-help#${plugin.name}`} key={plugin.name}>
          <dl class="facts">
            <div>
              <dt>Listens to</dt>
              <dd>{events.join(", ") || "what it asked for itself"}</dd>
            </div>
            <div>
              <dt>Enabled for</dt>
              <dd>
                <Keys keys={enabled} />
              </dd>
            </div>
          </dl>
        </PluginCard>
      ))}
    </Frame>
  );
}

function Keys({ keys }: { readonly keys: readonly string[] }): JSX.Element {
  if (keys.length === 0) return <span class="soft">nothing that you may see</span>;
  return (
    <>
      {keys.slice(0, KEYS_SHOWN).map((key, index) => (
        <span key={key}>
          {index > 0 && ", "}
          {key.includes("/") ? <a href={`/command-help?repo=${encodeURIComponent(key)}`}>{key}</a> : `all of ${key}`}
        </span>
      ))}
      {keys.length > KEYS_SHOWN && ` and ${keys.length - KEYS_SHOWN} more`}
    </>
  );
}
