/** The lines of a chart: their values under the cursor, and a switch for each. */
import type { JSX } from "preact";
import type { Chart, Unit } from "../../src/velodrome/dashboards/view.ts";
import { stepText, valueText } from "./units.ts";

export interface LegendProps {
  readonly chart: Chart;
  readonly unit: Unit;
  readonly right: Unit;
  readonly hidden: ReadonlySet<string>;
  /** Place in the chart's times; null: the last value of each. */
  readonly at: number | null;
  readonly toggle: (name: string) => void;
}

export function Legend({ chart, unit, right, hidden, at, toggle }: LegendProps): JSX.Element {
  const { lines, times, step } = chart;
  const time = at === null ? null : times[at];
  const long = step >= 86_400 ? 10 : 16;
  return (
    <div class="legend">
      <p class="legend-time" aria-live="polite">
        {typeof time === "number"
          ? `${new Date(time * 1000).toISOString().slice(0, long).replace("T", " ")}${long > 10 ? " UTC" : ""}`
          : `Latest, by ${stepText(step)}`}
      </p>
      <ul>
        {lines.map((line, place) => {
          const value = at === null ? line.values.findLast((one) => one !== null) : line.values[at];
          const shown = !hidden.has(line.name);
          return (
            <li key={line.name}>
              <button
                type="button"
                class={`legend-line line-${(place % 8) + 1}`}
                aria-pressed={shown}
                onClick={() => toggle(line.name)}
              >
                <span class="legend-mark" aria-hidden="true" />
                <span class="legend-name">{line.name}</span>
                <span class="legend-value">
                  {typeof value === "number" ? valueText(value, line.right === true ? right : unit) : "–"}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
