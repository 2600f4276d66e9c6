/** What can be overridden on a commit, and what somebody named (spec chatops 2.18). Pure. */
import type { Presubmit } from "../../../config/model.ts";
import type { CommitStatus } from "../../plugin.ts";
import type { CheckRun } from "../../reads.ts";

export type Target =
  | { readonly kind: "status"; readonly context: string; readonly job: Presubmit | null }
  | { readonly kind: "check"; readonly name: string; readonly detailsUrl: string };

/** Names on a command's line: split at spaces, grouped by double quotes. */
export function namesOn(rest: string): string[] {
  return [...rest.matchAll(/"([^"]*)"|([^\s"]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "").filter(Boolean);
}

/** By name (contexts, names of their jobs, check runs): everything that is not green, and required contexts that are missing. */
export function targetsOf(
  statuses: readonly CommitStatus[],
  jobs: readonly Presubmit[],
  required: readonly string[],
  checks: readonly CheckRun[],
): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>();
  const green = new Set(statuses.filter(({ state }) => state === "success").map(({ context }) => context));
  for (const { name, status, conclusion, detailsUrl } of checks)
    if (status === "completed" && conclusion !== "success" && conclusion !== "neutral")
      targets.set(name, { kind: "check", name, detailsUrl });
  const open = [...statuses.filter(({ state }) => state !== "success").map(({ context }) => context), ...required];
  for (const context of open) {
    if (green.has(context)) continue;
    const job = jobs.find((one) => one.context === context) ?? null;
    const target: Target = { kind: "status", context, job };
    targets.set(context, target);
    if (job) targets.set(job.name, target);
  }
  return targets;
}
