import { daysAfter } from "./day.ts";
import { lastComplete } from "./days.ts";
import type { Freshness } from "./view.ts";

/** A day's builds are read and counted within this time, however many there are. */
const COUNTING_MS = 12 * 3600_000;

/** Whether the newest result is of the day that it should be of by now (milliseconds). */
export function freshness(newest: string | null, now: number): Freshness {
  if (newest === null) return "none";
  return newest >= lastComplete(now - COUNTING_MS) ? "current" : "stale";
}

/** Up to when the builds of a day are counted: its end, RFC 3339. */
export const asOf = (day: string): string => `${daysAfter(day, 1)}T00:00:00Z`;
