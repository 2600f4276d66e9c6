/** Cadence -> duty. Cron only kicks objects; each does its own slice by alarm (design 1.4). */
import { dailyLook } from "./chatops/daily.ts";
import { redeliverMissed } from "./chatops/missed.ts";
import type { Env } from "./env.ts";
import { protectSome } from "./jobs/branch-protector-duty.ts";
import { jobsMaxAge } from "./jobs/retention.ts";
import { sweepRows } from "./store/sweep.ts";
import { sweepTokens } from "./store/token-windows.ts";
import { step as metricsStep } from "./metrics/step.ts";
import { syncPools } from "./tide/sync.ts";
import { mirroredRepositories } from "./velodrome/mirror/mirrored.ts";
import { weeklyReports } from "./velodrome/reports/duty.ts";

type Duty = (env: Env, scheduledTime: number) => Promise<void>;

/** Safety net: should it not have heard of a new configuration. Its own alarm starts the periodic jobs. */
const horologium: Duty = (env) => env.HOROLOGIUM.getByName("installation").sync();

const DAY_MS = 24 * 3600_000;
/** As long as objects remember deliveries. */
const DELIVERIES_MS = 91 * DAY_MS;

/** Each job forgets itself by its own alarm; a day later its row is of one that never set it, and is told so. */
const sinker: Duty = (env, now) => {
  const jobs = now - jobsMaxAge(env) - DAY_MS;
  return sweepRows(env.DB, { jobs, deliveries: now - DELIVERIES_MS }, (id) =>
    env.JOB.getByName(`job:${id}`).forgetBefore(jobs),
  );
};

/** Each mirror asks what is new: mostly answered with "nothing", which costs no calls. */
const fetcher: Duty = async (env) => {
  const names = await mirroredRepositories(env);
  await Promise.all(names.map((name) => env.MIRROR.getByName(name).sync()));
};

/** One step of the metrics of builds. It may use up what an invocation may read of D1, so it has a cadence of its own. */
const bigquery: Duty = async (env, now) => {
  await metricsStep(env, now);
};

const tokens: Duty = (env, now) => sweepTokens(env.DB, now);

const DUTIES: Readonly<Record<string, readonly Duty[]>> = {
  "*/5 * * * *": [horologium, redeliverMissed, dailyLook, sinker, protectSome, syncPools, fetcher, tokens],
  "3-59/5 * * * *": [bigquery],
  // One reads most of what an invocation may, too.
  "4-59/5 * * * *": [weeklyReports],
};

/** Runs every duty of a cadence; one that fails does not stop its siblings. */
export async function runCron(
  cron: string,
  scheduledTime: number,
  env: Env,
  _context: ExecutionContext,
): Promise<void> {
  const outcomes = await Promise.allSettled((DUTIES[cron] ?? []).map((duty) => duty(env, scheduledTime)));
  const failures = outcomes.filter((outcome) => outcome.status === "rejected").map((outcome) => outcome.reason);
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} duties of ${cron} failed`);
}
