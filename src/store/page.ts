/** Keyset pages over an index that is read newest first. */

/** The last row of the page before: rows older than this one follow. Time in milliseconds. */
export interface Cursor {
  readonly time: number;
  readonly id: string;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Where the next page begins; null at the end. */
  readonly next: Cursor | null;
}

const HOUR_MS = 3600 * 1000;
const LOOK_BACK_MS = 30 * 24 * HOUR_MS;

/**
 * How far back a page looks: a filter that matches nothing then reads a bounded part of the index. The first page's edge
 * moves once an hour only, so that an unchanged list stays the same answer.
 */
export function edgeOf(before: Cursor | null, now: number): number {
  return (before?.time ?? Math.floor(now / HOUR_MS) * HOUR_MS) - LOOK_BACK_MS;
}

export const cursorText = (cursor: Cursor): string => `${cursor.time}_${cursor.id}`;

/** Null for anything that {@link cursorText} did not write. */
export function parseCursor(text: string): Cursor | null {
  const [, time, id] = /^(\d{1,15})_([\w-]{0,64})$/.exec(text) ?? [];
  return time === undefined || id === undefined ? null : { time: Number(time), id };
}

/**
 * Makes a page of at most `limit` rows out of what a query over one look-back window gave (it asked for one more).
 * A window that is not full ends at its edge; `older` says whether anything lies beyond it.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
  edge: number,
  older: boolean,
): Page<Row> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  if (last !== undefined) return { rows: rows.slice(0, limit), next: cursorOf(last) };
  return { rows, next: older ? { time: edge, id: "" } : null };
}
