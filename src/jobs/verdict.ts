/** From what a runner saw, or from its silence, to the state of a job (spec jobs 2.3, 6.5). Pure. */
import { durationText } from "./duration.ts";
import type { RunPolicy } from "./policy.ts";
import type { FinishReport } from "./protocol.ts";
import type { JobState } from "./prowjob.ts";

export type FinalState = Extract<JobState, "success" | "failure" | "aborted" | "error">;

export const isFinal = (state: JobState): state is FinalState =>
  state === "success" || state === "failure" || state === "aborted" || state === "error";

export type Verdict =
  | { readonly kind: "end"; readonly state: FinalState; readonly description: string }
  /** Run it anew: a new attempt with a new build id. */
  | { readonly kind: "again"; readonly why: string };

type Evidence = Pick<FinishReport, "exitCodes" | "reason" | "message">;

/**
 * The verdict on a finished attempt. `revivals` counts the attempts that were started anew before.
 * An out-of-memory kill and a start that the cluster refused are errors; a timeout and a failed clone are failures;
 * what vanished through no fault of the test runs again, unless `error_on_eviction` or after `max_revivals`.
 */
export function verdictOf(evidence: Evidence, policy: RunPolicy, revivals: number): Verdict {
  const said = evidence.message.trim();
  switch (evidence.reason) {
    case "completed":
      return completed(evidence);
    case "timeout":
      return end("failure", `Job failed: it did not finish within ${durationText(policy.timeoutSeconds)}.`);
    case "clone-failed":
      return end("failure", withDetail("Cloning failed", said));
    case "start-failed":
      return end("error", withDetail("The job could not be started", said));
    case "aborted":
      return end("aborted", withDetail("Job aborted", said));
    case "oom-killed":
      return end("error", withDetail("A container of the job ran out of memory", said));
    case "pending-timeout":
      return end("error", "Pod pending timeout.");
    case "unschedulable":
      return end("error", withDetail("Pod scheduling timeout", said));
    case "runner-restarted":
      return vanished("The runner was restarted and its work was lost.", policy, revivals);
    default:
      return vanished(withDetail(VANISHED[evidence.reason], said), policy, revivals);
  }
}

/** What went away through no fault of the test. */
const VANISHED = { evicted: "The pod was evicted", "pod-lost": "The pod vanished" } as const;

/** The verdict when a runner stopped reporting and its lease ran out. */
export function verdictOfLoss(reason: string, policy: RunPolicy, revivals: number): Verdict {
  return vanished(withDetail("The runner was lost", reason.trim()), policy, revivals);
}

function completed({ exitCodes, message }: Evidence): Verdict {
  if (exitCodes.length === 0) return end("error", "The job ended, but no container reported an exit code.");
  const failed = exitCodes.filter(({ code }) => code !== 0);
  if (failed.length === 0) return end("success", "Job succeeded.");
  const said = message.trim();
  if (said !== "") return end("failure", withDetail("Job failed", said));
  if (exitCodes.length === 1) return end("failure", `Job failed: exit code ${failed[0]?.code ?? "unknown"}.`);
  return end(
    "failure",
    `Job failed: ${failed.map(({ container, code }) => `${container} exited ${code}`).join(", ")}.`,
  );
}

function vanished(what: string, policy: RunPolicy, revivals: number): Verdict {
  const sentence = what.endsWith(".") ? what : `${what}.`;
  if (policy.errorOnEviction)
    return end("error", `${sentence} The job does not run again by itself (error_on_eviction).`);
  if (revivals >= policy.maxRevivals) return end("error", `${sentence} It was started anew ${revivals} times already.`);
  return { kind: "again", why: sentence };
}

function withDetail(what: string, detail: string): string {
  const line = detail.split("\n", 1)[0] ?? "";
  return line === "" ? `${what}.` : `${what}: ${line}`;
}

function end(state: FinalState, description: string): Verdict {
  return { kind: "end", state, description };
}
