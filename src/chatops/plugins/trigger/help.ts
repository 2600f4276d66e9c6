/** The answer to `/test ?` and to what was not understood (spec chatops 2.1.3 step 8). */
import { contextRequired, couldRun, filterPresubmits, testAllFilter } from "../../../jobs/triggering.ts";
import type { Effect } from "../../effects.ts";
import type { GenericComment, PullRequest } from "../../events.ts";
import { answered, type HelpNote, reply, testHelp } from "../../messages.ts";
import type { View } from "../../plugin.ts";
import { changedPaths } from "./start.ts";
import type { TriggerCommand } from "./table.ts";

/** Which help is due, in order of precedence; the last two only when no job was chosen. Null: none. */
export function helpDue(said: ReadonlySet<TriggerCommand>, chosen: number): HelpNote | null {
  if (said.has("help")) return "asked";
  if (said.has("test without target")) return "no target";
  if (said.has("retest with target")) return "retest with target";
  if (chosen > 0) return null;
  if (said.has("test all")) return "nothing automatic";
  return said.has("test") ? "unknown target" : null;
}

/** The reply that lists what can be run on the pull request's base branch. */
export async function helpReply(
  note: HelpNote,
  comment: GenericComment,
  pullRequest: PullRequest,
  view: View,
): Promise<Effect> {
  const branch = pullRequest.base.ref;
  const jobs = (await view.jobs()).presubmits.filter((job) => couldRun(job, branch));
  const automatic = await filterPresubmits(testAllFilter, jobs, branch, () => changedPaths(view));
  const message = testHelp(note, {
    branch: `${view.repository.owner}/${view.repository.repo}@${branch}`,
    required: jobs.filter(contextRequired).map((job) => job.rerun_command),
    optional: jobs.filter((job) => !contextRequired(job)).map((job) => job.rerun_command),
    automatic: automatic.map((job) => job.name),
    all: automatic.length === jobs.length,
  });
  return { kind: "comment", body: reply(answered(comment), view, message) };
}
