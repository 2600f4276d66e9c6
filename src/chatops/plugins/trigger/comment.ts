/** Comments to the trigger plugin (spec chatops 2.1.3). */
import type { Presubmit } from "../../../config/model.ts";
import { commandFilter } from "../../../jobs/triggering.ts";
import { deafTo } from "../../commands.ts";
import { nothing } from "../../decide.ts";
import type { Effect } from "../../effects.ts";
import type { GenericComment, PullRequest } from "../../events.ts";
import { answered, cannotCancelOkToTest, needsOkToTest, reply, TEST_HELP_MARKER } from "../../messages.ts";
import { hasLabel, isBot, type Trust, trustedOrOnTrusted, trustedUsers } from "../../permissions.ts";
import type { Decision, View } from "../../plugin.ts";
import { spoken } from "../../text.ts";
import { chosenBy, type Said, saidIn } from "./chosen.ts";
import { helpDue, helpReply } from "./help.ts";
import { NEEDS_OK_TO_TEST, OK_TO_TEST, start } from "./start.ts";
import { table } from "./table.ts";

/**
 * Order: is it for us; is it trusted; labels of /ok-to-test; its cancel; workflow approval; choose jobs; help instead, if
 * it is due; re-run workflows; start; take earlier help away.
 */
export async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = saidIn(comment);
  const named = commandFilter(spoken(comment));
  const jobs = (await view.jobs()).presubmits;
  if (said.size === 0 && !jobs.some((job) => named(job).matches)) return nothing("no command of it");
  if (await isBot(view, comment.author.login)) return nothing("the bot's own text");

  const trust = await trustedOrOnTrusted.check(comment.sender.login, view);
  if (!trust.trusted) return refused(comment, view, trust);
  if (said.has("ok-to-test cancel")) return cancelled(comment, view);

  const settings = view.config.trigger;
  const okToTest = said.has("ok-to-test") && !settings.ignore_ok_to_test;
  const labels = await labelEffects(okToTest, view);
  const pullRequest = await view.pullRequest();
  const { sha, ref: branch } = pullRequest.head;
  const approval: readonly Effect[] =
    okToTest && settings.trigger_github_workflows ? [{ kind: "approveWorkflowRuns", sha, branch }] : [];
  const chosen = await chosenBy(comment, said, pullRequest, view);
  const before = [...labels, ...approval];

  const due = helpDue(said, chosen.length);
  if (due) {
    const help = await helpReply(due, comment, pullRequest, view);
    return { effects: [...before, help], why: `${due}: lists what can be run` };
  }
  const started = await startChosen(chosen, said, pullRequest, view);
  const workflows: readonly Effect[] =
    settings.trigger_github_workflows && (said.has("retest") || said.has("test all"))
      ? [{ kind: "rerunWorkflowRuns", sha, branch }]
      : [];
  const pruned: readonly Effect[] = asksForTests(said) ? [{ kind: "deleteComments", marker: TEST_HELP_MARKER }] : [];
  return { effects: [...before, ...workflows, ...started.effects, ...pruned], why: started.why };
}

function startChosen(
  chosen: readonly Presubmit[],
  said: Said,
  pullRequest: PullRequest,
  view: View,
): Promise<Decision> {
  const retest = said.has("retest") || said.has("retest-required");
  return start(chosen, pullRequest, view, retest ? { "prow.k8s.io/retest": "true" } : {});
}

function refused(comment: GenericComment, view: View, trust: Trust): Decision {
  const message = needsOkToTest(view.config.trigger.ignore_ok_to_test, trust.checked);
  return {
    effects: [{ kind: "comment", body: reply(answered(comment), view, message) }],
    why: `${comment.sender.login} is not trusted (none of: ${trust.checked.join(", ")}), nor is the pull request`,
  };
}

/** Takes back /ok-to-test: only for who is trusted in person. */
async function cancelled(comment: GenericComment, view: View): Promise<Decision> {
  const trust = await trustedUsers.check(comment.sender.login, view);
  if (!trust.trusted) {
    const body = reply(answered(comment), view, cannotCancelOkToTest(trust.checked));
    return { effects: [{ kind: "comment", body }], why: `${comment.sender.login} may not cancel /ok-to-test` };
  }
  const labels = await view.labels();
  const effects: Effect[] = [];
  if (hasLabel(labels, OK_TO_TEST)) effects.push({ kind: "removeLabel", label: OK_TO_TEST });
  if (!hasLabel(labels, NEEDS_OK_TO_TEST)) effects.push({ kind: "addLabel", label: NEEDS_OK_TO_TEST });
  return { effects, why: "the pull request is not trusted any more" };
}

async function labelEffects(okToTest: boolean, view: View): Promise<readonly Effect[]> {
  const labels = await view.labels();
  const has = hasLabel(labels, OK_TO_TEST);
  const effects: Effect[] = [];
  if (okToTest && !has) effects.push({ kind: "addLabel", label: OK_TO_TEST });
  if ((okToTest || has) && hasLabel(labels, NEEDS_OK_TO_TEST)) {
    effects.push({ kind: "removeLabel", label: NEEDS_OK_TO_TEST });
  }
  return effects;
}

function asksForTests(said: Said): boolean {
  return [...said].some((command) => command !== "ok-to-test" && command !== "ok-to-test cancel");
}
