/** ISO weeks: from Monday to Sunday, UTC, named by the year that has their Thursday. Times in seconds. */
import { WEEK, weekOf } from "../measures/weeks.ts";

const DAY = 86_400;

export interface Week {
  /** Such as `2026-W47`. */
  readonly name: string;
  readonly from: number;
  /** Not part of it. */
  readonly to: number;
}

/** The week of a moment. */
export function weekAt(at: number): Week {
  const from = weekOf(at);
  const thursday = from + 3 * DAY;
  const year = new Date(thursday * 1000).getUTCFullYear();
  const nth = Math.floor((thursday - Date.UTC(year, 0, 1) / 1000) / WEEK) + 1;
  return { name: `${year}-W${String(nth).padStart(2, "0")}`, from, to: from + WEEK };
}

/** The week of a name; null where there is none, such as `2026-W54`. */
export function weekNamed(name: string): Week | null {
  const [, year, nth] = /^(\d{4})-W(\d{2})$/.exec(name) ?? [];
  if (year === undefined || nth === undefined) return null;
  // The fourth of January is always in the first week.
  const week = weekAt(Date.UTC(Number(year), 0, 4) / 1000 + (Number(nth) - 1) * WEEK);
  return week.name === name ? week : null;
}
