/** Use of GitHub credentials in D1, by reset window and by day (spec velodrome 1.9). */
import * as z from "zod";

export type Span = "hour" | "minute" | "day";

export interface TokenRow {
  readonly span: Span;
  /** Unix seconds: the end of a window, the beginning of a day. */
  readonly resetAt: number;
  readonly credential: string;
  readonly resource: string;
  readonly login: string;
  readonly allowance: number;
  readonly used: number;
  /** Of a day: most that one window used; of a window `used`. */
  readonly peak: number;
  /** JSON: consumer to [calls, not modified]; see {@link callsOf}. */
  readonly calls: string;
  readonly pace: number;
  readonly alerted: number | null;
}

const Calls = z.record(z.string(), z.tuple([z.number(), z.number()])).catch({});
/** A row's calls: consumer, all of them, and those not modified. */
export const callsOf = ({ calls }: Pick<TokenRow, "calls">): readonly (readonly [string, number, number])[] =>
  Object.entries(Calls.parse(JSON.parse(calls))).map(([consumer, [all, same]]) => [consumer, all, same]);

const SAVE = `INSERT INTO token_window
  (span, reset_at, credential, resource, login, allowance, used, peak, calls, pace, alerted)
SELECT value->>'span', value->>'resetAt', value->>'credential', value->>'resource', value->>'login', value->>'allowance',
  value->>'used', value->>'peak', value->>'calls', value->>'pace', value->>'alerted' FROM json_each(?) WHERE true
ON CONFLICT DO UPDATE SET login = excluded.login, allowance = excluded.allowance, used = excluded.used,
  peak = excluded.peak, calls = excluded.calls, pace = excluded.pace, alerted = excluded.alerted`;

/** Each row is the whole of what is known: saving it again changes nothing. */
export async function saveTokenRows(db: D1Database, rows: readonly TokenRow[]): Promise<void> {
  if (rows.length > 0) await db.prepare(SAVE).bind(JSON.stringify(rows)).run();
}

const COLUMNS = `span, reset_at AS resetAt, credential, resource, login, allowance, used, peak, calls, pace, alerted`;

/** Rows of a span from `from` until before `to`, oldest first; the newest where there are more than `most`. */
export async function tokenRows(
  db: D1Database,
  span: Span,
  { from, to }: { readonly from: number; readonly to: number },
  most: number,
): Promise<readonly TokenRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM token_window WHERE span = ? AND reset_at >= ? AND reset_at < ?
       ORDER BY reset_at DESC LIMIT ?`,
    )
    .bind(span, from, to, most)
    .all<TokenRow>();
  return results.toReversed();
}

const LATEST_S = 3 * 3600;
const SHOWN = 1000;

/** Windows that are open at `now` (unix seconds), and of each credential and resource the latest that ended. */
export async function tokensNow(
  db: D1Database,
  now: number,
): Promise<{ readonly open: readonly TokenRow[]; readonly ended: readonly TokenRow[] }> {
  const soon = { from: now - LATEST_S, to: now + 2 * LATEST_S };
  const [hourly, brief] = await Promise.all([
    tokenRows(db, "hour", soon, SHOWN),
    tokenRows(db, "minute", { ...soon, from: now - 600 }, SHOWN),
  ]);
  const rows = [...hourly, ...brief];
  const ended = new Map(
    rows.filter(({ resetAt }) => resetAt <= now).map((row) => [`${row.credential} ${row.resource}`, row]),
  );
  return { open: rows.filter(({ resetAt }) => resetAt > now), ended: [...ended.values()] };
}

const DAY_S = 24 * 3600;
/** Days that rows are kept. */
export const TOKEN_DAYS: Readonly<Record<Span, number>> = { minute: 14, hour: 400, day: 400 };
const A_SWEEP = 500;

/** Deletes what is older than it is kept, 500 rows of each span at most. */
export async function sweepTokens(db: D1Database, now: number): Promise<void> {
  const sweep = db.prepare(
    `DELETE FROM token_window WHERE (span, reset_at, credential, resource) IN
     (SELECT span, reset_at, credential, resource FROM token_window WHERE span = ? AND reset_at < ? ORDER BY reset_at LIMIT ?)`,
  );
  const spans = Object.entries(TOKEN_DAYS);
  await db.batch(spans.map(([span, days]) => sweep.bind(span, Math.trunc(now / 1000) - days * DAY_S, A_SWEEP)));
}
