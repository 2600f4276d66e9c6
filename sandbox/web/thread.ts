/** The page of an issue or pull request: conversation, checks, and what the viewer may do. */
import { html } from "hono/html";
import { atLeast, collaboratorsOf, permissionOf } from "../access.ts";
import type { Issue, Permission, Repo } from "../state/model.ts";
import { fullName, isPull, type PullIssue, topicOf, type World } from "../world.ts";
import { avatar, type Html, labelsOf, layout, type Viewer } from "./layout.ts";
import { repoHead, stateOf } from "./repository.ts";
import { timeline } from "./timeline.ts";
import { latestStatuses } from "../state/heads.ts";

const SIGNS = { success: "✓", failure: "✕", error: "✕", pending: "●" } as const;

export const pathOf = (repo: Repo, issue: Issue): string =>
  `/${fullName(repo)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;

/** The commits' statuses with their links, what GitHub says about merging, and the merge button. */
function checks(repo: Repo, issue: PullIssue, path: string, may: (need: Permission) => boolean): Html {
  const statuses = latestStatuses(repo, issue.pull.head.sha).sort((a, b) => a.context.localeCompare(b.context));
  const runs = repo.checkRuns.filter((run) => run.sha === issue.pull.head.sha);
  const of = (state: string) => statuses.filter((one) => one.state === state).length;
  const bad = of("failure") + of("error");
  const summary =
    statuses.length === 0
      ? "No checks on this commit yet"
      : bad > 0
        ? `${bad} of ${statuses.length} checks failed`
        : of("pending") > 0
          ? `${of("pending")} of ${statuses.length} checks are running`
          : "All checks have passed";
  const rows = statuses.map(
    (one) => html`<li>
      <span class="mark ${one.state}" title="${one.state}">${SIGNS[one.state]}</span>
      <div class="main"><strong>${one.context}</strong> <span class="dim" title="${one.description ?? ""}">${one.description ?? ""}</span></div>
      ${one.targetUrl ? html`<a href="${one.targetUrl}">Details</a>` : ""}
    </li>`,
  );
  const checkRows = runs.map(
    (run) =>
      html`<li><span class="mark ${run.conclusion === "success" ? "success" : run.conclusion ? "failure" : "pending"}">${run.conclusion === "success" ? "✓" : run.conclusion ? "✕" : "●"}</span><div class="main"><strong>${run.name}</strong> <span class="dim">${run.output.title ?? run.conclusion ?? run.status}</span></div>${run.detailsUrl ? html`<a href="${run.detailsUrl}">Details</a>` : ""}</li>`,
  );
  const { mergeable, draft } = issue.pull;
  const merging =
    mergeable === false
      ? html`<span class="mark failure">✕</span><span>This branch has conflicts with <code>${issue.pull.base.ref}</code>.</span>`
      : draft
        ? html`<span class="mark pending">●</span><span>This pull request is still a draft.</span>`
        : html`<span class="mark success">✓</span><span>This branch has no conflicts with <code>${issue.pull.base.ref}</code>.</span>`;
  const merge =
    may("write") && mergeable !== false && !draft
      ? html`<form method="post" action="${path}/merge"><button>Merge pull request</button></form>`
      : "";
  return html`<section class="box checks">
    <header><span class="mark ${bad > 0 ? "failure" : of("pending") > 0 || statuses.length === 0 ? "pending" : "success"}">${bad > 0 ? "✕" : of("pending") > 0 || statuses.length === 0 ? "●" : "✓"}</span><strong>${summary}</strong></header>
    <ul>${rows}${checkRows}</ul>
    ${issue.state === "open" ? html`<footer>${merging}${merge}</footer>` : ""}
  </section>`;
}

const PULL_COMMANDS = [
  "/test all",
  "/retest",
  "/test ?",
  "/ok-to-test",
  "/lgtm",
  "/hold",
  "/hold cancel",
  "/assign",
  "/kind bug",
];
const ISSUE_COMMANDS = ["/assign", "/help", "/good-first-issue", "/kind bug", "/priority backlog"];

function commentForm(viewer: Viewer, issue: Issue, path: string, may: (need: Permission) => boolean): Html {
  const own = issue.user === viewer.account.login;
  const toggles = (own || may("triage")) && !issue.pull?.mergedAt;
  const commands = issue.pull ? PULL_COMMANDS : ISSUE_COMMANDS;
  return html`<div class="comment">
    ${avatar(viewer.account.login, 40)}
    <form method="post" action="${path}/comment" class="box">
      <div class="prose">
        <label for="body"><strong>Add a comment</strong> <span class="dim">as ${viewer.account.login}</span></label>
        <div class="quick">${commands.map((command) => html`<button type="button" data-say="${command}">${command}</button>`)}</div>
        <textarea id="body" name="body" placeholder="/test all"></textarea>
        <div class="row end">
          ${toggles ? html`<button formaction="${path}/${issue.state === "open" ? "close" : "reopen"}" formnovalidate>${issue.state === "open" ? "Close" : "Reopen"} ${issue.pull ? "pull request" : "issue"}</button>` : ""}
          <button class="primary">Comment</button>
        </div>
      </div>
    </form>
  </div>`;
}

function side(world: World, repo: Repo, issue: Issue, path: string, may: (need: Permission) => boolean): Html {
  const removable = issue.labels.map((name) => {
    const chip = labelsOf(repo, [name]);
    return may("triage")
      ? html`<form method="post" action="${path}/unlabel" class="removable">${chip}<button name="label" value="${name}" aria-label="Remove ${name}">×</button></form>`
      : chip;
  });
  const others = repo.labels.filter((label) => !issue.labels.includes(label.name));
  const add = html`<form method="post" action="${path}/label" class="row"><select name="label" aria-label="Label"><option value="">Add a label…</option>${others.map(({ name }) => html`<option>${name}</option>`)}</select><button class="small">Add</button></form>`;
  const person = (login: string) => html`<p>${avatar(login, 20)} <a href="/${login}">${login}</a></p>`;
  const pull = issue.pull;
  const reviewers = pull
    ? html`<section><h3>Reviewers</h3>${pull.requestedReviewers.map(person)}${pull.reviews.length + pull.requestedReviewers.length === 0 ? html`<p class="dim">No reviews</p>` : pull.reviews.map((review) => html`<p>${avatar(review.user, 20)} ${review.user} <span class="dim">${review.state.toLowerCase().replace("_", " ")}</span></p>`)}</section>`
    : "";
  const helpers = collaboratorsOf(world, repo).filter((login) => !issue.assignees.includes(login));
  const assign = may("triage")
    ? html`<form method="post" action="${path}/assign" class="row"><select name="login" aria-label="Assignee"><option value="">Assign…</option>${helpers.map((login) => html`<option>${login}</option>`)}</select><button class="small">Assign</button></form>`
    : "";
  return html`${reviewers}
    <section><h3>Assignees</h3>${issue.assignees.length > 0 ? issue.assignees.map(person) : html`<p class="dim">No one</p>`}${assign}</section>
    <section><h3>Labels</h3>${removable.length > 0 ? removable : html`<p class="dim">None yet</p>`}${may("triage") ? add : ""}</section>`;
}

function titleForm(issue: Issue, path: string): Html {
  return html`<details class="tool" id="edit-title"><summary>Edit title and description</summary>
    <form method="post" action="${path}/edit" class="stack">
      <label>Title <input name="title" value="${issue.title}" required /></label>
      <label>Description <textarea name="body">${issue.body ?? ""}</textarea></label>
      <div class="row end"><button>Save</button></div>
    </form>
  </details>`;
}

/** What belongs to a pull request only: draft or ready, a commit, a review. */
function pullTools(
  issue: PullIssue,
  path: string,
  part: { pushes: boolean; own: boolean; file: { path: string; text: string } | null },
): Html {
  const draft = part.pushes
    ? html`<form method="post" action="${path}/${issue.pull.draft ? "ready" : "draft"}"><button>${issue.pull.draft ? "Ready for review" : "Convert to draft"}</button></form>`
    : "";
  const push = part.pushes
    ? html`<details class="tool" id="push"><summary>Push a commit</summary>
        <form method="post" action="${path}/push" class="stack">
          <label>File <input name="path" value="${part.file?.path ?? "NOTES.md"}" required /></label>
          <label>Content <textarea name="content" class="code">${part.file?.text ?? ""}</textarea></label>
          <label>Message <input name="message" value="Address review" required /></label>
          <div class="row end"><button>Commit and push</button></div>
        </form>
      </details>`
    : "";
  const verdicts = part.own
    ? [["COMMENT", "Comment"]]
    : [
        ["APPROVE", "Approve"],
        ["REQUEST_CHANGES", "Request changes"],
        ["COMMENT", "Comment"],
      ];
  const review = html`<details class="tool" id="review"><summary>Review</summary>
    <form method="post" action="${path}/review" class="stack">
      <label>Words <textarea name="body"></textarea></label>
      <div class="row end">${verdicts.map(([value, name]) => html`<button name="verdict" value="${value}">${name}</button>`)}</div>
    </form>
  </details>`;
  return html`${draft ? html`<div class="row meta">${draft}</div>` : ""}${push}${review}`;
}

export function threadHead(repo: Repo, issue: Issue, tab: "conversation" | "commits" | "files"): Html {
  const kind = stateOf(issue);
  const path = pathOf(repo, issue);
  const { pull } = issue;
  const from = pull
    ? pull.head.repo === fullName(repo)
      ? pull.head.ref
      : `${pull.head.repo.split("/")[0]}:${pull.head.ref}`
    : "";
  const tabs = [
    ["conversation", "", `Conversation ${issue.comments.length}`],
    ["commits", "/commits", `Commits ${pull?.stats.commits ?? 0}`],
    ["files", "/files", `Files changed ${pull?.stats.changedFiles ?? 0}`],
  ];
  return html`${repoHead(repo, pull ? "pulls" : "issues")}
    <div data-part="head">
      <h1>${issue.title} <span class="dim">#${issue.number}</span></h1>
      <div class="meta">
        <span class="state ${kind}">${kind.charAt(0).toUpperCase()}${kind.slice(1)}</span>
        ${pull ? html`<span><strong>${issue.user}</strong> wants to merge ${pull.stats.commits} commit${pull.stats.commits === 1 ? "" : "s"} into <code>${pull.base.ref}</code> from <code>${from}</code></span> <span><span class="plus">+${pull.stats.additions}</span> <span class="minus">−${pull.stats.deletions}</span></span>` : html`<span><strong>${issue.user}</strong> opened this issue</span>`}
      </div>
      ${pull ? html`<nav class="tabs">${tabs.map(([name, below, text]) => html`<a href="${path}${below}" ${name === tab ? html`aria-current="page"` : ""}>${text}</a>`)}</nav>` : ""}
    </div>`;
}

/** `file`: the first changed file with its content, to start an edit from. */
export function threadPage(
  world: World,
  viewer: Viewer,
  repo: Repo,
  issue: Issue,
  file: { path: string; text: string } | null,
): Html {
  const path = pathOf(repo, issue);
  const { login } = viewer.account;
  const may = (need: Permission): boolean => atLeast(permissionOf(world, repo, login), need);
  const own = issue.user === login;
  const source = issue.pull ? world.repo(issue.pull.head.repo) : undefined;
  const pushes =
    issue.state === "open" && source !== undefined && (own || atLeast(permissionOf(world, source, login), "write"));
  const body = html`${threadHead(repo, issue, "conversation")}
    <div class="columns">
      <div>
        <div data-part="timeline">${timeline(world, viewer, repo, issue, path)}</div>
        ${isPull(issue) ? html`<div data-part="checks">${checks(repo, issue, path, may)}</div>` : ""}
        ${commentForm(viewer, issue, path, may)}
      </div>
      <aside class="side">
        <div data-part="side">${side(world, repo, issue, path, may)}</div>
        <section>
          ${isPull(issue) && issue.state === "open" ? pullTools(issue, path, { pushes, own, file }) : ""}
          ${own || may("triage") ? titleForm(issue, path) : ""}
        </section>
      </aside>
    </div>`;
  return layout(world, viewer, `${issue.title} · ${fullName(repo)}#${issue.number}`, body, topicOf(repo, issue));
}
