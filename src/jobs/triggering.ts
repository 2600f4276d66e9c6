/**
 * Which jobs an event starts (spec jobs 1.5, 1.6, 3). Pure: hook, tide and the robots all decide with these functions.
 * Branch filters, change matchers and triggers are Go regular expressions, unanchored.
 */
import { goRegExp } from "../config/goregexp.ts";
import type { Postsubmit, Presubmit } from "../config/model.ts";

/** What decides on branches; every presubmit and postsubmit has it. */
type Branches = Pick<Presubmit, "branches" | "skip_branches">;
type Changes = Pick<Presubmit, "run_if_changed" | "skip_if_only_changed">;

/** The paths that a change touches, asked for only when a change matcher needs them, and at most once. */
export type ChangedPaths = () => Promise<readonly string[]>;

/** Wraps a reader so that it runs at most once, however many jobs ask. */
export function changedPathsOnce(read: ChangedPaths): ChangedPaths {
  let asked: Promise<readonly string[]> | undefined;
  return () => {
    asked ??= read();
    return asked;
  };
}

/** `CouldRun`: whether a job's branch filter lets it run on a branch. Each list is one alternation; skipping wins. */
export function couldRun(job: Branches, branch: string): boolean {
  if (job.skip_branches?.length && goRegExp(job.skip_branches.join("|")).test(branch)) return false;
  if (!job.branches?.length) return true;
  return goRegExp(job.branches.join("|")).test(branch);
}

/** Whether a job decides by changed files. */
function hasChangeMatcher(job: Changes): boolean {
  return Boolean(job.run_if_changed || job.skip_if_only_changed);
}

/** Whether a change matcher lets a job run; an empty list of paths never matches. */
function matchesChanges(job: Changes, paths: readonly string[]): boolean {
  if (job.run_if_changed) {
    const pattern = goRegExp(job.run_if_changed);
    return paths.some((path) => pattern.test(path));
  }
  if (job.skip_if_only_changed) {
    const pattern = goRegExp(job.skip_if_only_changed);
    return paths.some((path) => !pattern.test(path));
  }
  return false;
}

/** Runs only when somebody (or tide) asks for it by name. */
export function needsExplicitTrigger(job: Presubmit): boolean {
  return !job.always_run && !hasChangeMatcher(job);
}

/** Does not run on every change. */
export function triggersConditionally(job: Presubmit): boolean {
  return !job.always_run;
}

/** Its context has to be green before a merge. */
export function contextRequired(job: Pick<Presubmit, "optional" | "skip_report">): boolean {
  return !job.optional && !job.skip_report;
}

/**
 * `ShouldRun` of a presubmit, in this order: branch filter, always_run, forced, change matcher (or `byDefault`), default.
 * With `byDefault` a job with a matcher runs even if nothing matched: that is how /retest repeats a failed job.
 */
export async function presubmitShouldRun(
  job: Presubmit,
  branch: string,
  changes: ChangedPaths,
  forced: boolean,
  byDefault: boolean,
): Promise<boolean> {
  if (!couldRun(job, branch)) return false;
  if (job.always_run || forced) return true;
  if (byDefault || !hasChangeMatcher(job)) return byDefault;
  return matchesChanges(job, await changes());
}

/** `ShouldRun` of a postsubmit: branch filter, then change matcher, then `always_run`, which is true unless set. */
export async function postsubmitShouldRun(job: Postsubmit, branch: string, changes: ChangedPaths): Promise<boolean> {
  if (!couldRun(job, branch)) return false;
  if (hasChangeMatcher(job)) return matchesChanges(job, await changes());
  return job.always_run ?? true;
}

/** What a filter says of a job: whether it is considered at all, and with which defaults. */
interface Verdict {
  readonly matches: boolean;
  readonly forced: boolean;
  readonly byDefault: boolean;
}

export type Filter = (job: Presubmit) => Verdict;

const NO: Verdict = { matches: false, forced: false, byDefault: false };

/** A job whose trigger matches the text, run whatever its change matcher says. */
export function commandFilter(text: string): Filter {
  const commands = /^\//m.test(text);
  return (job) => {
    // Most triggers can only match at a slash that begins a line.
    if (!commands && job.trigger.startsWith("(?m)^/")) return NO;
    return goRegExp(job.trigger).test(text) ? { matches: true, forced: true, byDefault: true } : NO;
  };
}

/** Contexts on the head of a pull request, for /retest. */
export interface Contexts {
  readonly failed: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

/** Ends the description of a context that retests leave alone, whatever its state (`/override-sticky`, spec jobs 5.6). */
export const SKIP_RETEST = " [prow:skip-retest]";

interface ContextState {
  readonly context: string;
  readonly state: string;
  readonly description?: string;
}

/** Sorts statuses into what /retest looks at. */
export function contextsOf(statuses: readonly ContextState[]): Contexts {
  const all = new Set<string>();
  const failed = new Set<string>();
  for (const { context, state, description = "" } of statuses) {
    all.add(context);
    // Behind the mark may stand the base's sha.
    const leftAlone = description.includes(SKIP_RETEST);
    if (!leftAlone && (state === "failure" || state === "error")) failed.add(context);
  }
  return { all, failed };
}

/** Failed contexts, and automatic jobs that never reported. */
export function retestFilter(contexts: Contexts): Filter {
  return (job) => {
    const failed = contexts.failed.has(job.context);
    const matches = failed || (!needsExplicitTrigger(job) && !contexts.all.has(job.context));
    return { matches, forced: false, byDefault: failed };
  };
}

/** As /retest, for jobs that are not optional. */
export function retestRequiredFilter(contexts: Contexts): Filter {
  const retest = retestFilter(contexts);
  return (job) => (job.optional ? NO : retest(job));
}

/** Jobs that are needed but never start by themselves. */
export const manualRequiredFilter: Filter = (job) =>
  !job.optional && needsExplicitTrigger(job) ? { matches: true, forced: true, byDefault: false } : NO;

/** Everything that runs automatically. */
export const testAllFilter: Filter = (job) => ({
  matches: !needsExplicitTrigger(job),
  forced: false,
  byDefault: false,
});

/** Asks filters in their order: the first one that matches decides. */
export function firstMatching(filters: readonly Filter[]): Filter {
  return (job) => {
    for (const filter of filters) {
      const verdict = filter(job);
      if (verdict.matches) return verdict;
    }
    return NO;
  };
}

/** The presubmits that a filter selects and that should run on a branch with these changes, in configured order. */
export async function filterPresubmits(
  filter: Filter,
  jobs: readonly Presubmit[],
  branch: string,
  changes: ChangedPaths,
): Promise<readonly Presubmit[]> {
  const once = changedPathsOnce(changes);
  const chosen: Presubmit[] = [];
  for (const job of jobs) {
    const { matches, forced, byDefault } = filter(job);
    if (matches && (await presubmitShouldRun(job, branch, once, forced, byDefault))) chosen.push(job);
  }
  return chosen;
}

/** The postsubmits that a push starts, in configured order. */
export async function filterPostsubmits(
  jobs: readonly Postsubmit[],
  branch: string,
  changes: ChangedPaths,
): Promise<readonly Postsubmit[]> {
  const once = changedPathsOnce(changes);
  const chosen: Postsubmit[] = [];
  for (const job of jobs) {
    if (await postsubmitShouldRun(job, branch, once)) chosen.push(job);
  }
  return chosen;
}

/** The branch or tag that a ref names, slashes kept; the ref itself when it is neither. */
export function branchOfRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, "");
}
