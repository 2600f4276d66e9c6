/** "Why is this not merging?": what the merge pool says of one pull request. */
import type { JSX } from "preact";
import type { PoolPullView, PoolRunView } from "../../src/tide/view.ts";
import { PoolRuns } from "./pool-runs.tsx";
import { PoolStops, type Stopped } from "./pool-stops.tsx";
import { duration } from "./time.tsx";
import { adviceOf, WaitMark } from "./wait.tsx";

export interface MergeAnswer {
  readonly org: string;
  readonly repo: string;
  readonly branch: string;
  readonly wait: PoolPullView["wait"];
  readonly stops: Stopped;
  /** Those that test this pull request now. */
  readonly runs: readonly PoolRunView[];
}

/** What it is about is not said twice, and in the sentence it often stands already. */
const unsaid = ({ text, about }: MergeAnswer["wait"]): readonly string[] => about.filter((one) => !text.includes(one));

export function MergePanel({ answer, now }: { readonly answer: MergeAnswer; readonly now: number }): JSX.Element {
  const { org, repo, branch, wait, stops, runs } = answer;
  const { code, text, place, expectedMs } = wait;
  const soon = code === "merging" || code === "ready";
  const advice = adviceOf(code);
  return (
    <section class="card merge-panel" aria-labelledby="merging">
      <div class="card-head">
        <h2 id="merging">{soon ? "It merges" : "Why is this not merging?"}</h2>
        <a href={`/tide?repo=${encodeURIComponent(`${org}/${repo}`)}`}>Pool of {branch}</a>
      </div>
      <PoolStops pool={stops} now={now} />
      <p class="merge-why">
        <WaitMark code={code} big /> <b>{text}</b>
      </p>
      {unsaid(wait).length > 0 && (
        <p class="tags">
          {unsaid(wait).map((one) => (
            <span class="tag" key={one}>
              {one}
            </span>
          ))}
        </p>
      )}
      {advice !== "" && <p class="soft">{advice}</p>}
      {place !== null && (
        <p class="soft">
          Place {place} in line
          {expectedMs !== null &&
            (expectedMs < 1000 ? ", to be merged at once" : `, expected to merge in about ${duration(expectedMs)}`)}
          .
        </p>
      )}
      {runs.length > 0 && <PoolRuns runs={runs} now={now} />}
    </section>
  );
}
