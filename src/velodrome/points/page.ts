/** A repository's points as they lie in D1, page by page: for those who take them elsewhere. */
import * as z from "zod";
import type { Digest } from "./digest.ts";

/** With what it is joined to well below what an invocation may read. */
const ROWS_A_PAGE = 1000;

/** What happened to a field of a metric within `resolution` seconds from `at`. */
export interface PointRow extends Omit<Digest, "lastAt"> {
  readonly repository: string;
  readonly metric: string;
  /** When the last of it was. Seconds. */
  readonly last_at: number;
}

interface PointPage {
  readonly rows: readonly PointRow[];
  /** What to read on from; null: that was all. */
  readonly next: string | null;
}

/** Where a page begins, as text: metric, resolution, time and field of the last row before it. */
export const PointKey = z
  .string()
  .max(1000)
  .transform((text, context): Key => {
    try {
      return Key.parse(text === "" ? ["", 0, 0, ""] : JSON.parse(text));
    } catch {
      context.addIssue("is the next of the page before");
      return z.NEVER;
    }
  });
const Key = z.tuple([z.string(), z.int(), z.int(), z.string()]);
type Key = z.output<typeof Key>;

const METRICS =
  "SELECT metric, shown FROM metric_run WHERE repository = ? AND metric >= ? AND shown > 0 ORDER BY metric LIMIT 2";
const POINTS = `SELECT repository, metric, field, resolution, at, n, sum, least, most, last, last_at FROM metric_point
  WHERE repository = ? AND metric = ? AND generation = ? AND (resolution, at, field) > (?, ?, ?)
  ORDER BY resolution, at, field LIMIT ${ROWS_A_PAGE}`;

/** Rows of one metric, in the order of resolution, time and field. A metric that is made anew meanwhile goes on with its new points. */
export async function pointPage(db: D1Database, repository: string, after: Key): Promise<PointPage> {
  const [metric, resolution, at, field] = after;
  const { results: metrics } = await db
    .prepare(METRICS)
    .bind(repository, metric)
    .all<{ metric: string; shown: number }>();
  const [here, following] = metrics;
  if (!here) return { rows: [], next: null };
  const from = here.metric === metric ? [resolution, at, field] : [0, 0, ""];
  const { results: rows } = await db
    .prepare(POINTS)
    .bind(repository, here.metric, here.shown, ...from)
    .all<PointRow>();
  const last = rows.at(-1);
  if (last !== undefined && rows.length >= ROWS_A_PAGE)
    return { rows, next: JSON.stringify([last.metric, last.resolution, last.at, last.field]) };
  return { rows, next: following ? JSON.stringify([following.metric, 0, 0, ""]) : null };
}
