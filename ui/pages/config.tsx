/** The configuration in use, and what the loader found wrong or doubtful. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { StateMark } from "../parts/state.tsx";
import type { JobState } from "../parts/state.tsx";
import { Ago, exact } from "../parts/time.tsx";

interface ConfigProblem {
  readonly severity: "error" | "warning";
  readonly file: string;
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

interface ConfigLoadRow {
  readonly id: string;
  readonly source: string;
  readonly startedAt: number;
  readonly state: "loading" | "current" | "refused" | "superseded" | "needs-confirmation";
  readonly problems: readonly ConfigProblem[];
}

export interface ConfigPageProps extends Surroundings {
  /** Null before the first load. */
  readonly current: {
    readonly version: string;
    readonly createdAt: number;
    readonly commit: string | null;
    readonly counts: { readonly presubmits: number; readonly postsubmits: number; readonly periodics: number };
    readonly repositories: number;
    readonly problems: readonly ConfigProblem[];
  } | null;
  readonly loads: readonly ConfigLoadRow[];
  readonly now: number;
}

/** Problems of one list that are shown; a large configuration has thousands of warnings. */
const SHOWN = 200;

const LOOKS: Readonly<Record<ConfigLoadRow["state"], { readonly state: JobState; readonly word: string }>> = {
  loading: { state: "pending", word: "Loading" },
  current: { state: "success", word: "In use" },
  refused: { state: "failure", word: "Refused: the one before stays" },
  superseded: { state: "aborted", word: "Superseded" },
  "needs-confirmation": { state: "error", word: "Held back: it would delete many jobs" },
};

export function ConfigPage(props: ConfigPageProps): JSX.Element {
  const { current, loads, now } = props;
  return (
    <Frame {...props} title="Configuration">
      <div class="title-row">
        <h1>Configuration</h1>
      </div>
      {current === null ? (
        <div class="card empty">
          <h2>No configuration yet</h2>
          <p class="soft">
            Push one with <code>cutwater config push</code>, or push to the configuration repository.
          </p>
        </div>
      ) : (
        <section class="card">
          <dl class="facts figures">
            <Figure name="Presubmits" value={current.counts.presubmits} />
            <Figure name="Postsubmits" value={current.counts.postsubmits} />
            <Figure name="Periodics" value={current.counts.periodics} />
            <Figure name="Repositories" value={current.repositories} />
          </dl>
          <p class="soft small">
            Version <code>{current.version}</code>
            {current.commit !== null && (
              <>
                {" "}
                at commit <code>{current.commit.slice(0, 10)}</code>
              </>
            )}
            , in use since <time title={exact(current.createdAt)}>{exact(current.createdAt)}</time>
          </p>
          <Problems list={current.problems} />
        </section>
      )}
      {loads.map((load) => (
        <section class="card" key={load.id}>
          <div class="card-head">
            <h2>{load.source}</h2>
            <span class="soft small">
              <Ago at={load.startedAt} now={now} />
            </span>
          </div>
          <p>
            <StateMark {...LOOKS[load.state]} />
          </p>
          <Problems list={load.problems} />
        </section>
      ))}
    </Frame>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value.toLocaleString("en")}</dd>
    </div>
  );
}

function Problems({ list }: { readonly list: readonly ConfigProblem[] }): JSX.Element | null {
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
