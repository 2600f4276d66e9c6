/** What happens to issues and pull requests alike: title, body, state, labels, assignees. */
import { assignable } from "../access.ts";
import { ApiError } from "../errors.ts";
import { emit } from "../hooks/emit.ts";
import { user } from "../shape/account.ts";
import { issue as issueShape, label as labelShape, milestone as milestoneShape } from "../shape/issue.ts";
import { pullRequest } from "../shape/pull.ts";
import type { Issue, IssueEvent, Label, Milestone, Repo } from "../state/model.ts";
import { type Actor, isPull, topicOf, type World } from "../world.ts";

type EventPart = Omit<IssueEvent, "id" | "actor" | "createdAt" | "event">;

/** Adds to the issue's history. */
export function record(world: World, issue: Issue, actor: Actor, event: string, part: EventPart = {}): void {
  issue.events.push({ id: world.id(), event, actor: actor.account.login, createdAt: world.now(), ...part });
}

/** Marks an issue changed and sends `issues` or `pull_request` with an action. */
export function announce(
  world: World,
  repo: Repo,
  issue: Issue,
  actor: Actor,
  action: string,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  issue.updatedAt = world.now();
  repo.updatedAt = issue.updatedAt;
  world.changed(topicOf(repo, issue));
  const unknownYet = action === "opened" || action === "synchronize" || action === "reopened";
  const body = isPull(issue)
    ? { number: issue.number, pull_request: pullRequest(world, repo, issue, !unknownYet), ...extra }
    : { issue: issueShape(world, repo, issue), ...extra };
  emit(world, { event: isPull(issue) ? "pull_request" : "issues", action, repo, actor, body });
}

/** A new number of a repository, with nothing else yet. */
export function blankIssue(
  world: World,
  repo: Repo,
  actor: Actor,
  part: { title: string; body: string | null; createdAt?: string },
): Issue {
  if (part.title.trim() === "") throw ApiError.invalid("Issue", "title", "missing_field");
  repo.lastNumber += 1;
  const now = part.createdAt ?? world.now();
  const issue: Issue = {
    id: world.id(),
    number: repo.lastNumber,
    user: actor.account.login,
    title: part.title,
    body: part.body,
    state: "open",
    stateReason: null,
    locked: false,
    labels: [],
    assignees: [],
    milestone: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    comments: [],
    events: [],
    reactions: [],
    pull: null,
  };
  repo.issues[issue.number] = issue;
  return issue;
}

export function createIssue(
  world: World,
  repo: Repo,
  actor: Actor,
  part: { title: string; body: string | null },
): Issue {
  const issue = blankIssue(world, repo, actor, part);
  announce(world, repo, issue, actor, "opened");
  return issue;
}

export function editIssue(
  world: World,
  repo: Repo,
  issue: Issue,
  actor: Actor,
  edit: { title?: string | undefined; body?: string | null | undefined },
): void {
  const title = edit.title ?? issue.title;
  const body = edit.body === undefined ? issue.body : edit.body;
  if (title.trim() === "") throw ApiError.invalid("Issue", "title", "missing_field");
  const changes = {
    ...(title === issue.title ? {} : { title: { from: issue.title } }),
    ...(body === issue.body ? {} : { body: { from: issue.body ?? "" } }),
  };
  if (Object.keys(changes).length === 0) return;
  if (title !== issue.title) record(world, issue, actor, "renamed", { rename: { from: issue.title, to: title } });
  issue.title = title;
  issue.body = body;
  announce(world, repo, issue, actor, "edited", { changes });
}

/** Closes or reopens. A merged pull request stays closed. */
export function setState(
  world: World,
  repo: Repo,
  issue: Issue,
  actor: Actor,
  state: "open" | "closed",
  reason: Issue["stateReason"] = "completed",
): void {
  if (issue.state === state) return;
  if (state === "open" && issue.pull?.mergedAt)
    throw ApiError.invalid("PullRequest", "state", "invalid", "Cannot change the state of a merged pull request.");
  issue.state = state;
  issue.stateReason = state === "open" ? "reopened" : isPull(issue) ? null : (reason ?? "completed");
  issue.closedAt = state === "closed" ? world.now() : null;
  issue.closedBy = state === "closed" ? actor.account.login : null;
  record(world, issue, actor, state === "closed" ? "closed" : "reopened");
  announce(world, repo, issue, actor, state === "closed" ? "closed" : "reopened");
}

/** Sets the milestone of this number, or takes it away. Throws 422 for one that the repository does not have. */
export function setMilestone(world: World, repo: Repo, issue: Issue, actor: Actor, number: number | null): void {
  const wanted = number === null ? null : repo.milestones.find((one) => one.number === number);
  if (wanted === undefined) throw ApiError.invalid("Issue", "milestone", "invalid");
  if (issue.milestone === number) return;
  const before = repo.milestones.find((one) => one.number === issue.milestone);
  const tell = (event: "milestoned" | "demilestoned", milestone: Milestone): void => {
    record(world, issue, actor, event);
    announce(world, repo, issue, actor, event, { milestone: milestoneShape(world, repo, milestone) });
  };
  issue.milestone = number;
  if (before) tell("demilestoned", before);
  if (wanted) tell("milestoned", wanted);
}

export const findLabel = (repo: Repo, name: string): Label | undefined =>
  repo.labels.find((one) => one.name.toLowerCase() === name.toLowerCase());

/** Creates a label of the repository. Throws 422 when it exists. */
export function createLabel(
  world: World,
  repo: Repo,
  actor: Actor,
  part: { name: string; color: string; description: string | null },
): Label {
  if (findLabel(repo, part.name)) throw ApiError.invalid("Label", "name", "already_exists");
  if (!/^[0-9a-f]{6}$/i.test(part.color)) throw ApiError.invalid("Label", "color", "invalid");
  const label = { id: world.id(), ...part, default: false };
  repo.labels.push(label);
  world.changed();
  emit(world, { event: "label", action: "created", repo, actor, body: { label: labelShape(world, repo, label) } });
  return label;
}

/** Adds labels that the issue lacks; unknown ones come into being, as GitHub does for those who may write. */
export function addLabels(world: World, repo: Repo, issue: Issue, actor: Actor, names: readonly string[]): void {
  for (const name of names) {
    if (name.trim() === "") throw ApiError.invalid("Label", "name", "missing_field");
    const label =
      findLabel(repo, name) ?? createLabel(world, repo, actor, { name, color: "ededed", description: null });
    if (issue.labels.includes(label.name)) continue;
    if (issue.labels.length >= 100) throw new ApiError(422, "Validation Failed", ["An issue has at most 100 labels."]);
    issue.labels.push(label.name);
    record(world, issue, actor, "labeled", { label: label.name });
    announce(world, repo, issue, actor, "labeled", { label: labelShape(world, repo, label) });
  }
}

/** Throws GitHub's 404 when the issue does not have the label. */
export function removeLabel(world: World, repo: Repo, issue: Issue, actor: Actor, name: string): void {
  const label = findLabel(repo, name);
  if (!label || !issue.labels.includes(label.name)) throw new ApiError(404, "Label does not exist");
  issue.labels = issue.labels.filter((one) => one !== label.name);
  record(world, issue, actor, "unlabeled", { label: label.name });
  announce(world, repo, issue, actor, "unlabeled", { label: labelShape(world, repo, label) });
}

export const commentersOf = (issue: Issue): string[] => issue.comments.map((one) => one.user);

/** Assigns who can be assigned and silently leaves out the rest, as GitHub does; at most ten stay. */
export function assign(world: World, repo: Repo, issue: Issue, actor: Actor, logins: readonly string[]): void {
  for (const login of logins) {
    const account = world.account(login);
    if (!account || !assignable(world, repo, login, commentersOf(issue))) continue;
    if (issue.assignees.includes(account.login) || issue.assignees.length >= 10) continue;
    issue.assignees.push(account.login);
    record(world, issue, actor, "assigned", { assignee: account.login });
    announce(world, repo, issue, actor, "assigned", { assignee: user(world, account) });
  }
}

export function unassign(world: World, repo: Repo, issue: Issue, actor: Actor, logins: readonly string[]): void {
  for (const login of logins) {
    const account = world.account(login);
    if (!account || !issue.assignees.includes(account.login)) continue;
    issue.assignees = issue.assignees.filter((one) => one !== account.login);
    record(world, issue, actor, "unassigned", { assignee: account.login });
    announce(world, repo, issue, actor, "unassigned", { assignee: user(world, account) });
  }
}
