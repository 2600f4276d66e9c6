/** Merge pools over time (spec velodrome 1.10, Monitoring): how many pull requests are in each, and how many it merges. */
import { bucketOf } from "../points/digest.ts";
import { counted, held, total } from "./moving.ts";
import type { Chart, ChartLine, Dashboard, Panel, Scope } from "./panel.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const STEPS = [HOUR, 6 * HOUR, DAY, WEEK];
const ROWS = 4000;
const QUERY = `SELECT repository, branch, at, most, pulls, merged, batched FROM pool_bucket
WHERE repository IN (SELECT value FROM json_each(?1)) AND resolution = ?2 AND at >= ?3 AND at < ?4 LIMIT ${ROWS}`;

type Row = Record<"at" | "most" | "pulls" | "merged" | "batched", number> & {
  readonly repository: string;
  readonly branch: string;
};

interface Pools {
  readonly step: number;
  readonly times: readonly number[];
  /** By name: the rows of each bucket. */
  readonly pools: readonly (readonly [name: string, rows: readonly (readonly Row[] | undefined)[]])[];
}

/** Of hours, or of days where hours are too many to be seen. */
async function poolsOf(db: D1Database, { repositories, from, to, width }: Scope): Promise<Pools> {
  const wanted = (to - from) / Math.max(1, width / 4);
  const resolution = to - from <= WEEK ? HOUR : DAY;
  const step = STEPS.find((size) => size >= Math.max(wanted, resolution)) ?? WEEK;
  const begin = bucketOf(from, step);
  const { results } = await db.prepare(QUERY).bind(JSON.stringify(repositories), resolution, begin, to).all<Row>();
  const times = Array.from({ length: Math.ceil((to - begin) / step) }, (_, at) => begin + at * step);
  const pools = new Map<string, (Row[] | undefined)[]>();
  for (const row of results.sort((a, b) => a.at - b.at)) {
    const name = `${row.repository} ${row.branch}`;
    const rows = pools.get(name) ?? times.map(() => undefined);
    pools.set(name, rows);
    const place = Math.floor((row.at - begin) / step);
    (rows[place] ??= []).push(row);
  }
  return { step, times, pools: [...pools].sort(([a], [b]) => (a < b ? -1 : 1)) };
}

type Head = Pick<Panel, "id" | "title" | "definition">;
type Values = readonly (number | null)[];

function poolPanel(
  head: Head,
  valueOf: (rows: readonly Row[]) => number,
  fill: (values: Values, times: readonly number[], until: number) => Values,
  sum: string,
): Panel {
  return {
    ...head,
    unit: "number",
    async load(db, scope): Promise<Chart> {
      const { step, times, pools } = await poolsOf(db, scope);
      const lines = pools.map(([name, buckets]): ChartLine => {
        const values = buckets.map((rows) => (rows === undefined ? null : valueOf(rows)));
        return { name, values: fill(values, times, scope.now) };
      });
      const all = { name: sum, values: total(lines.map(({ values }) => values)), hidden: true as const };
      return { kind: "chart", step, times, lines: lines.length > 1 ? [...lines, all] : lines, asOf: scope.now };
    },
  };
}

const added = (field: "merged" | "batched") => (rows: readonly Row[]) => rows.reduce((sum, row) => sum + row[field], 0);

export const tide: Dashboard = {
  id: "tide",
  title: "Tide",
  about: "How many pull requests wait in merge pools, and how many merge?",
  days: 7,
  sight: "pools",
  panels: [
    poolPanel(
      {
        id: "pool-sizes",
        title: "Pool sizes",
        definition:
          "Pull requests in each merge pool: nothing but tests or their turn is missing. The highest number of each bucket; where nothing changed, as it was before.",
      },
      (rows) => Math.max(...rows.map(({ most }) => most)),
      held,
      "All pools",
    ),
    poolPanel(
      {
        id: "merges",
        title: "Merged by tide",
        definition: "Pull requests that tide merged in each bucket, alone and in batches.",
      },
      added("merged"),
      counted,
      "All pools",
    ),
    poolPanel(
      {
        id: "batches",
        title: "Merged in batches",
        definition: "Of the pull requests that tide merged in each bucket, those that were tested and merged together.",
      },
      added("batched"),
      counted,
      "All pools",
    ),
  ],
};
