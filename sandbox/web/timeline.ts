/** The conversation of an issue or pull request: body, comments, reviews and events in order. */
import { html } from "hono/html";
import { association, atLeast, permissionOf } from "../access.ts";
import type { Comment, Issue, IssueEvent, Repo, Review } from "../state/model.ts";
import { fullName, type World } from "../world.ts";
import { ago, avatar, type Html, labelsOf, prose, type Viewer } from "./layout.ts";

const ROLE: Readonly<Record<string, string>> = {
  OWNER: "Owner",
  MEMBER: "Member",
  COLLABORATOR: "Collaborator",
  CONTRIBUTOR: "Contributor",
  FIRST_TIME_CONTRIBUTOR: "First-time contributor",
};

const roleOf = (world: World, repo: Repo, login: string): Html | string => {
  const role = login.endsWith("[bot]") ? "bot" : ROLE[association(world, repo, login)];
  return role ? html`<span class="badge">${role}</span>` : "";
};

function commentBox(
  world: World,
  viewer: Viewer,
  repo: Repo,
  part: {
    id: string;
    user: string;
    at: string;
    edited: boolean;
    body: string | null;
    verb: string;
    tools: Html | string;
    hidden?: string | undefined;
  },
): Html {
  const text = prose(part.body, repo);
  return html`<article class="comment ${part.user === viewer.account.login ? "mine" : ""}" id="${part.id}">
    ${avatar(part.user, 40)}
    <div class="box">
      <div class="head">
        <strong><a href="/${part.user.replace("[bot]", "")}">${part.user}</a></strong> ${part.verb} ${ago(part.at)}${part.edited ? " · edited" : ""} ${roleOf(world, repo, part.user)}
        <span class="right">${part.tools}</span>
      </div>
      ${part.hidden === undefined ? text : html`<details><summary class="dim">Hidden as ${part.hidden}</summary>${text}</details>`}
    </div>
  </article>`;
}

function commentTools(world: World, viewer: Viewer, repo: Repo, comment: Comment, path: string): Html | string {
  const { login } = viewer.account;
  if (comment.user !== login && !atLeast(permissionOf(world, repo, login), "write")) return "";
  return html`<details id="edit-${comment.id}">
      <summary>edit</summary>
      <form method="post" action="${path}/edit-comment" class="stack">
        <input type="hidden" name="id" value="${comment.id}" />
        <textarea name="body" aria-label="Comment">${comment.body}</textarea>
        <div class="row end"><button class="small">Save</button></div>
      </form>
    </details>
    <form method="post" action="${path}/delete-comment"><input type="hidden" name="id" value="${comment.id}" /><button class="link">delete</button></form>`;
}

function says(repo: Repo, event: IssueEvent): Html | string | null {
  switch (event.event) {
    case "labeled":
      return html`added ${labelsOf(repo, [event.label ?? ""])}`;
    case "unlabeled":
      return html`removed ${labelsOf(repo, [event.label ?? ""])}`;
    case "assigned":
      return event.assignee === event.actor ? "self-assigned this" : html`assigned <strong>${event.assignee}</strong>`;
    case "unassigned":
      return html`unassigned <strong>${event.assignee}</strong>`;
    case "renamed":
      return html`changed the title from <s>${event.rename?.from}</s> to <strong>${event.rename?.to}</strong>`;
    case "review_requested":
      return html`asked <strong>${event.reviewer}</strong> for a review`;
    case "review_request_removed":
      return html`no longer asks <strong>${event.reviewer}</strong> for a review`;
    case "merged":
      return html`merged commit <a class="mono" href="/${fullName(repo)}/commit/${event.commit}">${event.commit?.slice(0, 7)}</a>`;
    case "closed":
      return "closed this";
    case "reopened":
      return "reopened this";
    case "ready_for_review":
      return "marked this as ready for review";
    case "convert_to_draft":
      return "converted this to a draft";
    case "base_ref_changed":
      return "changed the base branch";
    default:
      return null;
  }
}

const VERDICT: Readonly<Record<Review["state"], string>> = {
  APPROVED: "approved these changes",
  CHANGES_REQUESTED: "requested changes",
  COMMENTED: "reviewed",
  DISMISSED: "reviewed (dismissed)",
  PENDING: "is reviewing",
};

/** Everything that was said and done, oldest first. */
export function timeline(world: World, viewer: Viewer, repo: Repo, issue: Issue, path: string): Html {
  const comments = issue.comments.map((comment) => ({
    id: comment.id,
    shown: commentBox(world, viewer, repo, {
      id: `issuecomment-${comment.id}`,
      user: comment.user,
      at: comment.createdAt,
      edited: comment.updatedAt !== comment.createdAt,
      body: comment.body,
      verb: "commented",
      tools: commentTools(world, viewer, repo, comment, path),
      hidden: comment.hidden,
    }),
  }));
  const reviews = (issue.pull?.reviews ?? []).map((review) => {
    const lines = issue.pull?.reviewComments.filter((one) => one.review === review.id) ?? [];
    const body = [review.body, ...lines.map((one) => `\`${one.path}:${one.line}\`\n\n${one.body}`)]
      .filter(Boolean)
      .join("\n\n---\n\n");
    const part = {
      id: `pullrequestreview-${review.id}`,
      user: review.user,
      at: review.submittedAt,
      edited: false,
      verb: VERDICT[review.state],
      tools: "",
    };
    return { id: review.id, shown: commentBox(world, viewer, repo, { ...part, body: body || "*No comment.*" }) };
  });
  const events = issue.events.flatMap((event) => {
    const text = says(repo, event);
    return text === null
      ? []
      : [
          {
            id: event.id,
            shown: html`<div class="event">${avatar(event.actor, 20)}<span><strong>${event.actor}</strong> ${text} ${ago(event.createdAt)}</span></div>`,
          },
        ];
  });
  const all = [...comments, ...reviews, ...events].sort((a, b) => a.id - b.id).map((one) => one.shown);
  const first = commentBox(world, viewer, repo, {
    id: "description",
    user: issue.user,
    at: issue.createdAt,
    edited: false,
    body: issue.body,
    verb: "opened this",
    tools: "",
  });
  return html`${first}${all}`;
}
