import { ApiError } from "../errors.ts";
import { atLeast, permissionOf } from "../access.ts";
import { type Call, json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { reaction } from "../shape/issue.ts";
import { reviewComment } from "../shape/pull.ts";
import { react } from "../verbs/comments.ts";
import { editLineComment } from "../verbs/reviews.ts";
import { isPull } from "../world.ts";
import { inListOrder } from "./comments.ts";
import { R, type Routes } from "./route.ts";

/** A comment on a line, when the caller may do something to it. */
function found(call: Call) {
  const { repo } = call;
  const id = call.number("comment_id");
  for (const issue of Object.values(repo.issues).filter(isPull)) {
    const comment = issue.pull.reviewComments.find((one) => one.id === id);
    if (!comment) continue;
    call.allow(repo, "write", ["pull_requests"], "read");
    return { repo, issue, comment };
  }
  throw ApiError.notFound();
}

export const reviewComments: Routes = {
  [`GET ${R}/pulls/comments`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", ["pull_requests"], "read");
    const since = call.query("since");
    const all = Object.values(repo.issues)
      .filter(isPull)
      .flatMap((issue) => issue.pull.reviewComments.map((comment) => ({ issue, comment })))
      .filter(({ comment }) => since === null || comment.updatedAt >= since)
      .sort((a, b) => inListOrder(call, a.comment, b.comment));
    return paged(call, all, ({ issue, comment }) => reviewComment(world, repo, issue, comment));
  },
  [`PATCH ${R}/pulls/comments/{comment_id}`]: (call) => {
    const { repo, issue, comment } = found(call);
    const { world, caller, login } = call;
    const writer = caller.kind === "installation" || atLeast(permissionOf(world, repo, login), "write");
    if (comment.user !== call.actor.account.login && !writer)
      throw ApiError.forbidden("Must have admin rights to Repository.");
    editLineComment(world, repo, issue, call.actor, comment, call.string("body") ?? "");
    return json(reviewComment(world, repo, issue, comment));
  },
  [`POST ${R}/pulls/comments/{comment_id}/reactions`]: (call) => {
    const { comment } = found(call);
    comment.reactions ??= [];
    const { made, reaction: done } = react(call.world, comment.reactions, call.actor, call.string("content") ?? "");
    return json(reaction(call.world, done), made ? 201 : 200);
  },
};
