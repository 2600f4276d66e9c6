/** Where a window's remaining calls are heading (spec velodrome 1.11, alert "ghproxy tokens"). Pure. */

/** Sums of a least squares line: of samples at `t` (seconds after `from`) with `r` calls left. */
export interface Trend {
  /** Unix seconds. */
  readonly from: number;
  /** Of the last sample. */
  readonly last: number;
  readonly n: number;
  readonly t: number;
  readonly r: number;
  readonly tt: number;
  readonly tr: number;
  /** Unix seconds since when it has been alarming; null: it is not. */
  readonly since: number | null;
}

const SAMPLE_S = 15;
const AHEAD_S = 3600;
const ALARMING_S = 5 * 60;
/** 1,500, 3,000 and 4,000 of 5,000; other limits in proportion. */
const SCARCE_SHARE = 0.3;
const HIGH_SHARE = 0.6;
const VERY_HIGH_SHARE = 0.8;

/** With what is left at `now` (unix seconds), at most every 15 seconds. */
export function sampled(trend: Trend | null, { limit, least }: Left, now: number): Trend {
  const { from, last, n, t, r, tt, tr, since } = trend ?? {
    from: now,
    last: 0,
    n: 0,
    t: 0,
    r: 0,
    tt: 0,
    tr: 0,
    since: null,
  };
  if (now < last + SAMPLE_S) return { from, last, n, t, r, tt, tr, since };
  const x = now - from;
  const next = { from, last: now, n: n + 1, t: t + x, r: r + least, tt: tt + x * x, tr: tr + x * least, since };
  const alarming = least < SCARCE_SHARE * limit && predicted(next, least) < 0;
  return { ...next, since: alarming ? (since ?? now) : null };
}

interface Left {
  readonly limit: number;
  readonly least: number;
}

/** Calls used per second; 0 while there is no line. */
export function pace({ n, t, r, tt, tr }: Trend): number {
  const spread = n * tt - t * t;
  return spread <= 0 ? 0 : Math.max(0, (t * r - n * tr) / spread);
}

/** What would be left an hour after the last sample. */
export const predicted = (trend: Trend, least: number): number => least - pace(trend) * AHEAD_S;

/** Whether somebody ought to be told: so for five minutes. */
export const isAlert = ({ since, last }: Trend): boolean => since !== null && last - since >= ALARMING_S;

export type Level = "ok" | "high" | "very high";

/** The shading of the original's panel. */
export function levelOf(used: number, limit: number): Level {
  if (used > VERY_HIGH_SHARE * limit) return "very high";
  return used > HIGH_SHARE * limit ? "high" : "ok";
}

/** What people are told. */
export function alertText(
  {
    login,
    resource,
    limit,
    least,
    resetAt,
  }: Left & { readonly login: string; readonly resource: string; readonly resetAt: number },
  trend: Trend,
): string {
  const perHour = Math.round(pace(trend) * AHEAD_S);
  return `GitHub calls of ${login} (${resource}) run out: ${least} of ${limit} are left, and ${perHour} are used an hour. They are counted anew at ${clock(resetAt)}.`;
}

/** `14:05 UTC`, of unix seconds. */
export const clock = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(11, 16)} UTC`;
