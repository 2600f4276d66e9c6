/** Where a list was left, so that reading goes on after any page, whatever happens to the list meanwhile. Pure. */

export const PER_PAGE = 100;

/** A list in the order of its updates, which takes `since`: the key of the next page is the last row's time. */
export interface SinceCursor {
  /** ISO time. */
  readonly since: string;
  /** More than 1 only within one second that fills pages, as after a label was put on many issues at once. */
  readonly page: number;
  /** Of the answer to just this request. */
  readonly etag: string;
}

export const BEGINNING: SinceCursor = { since: "1970-01-01T00:00:00Z", page: 1, etag: "" };

const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");

/** The cursor for a list whose rows up to a time (seconds) are known from elsewhere. */
export function knownUpTo(cursor: SinceCursor, time: number): SinceCursor {
  return time * 1000 <= Date.parse(cursor.since) ? cursor : { since: isoOf(time), page: 1, etag: "" };
}

/** The same for events up to an id. */
export const eventsUpTo = (cursor: EventsCursor, id: number): EventsCursor =>
  id <= cursor.until ? cursor : { ...cursor, until: id, top: Math.max(cursor.top, id) };

/** The cursor after a page of so many rows with these times (seconds), and whether the list ended with it. */
export function afterPage(
  cursor: SinceCursor,
  listed: number,
  updated: readonly number[],
  etag: string,
): { readonly cursor: SinceCursor; readonly done: boolean } {
  const last = updated.reduce((most, time) => Math.max(most, time), Math.floor(Date.parse(cursor.since) / 1000));
  const since = isoOf(last);
  const moved = since !== cursor.since;
  if (listed < PER_PAGE) {
    // The same request again, next time: then GitHub may answer that nothing changed.
    return { cursor: { since, page: 1, etag: moved || cursor.page > 1 ? "" : etag }, done: true };
  }
  if (moved) return { cursor: { since, page: 1, etag: "" }, done: false };
  return { cursor: { since, page: cursor.page + 1, etag: "" }, done: false };
}

/** The events of a repository, the newest first: read until one is known. What comes meanwhile only shows some twice. */
export interface EventsCursor {
  readonly page: number;
  /** The newest of this pass, and of the last one that was read to its end. */
  readonly top: number;
  readonly until: number;
  readonly etag: string;
}

export const NO_EVENTS: EventsCursor = { page: 1, top: 0, until: 0, etag: "" };

export function afterEvents(
  cursor: EventsCursor,
  ids: readonly number[],
  listed: number,
  etag: string,
): { readonly cursor: EventsCursor; readonly done: boolean } {
  const { page, until } = cursor;
  const top = ids.reduce((most, id) => Math.max(most, id), cursor.top);
  if (listed < PER_PAGE || ids.some((id) => id <= until))
    return { cursor: ended(top, page === 1 ? etag : ""), done: true };
  return { cursor: { page: page + 1, top, until, etag: page === 1 ? etag : cursor.etag }, done: false };
}

export const ended = (top: number, etag: string): EventsCursor => ({ page: 1, top, until: top, etag });

/** Events issue by issue, where GitHub's list of all does not reach back to the beginning. */
export interface HistoryCursor {
  /** Whether there is something to do. */
  readonly wanted: boolean;
  /** The issue that is read, and its page; all below are read. */
  readonly number: number;
  readonly page: number;
}

export const NO_HISTORY: HistoryCursor = { wanted: false, number: 0, page: 1 };

/** Pull requests, those updated last first, until one that the pass before has seen. */
export interface PullsCursor {
  /** GitHub's; empty: from the first. */
  readonly after: string;
  /** ISO times, as `top` and `until` of events. */
  readonly top: string;
  readonly until: string;
  /** Numbers of those with more reviews than fit, still to be read one by one. */
  readonly long: readonly number[];
  readonly page: number;
}

export const NO_PULLS: PullsCursor = { after: "", top: "", until: "", long: [], page: 1 };

/** All issues in the order of their numbers, to find those that are gone. */
export interface SweepCursor {
  readonly page: number;
  /** The last number of the page before. */
  readonly from: number;
  /** When it was round. Milliseconds. */
  readonly endedAt: number;
  /** Issues of the page before whose comments are to be compared one by one, those that the first has, and since when. */
  readonly suspects: readonly number[];
  readonly kept: readonly number[];
  readonly keptPage: number;
  readonly since: number;
}

export const NO_SWEEP: SweepCursor = { page: 1, from: 0, endedAt: 0, suspects: [], kept: [], keptPage: 1, since: 0 };
