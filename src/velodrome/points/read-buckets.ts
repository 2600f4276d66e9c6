/** Reads what dashboards show of a metric's field: hour by hour, day by day or week by week, whatever the time fits. */
import { stored } from "../../store/stored.ts";
import { BUCKETS } from "./buckets.ts";
import { bucketOf } from "./digest.ts";

/** As many rows as one panel reads. */
const ROWS = 4000;

export interface BucketQuery {
  readonly metric: string;
  readonly field: string;
  /** `org/repo` in lower case. */
  readonly repositories: readonly string[];
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** No bucket is finer, in seconds. */
  readonly finest: number;
  /** How many such queries share what a panel may read. */
  readonly shares?: number;
}

export interface BucketLines {
  /** Seconds. */
  readonly step: number;
  /** Unix seconds: where each bucket begins. */
  readonly times: readonly number[];
  /** Of each repository; null: nothing is known of that bucket. */
  readonly lines: readonly (readonly (number | null)[])[];
  /** Up to when all of them are complete; null: of some nothing is. */
  readonly asOf: number | null;
}

const QUERY = `SELECT run.until, (
  SELECT json_group_array(json_array(at, value)) FROM (
    SELECT at, value FROM metric_bucket WHERE repository = run.repository AND metric = run.metric
      AND generation = run.shown AND resolution = ?3 AND field = ?4 AND at >= ?5 AND at < ?6 ORDER BY at DESC LIMIT ?7)) AS found
FROM metric_run AS run WHERE run.repository = ?1 AND run.metric = ?2 AND run.shown > 0`;

/** The finest that is kept for so long and not too much to read. Seconds. */
export function bucketSize({ from, to, repositories, now, finest, shares = 1 }: BucketQuery): number {
  const most = ROWS / shares / Math.max(1, repositories.length);
  const fit = BUCKETS.find(
    ({ seconds, kept }) => seconds >= finest && (kept === null || from >= now - kept) && (to - from) / seconds <= most,
  );
  return (fit ?? BUCKETS.at(-1))?.seconds ?? finest;
}

/** Also of the `before` seconds before `from`. Of more weeks than can be read, the latest. */
export async function readBuckets(db: D1Database, query: BucketQuery, before = 0): Promise<BucketLines> {
  const { metric, field, repositories, to, shares = 1 } = query;
  const step = bucketSize(query);
  const from = bucketOf(Math.max(0, query.from - before), step);
  const limit = Math.ceil(ROWS / shares / Math.max(1, repositories.length)) + Math.ceil(before / step) + 2;
  const answers = await Promise.all(
    repositories.map((repository) =>
      db
        .prepare(QUERY)
        .bind(repository, metric, step, field, from, to, limit)
        .first<{ until: number; found: string }>(),
    ),
  );
  const times = Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => from + at * step);
  const lines = answers.map((answer) => {
    const values: (number | null)[] = times.map(() => null);
    for (const [at, value] of stored<readonly (readonly [number, number])[]>(answer?.found ?? "[]"))
      values[Math.round((at - from) / step)] = value;
    return values;
  });
  const ends = answers.map((answer) => answer?.until ?? 0);
  const asOf = ends.length === 0 ? 0 : Math.min(...ends);
  return { step, times, lines, asOf: asOf > 0 ? asOf : null };
}
