/** What the list of dashboards says of each, and the JSON that Grafana reads (schema 39: Grafana 10.4 and later). */

/** InfluxDB's databases `github`, `metrics` and `monitoring` of spec velodrome 1.8, Prometheus, and Cutwater's own JSON. */
export type Source = "influx" | "metrics" | "monitoring" | "prometheus" | "infinity";

export interface Target {
  /** InfluxQL, PromQL, or a path of Cutwater's. */
  readonly query: string;
  readonly legend?: string;
  /** Shown when somebody asks for it. */
  readonly hidden?: true;
  /** On the right axis. */
  readonly right?: true;
  /** Of JSON: where the rows are, and their columns. */
  readonly root?: string;
  readonly columns?: readonly (readonly [name: string, type: "string" | "number" | "timestamp_epoch"])[];
}

export interface Panel {
  readonly title: string;
  readonly source: Source;
  readonly targets: readonly Target[];
  /** Lines over time when it says nothing. */
  readonly kind?: "bars" | "table" | "stat";
  readonly description?: string;
  /** Grafana's name of it. */
  readonly unit?: string;
  readonly stacked?: true;
  readonly max?: number;
  readonly log?: true;
  /** From which values on it is yellow and red. */
  readonly limits?: readonly number[];
  /** Grafana's own steps between query and table. */
  readonly steps?: readonly object[];
}

export interface Dashboard {
  /** Of its file and address. */
  readonly name: string;
  readonly title: string;
  /** How far back it looks: `30d`. */
  readonly span: string;
  readonly refresh?: string;
  /** A list of jobs to choose from: those whose names match. */
  readonly jobs?: RegExp;
  readonly panels: readonly Panel[];
}

const TYPES = {
  influx: "influxdb",
  metrics: "influxdb",
  monitoring: "influxdb",
  prometheus: "prometheus",
  infinity: "yesoreyeram-infinity-datasource",
} as const;
const datasource = (source: Source) => ({ type: TYPES[source], uid: `velodrome-${source}` });

const COLORS = ["yellow", "red"];
const letter = (at: number): string => String.fromCharCode(65 + at);

function targetJson(
  { source, kind }: Panel,
  { query, legend, hidden, root = "", columns = [] }: Target,
  at: number,
): object {
  const common = { refId: letter(at), datasource: datasource(source), hide: hidden === true };
  if (source === "prometheus")
    return {
      ...common,
      expr: query,
      legendFormat: legend ?? "__auto",
      instant: kind === "stat",
      range: kind !== "stat",
    };
  if (source === "infinity")
    return {
      ...common,
      type: "json",
      parser: "backend",
      source: "url",
      format: kind === "table" ? "table" : "timeseries",
      url: query,
      url_options: { method: "GET" },
      root_selector: root,
      columns: columns.map(([selector, type]) => ({ selector, text: selector, type })),
    };
  const resultFormat = kind === "table" ? "table" : "time_series";
  return { ...common, query, rawQuery: true, resultFormat, alias: legend ?? "" };
}

const LOOKS = { bars: "timeseries", table: "table", stat: "stat" } as const;

function panelJson(panel: Panel, at: number): object {
  const { title, source, kind, description = "", unit, stacked, max, log, limits = [], targets, steps = [] } = panel;
  const steps0 = [{ color: "green", value: null }, ...limits.map((value, n) => ({ color: COLORS[n] ?? "red", value }))];
  const overrides = targets.flatMap(({ right }, n) =>
    right
      ? [
          {
            matcher: { id: "byFrameRefID", options: letter(n) },
            properties: [{ id: "custom.axisPlacement", value: "right" }],
          },
        ]
      : [],
  );
  const custom = {
    drawStyle: kind === "bars" ? "bars" : "line",
    fillOpacity: stacked ? 30 : 0,
    stacking: { mode: stacked ? "normal" : "none", group: "A" },
    scaleDistribution: log ? { type: "log", log: 10 } : { type: "linear" },
    thresholdsStyle: { mode: limits.length > 0 ? "area" : "off" },
    spanNulls: true,
  };
  return {
    id: at + 1,
    title,
    description,
    type: kind === undefined ? "timeseries" : LOOKS[kind],
    datasource: datasource(source),
    gridPos: { x: (at % 2) * 12, y: Math.floor(at / 2) * 9, w: 12, h: 9 },
    targets: targets.map((target, n) => targetJson(panel, target, n)),
    transformations: steps,
    fieldConfig: {
      defaults: {
        unit: unit ?? "short",
        ...(max === undefined ? {} : { max }),
        thresholds: { mode: "absolute", steps: steps0 },
        ...(kind === undefined || kind === "bars" ? { custom } : {}),
      },
      overrides,
    },
    options: kind === undefined || kind === "bars" ? { tooltip: { mode: "multi", sort: "desc" } } : {},
  };
}

const jobsVariable = (jobs: RegExp): object => ({
  name: "rjob",
  label: "Jobs",
  type: "query",
  datasource: datasource("metrics"),
  query: 'SHOW TAG VALUES FROM "job_health" WITH KEY = "job"',
  regex: String(jobs),
  refresh: 1,
  sort: 1,
  multi: true,
  includeAll: true,
  current: { text: "All", value: "$__all" },
});

export function dashboardJson({ name, title, span, refresh, jobs, panels }: Dashboard): object {
  return {
    uid: `velodrome-${name}`,
    title,
    tags: ["velodrome"],
    schemaVersion: 39,
    version: 1,
    editable: false,
    timezone: "utc",
    time: { from: `now-${span}`, to: "now" },
    refresh: refresh ?? "",
    templating: { list: jobs ? [jobsVariable(jobs)] : [] },
    annotations: { list: [] },
    panels: panels.map(panelJson),
  };
}
