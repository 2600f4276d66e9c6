/** Comments of issues and pull requests. */
import { ApiError } from "../errors.ts";
import { emit } from "../hooks/emit.ts";
import { comment as commentShape, issue as issueShape } from "../shape/issue.ts";
import type { Comment, Issue, Reaction, Repo } from "../state/model.ts";
import { type Actor, topicOf, type World } from "../world.ts";

const MAX_BODY = 65_536;

function checked(body: string): string {
  if (body.trim() === "") throw ApiError.invalid("IssueComment", "body", "missing_field", "Body cannot be blank");
  if (Array.from(body).length > MAX_BODY)
    throw ApiError.invalid("IssueComment", "body", "custom", `body is too long (maximum is ${MAX_BODY} characters)`);
  return body;
}

function announce(
  world: World,
  repo: Repo,
  issue: Issue,
  comment: Comment,
  actor: Actor,
  action: "created" | "edited" | "deleted",
  extra: Readonly<Record<string, unknown>> = {},
): void {
  issue.updatedAt = world.now();
  world.changed(topicOf(repo, issue));
  const body = { issue: issueShape(world, repo, issue), comment: commentShape(world, repo, issue, comment), ...extra };
  emit(world, { event: "issue_comment", action, repo, actor, body });
}

export function createComment(world: World, repo: Repo, issue: Issue, actor: Actor, body: string): Comment {
  const now = world.now();
  const comment: Comment = {
    id: world.id(),
    issue: issue.number,
    user: actor.account.login,
    app: actor.app?.id ?? null,
    body: checked(body),
    createdAt: now,
    updatedAt: now,
    reactions: [],
  };
  issue.comments.push(comment);
  announce(world, repo, issue, comment, actor, "created");
  return comment;
}

/** Finds a comment by its id. Throws 404. */
export function findComment(repo: Repo, id: number): { issue: Issue; comment: Comment } {
  for (const issue of Object.values(repo.issues)) {
    const comment = issue.comments.find((one) => one.id === id);
    if (comment) return { issue, comment };
  }
  throw ApiError.notFound();
}

export function editComment(world: World, repo: Repo, id: number, actor: Actor, body: string): Comment {
  const { issue, comment } = findComment(repo, id);
  const from = comment.body;
  comment.body = checked(body);
  comment.updatedAt = world.now();
  announce(world, repo, issue, comment, actor, "edited", { changes: { body: { from } } });
  return comment;
}

export function deleteComment(world: World, repo: Repo, id: number, actor: Actor): void {
  const { issue, comment } = findComment(repo, id);
  issue.comments.splice(issue.comments.indexOf(comment), 1);
  announce(world, repo, issue, comment, actor, "deleted");
}

/** Hides a comment; GitHub tells nobody. */
export function minimizeComment(world: World, repo: Repo, issue: Issue, comment: Comment, classifier: string): void {
  comment.hidden = classifier.toLowerCase();
  world.changed(topicOf(repo, issue));
}

/** Adds a reaction, or gives the one that the same user already made. */
export function react(
  world: World,
  reactions: Reaction[],
  actor: Actor,
  content: string,
): { made: boolean; reaction: Reaction } {
  const known = reactions.find((one) => one.user === actor.account.login && one.content === content);
  if (known) return { made: false, reaction: known };
  const reaction = { id: world.id(), user: actor.account.login, content, createdAt: world.now() };
  reactions.push(reaction);
  world.changed();
  return { made: true, reaction };
}
