/** One plugin on the pages that list them. */
import type { ComponentChildren, JSX } from "preact";
import { withCode } from "./prose.tsx";

export interface PluginFacts {
  readonly name: string;
  readonly description: string;
  /** An example of its section in plugins.yaml; or empty. */
  readonly snippet: string;
}

interface PluginCardProps extends PluginFacts {
  /** Where its name leads. */
  readonly href: string;
  /** Its settings where the page is about one repository; or empty. */
  readonly config?: string;
  readonly children: ComponentChildren;
}

export function PluginCard({ name, href, description, config = "", snippet, children }: PluginCardProps): JSX.Element {
  return (
    <section class="card plugin" id={name} data-plugin>
      <div class="plugin-head">
        <h2>
          <a href={href}>{name}</a>
        </h2>
        <p class="soft">{withCode(description)}</p>
        {config !== "" && <p class="notice">{withCode(config)}</p>}
      </div>
      {children}
      {snippet !== "" && (
        <details>
          <summary class="soft small">Configuration in plugins.yaml</summary>
          <pre class="quote">{snippet}</pre>
        </details>
      )}
    </section>
  );
}
