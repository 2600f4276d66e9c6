/** Pull requests of a merge pool, each with why it waits. */
import type { JSX } from "preact";
import type { PoolPullView } from "../../src/tide/view.ts";
import { pullHref } from "./links.tsx";
import { duration } from "./time.tsx";
import { WaitMark } from "./wait.tsx";

interface QueueProps {
  readonly org: string;
  readonly repo: string;
  readonly pulls: readonly PoolPullView[];
}

export function Queue({ org, repo, pulls }: QueueProps): JSX.Element {
  const placed = pulls.some(({ wait }) => wait.place !== null);
  return (
    <ol class={placed ? "queue" : "queue queue-flat"}>
      {pulls.map(({ number, title, author, wait }) => (
        <li key={number}>
          {placed && <span class="number soft">{wait.place ?? ""}</span>}
          <p class="queue-title">
            <a href={pullHref(org, repo, number)}>
              <b>#{number}</b> {title}
            </a>{" "}
            <span class="soft small">{author}</span>
          </p>
          <p class="queue-why">
            <WaitMark code={wait.code} /> <span class="soft">{wait.text}</span>
          </p>
          {wait.expectedMs !== null && (
            <span class="queue-when soft small number">
              {wait.expectedMs < 1000 ? "at once" : `in about ${duration(wait.expectedMs)}`}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
