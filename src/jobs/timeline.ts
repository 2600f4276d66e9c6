/** The lines of a job's timeline: what happened at a step, in words. Pure. */
import type { JobEvent, JobRecord } from "./lifecycle.ts";
import { isComplete } from "./lifecycle.ts";

interface Line {
  readonly what: string;
  readonly detail: string;
}

/** What a step is worth telling; null when it is not. */
export function timelineLine(before: JobRecord, event: JobEvent, after: JobRecord): Line | null {
  if (after === before) return null;
  if (after.attempt > before.attempt) return { what: `Attempt ${before.attempt} lost`, detail: after.description };
  switch (event.type) {
    case "admitted":
      return { what: "Queued", detail: "" };
    case "claimed":
      return { what: `Taken by a runner`, detail: `${after.runner}, build ${after.buildId}` };
    case "resumed":
      return { what: "Runner is back", detail: after.runner };
    case "heard":
      return null;
    case "phase":
      return { what: PHASES[event.phase], detail: event.node };
    case "abort":
      if (!isComplete(after)) return { what: "Stopping", detail: after.description };
      break;
    case "waiting":
      return { what: "Waiting", detail: event.description };
    case "lost":
      if (!isComplete(after)) return { what: "Queued again", detail: event.reason };
      break;
    case "finished":
      if (!isComplete(after)) return { what: "Waiting for the end of the log", detail: "" };
      break;
    case "deadline":
    case "log-whole":
    case "unheld":
      if (!isComplete(after)) return { what: "Stopping", detail: after.description };
      break;
  }
  return isComplete(after) ? { what: ENDS[after.state] ?? "Ended", detail: after.description } : null;
}

const PHASES = { cloning: "Cloning", running: "Running", uploading: "Uploading artifacts" } as const;
const ENDS: Readonly<Record<string, string>> = {
  success: "Succeeded",
  failure: "Failed",
  aborted: "Aborted",
  error: "Error",
};
