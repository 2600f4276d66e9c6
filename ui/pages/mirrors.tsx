/** How far velodrome's mirror of each repository is. */
import type { JSX } from "preact";
import type { MirrorProgress, StreamProgress } from "../../src/velodrome/view.ts";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { type JobState, StateMark } from "../parts/state.tsx";
import { Ago, exact } from "../parts/time.tsx";

export interface MirrorsPageProps extends Surroundings {
  readonly mirrors: readonly MirrorProgress[];
  readonly now: number;
}

const LOOKS: Readonly<Record<MirrorProgress["state"], { readonly state: JobState; readonly word: string }>> = {
  idle: { state: "success", word: "Up to date" },
  fetching: { state: "pending", word: "Reading" },
  waiting: { state: "scheduling", word: "Waiting" },
  paused: { state: "aborted", word: "Paused" },
};

const NAMES: Readonly<Record<StreamProgress["name"], string>> = {
  issues: "Issues and pull requests",
  comments: "Comments",
  "line-comments": "Comments on lines",
  events: "Events",
  history: "Events of old",
  pulls: "Merges and reviews",
  sweep: "What is gone",
};

export function MirrorsPage(props: MirrorsPageProps): JSX.Element {
  const { mirrors, now } = props;
  return (
    <Frame {...props} title="Issue mirrors">
      <div class="title-row">
        <h1>Issue mirrors</h1>
        <p class="soft">Repositories whose issues, events, comments and reviews are kept here for metrics.</p>
      </div>
      {mirrors.length === 0 && (
        <section class="card empty">
          <h2>No repository is mirrored</h2>
          <p class="soft">Name some with the setting VELODROME_REPOSITORIES.</p>
        </section>
      )}
      {mirrors.map((mirror) => (
        <Mirror key={mirror.repository} mirror={mirror} now={now} />
      ))}
    </Frame>
  );
}

function Mirror({ mirror, now }: { readonly mirror: MirrorProgress; readonly now: number }): JSX.Element {
  const { repository, state, pausedBy, completedAt, nextAt, error, movedTo, streams } = mirror;
  const id = `mirror-${repository.replace("/", "-")}`;
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{repository}</h2>
        <StateMark {...LOOKS[state]} />
      </div>
      <p class="soft">
        {completedAt === 0 ? (
          "It has never been complete yet."
        ) : (
          <>
            Complete <Ago at={completedAt} now={now} />.
          </>
        )}
        {state === "paused" && ` Paused by ${pausedBy}.`}
        {state === "waiting" && ` It goes on at ${exact(nextAt)}.`}
        {movedTo !== "" && ` It is ${movedTo} now.`}
        {error !== "" && ` Last error: ${error}`}
      </p>
      <ul class="plain">
        {streams.map(({ name, done, rows, calls, at }) => (
          <li key={name}>
            <b>{NAMES[name]}</b>{" "}
            <span class="soft">
              {rows.toLocaleString("en")} rows in {calls.toLocaleString("en")} calls,{" "}
              {done ? "up to date" : at === "" ? "still to come" : `at ${at}`}
            </span>
          </li>
        ))}
        <Metrics {...mirror} now={now} />
      </ul>
      {mirror.metricsProblem !== "" && <p class="soft">Of the metrics' configuration: {mirror.metricsProblem}</p>}
    </section>
  );
}

/** How far the points are that are made of the mirror. */
function Metrics({ metrics, now }: Pick<MirrorProgress, "metrics"> & { readonly now: number }): JSX.Element | null {
  if (metrics.length === 0) return null;
  const done = metrics.filter(({ until }) => until > 0);
  const oldest = Math.min(...done.map(({ until }) => until));
  const made = metrics.filter(({ until }) => until === 0).map(({ metric }) => metric);
  return (
    <li>
      <b>Metrics</b>{" "}
      <span class="soft">
        {done.length > 0 && (
          <>
            {done.length} of {metrics.length} with points up to <Ago at={oldest * 1000} now={now} />
          </>
        )}
        {done.length > 0 && made.length > 0 && ", "}
        {made.length > 0 && `being made: ${made.join(", ")}`}
      </span>
    </li>
  );
}
