/** What dashboards show of a metric (spec velodrome 1.12): counts and people for each hour, day and week, states at the end of each. */
import { isBot } from "../measures/bots.ts";
import type { Point } from "../transform/plugin.ts";
import type { Sample } from "../transform/run.ts";
import { bucketOf } from "./digest.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Seconds, and how old their rows get; from the finest to the coarsest. */
export const BUCKETS: readonly { readonly seconds: number; readonly kept: number | null }[] = [
  { seconds: HOUR, kept: 90 * DAY },
  { seconds: DAY, kept: 4 * 366 * DAY },
  { seconds: WEEK, kept: null },
];

export interface BucketRow {
  readonly resolution: number;
  readonly field: string;
  readonly at: number;
  value: number;
}

export interface AuthorRow {
  readonly resolution: number;
  readonly field: string;
  readonly at: number;
  readonly author: string;
  n: number;
}

const resolutionsAt = (at: number, now: number): readonly number[] =>
  BUCKETS.flatMap(({ seconds, kept }) => (kept === null || at >= now - kept ? [seconds] : []));

/** Counters count people under their own names, what bots did in fields that end with `-bots`, and nobody twice in `-authors`. */
export function countsOf(
  points: readonly Point[],
  now: number,
): { readonly counts: readonly BucketRow[]; readonly authors: readonly AuthorRow[] } {
  const counts = new Map<string, BucketRow>();
  const authors = new Map<string, AuthorRow>();
  for (const { at, fields } of points) {
    const { author } = fields;
    for (const name of ["event", "comment"]) {
      if (fields[name] === undefined) continue;
      const bot = typeof author === "string" && isBot(author);
      const field = bot ? `${name}-bots` : name;
      for (const resolution of resolutionsAt(at, now)) {
        const bucket = bucketOf(at, resolution);
        const key = `${resolution} ${bucket} ${field}`;
        const known = counts.get(key);
        if (known) known.value += 1;
        else counts.set(key, { resolution, field, at: bucket, value: 1 });
        if (typeof author !== "string" || author === "" || bot) continue;
        const person = authors.get(`${key} ${author}`);
        if (person) person.n += 1;
        else authors.set(`${key} ${author}`, { resolution, field, at: bucket, author, n: 1 });
      }
    }
  }
  return { counts: [...counts.values()], authors: [...authors.values()] };
}

/** The last sample of each hour, day and week stands. */
export function statesOf(samples: readonly Sample[], now: number): readonly BucketRow[] {
  const rows = new Map<string, BucketRow>();
  for (const { at, fields } of samples)
    for (const resolution of resolutionsAt(at - 1, now)) {
      const bucket = bucketOf(at - 1, resolution);
      for (const [field, value] of Object.entries(fields))
        rows.set(`${resolution} ${bucket} ${field}`, { resolution, field, at: bucket, value });
    }
  return [...rows.values()];
}

/** Ends of hours, and of days where hours are not kept any more, behind `after` and up to `to`; as many as `most`. Seconds. */
export function endsBetween(after: number, to: number, now: number, most: number): readonly number[] {
  const [finest] = BUCKETS;
  const hoursFrom = now - (finest?.kept ?? 0);
  const ends: number[] = [];
  for (let at = after; ends.length < most; ) {
    const size = at >= hoursFrom ? HOUR : DAY;
    at = bucketOf(at, size) + size;
    if (at > to) break;
    ends.push(at);
  }
  return ends;
}
