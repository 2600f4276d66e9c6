import { atLeast, permissionOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import { type Call, empty, json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { comment as commentShape, reaction } from "../shape/issue.ts";
import { createComment, deleteComment, editComment, findComment, react } from "../verbs/comments.ts";
import { BOTH, scopesOf } from "./issues.ts";
import { R, type Routes } from "./route.ts";

interface Dated {
  readonly id: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The order of lists of all comments: without `sort` by their ids, whatever `direction` says. */
export function inListOrder(call: Call, a: Dated, b: Dated): number {
  const sort = call.query("sort");
  if (sort === null) return a.id - b.id;
  const key = sort === "updated" || sort === "updated_at" ? "updatedAt" : "createdAt";
  const sign = call.query("direction") === "asc" ? 1 : -1;
  return sign * (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.id - b.id);
}

/** The author may change a comment, and who may write to the repository. */
function changeable(call: Call) {
  const { repo, world } = call;
  const found = findComment(repo, call.number("comment_id"));
  call.allow(repo, "write", scopesOf(found.issue), "read");
  const own = found.comment.user === call.actor.account.login;
  const writer = call.caller.kind === "installation" || atLeast(permissionOf(world, repo, call.login), "write");
  if (!own && !writer) throw ApiError.forbidden("Must have admin rights to Repository.");
  return { repo, ...found };
}

export const comments: Routes = {
  [`GET ${R}/issues/comments`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", BOTH, "read");
    const since = call.query("since");
    const all = Object.values(repo.issues).flatMap((issue) => issue.comments.map((comment) => ({ issue, comment })));
    const wanted = all.filter(({ comment }) => since === null || comment.updatedAt >= since);
    wanted.sort((a, b) => inListOrder(call, a.comment, b.comment));
    return paged(call, wanted, ({ issue, comment }) => commentShape(world, repo, issue, comment));
  },
  [`GET ${R}/issues/comments/{comment_id}`]: (call) => {
    const { repo, world } = call;
    const { issue, comment } = findComment(repo, call.number("comment_id"));
    call.allow(repo, "read", scopesOf(issue), "read");
    return json(commentShape(world, repo, issue, comment));
  },
  [`PATCH ${R}/issues/comments/{comment_id}`]: (call) => {
    const { repo, issue, comment } = changeable(call);
    editComment(call.world, repo, comment.id, call.actor, call.string("body") ?? "");
    return json(commentShape(call.world, repo, issue, comment));
  },
  [`DELETE ${R}/issues/comments/{comment_id}`]: (call) => {
    const { repo, comment } = changeable(call);
    deleteComment(call.world, repo, comment.id, call.actor);
    return empty();
  },
  [`POST ${R}/issues/comments/{comment_id}/reactions`]: (call) => {
    const { repo } = call;
    const { issue, comment } = findComment(repo, call.number("comment_id"));
    call.allow(repo, "write", scopesOf(issue), "read");
    const { made, reaction: done } = react(call.world, comment.reactions, call.actor, call.string("content") ?? "");
    return json(reaction(call.world, done), made ? 201 : 200);
  },
  [`GET ${R}/issues/{issue_number}/comments`]: (call) => {
    const { repo, world } = call;
    const issue = world.issue(repo, call.param("issue_number"));
    call.allow(repo, "read", scopesOf(issue), "read");
    const since = call.query("since");
    const wanted = issue.comments.filter((comment) => since === null || comment.updatedAt >= since);
    return paged(call, wanted, (comment) => commentShape(world, repo, issue, comment));
  },
  [`POST ${R}/issues/{issue_number}/comments`]: (call) => {
    const { repo, world } = call;
    const issue = world.issue(repo, call.param("issue_number"));
    call.allow(repo, "write", scopesOf(issue), "read");
    const comment = createComment(world, repo, issue, call.actor, call.string("body") ?? "");
    return json(commentShape(world, repo, issue, comment), 201);
  },
};
