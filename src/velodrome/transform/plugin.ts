/** What turns rows of the mirror into points (spec velodrome 1.5). Plugins see one repository, its rows in order of time. */
import type { Json } from "../../config/model.ts";
import type { CommentRow, EventRow, IssueRow } from "../rows.ts";

export type FieldValue = number | string;
export type Fields = Readonly<Record<string, FieldValue>>;

/** One measurement. Whole numbers only: the original sends integer fields. */
export interface Point {
  /** Unix seconds. */
  readonly at: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Fields;
}

/** Issues come before the events and comments that name them, and may come again. */
export interface Plugin {
  issue(row: IssueRow): readonly Point[];
  event(row: EventRow): readonly Point[];
  comment(row: CommentRow): readonly Point[];
  /** What is so at that time (Unix seconds), to which it has been told everything before; with points that only the time brought. */
  measure(at: number): Measured;
  /** All it remembers. */
  save(): Json;
  /** Takes up, into a new plugin of the same definition, what {@link save} gave. Throws for anything else. */
  load(saved: unknown): void;
}

export interface Measured {
  readonly points: readonly Point[];
  /** Null: it has no state. */
  readonly fields: Readonly<Record<string, number>> | null;
}

export const NO_POINTS: readonly Point[] = [];
export const NO_TAGS: Readonly<Record<string, string>> = {};

/** Of plugins that remember nothing. */
export const FORGETFUL = {
  measure: (): Measured => ({ points: NO_POINTS, fields: null }),
  save: (): Json => null,
  load: (): void => {},
} as const;

/** Of plugins that say nothing. */
export const nothing = (): readonly Point[] => NO_POINTS;

/** Without a copy where one side is empty, which is nearly always. */
export function both(first: readonly Point[], second: readonly Point[]): readonly Point[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}
