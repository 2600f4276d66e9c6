/** Pull requests merged on each of the last days, as an image that needs no script. */
import type { JSX } from "preact";

const WIDTH = 800;
const HEIGHT = 140;
const GAP = 4;

export interface DayCount {
  /** `2026-11-23`. */
  readonly day: string;
  readonly merged: number;
}

/** `days` the oldest first. */
export function ThroughputChart({ days }: { readonly days: readonly DayCount[] }): JSX.Element {
  const most = Math.max(1, ...days.map(({ merged }) => merged));
  const sum = days.reduce((total, { merged }) => total + merged, 0);
  const step = WIDTH / Math.max(1, days.length);
  return (
    <figure class="card chart">
      <figcaption>
        <b>Merged</b>{" "}
        <span class="soft">
          {sum} in {days.length} days, at most {most} a day
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label="Merged, day by day">
        {days.map(({ day, merged }, at) => {
          const height = merged === 0 ? 2 : Math.max(4, (merged / most) * HEIGHT);
          return (
            <g key={day}>
              <title>{`${merged} on ${day}`}</title>
              <rect class="chart-ground" x={at * step} y={0} width={step} height={HEIGHT} />
              <rect
                class={merged === 0 ? "bar" : "bar bar-success"}
                x={at * step + GAP / 2}
                y={HEIGHT - height}
                width={step - GAP}
                height={height}
              />
            </g>
          );
        })}
      </svg>
      <p class="chart-ends soft small" aria-hidden="true">
        <span>{days[0]?.day}</span>
        <span>{days.at(-1)?.day}</span>
      </p>
    </figure>
  );
}
