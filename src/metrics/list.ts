/** The metrics that are made of builds (spec velodrome 2.2), under the original's names. */
import { buildStats } from "./build-stats.ts";
import { prConsistency, weeklyConsistency } from "./consistency.ts";
import { failures } from "./failures.ts";
import { dailyFlakes, jobFlakes, postsubmitFlakes, weekFlakes } from "./flakes.ts";
import { jobHealth, presubmitHealth, weeklyHealth } from "./health.ts";
import type { Metric } from "./metric.ts";
import { trends } from "./trends.ts";

export const METRICS: readonly Metric[] = [
  buildStats,
  failures,
  weekFlakes,
  dailyFlakes,
  jobFlakes,
  prConsistency,
  weeklyConsistency,
  presubmitHealth,
  jobHealth,
  weeklyHealth,
  postsubmitFlakes,
];

/** Those that dashboards show, of the running day too. */
export const SHOWN: readonly Metric[] = [buildStats, failures, weekFlakes, prConsistency, trends];

/** Kept, but not told: for the dashboards. */
export const KEPT: readonly Metric[] = [...METRICS, trends];
