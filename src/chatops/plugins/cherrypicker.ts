/** `cherrypicker`: merged changes go to other branches too (spec chatops 2.40; an external plugin of Prow's). */
import type { RepoConfig } from "../../config/model.ts";
import { GitTask } from "../../jobs/git-task.ts";
import { uuidV5 } from "../../jobs/uuid.ts";
import { deafTo, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequest, PullRequestEvent, TaskEvent } from "../events.ts";
import { latest } from "../latest.ts";
import { answered, reply } from "../messages.ts";
import { pickBadTargets, pickClosed, pickLater, pickOntoBase, pickOpen, pickRefused } from "../messages-cherry-pick.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { allowed, allRequests, mayPick, type Request, requestsIn, table, targetsOf } from "./cherrypicker/requests.ts";
import { picked } from "./cherrypicker/picked.ts";

const NAME = "cherrypicker";

/** In this order: who may; whether there is a merge to pick; the picks. */
async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  if (comment.source !== "issue_comment") return nothing("it listens to comments of the conversation");
  const said = requestsIn(comment);
  if (said.length === 0) return nothing("no command of it");
  const pullRequest = await view.pullRequest();
  const to = answered(comment);
  const say = (message: string): Effect => ({ kind: "comment", body: reply(to, view, message) });
  if (!pullRequest.merged && pullRequest.state === "closed")
    return { effects: [say(pickClosed())], why: "it was not merged" };
  if (!(await mayPick(comment.sender.login, view))) {
    return { effects: [say(pickRefused(view.repository.owner))], why: `${comment.sender.login} may not` };
  }
  const requests = said.map((one): Request => ({ ...one, requester: comment.sender.login, answered: to }));
  if (pullRequest.merged) return pickAll(requests, pullRequest, view);
  const { ref } = pullRequest.base;
  const targets = requests.map(({ target }) => target).filter((target) => target !== ref);
  const messages = requests.length > targets.length ? [pickOntoBase(ref)] : [];
  if (targets.length > 0) messages.push(pickLater(targets));
  return { effects: [say(messages.join("\n\n"))], why: "it is not merged yet" };
}

/** The merge makes good what was asked before; a label on what is merged asks at once. */
async function pullRequest(event: PullRequestEvent, view: View): Promise<Decision> {
  if (event.action !== "closed" && event.action !== "labeled") return nothing(`${event.action} picks nothing`);
  const wanted = event.action === "labeled" ? targetsOf([event.label ?? ""], view) : null;
  if (wanted?.length === 0) return nothing("another label");
  const pullRequest = await latest(event.pullRequest, view);
  if (!pullRequest.merged) return nothing("it is not merged");
  const asked = (await allRequests(pullRequest, view)).filter(
    ({ target, answered }) => wanted === null || (wanted.includes(target) && answered.body === ""),
  );
  if (asked.length === 0) return nothing("nobody asked for a cherry-pick");
  const requests = await allowed(asked, view);
  if (requests.length === 0) return nothing(`nobody who asked is a member of ${view.repository.owner}`);
  return pickAll(requests, pullRequest, view);
}

/** Each pick is a task of its own: one that fails stops no other. */
async function pickAll(requests: readonly Request[], pullRequest: PullRequest, view: View): Promise<Decision> {
  const { owner, repo } = view.repository;
  const { number, mergeCommitSha: mergeSha, base } = pullRequest;
  const commits = Math.max(1, (await view.commits()).length);
  const effects: Effect[] = [];
  const bad: Request[] = [];
  for (const request of requests) {
    const { target } = request;
    const say = (message: string): number =>
      effects.push({ kind: "comment", body: reply(request.answered, view, message) });
    if (target === base.ref) {
      say(pickOntoBase(target));
      continue;
    }
    const branch = `cherry-pick-${number}-to-${target}`;
    const task = GitTask.safeParse({ kind: "cherry-pick", owner, repo, number, mergeSha, commits, target, branch });
    if (!task.success) {
      bad.push(request);
      continue;
    }
    const [open] = await view.search(`repo:${owner}/${repo} is:pr is:open head:${branch} base:${target}`);
    if (open) say(pickOpen(target, open.number));
    else {
      const id = await uuidV5(`${NAME} ${wishOf(request, view)} ${owner}/${repo}#${number} ${target}`);
      effects.push({ kind: "gitTask", id, plugin: NAME, task: task.data });
    }
  }
  const [first] = bad;
  if (first) {
    const body = reply(first.answered, view, pickBadTargets(bad.map(({ target }) => target)));
    effects.push({ kind: "comment", body });
  }
  return { effects, why: `to ${requests.map(({ target }) => target).join(", ")}` };
}

/** One wish is one task: a comment right after the merge is heard as itself, and again when the merge is told of. */
function wishOf({ answered: { body, htmlUrl } }: Request, view: View): string {
  return body === "" ? view.guid : htmlUrl;
}

/** Whoever asked is found anew: the task knows of branches only. */
async function taskDone({ task, outcome }: TaskEvent, view: View): Promise<Decision> {
  if (task.kind !== "cherry-pick") return nothing("another task");
  const pullRequest = await view.pullRequest();
  const requests = await allowed(await allRequests(pullRequest, view), view);
  const request = requests.find(({ target }) => target === task.target);
  if (!request) return nothing("nobody asks for it any more");
  return picked(request, task.branch, outcome, pullRequest, view);
}

function describe({ settings }: RepoConfig): string {
  const { allow_all, labels, label_prefix, create_issue_on_conflict } = settings.cutwater.cherrypicker;
  const parts = [allow_all ? "Everybody may ask." : "Members of the organisation may ask."];
  if (label_prefix !== "") parts.push(`Labels ${label_prefix}BRANCH ask too.`);
  if (labels.length > 0) parts.push(`New pull requests get the labels ${labels.join(", ")}.`);
  if (create_issue_on_conflict) parts.push("A conflict becomes an issue.");
  return parts.join(" ");
}

export const cherrypicker: Plugin = {
  name: NAME,
  help: {
    description:
      "The cherrypicker plugin picks merged pull requests to other branches, each in a pull request of its own.",
    commands: helpOf(table),
    snippet: [
      "cutwater:",
      "  org/repo:",
      "    cherrypicker:",
      "      labels:",
      "      - cherry-pick",
      "      allow_all: false",
      "      create_issue_on_conflict: true",
      "      label_prefix: cherrypick/",
    ].join("\n"),
    config: describe,
  },
  verbs: verbsOf(table),
  comment,
  pullRequest,
  taskDone,
};
