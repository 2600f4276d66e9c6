/** The limits that one job runs under: its decoration's own, else plank's, else Prow's defaults (spec jobs 1.4, 1.10). */
import type { JsonObject, ProwSettings } from "../config/model.ts";
import { durationSeconds } from "../config/values.ts";
import type { ProwJobSpec } from "./prowjob.ts";

export interface RunPolicy {
  /** From the start of the test to its interrupt. */
  readonly timeoutSeconds: number;
  /** From the interrupt to the kill. */
  readonly graceSeconds: number;
  /** From the claim to the runner's first word. */
  readonly unscheduledSeconds: number;
  /** From the claim to the start of the test. */
  readonly pendingSeconds: number;
  /** From the start of the test, whatever its own timeout. */
  readonly runningSeconds: number;
  readonly maxRevivals: number;
  readonly errorOnEviction: boolean;
}

type Plank = Pick<
  ProwSettings["plank"],
  "pod_pending_timeout" | "pod_running_timeout" | "pod_unscheduled_timeout" | "max_revivals"
>;

const DEFAULT_PLANK: Plank = {
  pod_pending_timeout: 600,
  pod_running_timeout: 48 * 3600,
  pod_unscheduled_timeout: 300,
  max_revivals: 3,
};
const DEFAULT_TIMEOUT_SECONDS = 2 * 3600;
const DEFAULT_GRACE_SECONDS = 15;

/** `plank` null: the configuration is not known. An undecorated job has no timeout of its own, as in Prow. */
export function runPolicy(spec: ProwJobSpec, plank: Plank | null): RunPolicy {
  const limits = plank ?? DEFAULT_PLANK;
  const decoration = spec.decoration_config;
  const runningSeconds = positive(decoration, "pod_running_timeout") ?? limits.pod_running_timeout;
  // A build may stand in Jenkins' queue as long as Jenkins likes (spec jobs 4.18).
  const start = spec.agent === "jenkins" ? runningSeconds : null;
  return {
    timeoutSeconds: decoration ? (positive(decoration, "timeout") ?? DEFAULT_TIMEOUT_SECONDS) : runningSeconds,
    graceSeconds: positive(decoration, "grace_period") ?? DEFAULT_GRACE_SECONDS,
    unscheduledSeconds: start ?? positive(decoration, "pod_unscheduled_timeout") ?? limits.pod_unscheduled_timeout,
    pendingSeconds: start ?? positive(decoration, "pod_pending_timeout") ?? limits.pod_pending_timeout,
    runningSeconds,
    maxRevivals: limits.max_revivals,
    errorOnEviction: spec.error_on_eviction === true,
  };
}

function positive(decoration: JsonObject | undefined, key: string): number | null {
  const value = decoration?.[key];
  const seconds = typeof value === "string" || typeof value === "number" ? durationSeconds(value) : null;
  return seconds !== null && seconds > 0 ? seconds : null;
}
