/** Reviews, their comments, and who is asked for one. */
import { grantedPermission, orgOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import { emit } from "../hooks/emit.ts";
import { simpleTeam, userOf } from "../shape/account.ts";
import { hookReview, listedPull, reviewComment as commentShape } from "../shape/pull.ts";
import type { Repo, Review, ReviewComment } from "../state/model.ts";
import { type Actor, type PullIssue, topicOf, type World } from "../world.ts";
import { announce, record } from "./issues.ts";

export type Verdict = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";

const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

export interface NewReview {
  readonly verdict: Verdict;
  readonly body: string;
  readonly comments?: readonly { readonly path: string; readonly line: number; readonly body: string }[];
}

function announceReview(
  world: World,
  repo: Repo,
  issue: PullIssue,
  actor: Actor,
  action: string,
  review: Review,
): void {
  issue.updatedAt = world.now();
  world.changed(topicOf(repo, issue));
  const body = { review: hookReview(world, repo, issue, review), pull_request: listedPull(world, repo, issue) };
  emit(world, { event: "pull_request_review", action, repo, actor, body });
}

function addComment(
  world: World,
  repo: Repo,
  issue: PullIssue,
  actor: Actor,
  review: Review,
  part: { path: string; line: number; body: string },
): ReviewComment {
  const now = world.now();
  const comment: ReviewComment = {
    id: world.id(),
    review: review.id,
    user: actor.account.login,
    body: part.body,
    path: part.path,
    line: part.line,
    commit: review.commit,
    hunk: `@@ -${part.line},1 +${part.line},1 @@`,
    createdAt: now,
    updatedAt: now,
  };
  issue.pull.reviewComments.push(comment);
  const body = { comment: commentShape(world, repo, issue, comment), pull_request: listedPull(world, repo, issue) };
  emit(world, { event: "pull_request_review_comment", action: "created", repo, actor, body });
  return comment;
}

/** Submits a review. Authors can only comment on their own pull requests. */
export function submitReview(world: World, repo: Repo, issue: PullIssue, actor: Actor, input: NewReview): Review {
  const own = issue.user === actor.account.login;
  if (own && input.verdict === "APPROVE")
    throw new ApiError(422, "Unprocessable Entity", ["Can not approve your own pull request"]);
  if (own && input.verdict === "REQUEST_CHANGES")
    throw new ApiError(422, "Unprocessable Entity", ["Can not request changes on your own pull request"]);
  if (input.verdict !== "APPROVE" && input.body.trim() === "" && !input.comments?.length)
    throw new ApiError(422, "Unprocessable Entity", ["Body is required to request changes or comment."]);
  const review: Review = {
    id: world.id(),
    user: actor.account.login,
    body: input.body,
    state: STATES[input.verdict],
    commit: issue.pull.head.sha,
    submittedAt: world.now(),
  };
  issue.pull.reviews.push(review);
  issue.pull.requestedReviewers = issue.pull.requestedReviewers.filter((login) => login !== review.user);
  announceReview(world, repo, issue, actor, "submitted", review);
  for (const part of input.comments ?? []) addComment(world, repo, issue, actor, review, part);
  return review;
}

/** One comment on a line, outside of a review: GitHub makes a review of its own for it. */
export function commentOnLine(
  world: World,
  repo: Repo,
  issue: PullIssue,
  actor: Actor,
  part: { path: string; line: number; body: string },
): ReviewComment {
  submitReview(world, repo, issue, actor, { verdict: "COMMENT", body: "", comments: [part] });
  const comment = issue.pull.reviewComments.at(-1);
  if (!comment) throw ApiError.notFound();
  return comment;
}

export function editLineComment(
  world: World,
  repo: Repo,
  issue: PullIssue,
  actor: Actor,
  comment: ReviewComment,
  body: string,
): void {
  const changes = { body: { from: comment.body } };
  comment.body = body;
  comment.updatedAt = world.now();
  world.changed(topicOf(repo, issue));
  const shown = { comment: commentShape(world, repo, issue, comment), pull_request: listedPull(world, repo, issue) };
  emit(world, { event: "pull_request_review_comment", action: "edited", repo, actor, body: { ...shown, changes } });
}

export function dismissReview(world: World, repo: Repo, issue: PullIssue, actor: Actor, id: number): Review {
  const review = issue.pull.reviews.find((one) => one.id === id);
  if (!review) throw ApiError.notFound();
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED")
    throw new ApiError(422, "Unprocessable Entity", ["Can not dismiss a commented pull request review"]);
  review.state = "DISMISSED";
  announceReview(world, repo, issue, actor, "dismissed", review);
  return review;
}

/** Asks for reviews. One who cannot be asked refuses the whole request with 422, as at GitHub. */
export function requestReviews(
  world: World,
  repo: Repo,
  issue: PullIssue,
  actor: Actor,
  input: { users: readonly string[]; teams: readonly string[] },
): void {
  if (input.users.some((login) => login.toLowerCase() === issue.user.toLowerCase()))
    throw new ApiError(422, "Review cannot be requested from pull request author.");
  const org = orgOf(world, repo);
  const teams = input.teams.map((slug) => org?.teams.find((team) => team.slug === slug));
  const strangers = input.users.filter(
    (login) => world.account(login)?.type !== "User" || grantedPermission(world, repo, login) === null,
  );
  if (strangers.length > 0 || teams.includes(undefined))
    throw new ApiError(
      422,
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${repo.owner}/${repo.name} repository.`,
    );
  for (const login of input.users.map((name) => world.mustAccount(name).login)) {
    if (issue.pull.requestedReviewers.includes(login)) continue;
    issue.pull.requestedReviewers.push(login);
    record(world, issue, actor, "review_requested", { reviewer: login });
    announce(world, repo, issue, actor, "review_requested", { requested_reviewer: userOf(world, login) });
  }
  for (const team of teams) {
    if (!team || !org || issue.pull.requestedTeams.includes(team.slug)) continue;
    issue.pull.requestedTeams.push(team.slug);
    announce(world, repo, issue, actor, "review_requested", { requested_team: simpleTeam(world, org, team) });
  }
}

export function removeRequests(
  world: World,
  repo: Repo,
  issue: PullIssue,
  actor: Actor,
  input: { users: readonly string[]; teams: readonly string[] },
): void {
  for (const login of issue.pull.requestedReviewers) {
    if (!input.users.some((name) => name.toLowerCase() === login.toLowerCase())) continue;
    issue.pull.requestedReviewers = issue.pull.requestedReviewers.filter((one) => one !== login);
    record(world, issue, actor, "review_request_removed", { reviewer: login });
    announce(world, repo, issue, actor, "review_request_removed", { requested_reviewer: userOf(world, login) });
  }
  issue.pull.requestedTeams = issue.pull.requestedTeams.filter((slug) => !input.teams.includes(slug));
}
