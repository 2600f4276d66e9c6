/** What merge pools did, newest first, with how many pull requests they merged a day. */
import type { JSX } from "preact";
import type { HistoryRecord } from "../../src/tide/view.ts";
import { Choice, Field } from "../parts/field.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { pullHref } from "../parts/links.tsx";
import { type JobState, StateMark } from "../parts/state.tsx";
import { type DayCount, ThroughputChart } from "../parts/throughput-chart.tsx";
import { Ago } from "../parts/time.tsx";

export type HistoryRow = HistoryRecord & { readonly org: string; readonly repo: string; readonly branch: string };

export interface TideHistoryPageProps extends Surroundings {
  readonly rows: readonly HistoryRow[];
  /** The oldest first. */
  readonly days: readonly DayCount[];
  /** As typed; empty: any. */
  readonly filter: {
    readonly repo: string;
    readonly branch: string;
    readonly action: string;
    readonly pull: string;
    readonly author: string;
  };
  readonly now: number;
}

const LOOKS: Readonly<Record<HistoryRecord["action"], { readonly state: JobState; readonly word: string }>> = {
  MERGE: { state: "success", word: "Merged" },
  MERGE_BATCH: { state: "success", word: "Merged a batch" },
  TRIGGER: { state: "triggered", word: "Tested" },
  TRIGGER_BATCH: { state: "triggered", word: "Tested a batch" },
  WAIT: { state: "scheduling", word: "Waited" },
  BLOCKED: { state: "aborted", word: "Blocked" },
  PAUSE: { state: "aborted", word: "Stopped" },
  RESUME: { state: "success", word: "Went on" },
  INCIDENT: { state: "error", word: "Incident" },
};
const ACTIONS = ["MERGE", "MERGE_BATCH", "TRIGGER", "TRIGGER_BATCH", "PAUSE", "RESUME", "INCIDENT"] as const;

const FIELDS = [
  { name: "repo", label: "Repository", hint: "org/repo", wide: true },
  { name: "branch", label: "Branch", hint: "main" },
  { name: "pull", label: "Pull", hint: "number", numeric: true },
  { name: "author", label: "Author", hint: "login" },
] as const;

export function TideHistoryPage(props: TideHistoryPageProps): JSX.Element {
  const { rows, days, filter, now } = props;
  return (
    <Frame {...props} title="Tide history">
      <div class="title-row">
        <h1>Tide history</h1>
        <p class="soft">
          What merge pools did. <a href="/tide">Pools now</a>
        </p>
      </div>
      <form class="filters" method="get" action="/tide-history" role="search" aria-label="Filter the history">
        <div class="fields">
          <Choice
            name="action"
            label="What"
            value={filter.action}
            options={ACTIONS.map((action) => [action, LOOKS[action].word])}
          />
          {FIELDS.map((field) => (
            <Field key={field.name} {...field} value={filter[field.name]} />
          ))}
          <button class="button button-main" type="submit">
            Show
          </button>
        </div>
      </form>
      {rows.length === 0 ? (
        <section class="card empty">
          <h2>Nothing yet</h2>
          <p class="soft">
            {Object.values(filter).some((value) => value !== "") ? (
              <>
                Nothing that pools did is like that. <a href="/tide-history">Show all</a>
              </>
            ) : (
              "What a pool tests or merges stands here, as soon as it does."
            )}
          </p>
        </section>
      ) : (
        <>
          <ThroughputChart days={days} />
          <ol class="card queue queue-flat">
            {rows.map((row) => (
              <Row key={`${row.org}/${row.repo}@${row.branch} ${row.id}`} row={row} now={now} />
            ))}
          </ol>
        </>
      )}
    </Frame>
  );
}

function Row({ row, now }: { readonly row: HistoryRow; readonly now: number }): JSX.Element {
  const { org, repo, branch, action, target, err, times, time, baseSha } = row;
  const { state, word } = LOOKS[action];
  // Of the red button it says who pressed it, and why.
  const trouble = err !== "" && action !== "PAUSE" && action !== "RESUME";
  return (
    <li class="history-row">
      <p class="queue-title">
        <StateMark state={trouble ? "failure" : state} word={word} /> {times > 1 && <b>{times} times </b>}
        <span class="soft">
          {org}/{repo} {branch}
          {baseSha !== "" && <span class="mono"> {baseSha.slice(0, 10)}</span>}
        </span>
      </p>
      <span class="queue-when soft small">
        <Ago at={time} now={now} />
      </span>
      {(target.length > 0 || err !== "") && (
        <p class="queue-why">
          {target.map(({ number, title, author }) => (
            <span class="history-pull" key={number}>
              <a href={pullHref(org, repo, number)}>
                #{number} {title}
              </a>{" "}
              <span class="soft small">{author}</span>
            </span>
          ))}
          {err !== "" && <span class={trouble ? "history-trouble" : undefined}>{err}</span>}
        </p>
      )}
    </li>
  );
}
