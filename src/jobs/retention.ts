/** How long finished jobs are kept: sinker's part for jobs, their logs and artifacts, and their rows (spec jobs 4.3). */
import { durationSeconds } from "../config/values.ts";
import { type Env, settings } from "../env.ts";

/** Milliseconds after the end of a job. */
export const jobsMaxAge = (env: Env): number => (durationSeconds(settings(env).JOBS_MAX_AGE) ?? 0) * 1000;
