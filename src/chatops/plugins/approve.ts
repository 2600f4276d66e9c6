/**
 * `approve`: whether every changed area has an approver of its OWNERS files (spec chatops 2.2). Each look computes all of it
 * anew from what was said, and brings the label and the one notice in line.
 */
import type { RepoConfig } from "../../config/model.ts";
import { deafTo, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequest, PullRequestEvent, ReviewEvent } from "../events.ts";
import { latest } from "../latest.ts";
import { APPROVAL_MARKER, approvalNotice } from "../messages-approve.ts";
import { hasLabel, isBot, sameLogin } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { replay, statementsOf } from "./approve/collect.ts";
import { saidIn, table } from "./approve/commands.ts";
import { judge } from "./approve/decide.ts";

const APPROVED = "approved";

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  if (saidIn(comment.body, view.config.settings.approve).length === 0) return nothing("no command of it");
  return look(await view.pullRequest(), view, comment);
}

/** A review counts by its state; one whose text has a command arrives as a comment too and counts there. */
async function review(event: ReviewEvent, view: View): Promise<Decision> {
  const config = view.config.settings.approve;
  const { action, review } = event;
  if (config.ignore_review_state) return nothing("states of reviews do not count here");
  if (action === "edited") return nothing("edited reviews change nothing");
  if (review.author.type === "Bot" || (await isBot(view, review.author.login))) return nothing("a review of an app");
  if (!["approved", "changes_requested", "dismissed"].includes(review.state)) return nothing("it takes no side");
  if (saidIn(review.body, config).length > 0) return nothing("the command in its text counts instead");
  return look(await latest(event.pullRequest, view), view, event);
}

/** A person sets the label by hand: the notice tells of it. */
async function labeled(event: PullRequestEvent, view: View): Promise<Decision> {
  if (event.action !== "labeled") return nothing(`${event.action} is left to the rule`);
  if (!sameLogin(event.label ?? "", APPROVED)) return nothing("another label");
  if (event.pullRequest.state === "closed") return nothing("the pull request is closed");
  if (await isBot(view, event.sender.login)) return nothing("the bot's own label");
  return look(await latest(event.pullRequest, view), view, null, true);
}

async function rule(pullRequest: PullRequest, view: View): Promise<Decision> {
  if (pullRequest.state === "closed") return nothing("the pull request is closed");
  return look(pullRequest, view, null);
}

async function look(
  pullRequest: PullRequest,
  view: View,
  event: GenericComment | ReviewEvent | null,
  byHand = false,
): Promise<Decision> {
  const config = view.config.settings.approve;
  const { number, body, assignees, base } = pullRequest;
  const [files, owners, statements, labels] = await Promise.all([
    view.files(),
    view.branchSha(base.ref).then((tip) => view.owners(tip)),
    statementsOf(pullRequest, view, event),
    view.labels(),
  ]);
  const approvals = replay(statements, pullRequest, config);
  const { owner: org } = view.repository;
  const verdict = judge({ number, body, org, assignees, files, owners, approvals, config });
  const has = hasLabel(labels, APPROVED);
  const bypassed = !verdict.requirementsMet && has && (byHand || (await setByHand(view)));
  const approved = verdict.requirementsMet || bypassed;
  const effects: Effect[] = [];
  const notice = approvalNotice({ verdict, approvals, bypassed, base: base.ref }, view);
  if ((await newestNotice(view)) !== notice) {
    effects.push({ kind: "upsertComment", marker: APPROVAL_MARKER, body: notice });
  }
  if (approved !== has) effects.push({ kind: approved ? "addLabel" : "removeLabel", label: APPROVED });
  const open = verdict.areas.filter(({ approvers }) => approvers.length === 0).map(({ area }) => `${area.directory}/`);
  return { effects, why: whyOf(verdict.requirementsMet, bypassed, files.length, open) };
}

function whyOf(met: boolean, bypassed: boolean, files: number, open: readonly string[]): string {
  if (met) return "every changed file has an approver";
  if (bypassed) return "somebody set the label by hand";
  if (files === 0) return "it changes no file";
  if (open.length === 0) return "the linked issue is missing";
  return `no approver yet for ${open.slice(0, 5).join(", ")}${open.length > 5 ? ` and ${open.length - 5} more` : ""}`;
}

/** Whether the label that is there was last set by a person; it stays until a person takes it off. */
async function setByHand(view: View): Promise<boolean> {
  const events = await view.issueEvents();
  const last = events.findLast(({ event, label }) => event === "labeled" && sameLogin(label, APPROVED));
  return last !== undefined && last.actor !== "" && !(await isBot(view, last.actor));
}

/** What our newest notice says. */
async function newestNotice(view: View): Promise<string | null> {
  const all = await view.comments();
  for (const { author, body } of all.toReversed()) {
    if (body.includes(APPROVAL_MARKER) && (await isBot(view, author))) return body.replaceAll("\r\n", "\n");
  }
  return null;
}

function describe({ settings: { approve } }: RepoConfig): string {
  const parts = [approve.issue_required ? "A linked issue is needed." : "No linked issue is needed."];
  parts.push(
    approve.require_self_approval ? "Authors must approve too." : "Authors approve their own files by opening.",
  );
  parts.push(approve.lgtm_acts_as_approve ? "/lgtm approves too." : "/lgtm does not approve.");
  parts.push(approve.ignore_review_state ? "Reviews do not count." : "Approving reviews count as /approve.");
  return parts.join(" ");
}

export const approve: Plugin = {
  name: "approve",
  help: {
    description:
      "The approve plugin keeps the `approved` label while every changed file has the approval of somebody whom its OWNERS " +
      "files name, and one comment that tells what is missing and whom to ask.",
    commands: helpOf(table),
    snippet: [
      "approve:",
      "- repos:",
      "  - org/repo",
      "  issue_required: true",
      "  require_self_approval: true",
      "  lgtm_acts_as_approve: true",
      "  ignore_review_state: true",
      "  commandHelpLink: https://prow.example.com/command-help",
      "  pr_process_link: https://example.com/process",
    ].join("\n"),
    config: describe,
  },
  verbs: verbsOf(table),
  comment,
  review,
  pullRequest: labeled,
  rule,
  ruleActions: ["opened", "reopened", "synchronize", "edited"],
};
