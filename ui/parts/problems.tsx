/** What the loader found wrong or doubtful in a configuration. */
import type { JSX } from "preact";

export interface ConfigProblem {
  readonly severity: "error" | "warning";
  readonly file: string;
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

/** Problems of one list that are shown; a large configuration has thousands of warnings. */
const SHOWN = 200;

export function Problems({ list }: { readonly list: readonly ConfigProblem[] }): JSX.Element | null {
  if (list.length === 0) return null;
  const ordered = [...list].sort((a, b) => a.severity.localeCompare(b.severity));
  return (
    <details open={ordered[0]?.severity === "error"}>
      <summary>{list.length === 1 ? "1 finding" : `${list.length} findings`}</summary>
      <ul class="problems">
        {ordered.slice(0, SHOWN).map((problem, index) => (
          <li key={index} class={problem.severity === "error" ? "problem-error" : undefined}>
            <code>
              {problem.file}
              {problem.line > 0 && `:${problem.line}`}
            </code>{" "}
            {problem.message} <span class="soft small">{problem.path}</span>
          </li>
        ))}
      </ul>
      {list.length > SHOWN && (
        <p class="soft small">The first {SHOWN} are shown; `cutwater checkconfig` names them all.</p>
      )}
    </details>
  );
}
