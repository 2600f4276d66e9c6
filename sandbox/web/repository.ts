/** A repository's pages: files, lists of issues and pull requests, labels, and what to open anew. */
import { html } from "hono/html";
import { atLeast, permissionOf } from "../access.ts";
import { readTree, resolveCommit, log, entryAt, readBlob } from "../git/read.ts";
import type { Issue, Repo } from "../state/model.ts";
import { fullName, type World } from "../world.ts";
import { ago, type Html, labelChip, labelsOf, layout, prose, type Viewer } from "./layout.ts";
import { latestStatuses } from "../state/heads.ts";

export type Tab = "code" | "issues" | "pulls" | "labels";

export function repoHead(repo: Repo, current: Tab): Html {
  const open = Object.values(repo.issues).filter((issue) => issue.state === "open");
  const pulls = open.filter((issue) => issue.pull).length;
  const tabs: readonly (readonly [Tab, string, string])[] = [
    ["code", "", "Code"],
    ["issues", "/issues", `Issues ${open.length - pulls}`],
    ["pulls", "/pulls", `Pull requests ${pulls}`],
    ["labels", "/labels", "Labels"],
  ];
  return html`<div class="crumbs"><a href="/${repo.owner}">${repo.owner}</a> / <a href="/${fullName(repo)}"><strong>${repo.name}</strong></a> <span class="badge">${repo.private ? "Private" : "Public"}</span></div>
    <nav class="tabs">${tabs.map(([tab, path, name]) => html`<a href="/${fullName(repo)}${path}" ${tab === current ? html`aria-current="page"` : ""}>${name}</a>`)}</nav>`;
}

export async function codePage(world: World, viewer: Viewer, repo: Repo): Promise<Html> {
  const dir = world.gitDir(repo);
  const tip = await resolveCommit(dir, repo.defaultBranch);
  const entries = tip === null ? [] : ((await readTree(dir, tip, false)) ?? []);
  const [latest] = tip === null ? [] : await log(dir, tip, { limit: 1 });
  const readme = tip === null ? null : await entryAt(dir, tip, "README.md");
  const text = readme ? (await readBlob(dir, readme.sha))?.toString() : undefined;
  const rows = entries
    .toSorted((a, b) => b.type.localeCompare(a.type) || a.path.localeCompare(b.path))
    .map(
      ({ path, type }) =>
        html`<li><span aria-hidden="true">${type === "tree" ? "▸" : "·"}</span><a class="main" href="/${fullName(repo)}/${type === "tree" ? "tree" : "blob"}/${repo.defaultBranch}/${path}">${path}</a></li>`,
    );
  const body = html`${repoHead(repo, "code")}
    <p>${repo.description}</p>
    <p class="dim">Clone: <code>git clone ${world.url}/${fullName(repo)}.git</code></p>
    ${latest ? html`<p class="dim"><strong>${repo.defaultBranch}</strong> · ${latest.message.split("\n")[0]} · <a class="mono" href="/${fullName(repo)}/commit/${latest.sha}">${latest.sha.slice(0, 7)}</a> ${ago(latest.committer.date)}</p>` : ""}
    <ul class="list">${rows}</ul>
    ${text === undefined ? "" : html`<div class="box readme">${prose(text, repo)}</div>`}`;
  return layout(world, viewer, fullName(repo), body, fullName(repo));
}

export const stateOf = (issue: Issue): "open" | "closed" | "merged" | "draft" =>
  issue.pull?.mergedAt ? "merged" : issue.state === "closed" ? "closed" : issue.pull?.draft ? "draft" : "open";

function marks(repo: Repo, issue: Issue): Html | string {
  if (!issue.pull) return "";
  const statuses = latestStatuses(repo, issue.pull.head.sha);
  if (statuses.length === 0) return "";
  const bad = statuses.filter((one) => one.state === "failure" || one.state === "error").length;
  const waiting = statuses.filter((one) => one.state === "pending").length;
  const [kind, sign] = bad > 0 ? ["failure", "✕"] : waiting > 0 ? ["pending", "●"] : ["success", "✓"];
  return html` <span class="mark ${kind}" title="${statuses.length - bad - waiting} of ${statuses.length} checks passed">${sign}</span>`;
}

function row(repo: Repo, issue: Issue): Html {
  const kind = stateOf(issue);
  return html`<li>
    <span class="dot ${kind}" title="${kind}"></span>
    <div class="main">
      <a class="title" href="/${fullName(repo)}/${issue.pull ? "pull" : "issues"}/${issue.number}">${issue.title}</a>${marks(repo, issue)}
      ${labelsOf(repo, issue.labels)}
      <div class="dim">#${issue.number} opened ${ago(issue.createdAt)} by <a href="/${issue.user}">${issue.user}</a>${kind === "draft" ? " · Draft" : ""}</div>
    </div>
    ${issue.comments.length > 0 ? html`<span class="dim" title="comments">${issue.comments.length} ✎</span>` : ""}
  </li>`;
}

export function listPage(world: World, viewer: Viewer, repo: Repo, kind: "issues" | "pulls", state: string): Html {
  const all = Object.values(repo.issues).filter((issue) => (issue.pull !== null) === (kind === "pulls"));
  const open = all.filter((issue) => issue.state === "open");
  const shown = (state === "closed" ? all.filter((issue) => issue.state === "closed") : open).toReversed();
  const path = `/${fullName(repo)}/${kind}`;
  const body = html`${repoHead(repo, kind)}
    <div class="row meta">
      <a href="${path}"><strong>${open.length} open</strong></a> <a href="${path}?state=closed">${all.length - open.length} closed</a>
      <a class="button" href="${path}/new">New ${kind === "pulls" ? "pull request" : "issue"}</a>
    </div>
    <ul class="list" data-part="list">${shown.length > 0 ? shown.map((issue) => row(repo, issue)) : html`<li class="empty">Nothing here.</li>`}</ul>`;
  return layout(
    world,
    viewer,
    `${kind === "pulls" ? "Pull requests" : "Issues"} · ${fullName(repo)}`,
    body,
    fullName(repo),
  );
}

export function labelsPage(world: World, viewer: Viewer, repo: Repo): Html {
  const body = html`${repoHead(repo, "labels")}
    <ul class="list">${repo.labels.map((label) => html`<li><div class="main">${labelChip(label)}</div><div class="main dim">${label.description ?? ""}</div></li>`)}</ul>`;
  return layout(world, viewer, `Labels · ${fullName(repo)}`, body);
}

export function newPage(world: World, viewer: Viewer, repo: Repo, kind: "issues" | "pulls"): Html {
  const { login } = viewer.account;
  const writes = atLeast(permissionOf(world, repo, login), "write");
  const change = html`<p class="dim">${writes ? `${login} may push here: a new branch is made in this repository.` : `${login} may not push here: the branch is made in ${login}'s fork.`}</p>
    <label>File <input name="path" value="docs/note-by-${login}.md" required /></label>
    <label>Content <textarea name="content" class="code" required># A note</textarea></label>
    <label class="row"><input type="checkbox" name="draft" value="yes" /> as a draft</label>`;
  const body = html`${repoHead(repo, kind)}
    <h1>New ${kind === "pulls" ? "pull request" : "issue"}</h1>
    <form method="post" action="/${fullName(repo)}/${kind}/new" class="stack">
      <label>Title <input name="title" required /></label>
      <label>Description <textarea name="body"></textarea></label>
      ${kind === "pulls" ? change : ""}
      <div class="row end"><button class="primary">Open</button></div>
    </form>`;
  return layout(world, viewer, `New · ${fullName(repo)}`, body);
}
