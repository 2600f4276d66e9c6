/** What stops a whole merge pool: a fault, the red button, a freeze, issues that block. */
import type { JSX } from "preact";
import type { PoolView } from "../../src/tide/view.ts";
import { Ago } from "./time.tsx";

export type Stopped = Pick<PoolView, "blockers" | "paused" | "frozen" | "error">;

export function PoolStops({ pool, now }: { readonly pool: Stopped; readonly now: number }): JSX.Element | null {
  const { blockers, paused, frozen, error } = pool;
  if (blockers.length === 0 && paused === null && frozen === "" && error === "") return null;
  return (
    <ul class="plain notice notice-failure">
      {error !== "" && <li>{error}</li>}
      {paused !== null && (
        <li>
          <b>Merging was stopped</b> by {paused.by} <Ago at={paused.at} now={now} />
          {paused.reason !== "" && `: ${paused.reason}`}
        </li>
      )}
      {frozen !== "" && (
        <li>
          <b>Frozen</b>: {frozen}
        </li>
      )}
      {blockers.map(({ number, title, url }) => (
        <li key={number}>
          <b>Blocked</b> by{" "}
          <a href={url}>
            #{number} {title}
          </a>
        </li>
      ))}
    </ul>
  );
}
