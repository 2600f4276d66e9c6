/** Writes what a step of the transform has made (spec velodrome 1.12): all of it and its place, or nothing, and once. */
import { type AuthorRow, type BucketRow, countsOf, statesOf } from "./buckets.ts";
import { type Digest, digestsOf } from "./digest.ts";
import type { Progress, Step } from "./step.ts";

/** Of one statement's parameter: D1 takes two million bytes. */
const DIGESTS_A_STATEMENT = 5000;

const WRITE = `INSERT INTO metric_point
  (repository, metric, generation, resolution, field, at, n, sum, least, most, last, last_at)
SELECT ?1, ?2, ?3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
  value ->> 8
FROM json_each(?5)
WHERE EXISTS (SELECT 1 FROM metric_run WHERE repository = ?1 AND metric = ?2 AND generation = ?3 AND seq = ?4)
ON CONFLICT DO UPDATE SET n = n + excluded.n, sum = sum + excluded.sum, least = min(least, excluded.least),
  most = max(most, excluded.most), last = iif(excluded.last_at >= last_at, excluded.last, last),
  last_at = max(last_at, excluded.last_at)`;
const THEN =
  "FROM json_each(?5) WHERE EXISTS (SELECT 1 FROM metric_run WHERE repository = ?1 AND metric = ?2 AND generation = ?3 AND seq = ?4)";
const BUCKET = "INSERT INTO metric_bucket (repository, metric, generation, resolution, field, at, value)";
const CELLS = "SELECT ?1, ?2, ?3, value ->> 0, value ->> 1, value ->> 2, value ->> 3";
const ADD = `${BUCKET} ${CELLS} ${THEN} ON CONFLICT DO UPDATE SET value = value + excluded.value`;
const SET = `${BUCKET} ${CELLS} ${THEN} ON CONFLICT DO UPDATE SET value = excluded.value`;
const AUTHORS = `INSERT INTO metric_author (repository, metric, generation, resolution, field, at, author, n)
${CELLS}, value ->> 4 ${THEN} ON CONFLICT DO UPDATE SET n = n + excluded.n`;
/** How many of them were there in their hour, day or week already. */
const KNOWN = `SELECT asked.value ->> 0 AS resolution, asked.value ->> 1 AS field, asked.value ->> 2 AS at, count(*) AS n
FROM json_each(?4) AS asked CROSS JOIN metric_author AS known ON known.repository = ?1 AND known.metric = ?2 AND known.generation = ?3
  AND known.resolution = asked.value ->> 0 AND known.field = asked.value ->> 1 AND known.at = asked.value ->> 2
  AND known.author = asked.value ->> 3
GROUP BY 1, 2, 3`;
const COUNT = `UPDATE metric_run SET seq = seq + 1, until = iif(?5, ?6, until), shown = iif(?5, generation, shown)
WHERE repository = ?1 AND metric = ?2 AND generation = ?3 AND seq = ?4`;

/** Adds a step's digests, and counts it: both or neither, and once. False: it is not the next step any more. */
export async function keep(
  db: D1Database,
  repository: string,
  { metric, generation, seq }: Progress,
  { points, samples, caughtUp }: Step,
  until: number,
  now: number,
): Promise<{ readonly kept: boolean; readonly used: number }> {
  const key = [repository, metric, generation, seq] as const;
  const rows = digestsOf(points, now).map(cellsOf);
  const statements: D1PreparedStatement[] = [];
  for (let from = 0; from < rows.length; from += DIGESTS_A_STATEMENT) {
    const part = JSON.stringify(rows.slice(from, from + DIGESTS_A_STATEMENT));
    statements.push(db.prepare(WRITE).bind(...key, part));
  }
  const { counts, authors } = countsOf(points, now);
  const people = await newcomers(db, repository, { metric, generation }, authors);
  const write = (query: string, rows: readonly (readonly (string | number)[])[]): void => {
    if (rows.length > 0) statements.push(db.prepare(query).bind(...key, JSON.stringify(rows)));
  };
  const cells = ({ resolution, field, at, value }: BucketRow) => [resolution, field, at, value];
  write(ADD, [...counts, ...people.rows].map(cells));
  write(SET, statesOf(samples, now).map(cells));
  write(
    AUTHORS,
    authors.map(({ resolution, field, at, author, n }) => [resolution, field, at, author, n]),
  );
  statements.push(db.prepare(COUNT).bind(...key, caughtUp ? 1 : 0, until));
  const answers = await db.batch(statements);
  const used = answers.reduce((sum, { meta }) => sum + meta.rows_read + meta.rows_written, people.used);
  return { kept: (answers.at(-1)?.meta.changes ?? 0) > 0, used };
}

const cellsOf = ({ resolution, field, at, n, sum, least, most, last, lastAt }: Digest) =>
  [resolution, field, at, n, sum, least, most, last, lastAt] as const;

/** People who are new to their hour, day or week, counted. */
async function newcomers(
  db: D1Database,
  repository: string,
  { metric, generation }: Pick<Progress, "metric" | "generation">,
  authors: readonly AuthorRow[],
): Promise<{ readonly rows: readonly BucketRow[]; readonly used: number }> {
  if (authors.length === 0) return { rows: [], used: 0 };
  const asked = authors.map(({ resolution, field, at, author }) => [resolution, field, at, author]);
  const known = await db
    .prepare(KNOWN)
    .bind(repository, metric, generation, JSON.stringify(asked))
    .all<{ resolution: number; field: string; at: number; n: number }>();
  const rows = new Map<string, BucketRow>();
  const add = (resolution: number, field: string, at: number, value: number): void => {
    const key = `${resolution} ${field} ${at}`;
    const row = rows.get(key);
    if (row) row.value += value;
    else rows.set(key, { resolution, field: `${field}-authors`, at, value });
  };
  for (const { resolution, field, at } of authors) add(resolution, field, at, 1);
  for (const { resolution, field, at, n } of known.results) add(resolution, field, at, -n);
  return { rows: [...rows.values()].filter(({ value }) => value > 0), used: known.meta.rows_read };
}
