/** Files, commits and changes. */
import { html } from "hono/html";
import { ApiError } from "../errors.ts";
import type { FileChange } from "../git/changes.ts";
import {
  changes,
  type Commit,
  EMPTY_TREE,
  entryAt,
  log,
  readBlob,
  readCommit,
  readTree,
  resolveCommit,
} from "../git/read.ts";
import { forkPoint } from "../rest/pulls.ts";
import type { Repo } from "../state/model.ts";
import { fullName, type PullIssue, type World } from "../world.ts";
import { ago, type Html, layout, prose, type Viewer } from "./layout.ts";
import { repoHead } from "./repository.ts";
import { threadHead } from "./thread.ts";

const MAX_SHOWN = 256 * 1024;

const lineKind = (line: string): string =>
  line.startsWith("@@") ? "hunk" : line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : "";

const diff = (file: FileChange): Html => html`<section class="box diff">
  <header><strong class="mono">${file.previousPath ? `${file.previousPath} → ` : ""}${file.path}</strong><span class="plus">+${file.additions}</span><span class="minus">−${file.deletions}</span></header>
  ${file.patch === null ? html`<p class="prose dim">Binary, or only its mode changed.</p>` : html`<pre>${file.patch.split("\n").map((line) => html`<span class="${lineKind(line)}">${line || " "}</span>`)}</pre>`}
</section>`;

const commitRow = (repo: Repo, commit: Commit): Html => html`<li>
  <div class="main"><a class="title" href="/${fullName(repo)}/commit/${commit.sha}">${commit.message.split("\n")[0]}</a><div class="dim">${commit.author.name} ${ago(commit.author.date)}</div></div>
  <code>${commit.sha.slice(0, 7)}</code>
</li>`;

export async function filesPage(world: World, viewer: Viewer, repo: Repo, issue: PullIssue): Promise<Html> {
  const files = await changes(world.gitDir(repo), await forkPoint(world, repo, issue), issue.pull.head.sha);
  return layout(world, viewer, `Files · ${issue.title}`, html`${threadHead(repo, issue, "files")}${files.map(diff)}`);
}

export async function commitsPage(world: World, viewer: Viewer, repo: Repo, issue: PullIssue): Promise<Html> {
  const from = await forkPoint(world, repo, issue);
  const commits = await log(world.gitDir(repo), `${from}..${issue.pull.head.sha}`, { reverse: true });
  const body = html`${threadHead(repo, issue, "commits")}<ul class="list">${commits.map((commit) => commitRow(repo, commit))}</ul>`;
  return layout(world, viewer, `Commits · ${issue.title}`, body);
}

export async function commitPage(world: World, viewer: Viewer, repo: Repo, sha: string): Promise<Html> {
  const dir = world.gitDir(repo);
  const resolved = await resolveCommit(dir, sha);
  const commit = resolved === null ? null : await readCommit(dir, resolved);
  if (!commit) throw ApiError.notFound();
  const files = await changes(dir, commit.parents[0] ?? EMPTY_TREE, commit.sha);
  const [title = "", ...rest] = commit.message.split("\n");
  const body = html`${repoHead(repo, "code")}<h1>${title}</h1>
    <div class="meta"><span>${commit.author.name} ${ago(commit.author.date)}</span><code>${commit.sha}</code></div>
    ${rest.join("").trim() ? html`<pre>${rest.join("\n").trim()}</pre>` : ""}${files.map(diff)}`;
  return layout(world, viewer, title, body);
}

/** A file, or the list of a directory. */
export async function pathPage(world: World, viewer: Viewer, repo: Repo, ref: string, path: string): Promise<Html> {
  const dir = world.gitDir(repo);
  const commit = await resolveCommit(dir, ref);
  const entry = commit === null ? null : await entryAt(dir, commit, path);
  if (!entry) throw ApiError.notFound();
  const base = `/${fullName(repo)}`;
  const parts = path.split("/");
  const trail = parts.map(
    (part, index) =>
      html` / <a href="${base}/${index === parts.length - 1 ? "blob" : "tree"}/${ref}/${parts.slice(0, index + 1).join("/")}">${part}</a>`,
  );
  const head = html`${repoHead(repo, "code")}<p><code>${ref}</code>${trail}</p>`;
  if (entry.type === "tree") {
    const entries = (await readTree(dir, entry.sha, false)) ?? [];
    const rows = entries.map(
      (one) =>
        html`<li><a class="main" href="${base}/${one.type === "tree" ? "tree" : "blob"}/${ref}/${path}/${one.path}">${one.path}</a></li>`,
    );
    return layout(world, viewer, path, html`${head}<ul class="list">${rows}</ul>`);
  }
  const content = (await readBlob(dir, entry.sha)) ?? Buffer.alloc(0);
  const text = content.subarray(0, MAX_SHOWN).toString();
  const shown = content.includes(0)
    ? html`<p class="prose dim">A binary file of ${content.length} bytes.</p>`
    : path.endsWith(".md")
      ? prose(text, repo)
      : html`<pre>${text.split("\n").map((line) => html`<span>${line || " "}</span>`)}</pre>`;
  return layout(
    world,
    viewer,
    path,
    html`${head}<p><a href="${base}/raw/${ref}/${path}">Raw</a></p><div class="box file">${shown}</div>`,
  );
}
