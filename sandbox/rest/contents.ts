import { ApiError } from "../errors.ts";
import { entryAt, readBlob, readTree, resolveCommit, type TreeEntry } from "../git/read.ts";
import { type Call, json, type Reply, text } from "../http/call.ts";
import { commit as commitShape } from "../shape/commit.ts";
import { apiOf, pageOf } from "../shape/repository.ts";
import type { Repo } from "../state/model.ts";
import { commitTo } from "../verbs/repos.ts";
import { readCommit } from "../git/read.ts";
import { lines } from "./git.ts";
import { R, type Routes } from "./route.ts";

const CODE: readonly string[] = ["contents"];

const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

function item(call: Call, repo: Repo, ref: string, path: string, entry: { type: string; sha: string; size: number }) {
  const url = `${apiOf(call.world, repo)}/contents/${encoded(path)}?ref=${encodeURIComponent(ref)}`;
  const directory = entry.type === "tree";
  const git_url = `${apiOf(call.world, repo)}/git/${directory ? "trees" : "blobs"}/${entry.sha}`;
  const html_url = `${pageOf(call.world, repo)}/${directory ? "tree" : "blob"}/${ref}/${encoded(path)}`;
  const type = directory ? ("dir" as const) : entry.type === "commit" ? ("submodule" as const) : ("file" as const);
  return {
    name: path.split("/").at(-1) ?? path,
    path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url,
    git_url,
    download_url: directory ? null : `${pageOf(call.world, repo)}/raw/${ref}/${encoded(path)}`,
    type,
    _links: { self: url, git: git_url, html: html_url },
  };
}

async function read(call: Call): Promise<Reply> {
  const { repo, world } = call;
  call.allow(repo, "read", CODE, "read");
  const dir = world.gitDir(repo);
  const ref = call.query("ref") ?? repo.defaultBranch;
  const commit = await resolveCommit(dir, ref.replace(/^refs\/(heads|tags)\//, ""));
  if (commit === null) throw new ApiError(404, `No commit found for the ref ${ref}`);
  const path = call.param("path").replace(/^\/+|\/+$/g, "");
  if (/[\n\0]/.test(path)) throw ApiError.notFound();
  const found = await entryAt(dir, commit, path);
  if (!found) throw ApiError.notFound();
  if (found.type === "tree") {
    const entries: TreeEntry[] = (await readTree(dir, found.sha, false)) ?? [];
    const below = path === "" ? "" : `${path}/`;
    return json(
      entries.map((entry) => item(call, repo, ref, `${below}${entry.path}`, { ...entry, size: entry.size ?? 0 })),
    );
  }
  const content = await readBlob(dir, found.sha);
  if (!content) throw ApiError.notFound();
  if (/vnd\.github(?:\.v3)?\.raw/.test(call.accept)) return text(content, "application/vnd.github.raw; charset=utf-8");
  const shown = item(call, repo, ref, path, { ...found, size: content.length });
  // GitHub leaves out the content of files above one megabyte.
  const large = content.length > 1024 * 1024;
  return json({ ...shown, content: large ? "" : lines(content), encoding: large ? "none" : "base64" });
}

async function write(call: Call): Promise<Reply> {
  const { repo, world } = call;
  call.allow(repo, "write", CODE, "write");
  const dir = world.gitDir(repo);
  const branch = call.string("branch") ?? repo.defaultBranch;
  const path = call.param("path");
  const tip = await resolveCommit(dir, branch);
  const known = tip === null ? null : await entryAt(dir, tip, path);
  const given = call.string("sha");
  if (known && given === undefined) throw new ApiError(422, `Invalid request.\n\n"sha" wasn't supplied.`);
  if (known && given !== known.sha) throw new ApiError(409, `${path} does not match ${given}`);
  const files = { [path]: Buffer.from(call.string("content") ?? "", "base64").toString() };
  const sha = await commitTo(world, repo, call.actor, { branch, files, message: call.string("message") ?? "" });
  const [entry, commit] = [await entryAt(dir, sha, path), await readCommit(dir, sha)];
  if (!entry || !commit) throw ApiError.notFound();
  const content = item(call, repo, branch, path, { ...entry, size: 0 });
  const { commit: inner, node_id, html_url, parents, url } = commitShape(world, repo, commit);
  const { comment_count: _, ...plain } = inner;
  return json({ content, commit: { sha, node_id, ...plain, html_url, parents, url } }, known ? 200 : 201);
}

export const contents: Routes = {
  [`GET ${R}/contents/{path}`]: read,
  [`PUT ${R}/contents/{path}`]: write,
  [`GET ${R}/tarball/{ref}`]: async (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", CODE, "read");
    const commit = await resolveCommit(world.gitDir(repo), call.param("ref").replace(/^refs\/(heads|tags)\//, ""));
    if (commit === null) throw ApiError.notFound();
    const ticket = repo.private ? `?token=${world.ticket(`${repo.owner}/${repo.name}/${commit}`)}` : "";
    const location = `${world.url}/_codeload/${repo.owner}/${repo.name}/legacy.tar.gz/${commit}${ticket}`;
    return { status: 302, headers: { location } };
  },
};
