/** What merge pools did, newest first, with how many they merged a day. */
import type { JSX } from "preact";
import type { HistoryRecord, PoolView } from "../../src/tide/view.ts";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Ago } from "../parts/time.tsx";

export interface TideHistoryPageProps extends Surroundings {
  readonly pools: readonly PoolView[];
  /** `org/repo` and branch that it is narrowed to; empty: all. */
  readonly repo: string;
  readonly branch: string;
  readonly now: number;
}

const DAY_MS = 24 * 3600_000;
const DAYS = 14;
const ROWS = 200;
const WIDTH = 800;
const HEIGHT = 120;

type Row = HistoryRecord & { readonly pool: string };

const isMerge = ({ action }: HistoryRecord): boolean => action === "MERGE" || action === "MERGE_BATCH";

export function TideHistoryPage(props: TideHistoryPageProps): JSX.Element {
  const { pools, repo, branch, now } = props;
  const rows = pools
    .flatMap((pool) => pool.history.map((one): Row => ({ ...one, pool: `${pool.org}/${pool.repo}@${pool.branch}` })))
    .toSorted((a, b) => b.time - a.time)
    .slice(0, ROWS);
  return (
    <Frame {...props} title="Tide history">
      <div class="title-row">
        <h1>Tide history</h1>
        <p class="soft">
          {repo === "" ? "All pools" : `${repo}${branch === "" ? "" : ` ${branch}`}`}. <a href="/tide">Pools</a>
        </p>
      </div>
      <form method="get" class="row" role="search">
        <input type="search" name="repo" value={repo} placeholder="org/repo" aria-label="Repository" />
        <input type="search" name="branch" value={branch} placeholder="branch" aria-label="Branch" />
        <button>Show</button>
      </form>
      {rows.length === 0 ? (
        <section class="card empty">
          <h2>Nothing yet</h2>
          <p class="soft">What a pool merges or tests is listed here.</p>
        </section>
      ) : (
        <>
          <Throughput rows={rows} now={now} />
          <div class="card table-scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Pool</th>
                  <th scope="col">What</th>
                  <th scope="col">Pull requests</th>
                  <th scope="col">Trouble</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={`${row.pool} ${row.id}`}>
                    <td>
                      <Ago at={row.time} now={now} />
                    </td>
                    <td>{row.pool}</td>
                    <td>
                      {row.action}
                      {row.times > 1 && ` × ${row.times}`}
                    </td>
                    <td>{row.target.map(({ number }) => `#${number}`).join(", ")}</td>
                    <td>{row.err}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Frame>
  );
}

/** Merged pull requests of each of the last days, as an image that needs no script. */
function Throughput({ rows, now }: { readonly rows: readonly Row[]; readonly now: number }): JSX.Element {
  const today = Math.floor(now / DAY_MS);
  const counts = Array.from({ length: DAYS }, () => 0);
  for (const row of rows) {
    const at = DAYS - 1 - (today - Math.floor(row.time / DAY_MS));
    if (isMerge(row) && at >= 0) counts[at] = (counts[at] ?? 0) + row.target.length;
  }
  const most = Math.max(1, ...counts);
  const step = WIDTH / DAYS;
  const sum = counts.reduce((total, one) => total + one, 0);
  return (
    <figure class="card chart">
      <figcaption>
        <b>Merged</b>{" "}
        <span class="soft">
          {sum} in the last {DAYS} days, at most {most} a day
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Merged pull requests a day"
      >
        {counts.map((count, at) => {
          const height = count === 0 ? 1 : Math.max(3, (count / most) * HEIGHT);
          const day = new Date((today - DAYS + 1 + at) * DAY_MS).toISOString().slice(0, 10);
          return (
            <g key={day}>
              <title>{`${count} on ${day}`}</title>
              <rect class="bar bar-success" x={at * step + 2} y={HEIGHT - height} width={step - 4} height={height} />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
