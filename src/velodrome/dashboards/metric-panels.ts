/** Panels of the metrics that the transform makes (spec velodrome 1.10): a line for each repository, and their total. */
import { bucketOf } from "../points/digest.ts";
import { readBuckets } from "../points/read-buckets.ts";
import { counted, held, movingAverage, total } from "./moving.ts";
import type { Chart, ChartLine, Panel, Scope, Table } from "./panel.ts";

const DAY = 86_400;
const WEEK = 7 * DAY;

type Head = Pick<Panel, "id" | "title" | "definition">;

export interface Field {
  readonly metric: string;
  readonly field: string;
}

function withTotal(scope: Scope, name: string, lines: readonly (readonly (number | null)[])[]): readonly ChartLine[] {
  const each = lines.map((values, at): ChartLine => ({ name: scope.repositories[at] ?? "", values }));
  return each.length > 1 ? [...each, { name, values: total(lines), hidden: true }] : each;
}

/** How often a day, over seven days. Week by week where days are too many: the same average, seen once a week. */
export function perDay(head: Head, { metric, field }: Field, sum: string): Panel {
  return {
    ...head,
    unit: "number",
    stacked: true,
    async load(db, scope): Promise<Chart> {
      const found = await readBuckets(db, { ...scope, metric, field, finest: DAY }, 6 * DAY);
      const { step, asOf } = found;
      const all = found.lines.map((values) => {
        const known = counted(values, found.times, asOf);
        return step === WEEK
          ? known.map((value, at) => perDayOf(value, found.times[at], asOf))
          : movingAverage(known, 7);
      });
      const first = found.times.findIndex((time) => time + step > scope.from);
      const times = found.times.slice(first);
      const lines = withTotal(
        scope,
        sum,
        all.map((values) => values.slice(first)),
      );
      return { kind: "chart", step, times, lines, asOf };
    },
  };
}

/** Of a week; null while it lasts. */
const perDayOf = (value: number | null, begin = 0, asOf: number | null = null): number | null =>
  value === null || asOf === null || begin + WEEK > asOf ? null : Math.round((value / 7) * 1e6) / 1e6;

/** How often in each bucket; `finest` in seconds. */
export function perBucket(head: Head, { metric, field }: Field, finest: number, sum: string): Panel {
  return {
    ...head,
    unit: "number",
    async load(db, scope): Promise<Chart> {
      const { step, times, lines, asOf } = await readBuckets(db, { ...scope, metric, field, finest });
      const values = lines.map((line) => counted(line, times, asOf));
      return { kind: "chart", step, times, lines: withTotal(scope, sum, values), asOf };
    },
  };
}

/** How many are in a state (to the right), and the age of the one in the middle. */
export function inState(head: Head, metric: string): Panel {
  return {
    ...head,
    unit: "seconds",
    right: "number",
    async load(db, scope): Promise<Chart> {
      const query = { ...scope, metric, finest: 3600, shares: 2 };
      const [ages, counts] = await Promise.all([
        readBuckets(db, { ...query, field: "age-50" }, WEEK),
        readBuckets(db, { ...query, field: "in-state" }, WEEK),
      ]);
      const { step, asOf } = ages;
      const first = ages.times.findIndex((time) => time + step > scope.from);
      const times = ages.times.slice(first);
      const several = scope.repositories.length > 1;
      const named = (what: string, found: typeof ages, right: boolean): ChartLine[] =>
        found.lines.map((values, at) => {
          const name = several ? `${scope.repositories[at] ?? ""} ${what}` : what;
          const shown = held(values, found.times, asOf).slice(first);
          return right ? { name, values: shown, right: true } : { name, values: shown };
        });
      return {
        kind: "chart",
        step,
        times,
        lines: [...named("median age", ages, false), ...named("number", counts, true)],
        asOf,
      };
    },
  };
}

/** Different people, week by week: of each repository, and of all where they are few enough to be counted together. */
export function people(head: Head, { metric, field }: Field): Panel {
  return {
    ...head,
    unit: "number",
    async load(db, scope): Promise<Chart> {
      const query = { ...scope, metric, field: `${field}-authors`, finest: WEEK, shares: 4 };
      const { step, times, lines, asOf } = await readBuckets(db, query);
      const each = lines.map((values, at): ChartLine => {
        return { name: scope.repositories[at] ?? "", values: counted(values, times, asOf) };
      });
      const all = each.length > 1 ? await together(db, scope, { metric, field }, times) : null;
      const both = all === null ? each : [...each, { name: "All of them", values: counted(all, times, asOf) }];
      return { kind: "chart", step, times, lines: both, asOf };
    },
  };
}

const MOST_PEOPLE = 3000;
const ROWS = 4000;
const TOGETHER = `WITH found AS MATERIALIZED (
  SELECT person.at, person.author FROM metric_run AS run JOIN metric_author AS person
    ON person.repository = run.repository AND person.metric = run.metric AND person.generation = run.shown
  WHERE run.repository IN (SELECT value FROM json_each(?1)) AND run.metric = ?2 AND person.resolution = ${WEEK}
    AND person.field = ?3 AND person.at >= ?4 AND person.at < ?5 LIMIT ${MOST_PEOPLE})
SELECT at, count(DISTINCT author) AS n, (SELECT count(*) FROM found) AS total FROM found GROUP BY at`;

/** Null: they are too many to be counted in one go. */
async function together(
  db: D1Database,
  { repositories, from, to }: Scope,
  { metric, field }: Field,
  times: readonly number[],
): Promise<readonly (number | null)[] | null> {
  const { results } = await db
    .prepare(TOGETHER)
    .bind(JSON.stringify(repositories), metric, field, Math.max(0, from - WEEK), to)
    .all<{ at: number; n: number; total: number }>();
  if (results.some(({ total }) => total >= MOST_PEOPLE)) return null;
  const found = new Map(results.map(({ at, n }) => [at, n]));
  return times.map((time) => found.get(time) ?? null);
}

const WHO = `WITH found AS MATERIALIZED (
  SELECT person.author, person.n FROM metric_run AS run JOIN metric_author AS person
    ON person.repository = run.repository AND person.metric = run.metric AND person.generation = run.shown
  WHERE run.repository IN (SELECT value FROM json_each(?1)) AND run.metric = ?2 AND person.resolution = ?3
    AND person.field = ?4 AND person.at >= ?5 AND person.at < ?6 LIMIT ${ROWS})
SELECT author, sum(n) AS n FROM found GROUP BY author ORDER BY 2 DESC, 1 LIMIT 100`;

/** Who did it most often: a table. Week by week where the days are too many. */
export function leaders(head: Head, { metric, field }: Field, column: string): Panel {
  return {
    ...head,
    unit: "number",
    async load(db, { repositories, from, to }): Promise<Table> {
      const resolution = to - from > 31 * DAY ? WEEK : DAY;
      const ends =
        "SELECT min(until) AS until FROM metric_run WHERE metric = ? AND repository IN (SELECT value FROM json_each(?))";
      const names = JSON.stringify(repositories);
      const [found, run] = await Promise.all([
        db
          .prepare(WHO)
          .bind(names, metric, resolution, field, bucketOf(from, resolution), to)
          .all<{ author: string; n: number }>(),
        db.prepare(ends).bind(metric, names).first<{ until: number | null }>(),
      ]);
      const columns = [
        { name: "Login", unit: "text" as const },
        { name: column, unit: "number" as const },
      ];
      return {
        kind: "table",
        columns,
        rows: found.results.map(({ author, n }) => [author, n]),
        asOf: run?.until ?? null,
      };
    },
  };
}
