/** Moves an issue to another repository of its owner: a new number there, and a way from the old one. */
import { ApiError } from "../errors.ts";
import { issue as issueShape } from "../shape/issue.ts";
import { repository } from "../shape/repository.ts";
import type { Issue, Repo } from "../state/model.ts";
import { type Actor, topicOf, type World } from "../world.ts";
import { announce, blankIssue, findLabel } from "./issues.ts";

export interface Transfer {
  readonly repo: Repo;
  readonly issue: Issue;
  readonly to: Repo;
  readonly actor: Actor;
}

/** Text, comments, assignees and the labels that the other repository knows go with it. */
export function transferIssue(world: World, { repo, issue, to, actor }: Transfer): Issue {
  if (repo === to) throw new ApiError(422, "An issue cannot be transferred to the repository it is in");
  if (repo.owner !== to.owner)
    throw new ApiError(422, "New repository must have the same owner as the current repository");
  if (repo.private && !to.private)
    throw new ApiError(422, "Issues cannot be transferred from private to public repositories");
  const author: Actor = { account: world.accountOrGhost(issue.user), app: null };
  const { title, body, createdAt } = issue;
  const made = blankIssue(world, to, author, { title, body, createdAt });
  made.state = issue.state;
  made.labels = issue.labels.filter((name) => findLabel(to, name));
  made.assignees = [...issue.assignees];
  made.comments = issue.comments.map((one) => ({ ...one, issue: made.number }));
  delete repo.issues[String(issue.number)];
  world.state.moved[topicOf(repo, issue).toLowerCase()] = topicOf(to, made);
  const [there, here] = [repository(world, to), repository(world, repo)];
  const left = { new_issue: issueShape(world, to, made), new_repository: there };
  announce(world, repo, issue, actor, "transferred", { changes: left });
  announce(world, to, made, actor, "opened", {
    changes: { old_issue: issueShape(world, repo, issue), old_repository: here },
  });
  return made;
}
