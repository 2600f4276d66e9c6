/** One merge pool: what is done next, what runs, who is in line, who is not ready and why. */
import type { JSX } from "preact";
import type { PoolView } from "../../src/tide/view.ts";
import { PoolRuns } from "./pool-runs.tsx";
import { PoolStops } from "./pool-stops.tsx";
import { Queue } from "./queue.tsx";
import { Ago } from "./time.tsx";

export interface PoolsData {
  readonly pools: readonly PoolView[];
  readonly admin: boolean;
  /** Milliseconds. */
  readonly now: number;
  /** Where they are asked for again. */
  readonly source: string;
}

const ACTIONS: Readonly<Record<PoolView["action"], string>> = {
  WAIT: "Waiting",
  TRIGGER: "Testing",
  TRIGGER_BATCH: "Testing a batch",
  MERGE: "Merging",
  MERGE_BATCH: "Merging a batch",
  BLOCKED: "Stopped",
};

/** So many that are not ready are shown at once; more are folded away. */
const SHOWN = 20;

/** Nothing to see: no pull request, nothing that runs, nothing that stops it. */
const isQuiet = ({ pulls, runs, blockers, paused, error }: PoolView): boolean =>
  pulls.length === 0 && runs.length === 0 && blockers.length === 0 && paused === null && error === "";

export function Pools({ pools, admin, now }: PoolsData): JSX.Element {
  const card = (pool: PoolView): JSX.Element => (
    <Pool key={`${pool.org}/${pool.repo}@${pool.branch}`} pool={pool} now={now} admin={admin} />
  );
  const quiet = pools.filter(isQuiet);
  const busy = pools.filter((pool) => !isQuiet(pool));
  return (
    <>
      {busy.map(card)}
      {quiet.length > 0 && (
        <details class="part" open={busy.length === 0}>
          <summary>{quiet.length === 1 ? "1 quiet pool" : `${quiet.length} quiet pools`}</summary>
          {quiet.map(card)}
        </details>
      )}
    </>
  );
}

interface PoolProps {
  readonly pool: PoolView;
  readonly now: number;
  readonly admin: boolean;
}

function Pool({ pool, now, admin }: PoolProps): JSX.Element {
  const { org, repo, branch, pulls, runs, updatedAt } = pool;
  const name = `${org}/${repo}@${branch}`;
  const line = pulls.filter(({ inPool }) => inPool).toSorted((a, b) => (a.wait.place ?? 0) - (b.wait.place ?? 0));
  const outside = pulls.filter(({ inPool }) => !inPool);
  const query = new URLSearchParams({ repo: `${org}/${repo}`, branch });
  return (
    <section class="card pool" aria-labelledby={`pool-${name}`}>
      <div class="card-head">
        <h2 id={`pool-${name}`}>
          {org}/{repo} <span class="soft">{branch}</span>
        </h2>
        <a href={`/tide-history?${query.toString()}`}>History</a>
      </div>
      <dl class="facts figures">
        <Figure name="Now">{ACTIONS[pool.action]}</Figure>
        <Figure name="In line">{line.length}</Figure>
        <Figure name="Not ready">{outside.length}</Figure>
        <Figure name="Changed">
          <Ago at={updatedAt} now={now} />
        </Figure>
      </dl>
      <PoolStops pool={pool} now={now} />
      {runs.length > 0 && (
        <>
          <h3>Running</h3>
          <PoolRuns runs={runs} now={now} />
        </>
      )}
      {line.length > 0 && (
        <>
          <h3>In line</h3>
          <Queue org={org} repo={repo} pulls={line} />
        </>
      )}
      {pulls.length === 0 && <p class="soft">No pull request is open on this branch.</p>}
      {outside.length > 0 && (
        <details open={outside.length <= SHOWN}>
          <summary>Not ready, and why</summary>
          <Queue org={org} repo={repo} pulls={outside} />
        </details>
      )}
      {admin && <RedButton stopped={pool.paused !== null} name={name} />}
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly children: JSX.Element | string | number;
}

function Figure({ name, children }: FigureProps): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Stops all merging of the pool, and lets it go on. */
function RedButton({ stopped, name }: { readonly stopped: boolean; readonly name: string }): JSX.Element {
  return (
    <form method="post" action="/tide/pause" class="fields pool-button">
      <input type="hidden" name="pool" value={name} />
      <input type="hidden" name="paused" value={stopped ? "false" : "true"} />
      {!stopped && (
        <label class="field field-wide">
          <span>Why merging stops</span>
          <input name="reason" maxLength={500} autocomplete="off" />
        </label>
      )}
      <button class={stopped ? "button button-main" : "button button-danger"} type="submit">
        {stopped ? "Let merging go on" : "Stop all merging here"}
      </button>
    </form>
  );
}
