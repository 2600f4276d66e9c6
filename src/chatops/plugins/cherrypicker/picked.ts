/** What follows from a cherry-pick of the runner (spec chatops 2.40). */
import type { GitTaskOutcome } from "../../../jobs/git-task.ts";
import type { Effect } from "../../effects.ts";
import type { PullRequest } from "../../events.ts";
import { reply } from "../../messages.ts";
import {
  pickConflict,
  pickDescription,
  pickFailed,
  pickIssue,
  pickNoTarget,
  pickOpened,
} from "../../messages-cherry-pick.ts";
import type { Decision, View } from "../../plugin.ts";
import { noteIn } from "../release-note/note.ts";
import type { Request } from "./requests.ts";

/** The new pull request of a branch that was pushed; otherwise what went wrong. */
export async function picked(
  request: Request,
  branch: string,
  outcome: GitTaskOutcome,
  pullRequest: PullRequest,
  view: View,
): Promise<Decision> {
  const { number } = pullRequest;
  const { target, requester } = request;
  const config = view.config.settings.cutwater.cherrypicker;
  const say = (message: string): Effect => ({ kind: "comment", body: reply(request.answered, view, message) });
  if (outcome.state === "conflict") {
    const effects = [say(pickConflict(number, target, outcome.output))];
    if (config.create_issue_on_conflict) {
      const issue = pickIssue(number, target, outcome.output);
      effects.push({ kind: "createIssue", ...issue, assignees: [requester], labels: [] });
    }
    return { effects, why: `it does not apply to ${target}` };
  }
  if (outcome.state === "no-target") {
    return { effects: [say(pickNoTarget(target, outcome.output))], why: `there is no branch ${target}` };
  }
  if (outcome.state !== "picked") {
    const message = outcome.state === "failed" ? outcome.message : `the runner answered ${outcome.state}`;
    return { effects: [say(pickFailed(target, message))], why: message };
  }
  const assignee = config.use_prow_assignments ? requester : "";
  const kinds = (await view.labels()).flatMap((label) => (label.startsWith("kind/") ? [label.slice(5)] : []));
  const body = pickDescription({
    number,
    requester: assignee,
    note: noteIn(pullRequest.body),
    chain: request.chain,
    kinds: kinds.toSorted(),
  });
  const { opened, refused } = pickOpened(request.answered, view, target);
  const effect: Effect = {
    kind: "createPullRequest",
    head: branch,
    base: target,
    title: titleOf(pullRequest, target),
    body,
    labels: config.labels,
    assignees: assignee === "" ? [] : [assignee],
    onOpened: opened,
    onRefused: refused,
  };
  return { effects: [effect], why: `picked to ${target}` };
}

/** A pick of a pick names the new branch only. */
function titleOf({ title, base }: PullRequest, target: string): string {
  return `[${target}] ${title.replace(`[${base.ref}] `, "")}`;
}
