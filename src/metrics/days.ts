/** How far each day is: rows of `build_day`, and what is to be done next. */
import { dayOf, daysAfter, startOf } from "./day.ts";

export interface DayState {
  readonly day: string;
  readonly after_time: number;
  readonly after_id: string;
  readonly parts: number;
  readonly complete: number;
  readonly changes: number;
  readonly told: number;
}

/** A day is read so long after it ended, for rows that come late to the index. */
export const LAG_MS = 15 * 60_000;
/** The first run goes so far back, as the original's did. */
const BACKFILL_DAYS = 30;
/** Days that are looked at: those whose builds are kept. */
export const DAYS_KEPT = 16;

export const newDay = (day: string): DayState => ({
  day,
  after_time: startOf(day),
  after_id: "",
  parts: 0,
  complete: 0,
  changes: 0,
  told: 0,
});

export const lastComplete = (now: number): string => daysAfter(dayOf(now - LAG_MS), -1);

export type Next =
  | { readonly kind: "read"; readonly day: DayState }
  | { readonly kind: "tell"; readonly day: DayState; readonly newest: boolean }
  | { readonly kind: "rest" };

/**
 * The oldest thing that is left: metrics of a complete day that has changed, builds of a day that is being read, the next day.
 * `days`: the latest ones, the newest first; `firstBuild`: of the job index, in milliseconds.
 */
export function nextOf(days: readonly DayState[], firstBuild: number | null, now: number): Next {
  const untold = days.findLast(({ complete, changes, told }) => complete === 1 && changes > told);
  if (untold !== undefined) {
    const newest = days.find(({ complete }) => complete === 1);
    return { kind: "tell", day: untold, newest: newest === untold };
  }
  const reading = days.find(({ complete }) => complete === 0);
  if (reading !== undefined) return { kind: "read", day: reading };
  const last = lastComplete(now);
  const earliest = daysAfter(last, 1 - BACKFILL_DAYS);
  const [newest] = days;
  const first = newest === undefined ? (firstBuild === null ? null : dayOf(firstBuild)) : daysAfter(newest.day, 1);
  if (first === null || first > last) return { kind: "rest" };
  return { kind: "read", day: newDay(first < earliest ? earliest : first) };
}
