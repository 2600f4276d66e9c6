/** Draws lines over time with uPlot. */
import uPlot from "uplot";
import type { Chart, ChartLine, Unit } from "../../src/velodrome/dashboards/view.ts";
import { valueText } from "./units.ts";

export interface PlotOptions {
  readonly chart: Chart;
  readonly unit: Unit;
  readonly right: Unit;
  readonly stacked: boolean;
  /** Names of lines that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  readonly width: number;
  readonly height: number;
  /** Somebody drew a span of time. Unix seconds. */
  readonly onZoom: (from: number, to: number) => void;
  /** The cursor is over that time, or over none. */
  readonly onHover: (at: number | null) => void;
}

const COLORS = 8;
const style = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** CSS colour of the line at a place. */
export const colorOf = (at: number): string => style(`--line-${(at % COLORS) + 1}`);

/** What is drawn: stacked lines stand on those before them. */
export function drawn(lines: readonly ChartLine[], hidden: ReadonlySet<string>, stacked: boolean): (number | null)[][] {
  let ground: number[] | null = null;
  return lines.map(({ name, values, right }) => {
    if (!stacked || right === true || hidden.has(name)) return [...values];
    const below: readonly number[] | null = ground;
    const top = values.map((value, at) => (value ?? 0) + (below?.[at] ?? 0));
    ground = top;
    return top;
  });
}

/** Each stacked line's area reaches down to the one that it stands on. */
function bandsOf(lines: readonly ChartLine[], hidden: ReadonlySet<string>): uPlot.Band[] {
  const shown = lines.flatMap(({ name, right }, at) => (right === true || hidden.has(name) ? [] : [at + 1]));
  return shown.flatMap((at, place) => {
    const below = shown[place - 1];
    return below === undefined ? [] : [{ series: [at, below] as [number, number] }];
  });
}

const isAlone = (values: readonly (number | null)[]): boolean =>
  values.filter((value) => value !== null && value !== undefined).length < 60;

export function plot(element: HTMLElement, options: PlotOptions): uPlot {
  const { chart, unit, right, stacked, hidden, width, height, onZoom, onHover } = options;
  const [ink, line] = [style("--ink-soft"), style("--line")];
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  const values =
    (unit: Unit): uPlot.Axis.DynamicValues =>
    (_plot, splits) =>
      splits.map((value) => valueText(value, unit));
  const hasRight = chart.lines.some(({ right }) => right);
  const series = chart.lines.map((one, at): uPlot.Series => {
    const stroke = colorOf(at);
    const area = stacked && one.right !== true;
    const line = {
      label: one.name,
      scale: one.right === true ? "right" : "y",
      show: !hidden.has(one.name),
      stroke,
      width: 2,
      points: { show: isAlone(one.values), size: 6 },
      spanGaps: false as const,
    };
    return area ? { ...line, fill: `${stroke}55` } : line;
  });
  const data: uPlot.AlignedData = [[...chart.times], ...drawn(chart.lines, hidden, stacked)];
  return new uPlot(
    {
      width,
      height,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      legend: { show: false },
      padding: [12, hasRight ? 0 : 20, 0, 0],
      cursor: { drag: { x: true, y: false, setScale: false }, focus: { prox: 24 }, points: { size: 8 } },
      bands: stacked ? bandsOf(chart.lines, hidden) : [],
      scales: { y: { range: fromZero }, right: { range: fromZero } },
      axes: [
        { ...axis, values: moments, space: 72, size: 36 },
        { ...axis, ...stepsOf(unit), values: values(unit), size: 60 },
        ...(hasRight
          ? [{ ...axis, ...stepsOf(right), scale: "right", side: 1, values: values(right), grid: { show: false } }]
          : []),
      ],
      series: [{}, ...series],
      hooks: {
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < 8) return;
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            onZoom(Math.floor(self.posToVal(left, "x")), Math.ceil(self.posToVal(left + width, "x")));
          },
        ],
        setCursor: [(self) => onHover(self.cursor.idx ?? null)],
      },
    },
    data,
    element,
  );
}

const DAY = 86_400;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Hours within days, days within months, months with their years; in UTC. */
const moments: uPlot.Axis.DynamicValues = (_plot, splits, _axis, _space, step) => {
  let day = "";
  return splits.map((seconds) => {
    const time = new Date(seconds * 1000);
    const month = MONTHS[time.getUTCMonth()] ?? "";
    if (step >= 28 * DAY) return `${month} ${time.getUTCFullYear()}`;
    const date = `${time.getUTCDate()} ${month}`;
    const isSame = date === day;
    day = date;
    return step >= DAY || !isSame ? date : time.toISOString().slice(11, 16);
  });
};

/** Round lengths of time. */
const SPANS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200].concat(
  [1, 2, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000].map((days) => days * DAY),
);
const stepsOf = (unit: Unit): Pick<uPlot.Axis, "incrs"> => (unit === "seconds" ? { incrs: SPANS } : {});

/** Amounts begin at nothing. */
function fromZero(_plot: uPlot, least: number | null, most: number | null): [number, number] {
  const top = most ?? 0;
  return [Math.min(0, least ?? 0), top > 0 ? top * 1.08 : 1];
}
