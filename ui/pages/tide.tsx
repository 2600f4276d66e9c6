/** Merge pools: what is merged next, what is tested, and why each pull request waits. */
import type { JSX } from "preact";
import type { PoolPullView, PoolRunView, PoolView } from "../../src/tide/view.ts";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Ago, duration } from "../parts/time.tsx";

export interface TidePageProps extends Surroundings {
  readonly pools: readonly PoolView[];
  /** `org/repo`, or empty for all. */
  readonly repo: string;
  readonly now: number;
}

const ACTIONS: Readonly<Record<PoolView["action"], string>> = {
  WAIT: "Waiting",
  TRIGGER: "Testing one",
  TRIGGER_BATCH: "Testing a batch",
  MERGE: "Merging",
  MERGE_BATCH: "Merging a batch",
  BLOCKED: "Stopped",
};

export function TidePage(props: TidePageProps): JSX.Element {
  const { pools, repo, now } = props;
  return (
    <Frame {...props} title="Tide">
      <div class="title-row">
        <h1>Tide</h1>
        <p class="soft">
          {repo === "" ? "Branches that are merged to automatically, and what waits there." : `Merge pools of ${repo}.`}{" "}
          <a href={`/tide-history${repo === "" ? "" : `?repo=${encodeURIComponent(repo)}`}`}>History</a>
        </p>
      </div>
      {pools.length === 0 && (
        <section class="card empty">
          <h2>No merge pool</h2>
          <p class="soft">
            A pool comes to life with the first event on a branch that a query of <code>tide:</code> in config.yaml
            covers.
          </p>
        </section>
      )}
      {pools.map((pool) => (
        <Pool key={`${pool.org}/${pool.repo}@${pool.branch}`} pool={pool} now={now} admin={props.viewer.admin} />
      ))}
    </Frame>
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
    <section class="card" aria-labelledby={`pool-${name}`}>
      <div class="card-head">
        <h2 id={`pool-${name}`}>
          {org}/{repo} <span class="soft">{branch}</span>
        </h2>
        <a href={`/tide-history?${query.toString()}`}>History</a>
      </div>
      <dl class="facts figures">
        <div>
          <dt>Now</dt>
          <dd>{ACTIONS[pool.action]}</dd>
        </div>
        <div>
          <dt>In the pool</dt>
          <dd>{line.length}</dd>
        </div>
        <div>
          <dt>Not ready</dt>
          <dd>{outside.length}</dd>
        </div>
        <div>
          <dt>As of</dt>
          <dd>
            <Ago at={updatedAt} now={now} />
          </dd>
        </div>
      </dl>
      <Stops pool={pool} />
      {runs.length > 0 && <Runs runs={runs} now={now} />}
      {line.length > 0 && <Line pulls={line} />}
      {outside.length > 0 && (
        <details>
          <summary>{outside.length} not ready, and why</summary>
          <Waiting pulls={outside} />
        </details>
      )}
      {admin && <Button pool={pool} name={name} />}
    </section>
  );
}

/** What stops the whole pool. */
function Stops({ pool }: { readonly pool: PoolView }): JSX.Element | null {
  const { blockers, paused, frozen, error } = pool;
  if (blockers.length === 0 && paused === null && frozen === "" && error === "") return null;
  return (
    <ul class="plain notes">
      {error !== "" && <li>{error}</li>}
      {paused !== null && (
        <li>
          Stopped by {paused.by}
          {paused.reason === "" ? "" : `: ${paused.reason}`}
        </li>
      )}
      {frozen !== "" && <li>Frozen: {frozen}</li>}
      {blockers.map(({ number, title, url }) => (
        <li key={number}>
          Blocked by{" "}
          <a href={url}>
            #{number} {title}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Runs({ runs, now }: { readonly runs: readonly PoolRunView[]; readonly now: number }): JSX.Element {
  return (
    <div class="table-scroll">
      <table>
        <caption class="soft">Running</caption>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">For</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ id, job, pulls, startedAt }) => (
            <tr key={id}>
              <td>
                <a href={`/jobs/${id}`}>{job}</a>
              </td>
              <td>{pulls.map((number) => `#${number}`).join(", ")}</td>
              <td>
                <Ago at={startedAt} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ pulls }: { readonly pulls: readonly PoolPullView[] }): JSX.Element {
  return (
    <div class="table-scroll">
      <table>
        <caption class="soft">In line</caption>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Pull request</th>
            <th scope="col">Waits for</th>
            <th scope="col">Expected in</th>
          </tr>
        </thead>
        <tbody>
          {pulls.map(({ number, title, url, author, wait }) => (
            <tr key={number}>
              <td>{wait.place}</td>
              <td>
                <a href={url}>#{number}</a> {title} <span class="soft">{author}</span>
              </td>
              <td>{wait.text}</td>
              <td>{wait.expectedMs === null ? "" : duration(wait.expectedMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Waiting({ pulls }: { readonly pulls: readonly PoolPullView[] }): JSX.Element {
  return (
    <ul class="plain">
      {pulls.map(({ number, title, url, wait }) => (
        <li key={number}>
          <a href={url}>#{number}</a> {title} <span class="soft">{wait.text}</span>
        </li>
      ))}
    </ul>
  );
}

/** The big red button, and off again. */
function Button({ pool, name }: { readonly pool: PoolView; readonly name: string }): JSX.Element {
  const stopped = pool.paused !== null;
  return (
    <form method="post" action="/tide/pause" class="row">
      <input type="hidden" name="pool" value={name} />
      <input type="hidden" name="paused" value={stopped ? "false" : "true"} />
      {!stopped && <input type="text" name="reason" maxLength={500} placeholder="Why" aria-label="Why merging stops" />}
      <button class={stopped ? "" : "danger"}>{stopped ? "Merge again" : "Stop all merging here"}</button>
    </form>
  );
}
