/** Which jobs a comment chooses (spec chatops 2.1.3 step 8, jobs 3.3). */
import type { Presubmit } from "../../../config/model.ts";
import {
  commandFilter,
  contextsOf,
  type Filter,
  filterPresubmits,
  firstMatching,
  manualRequiredFilter,
  retestFilter,
  retestRequiredFilter,
  testAllFilter,
} from "../../../jobs/triggering.ts";
import { heard } from "../../commands.ts";
import type { GenericComment, PullRequest } from "../../events.ts";
import type { View } from "../../plugin.ts";
import { spoken } from "../../text.ts";
import { changedPaths } from "./start.ts";
import { table, type TriggerCommand } from "./table.ts";

export type Said = ReadonlySet<TriggerCommand>;

/** The commands of trigger in a comment. */
export const saidIn = (comment: GenericComment): Said => new Set(heard(table, comment).map((command) => command.said));

/** The presubmits that a comment starts, if whoever wrote it may, in configured order. */
export async function chosenBy(
  comment: GenericComment,
  said: Said,
  pullRequest: PullRequest,
  view: View,
): Promise<readonly Presubmit[]> {
  const { presubmits } = await view.jobs();
  const filter = await filterOf(commandFilter(spoken(comment)), said, pullRequest, view);
  return await filterPresubmits(filter, presubmits, pullRequest.base.ref, () => changedPaths(view));
}

/** Filters in the order in which they decide. Statuses are read only when a retest was asked for. */
async function filterOf(named: Filter, said: Said, pullRequest: PullRequest, view: View): Promise<Filter> {
  const filters: Filter[] = [named];
  if (said.has("retest") || said.has("retest-required")) {
    const contexts = contextsOf(await view.statuses(pullRequest.head.sha));
    if (said.has("retest")) filters.push(retestFilter(contexts));
    if (said.has("retest-required")) filters.push(retestRequiredFilter(contexts));
  }
  if (said.has("test-manual-required")) filters.push(manualRequiredFilter);
  const okToTest = said.has("ok-to-test") && !view.config.trigger.ignore_ok_to_test;
  if (said.has("test all") || okToTest) filters.push(testAllFilter);
  return firstMatching(filters);
}
