import { orgOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import { type Call, json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { team, userOf } from "../shape/account.ts";
import { listedPull, review as reviewShape, reviewComment } from "../shape/pull.ts";
import {
  commentOnLine,
  dismissReview,
  removeRequests,
  requestReviews,
  submitReview,
  type Verdict,
} from "../verbs/reviews.ts";
import { readablePull, writablePull } from "./pulls.ts";
import { R, type Routes } from "./route.ts";

const VERDICTS: readonly Verdict[] = ["APPROVE", "REQUEST_CHANGES", "COMMENT"];

const requested = (call: Call) => ({ users: call.strings("reviewers"), teams: call.strings("team_reviewers") });

function lineComments(call: Call): { path: string; line: number; body: string }[] {
  const list = call.field("comments");
  return (Array.isArray(list) ? list : []).map((item: { path?: string; line?: number; body?: string }) => ({
    path: item.path ?? "",
    line: item.line ?? 1,
    body: item.body ?? "",
  }));
}

export const reviews: Routes = {
  [`GET ${R}/pulls/{pull_number}/reviews`]: (call) => {
    const { repo, issue } = readablePull(call);
    return paged(call, issue.pull.reviews, (one) => reviewShape(call.world, repo, issue, one));
  },
  [`POST ${R}/pulls/{pull_number}/reviews`]: (call) => {
    const { repo, issue } = writablePull(call, "read");
    const verdict = VERDICTS.find((one) => one === call.string("event"));
    if (!verdict) throw new ApiError(422, "The sandbox keeps no pending reviews: give an event.");
    const body = call.string("body") ?? "";
    const made = submitReview(call.world, repo, issue, call.actor, { verdict, body, comments: lineComments(call) });
    return json(reviewShape(call.world, repo, issue, made));
  },
  [`PUT ${R}/pulls/{pull_number}/reviews/{review_id}/dismissals`]: (call) => {
    const { repo, issue } = writablePull(call, "write");
    const done = dismissReview(call.world, repo, issue, call.actor, call.number("review_id"));
    return json(reviewShape(call.world, repo, issue, done));
  },
  [`GET ${R}/pulls/{pull_number}/comments`]: (call) => {
    const { repo, issue } = readablePull(call);
    return paged(call, issue.pull.reviewComments, (one) => reviewComment(call.world, repo, issue, one));
  },
  [`POST ${R}/pulls/{pull_number}/comments`]: (call) => {
    const { repo, issue } = writablePull(call, "read");
    const line = call.field("line") ?? call.field("position");
    const made = commentOnLine(call.world, repo, issue, call.actor, {
      path: call.string("path") ?? "",
      line: typeof line === "number" ? line : 1,
      body: call.string("body") ?? "",
    });
    return json(reviewComment(call.world, repo, issue, made), 201);
  },
  [`GET ${R}/pulls/{pull_number}/requested_reviewers`]: (call) => {
    const { repo, issue } = readablePull(call);
    const org = orgOf(call.world, repo);
    const teams = org?.teams.filter((one) => issue.pull.requestedTeams.includes(one.slug)) ?? [];
    return json({
      users: issue.pull.requestedReviewers.map((login) => userOf(call.world, login)),
      teams: org ? teams.map((one) => team(call.world, org, one)) : [],
    });
  },
  [`POST ${R}/pulls/{pull_number}/requested_reviewers`]: (call) => {
    const { repo, issue } = writablePull(call, "triage");
    requestReviews(call.world, repo, issue, call.actor, requested(call));
    return json(listedPull(call.world, repo, issue), 201);
  },
  [`DELETE ${R}/pulls/{pull_number}/requested_reviewers`]: (call) => {
    const { repo, issue } = writablePull(call, "triage");
    removeRequests(call.world, repo, issue, call.actor, requested(call));
    return json(listedPull(call.world, repo, issue));
  },
};
