/** Reading a long history in short pages: a run goes on from its cursor with as many rows as one invocation may read. */
import type { CommentRow, EventRow } from "../rows.ts";
import { type Batch, type Cursor, compare, cursorOfComment, cursorOfEvent } from "./run.ts";

/** Rows behind these keys have not been seen; in order of `at`, `id`, and for comments of `review`. */
export interface Keys {
  readonly events: { readonly at: number; readonly id: number };
  readonly comments: { readonly at: number; readonly id: number; readonly review: boolean };
}

/** Where to read on. Null: from the beginning. */
export function keysBehind(cursor: Cursor | null): Keys {
  if (cursor === null) return { events: { at: -1, id: -1 }, comments: { at: -1, id: -1, review: false } };
  const { at, comment, review, id } = cursor;
  // In one second events come first: behind a comment there are none left.
  if (comment) return { events: { at, id: Number.MAX_SAFE_INTEGER }, comments: { at, id, review } };
  return { events: { at, id }, comments: { at, id: -1, review: false } };
}

/**
 * What of a page of each may go to {@link MetricRun.advance}: nothing behind the end of a page that was cut short, since
 * what comes next of the other kind is not known there. `more`: whether that page was. At least one page is used up.
 */
export function upToHorizon(
  { issues, events, comments }: Batch,
  more: { readonly events: boolean; readonly comments: boolean },
): Batch {
  const ends: Cursor[] = [];
  const [lastEvent, lastComment] = [events.at(-1), comments.at(-1)];
  if (more.events && lastEvent) ends.push(cursorOfEvent(lastEvent));
  if (more.comments && lastComment) ends.push(cursorOfComment(lastComment));
  const [horizon] = ends.sort(compare);
  if (!horizon) return { issues, events, comments };
  return {
    issues,
    events: events.filter((row: EventRow) => compare(cursorOfEvent(row), horizon) <= 0),
    comments: comments.filter((row: CommentRow) => compare(cursorOfComment(row), horizon) <= 0),
  };
}
