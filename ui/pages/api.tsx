/** The reference of the public API. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";

interface ShownOperation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly who: string;
  readonly query: readonly string[];
  /** JSON schemas as text; empty: none. */
  readonly body: string;
  readonly answer: string;
  readonly status: number;
}

export interface ApiPageProps extends Surroundings {
  readonly operations: readonly ShownOperation[];
}

export function ApiPage(props: ApiPageProps): JSX.Element {
  return (
    <Frame {...props} title="API">
      <div class="title-row">
        <h1>API</h1>
        <p class="soft">
          The same as <a href="/api/openapi.json">OpenAPI</a>. Programs send <code>Authorization: Bearer</code> and a
          token.
        </p>
      </div>
      {props.operations.map((operation) => (
        <Shown key={`${operation.method} ${operation.path}`} operation={operation} />
      ))}
    </Frame>
  );
}

function Shown({ operation }: { readonly operation: ShownOperation }): JSX.Element {
  const { method, path, summary, who, query, body, answer, status } = operation;
  return (
    <section class="card operation">
      <h2 class="mono">
        {method.toUpperCase()} {path}
      </h2>
      <p>{summary}</p>
      <p class="soft small">
        For {who}. Answers {status}.{query.length > 0 && ` Query: ${query.join(", ")}.`}
      </p>
      <Schema title="Body" text={body} />
      <Schema title="Answer" text={answer} />
    </section>
  );
}

function Schema({ title, text }: { readonly title: string; readonly text: string }): JSX.Element | null {
  if (text === "") return null;
  return (
    <details>
      <summary class="soft small">{title}</summary>
      <pre class="quote">{text}</pre>
    </details>
  );
}
