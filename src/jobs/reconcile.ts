/**
 * What a change of the configuration means for open pull requests: Prow's status-reconciler (spec jobs 4.9). Pure. A
 * context that no job reports any more would block a merge for ever; one that is new and required would never come.
 */
import * as z from "zod";
import type { Presubmit } from "../config/model.ts";
import { contextRequired, couldRun, needsExplicitTrigger } from "./triggering.ts";

const Branches = { branches: z.array(z.string()).default([]), skip_branches: z.array(z.string()).default([]) };

export const Reconciliation = z.object({
  /** Names of jobs to start. */
  trigger: z.array(z.string()),
  /** Contexts of jobs that are gone. */
  retire: z.array(z.object({ context: z.string(), ...Branches })),
  /** Contexts that have a new name. */
  migrate: z.array(z.object({ from: z.string(), to: z.string(), ...Branches })),
});
export type Reconciliation = z.infer<typeof Reconciliation>;

const branchesOf = ({ branches = [], skip_branches = [] }: Presubmit) => ({
  branches: [...branches],
  skip_branches: [...skip_branches],
});

/** New and automatic; or silent before; or with other changed files that start it. Required ones only. */
function isToRun(job: Presubmit, before: readonly Presubmit[]): boolean {
  if (!contextRequired(job) || needsExplicitTrigger(job)) return false;
  const known = before.find((one) => one.name === job.name);
  if (!known) return true;
  if (known.skip_report && !job.skip_report) return true;
  return known.run_if_changed !== job.run_if_changed || known.skip_if_only_changed !== job.skip_if_only_changed;
}

/** The difference between a repository's presubmits then and now; null when it means nothing. */
export function reconciliation(before: readonly Presubmit[], after: readonly Presubmit[]): Reconciliation | null {
  const names = new Set(after.map((job) => job.name));
  const contexts = new Set(after.filter((job) => !job.skip_report).map((job) => job.context));
  const gone = before.filter((job) => !job.skip_report && !names.has(job.name) && !contexts.has(job.context));
  const trigger = after.filter((job) => isToRun(job, before)).map((job) => job.name);
  const retire = gone.map((job) => ({ context: job.context, ...branchesOf(job) }));
  const migrate = after.flatMap((job) => {
    const known = before.find((one) => one.name === job.name);
    const renamed = known && contextRequired(job) && !known.skip_report && known.context !== job.context;
    if (!renamed || contexts.has(known.context)) return [];
    return [{ from: known.context, to: job.context, ...branchesOf(job) }];
  });
  if (trigger.length + retire.length + migrate.length === 0) return null;
  return { trigger: [...new Set(trigger)], retire, migrate };
}

/** What of it concerns a base branch; null: nothing. Which jobs run there is for their own filters to say. */
export function onBranch(all: Reconciliation, branch: string): Reconciliation | null {
  const retire = all.retire.filter((one) => couldRun(one, branch));
  const migrate = all.migrate.filter((one) => couldRun(one, branch));
  if (all.trigger.length + retire.length + migrate.length === 0) return null;
  return { trigger: all.trigger, retire, migrate };
}
