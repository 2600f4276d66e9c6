/** Reads a metric at the resolution that its chart can show (spec velodrome 1.12): a bounded number of rows, whatever the range. */
import { bucketOf, type Digest, RESOLUTIONS } from "./digest.ts";
import type { Aggregate, SeriesAnswer, SeriesLine, SeriesQuery } from "./view.ts";

/** As many rows as a query reads, of all its repositories together: half of what an invocation may. */
const ROWS = 4500;
/** Fields that a metric has at most, without those that few ask for: how many rows a bucket may have. */
const FIELDS = 6;
/** Seconds are only read of so short a time, since nobody knows how many there are. */
const BY_THE_SECOND = 3 * 24 * 3600;

type Row = Pick<Digest, "at" | "field" | "n" | "sum" | "least" | "most" | "last">;

const QUERY = `SELECT point.at, field, n, sum, least, most, last FROM metric_run AS run
JOIN metric_point AS point ON point.repository = run.repository AND point.metric = run.metric AND point.generation = run.shown
WHERE run.repository = ? AND run.metric = ? AND resolution = ? AND point.at >= ? AND point.at < ?
ORDER BY point.at LIMIT ?`;

/** Resolutions (seconds) that are kept for so long and are not too much to read, the finest first; at least one. */
export function resolutionsFor(from: number, to: number, repositories: number, now: number): readonly number[] {
  const buckets = ROWS / FIELDS / Math.max(1, repositories);
  const fit = RESOLUTIONS.filter(({ seconds, kept }) => {
    if (kept !== null && from < now - kept) return false;
    return seconds === 1 ? to - from <= BY_THE_SECOND : (to - from) / seconds <= buckets;
  });
  return (fit.length > 0 ? fit : RESOLUTIONS.slice(-1)).map(({ seconds }) => seconds);
}

/** What a bucket of a chart has seen. */
interface Bucket {
  n: number;
  sum: number;
  least: number;
  most: number;
  last: number;
}

const valueOf = ({ n, sum, least, most, last }: Bucket, aggregate: Aggregate): number => {
  return { last, mean: sum / n, sum, max: most, min: least, count: n }[aggregate];
};

/** `now`: seconds. */
export async function readSeries(db: D1Database, query: SeriesQuery, now: number): Promise<SeriesAnswer> {
  const { from, to, repositories } = query;
  const [seconds = 1, coarser] = resolutionsFor(from, to, repositories.length, now);
  const rows = await rowsOf(db, query, seconds);
  if (rows !== null || coarser === undefined) return answerOf(query, seconds, rows ?? []);
  return answerOf(query, coarser, (await rowsOf(db, query, coarser)) ?? []);
}

/** Of each repository; null: there are more than may be read. */
async function rowsOf(
  db: D1Database,
  { metric, repositories, from, to }: SeriesQuery,
  seconds: number,
): Promise<readonly (readonly Row[])[] | null> {
  const limit = Math.floor(ROWS / Math.max(1, repositories.length));
  const answers = await Promise.all(
    repositories.map((repository) =>
      db.prepare(QUERY).bind(repository, metric, seconds, bucketOf(from, seconds), to, limit).all<Row>(),
    ),
  );
  const rows = answers.map(({ results }) => results);
  return rows.some(({ length }) => length >= limit) ? null : rows;
}

function answerOf(query: SeriesQuery, seconds: number, rows: readonly (readonly Row[])[]): SeriesAnswer {
  const { metric, repositories, from, to, width, aggregate } = query;
  const first = bucketOf(from, seconds);
  const step = Math.max(1, Math.ceil((to - first) / Math.max(1, width) / seconds)) * seconds;
  const times = Array.from({ length: Math.ceil((to - first) / step) }, (_, at) => first + at * step);
  const wanted = new Set(query.fields);
  const lines: SeriesLine[] = [];
  for (const [at, repository] of repositories.entries()) {
    const fields = new Map<string, (Bucket | undefined)[]>();
    for (const row of rows[at] ?? []) {
      if (wanted.size > 0 && !wanted.has(row.field)) continue;
      const buckets = fields.get(row.field) ?? [];
      fields.set(row.field, buckets);
      const place = Math.floor((row.at - first) / step);
      buckets[place] = joined(buckets[place], row);
    }
    for (const [field, buckets] of [...fields].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const values = times.map((_, place) => {
        const bucket = buckets[place];
        return bucket ? valueOf(bucket, aggregate) : null;
      });
      lines.push({ repository, field, values });
    }
  }
  return { metric, step, times, lines };
}

/** Rows come in the order of their times. */
function joined(bucket: Bucket | undefined, { n, sum, least, most, last }: Row): Bucket {
  if (!bucket) return { n, sum, least, most, last };
  bucket.n += n;
  bucket.sum += sum;
  bucket.least = Math.min(bucket.least, least);
  bucket.most = Math.max(bucket.most, most);
  bucket.last = last;
  return bucket;
}
