/** Points by age (spec velodrome 1.12): each second, hour, day and week of a field in one row, of which the finer ones are kept for a time. */
import type { Point } from "../transform/plugin.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Weeks begin on a Monday, as the first one after 1970 began did. */
const FIRST_MONDAY = 4 * DAY;

export interface Resolution {
  /** Seconds. */
  readonly seconds: number;
  /** How old its rows get, in seconds; null: they stay. */
  readonly kept: number | null;
}

/** From the finest to the coarsest. */
export const RESOLUTIONS: readonly Resolution[] = [
  { seconds: 1, kept: 14 * DAY },
  { seconds: HOUR, kept: 400 * DAY },
  { seconds: DAY, kept: null },
  { seconds: WEEK, kept: null },
];

/** When the bucket of a time begins. Seconds. */
export function bucketOf(at: number, seconds: number): number {
  const first = seconds === WEEK ? FIRST_MONDAY : 0;
  return Math.floor((at - first) / seconds) * seconds + first;
}

/** What happened to a field within `resolution` seconds from `at`. */
export interface Digest {
  readonly resolution: number;
  readonly at: number;
  readonly field: string;
  n: number;
  sum: number;
  least: number;
  most: number;
  last: number;
  lastAt: number;
}

/** Of the fields that are numbers. What is too old for a resolution by `now` (seconds) makes no row there. */
export function digestsOf(points: readonly Point[], now: number): readonly Digest[] {
  const digests = new Map<string, Digest>();
  for (const { seconds, kept } of RESOLUTIONS) {
    for (const { at, fields } of points) {
      if (kept !== null && at < now - kept) continue;
      const bucket = bucketOf(at, seconds);
      for (const [field, value] of Object.entries(fields)) {
        if (typeof value !== "number") continue;
        const key = `${seconds} ${bucket} ${field}`;
        const known = digests.get(key);
        if (known) add(known, at, value);
        else digests.set(key, digest(seconds, bucket, field, at, value));
      }
    }
  }
  return [...digests.values()];
}

const digest = (resolution: number, at: number, field: string, lastAt: number, value: number): Digest => {
  return { resolution, at, field, n: 1, sum: value, least: value, most: value, last: value, lastAt };
};

function add(known: Digest, at: number, value: number): void {
  known.n += 1;
  known.sum += value;
  known.least = Math.min(known.least, value);
  known.most = Math.max(known.most, value);
  if (at < known.lastAt) return;
  known.last = value;
  known.lastAt = at;
}
