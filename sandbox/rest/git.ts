import { rm } from "node:fs/promises";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { entryAt, listRefs, readBlob, readCommit, readRef, readTree, contains } from "../git/read.ts";
import { git, gitText } from "../git/run.ts";
import { commitTree, deleteRef, updateRef } from "../git/write.ts";
import { type Call, empty, json, type Reply } from "../http/call.ts";
import { gitCommit } from "../shape/commit.ts";
import { nodeId } from "../shape/ids.ts";
import { apiOf } from "../shape/repository.ts";
import type { Repo } from "../state/model.ts";
import { afterPush, ZERO } from "../verbs/pushes.ts";
import { R, type Routes } from "./route.ts";

const CODE: readonly string[] = ["contents"];

const readable = (call: Call): { repo: Repo; dir: string } => {
  const { repo } = call;
  call.allow(repo, "read", CODE, "read");
  return { repo, dir: call.world.gitDir(repo) };
};

const writable = (call: Call): { repo: Repo; dir: string } => {
  const { repo } = call;
  call.allow(repo, "write", CODE, "write");
  return { repo, dir: call.world.gitDir(repo) };
};

function refShape(call: Call, repo: Repo, ref: string, sha: string, type: string) {
  const api = apiOf(call.world, repo);
  return {
    ref,
    node_id: nodeId("REF", `${repo.id}:${ref}`),
    url: `${api}/git/${ref}`,
    object: { sha, type, url: `${api}/git/${type}s/${sha}` },
  };
}

/** `refs/heads/x` of the path's `heads/x`; anything else does not exist. */
function fullRef(call: Call): string {
  const ref = `refs/${call.param("ref").replace(/^refs\//, "")}`;
  if (/\.\.|[\s~^:?*[\\]/.test(ref)) throw ApiError.notFound();
  return ref;
}

async function moveRef(
  call: Call,
  repo: Repo,
  ref: string,
  before: string | null,
  after: string | null,
): Promise<void> {
  const dir = call.world.gitDir(repo);
  await call.world.lock(repo, async () => {
    if (after === null) await deleteRef(dir, ref);
    else await updateRef(dir, ref, after);
    await afterPush(call.world, repo, call.actor, { ref, before: before ?? ZERO, after: after ?? ZERO });
  });
}

async function mustCommit(dir: string, sha: string): Promise<void> {
  if (!(await readCommit(dir, sha))) throw new ApiError(422, "Object does not exist");
}

async function tree(call: Call): Promise<Reply> {
  const { repo, dir } = readable(call);
  const recursive = call.query("recursive") !== null;
  const name = call.param("tree_sha");
  const sha = (await readRef(dir, `${name}^{tree}`)) ?? (await readRef(dir, `refs/heads/${name}^{tree}`));
  const entries = sha === null ? null : await readTree(dir, sha, recursive);
  if (!entries) throw ApiError.notFound();
  const api = apiOf(call.world, repo);
  return json({
    sha,
    url: `${api}/git/trees/${sha}`,
    tree: entries.map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.sha,
      ...(entry.size === null ? {} : { size: entry.size }),
      url: `${api}/git/${entry.type}s/${entry.sha}`,
    })),
    truncated: false,
  });
}

const NewEntries = z.array(
  z.object({
    path: z.string(),
    mode: z.string().default("100644"),
    sha: z.string().nullish(),
    content: z.string().optional(),
  }),
);

async function writeBlob(dir: string, content: string | Uint8Array): Promise<string> {
  return gitText(dir, ["hash-object", "-w", "--stdin"], { input: content });
}

/** Builds a tree in an index of its own, on top of `base_tree` when there is one. */
async function newTree(call: Call): Promise<Reply> {
  const { dir } = writable(call);
  const index = `${dir}/index-${crypto.randomUUID()}`;
  const env = { GIT_INDEX_FILE: index };
  const base = call.string("base_tree");
  const entries = NewEntries.parse(call.field("tree"));
  try {
    if (base !== undefined) await gitText(dir, ["read-tree", base], { env });
    const lines = await Promise.all(
      entries.map(async (entry) => {
        const sha = entry.content === undefined ? entry.sha : await writeBlob(dir, entry.content);
        return sha ? `${entry.mode} ${sha}\t${entry.path}\n` : `0 ${ZERO}\t${entry.path}\n`;
      }),
    );
    const result = await git(dir, ["update-index", "--index-info"], { env, input: lines.join("") });
    if (result.code !== 0) throw new ApiError(422, "Invalid tree info");
    const sha = await gitText(dir, ["write-tree"], { env });
    const stored = await readTree(dir, sha, false);
    const api = apiOf(call.world, call.repo);
    const shown = (stored ?? []).map(({ path, mode, type, sha: one, size }) => ({
      path,
      mode,
      type,
      sha: one,
      ...(size === null ? {} : { size }),
      url: `${api}/git/${type}s/${one}`,
    }));
    return json({ sha, url: `${api}/git/trees/${sha}`, tree: shown, truncated: false }, 201);
  } finally {
    await rm(index, { force: true });
  }
}

export const gitData: Routes = {
  [`GET ${R}/git/ref/{ref}`]: async (call) => {
    const { repo, dir } = readable(call);
    const ref = fullRef(call);
    const found = (await listRefs(dir, ref)).find((one) => one.ref === ref);
    if (!found) throw ApiError.notFound();
    return json(refShape(call, repo, found.ref, found.sha, found.type));
  },
  [`GET ${R}/git/matching-refs/{ref}`]: async (call) => {
    const { repo, dir } = readable(call);
    const ref = fullRef(call);
    const refs = await listRefs(dir, ref.slice(0, ref.lastIndexOf("/") + 1));
    return json(
      refs.filter((one) => one.ref.startsWith(ref)).map((one) => refShape(call, repo, one.ref, one.sha, one.type)),
    );
  },
  [`POST ${R}/git/refs`]: async (call) => {
    const { repo, dir } = writable(call);
    const ref = call.string("ref") ?? "";
    const sha = call.string("sha") ?? "";
    if (!/^refs\/[^/]+\/[^\s~^:?*[\\]+$/.test(ref))
      throw new ApiError(422, "Reference name must start with 'refs/' and contain at least two slashes.");
    await mustCommit(dir, sha);
    if ((await readRef(dir, ref)) !== null) throw new ApiError(422, "Reference already exists");
    await moveRef(call, repo, ref, null, sha);
    return json(refShape(call, repo, ref, sha, "commit"), 201);
  },
  [`PATCH ${R}/git/refs/{ref}`]: async (call) => {
    const { repo, dir } = writable(call);
    const ref = fullRef(call);
    const sha = call.string("sha") ?? "";
    const before = await readRef(dir, ref);
    if (before === null) throw new ApiError(422, "Reference does not exist");
    await mustCommit(dir, sha);
    if (!call.boolean("force") && !(await contains(dir, sha, before)))
      throw new ApiError(422, "Update is not a fast forward");
    await moveRef(call, repo, ref, before, sha);
    return json(refShape(call, repo, ref, sha, "commit"));
  },
  [`DELETE ${R}/git/refs/{ref}`]: async (call) => {
    const { repo, dir } = writable(call);
    const ref = fullRef(call);
    const before = await readRef(dir, ref);
    if (before === null) throw new ApiError(422, "Reference does not exist");
    await moveRef(call, repo, ref, before, null);
    return empty();
  },
  [`POST ${R}/git/blobs`]: async (call) => {
    const { repo, dir } = writable(call);
    const content = call.string("content") ?? "";
    const sha = await writeBlob(dir, call.string("encoding") === "base64" ? Buffer.from(content, "base64") : content);
    return json({ sha, url: `${apiOf(call.world, repo)}/git/blobs/${sha}` }, 201);
  },
  [`GET ${R}/git/blobs/{file_sha}`]: async (call) => {
    const { repo, dir } = readable(call);
    const sha = call.param("file_sha");
    const content = /^[0-9a-f]{40}$/.test(sha) ? await readBlob(dir, sha) : null;
    if (!content) throw ApiError.notFound();
    return json({
      sha,
      node_id: nodeId("B", sha.slice(0, 12)),
      size: content.length,
      url: `${apiOf(call.world, repo)}/git/blobs/${sha}`,
      content: lines(content),
      encoding: "base64",
    });
  },
  [`GET ${R}/git/trees/{tree_sha}`]: tree,
  [`POST ${R}/git/trees`]: newTree,
  [`GET ${R}/git/commits/{commit_sha}`]: async (call) => {
    const { repo, dir } = readable(call);
    const sha = call.param("commit_sha");
    const commit = /^[0-9a-f]{40}$/.test(sha) ? await readCommit(dir, sha) : null;
    if (!commit) throw ApiError.notFound();
    return json(gitCommit(call.world, repo, commit));
  },
  [`POST ${R}/git/commits`]: async (call) => {
    const { repo, dir } = writable(call);
    const { login, id, name } = call.actor.account;
    const root = call.string("tree") ?? "";
    if (!(await entryAt(dir, root, ""))) throw new ApiError(422, "Tree SHA does not exist");
    for (const parent of call.strings("parents")) await mustCommit(dir, parent);
    const sha = await commitTree(dir, {
      tree: root,
      parents: call.strings("parents"),
      message: call.string("message") ?? "",
      author: { name: name || login, email: `${id}+${login}@users.noreply.github.com` },
      date: new Date(),
    });
    const commit = await readCommit(dir, sha);
    if (!commit) throw ApiError.notFound();
    return json(gitCommit(call.world, repo, commit), 201);
  },
};

/** Base64 in lines of 60 characters, as GitHub writes it. */
export const lines = (content: Buffer): string => content.toString("base64").replace(/(.{60})/g, "$1\n");
