/** When a periodic job runs (spec jobs 1.7, 4.4). Pure; all times in milliseconds. */
import { isEvery, nextFire } from "../config/cron.ts";
import type { Periodic } from "../config/model.ts";
import { durationSeconds } from "../config/values.ts";

export type Clock = Pick<Periodic, "cron" | "interval" | "minimum_interval" | "retry">;

export interface LatestRun {
  readonly startedAt: number;
  /** Null while it runs. */
  readonly endedAt: number | null;
  readonly succeeded: boolean;
  /** How many retries it is away from a run of its own; its label `prow.k8s.io/re-run`. */
  readonly rerun: number;
}

export interface Known {
  /** Null: it has never run. */
  readonly latest: LatestRun | null;
  /** When its cron line fires next, or since when a job without one waits for its first run. */
  readonly armed: number | null;
  /** Later than its clock says, always the same for a job. */
  readonly delay: number;
}

export interface Firing {
  readonly at: number;
  /** 0: a run of its own; else the number of the retry. */
  readonly rerun: number;
}

/** Retries in a row, however many are configured. */
const MOST_RETRIES = 10;

const ms = (duration: string): number => (durationSeconds(duration) ?? 0) * 1000;

/** What changes when the job's clock does: its cron line is armed anew then, and only then. */
export const clockKey = ({ cron, interval, minimum_interval }: Clock): string =>
  JSON.stringify([cron ?? "", interval ?? "", minimum_interval ?? ""]);

/** First arming, and again after each firing. `@every` fires when it is first seen; another line never does. */
export function arm({ cron }: Clock, now: number, isNew: boolean): number | null {
  if (!cron) return now;
  return isNew && isEvery(cron) ? now : nextFire(cron, now);
}

function ownRun(clock: Clock, { latest, armed, delay }: Known): number | null {
  if (clock.cron || latest === null) return armed === null ? null : armed + delay;
  if (latest.endedAt === null) return null;
  if (clock.minimum_interval) return latest.endedAt + ms(clock.minimum_interval);
  return latest.startedAt + ms(clock.interval ?? "");
}

function retryOf({ retry }: Clock, latest: LatestRun | null): Firing | null {
  if (!retry || latest === null) return null;
  const rerun = latest.rerun + 1;
  if (rerun > Math.min(retry.attempts ?? 0, MOST_RETRIES)) return null;
  if (!retry.run_all && (latest.endedAt === null || latest.succeeded)) return null;
  return { at: Math.max(latest.startedAt + ms(retry.interval ?? ""), latest.endedAt ?? 0), rerun };
}

/** What comes next; null: nothing before the latest run ends, or never. Of two that are due, the run of its own. */
export function nextFiring(clock: Clock, known: Known, now: number): Firing | null {
  const own = ownRun(clock, known);
  const retry = retryOf(clock, known.latest);
  if (own === null) return retry;
  if (retry === null || own <= now || own <= retry.at) return { at: own, rerun: 0 };
  return retry;
}

/** Whether a firing starts a run: a cron line that fires while the latest run goes on is lost, as in Prow. */
export const startsRun = (latest: LatestRun | null, rerun: number): boolean =>
  latest === null || latest.endedAt !== null || rerun > 0;

/** The delay of a job, from 0 to below `jitter`: spread evenly over names (FNV-1a), and the same every time. */
export function delayOf(name: string, jitter: number): number {
  if (jitter <= 0) return 0;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Math.floor((Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0) % jitter);
}
