/** The configuration in use, and what the loader found wrong or doubtful. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Problems } from "../parts/problems.tsx";
import type { ConfigProblem } from "../parts/problems.tsx";
import { StateMark } from "../parts/state.tsx";
import type { JobState } from "../parts/state.tsx";
import { Ago, exact } from "../parts/time.tsx";

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
        <p class="soft">
          <a href="/configured-jobs">Jobs</a> · <a href="/plugins">Plugins</a> · <a href="/clusters">Clusters</a>
        </p>
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
