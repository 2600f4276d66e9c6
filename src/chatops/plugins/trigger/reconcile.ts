/**
 * Open pull requests after a change of the configuration (spec jobs 4.9): the repository wakes each, one after another,
 * and each starts what is new, takes over what has a new name, and retires what is gone.
 */
import { filterPresubmits, testAllFilter } from "../../../jobs/triggering.ts";
import { onBranch, Reconciliation } from "../../../jobs/reconcile.ts";
import { nothing } from "../../decide.ts";
import type { Effect, StatusState } from "../../effects.ts";
import type { PullRequest, TimerEvent } from "../../events.ts";
import { isTrustedPullRequest } from "../../permissions.ts";
import type { CommitStatus, Decision, View } from "../../plugin.ts";
import { changedPaths, start } from "./start.ts";

const PREFIX = "configuration ";
/** Between two pull requests of a repository: GitHub's budget for writing is small. */
const PAUSE_MS = 2_000;
/** The version of before may be remembered for two seconds. */
const SETTLE_MS = 5_000;
const STATES: readonly StatusState[] = ["pending", "success", "failure", "error"];

export const RECONCILER = "trigger";

/** The note of a timer: in the repository's object for all of it, in a conversation for its branch. */
export const reconcileNote = (what: Reconciliation): string => `${PREFIX}${JSON.stringify(what)}`;

export async function timer({ note }: TimerEvent, view: View): Promise<Decision> {
  if (!note.startsWith(PREFIX)) return nothing("no timer of it");
  const what = Reconciliation.parse(JSON.parse(note.slice(PREFIX.length)));
  return view.number === 0 ? await wakeAll(what, view) : await reconcile(what, view);
}

async function wakeAll(what: Reconciliation, view: View): Promise<Decision> {
  const effects: Effect[] = [];
  for (const { number, base } of await view.openPulls()) {
    const here = onBranch(what, base);
    if (here === null) continue;
    const afterMs = SETTLE_MS + effects.length * PAUSE_MS;
    effects.push({ kind: "lookAgain", plugin: RECONCILER, note: reconcileNote(here), afterMs, number });
  }
  return { effects, why: `the configuration changed: ${effects.length} open pull requests look again` };
}

async function reconcile(what: Reconciliation, view: View): Promise<Decision> {
  const pull = await view.pullRequest();
  if (pull.state !== "open") return nothing("it is closed");
  const statuses = await view.statuses(pull.head.sha);
  const started = await startNew(what, pull, view);
  const settled = [...retired(what, statuses, pull), ...migrated(what, statuses, pull)];
  return { effects: [...started.effects, ...settled], why: `the configuration changed: ${started.why}` };
}

/** Prow's own order of refusals: a draft, a conflict, somebody who is not trusted. */
async function startNew({ trigger }: Reconciliation, pull: PullRequest, view: View): Promise<Decision> {
  if (trigger.length === 0) return nothing("no new job is required");
  if (pull.draft) return nothing("jobs do not start by themselves on a draft");
  if (!(await isTrustedPullRequest(pull.author.login, view))) return nothing(`${pull.author.login} is not trusted`);
  const jobs = view.config.presubmits.filter((job) => trigger.includes(job.name));
  const chosen = await filterPresubmits(testAllFilter, jobs, pull.base.ref, () => changedPaths(view));
  return await start(chosen, pull, view);
}

type Status = Extract<Effect, { kind: "setStatus" }>;

const done = (pull: PullRequest, context: string, description: string): Status => ({
  kind: "setStatus",
  sha: pull.head.sha,
  context,
  state: "success",
  description: description.slice(0, 140),
  targetUrl: "",
});

function retired({ retire }: Reconciliation, statuses: readonly CommitStatus[], pull: PullRequest): Effect[] {
  const there = new Set(statuses.map(({ context }) => context));
  return [...new Set(retire.map(({ context }) => context))]
    .filter((context) => there.has(context))
    .map((context) => done(pull, context, "Context retired without replacement."));
}

function migrated({ migrate }: Reconciliation, statuses: readonly CommitStatus[], pull: PullRequest): Effect[] {
  const known = new Map(statuses.map((status) => [status.context, status]));
  return migrate.flatMap(({ from, to }): Effect[] => {
    const old = known.get(from);
    if (!old || known.has(to)) return [];
    const { description, targetUrl = "" } = old;
    const state = STATES.find((one) => one === old.state) ?? "pending";
    const moved: Status = { ...done(pull, to, description), state, targetUrl };
    return [moved, done(pull, from, `Context retired. Status moved to "${to}".`)];
  });
}
