/** How long the runs of a job took, oldest first: one bar each, as an image that needs no script. */
import type { JSX } from "preact";
import type { JobRow } from "../../src/jobs/view.ts";
import { isOver, stateWord } from "./state.tsx";
import { duration, exact } from "./time.tsx";

const WIDTH = 800;
const HEIGHT = 140;
const GAP = 4;

/** `rows` newest first, as lists are. */
export function DurationChart({ rows }: { readonly rows: readonly JobRow[] }): JSX.Element | null {
  const runs = rows
    .filter((row) => isOver(row.state, row.completionTime) && row.completionTime !== null)
    .map((row) => ({ row, took: Math.max(0, (row.completionTime ?? 0) - row.startTime) }))
    .toReversed();
  const most = Math.max(1, ...runs.map(({ took }) => took));
  if (runs.length < 2) return null;
  // A few runs are bars, too, not walls.
  const step = WIDTH / Math.max(12, runs.length);
  const middle = runs.map(({ took }) => took).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)] ?? 0;
  return (
    <figure class="card chart">
      <figcaption>
        <b>Durations</b>{" "}
        <span class="soft">
          of {runs.length} runs, oldest first: half took at most {duration(middle)}, the longest {duration(most)}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="group" aria-label="Durations of runs">
        {runs.map(({ row, took }, at) => {
          const height = Math.max(3, (took / most) * HEIGHT);
          const label = `${stateWord(row.state)} after ${duration(took)}, ${exact(row.startTime)}`;
          return (
            <a href={`/jobs/${row.id}`} aria-label={label} key={row.id}>
              <title>{label}</title>
              <rect class="chart-ground" x={at * step} y={0} width={step} height={HEIGHT} />
              <rect
                class={`bar bar-${row.state}`}
                x={at * step + GAP / 2}
                y={HEIGHT - height}
                width={Math.max(1, step - GAP)}
                height={height}
              />
            </a>
          );
        })}
      </svg>
    </figure>
  );
}
