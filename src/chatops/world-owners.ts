/** OWNERS files of a commit, by tree and blobs (spec chatops 3.2). What is named by its content is kept in the isolate. */
import type { OwnersConfig } from "../config/model.ts";
import { GitHubError, type GitHubClient } from "../github/index.ts";
import { loadOwners, type Owners, ownersPaths } from "../owners/index.ts";
import { fromBase64 } from "./base64.ts";

interface Where {
  readonly owner: string;
  readonly repo: string;
}

interface Loaded {
  readonly owners: Owners;
  /** Milliseconds: collaborators change without a commit. */
  readonly until: number;
}

const COMMITS = 50;
const TEXTS = 5_000;
const COLLABORATORS_MS = 5 * 60_000;
/** Of six connections that a worker may have open. */
const AT_A_TIME = 5;
const SYMLINK = "120000";

const loaded = new Map<string, Loaded>();
/** By blob: most OWNERS files of the next commit are those of the last. */
const texts = new Map<string, string>();

/** OWNERS as of a commit. Rejects with GitHubError where GitHub cannot be read. */
export async function ownersAt(client: GitHubClient, where: Where, sha: string, config: OwnersConfig): Promise<Owners> {
  const key = `${where.owner}/${where.repo}@${sha} ${JSON.stringify(config)}`.toLowerCase();
  const known = loaded.get(key);
  if (known && known.until > Date.now()) return known.owners;
  const files = await filesOf(client, where, sha, config);
  const collaborators = config.skip_collaborators ? null : await collaboratorsOf(client, where);
  const owners = loadOwners(files, config, collaborators);
  if (loaded.size >= COMMITS) loaded.clear();
  loaded.set(key, { owners, until: Date.now() + COLLABORATORS_MS });
  return owners;
}

async function filesOf(client: GitHubClient, where: Where, sha: string, config: OwnersConfig) {
  const blobs = await blobsOf(client, where, sha, "");
  const paths = ownersPaths([...blobs.keys()], config);
  const files: { path: string; text: string }[] = [];
  for (let at = 0; at < paths.length; at += AT_A_TIME) {
    const some = paths.slice(at, at + AT_A_TIME);
    const read = some.map(async (path) => ({ path, text: await textOf(client, where, blobs.get(path) ?? "") }));
    files.push(...(await Promise.all(read)));
  }
  return files;
}

/** Path to blob sha of every regular file below a tree. GitHub cuts off very large trees: those are read in parts. */
async function blobsOf(client: GitHubClient, where: Where, sha: string, below: string): Promise<Map<string, string>> {
  const all = await treeOf(client, where, sha, true);
  const { tree } = all.truncated ? await treeOf(client, where, sha, false) : all;
  const blobs = new Map<string, string>();
  for (const { path, type, mode, sha: entry } of tree) {
    if (type === "blob" && mode !== SYMLINK) blobs.set(below + path, entry);
    if (!all.truncated || type !== "tree") continue;
    for (const [inner, blob] of await blobsOf(client, where, entry, `${below}${path}/`)) blobs.set(inner, blob);
  }
  return blobs;
}

async function treeOf(client: GitHubClient, where: Where, sha: string, recursive: boolean) {
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
    ...where,
    tree_sha: sha,
    ...(recursive ? { recursive: "1" } : {}),
  });
  return data;
}

async function textOf(client: GitHubClient, where: Where, sha: string): Promise<string> {
  const known = texts.get(sha);
  if (known !== undefined) return known;
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", { ...where, file_sha: sha });
  const text = fromBase64(data.content);
  if (texts.size >= TEXTS) texts.clear();
  texts.set(sha, text);
  return text;
}

/** A listing that GitHub refuses filters nobody (spec chatops 3.2); one that only failed now is tried again. */
async function collaboratorsOf(client: GitHubClient, where: Where): Promise<ReadonlySet<string> | null> {
  try {
    const people = await client.paginate("GET /repos/{owner}/{repo}/collaborators", { ...where, per_page: 100 });
    return new Set(people.map((one) => one.login.toLowerCase()));
  } catch (error) {
    if (error instanceof GitHubError && error.passing) throw error;
    return null;
  }
}
