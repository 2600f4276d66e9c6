/**
 * OWNERS files of a commit, by tree and blobs (spec chatops 3.2). What is named by its content is kept in the isolate:
 * a tree is listed once, a blob read once, and the same files are parsed once, whatever commits hold them.
 */
import type { OwnersConfig } from "../config/model.ts";
import { GitHubError, type GitHubClient } from "../github/index.ts";
import { uuidV5 } from "../jobs/uuid.ts";
import { loadOwners, mayBeAboutOwners, type Owners, ownersPaths } from "../owners/index.ts";
import { keep, nameOf, SYMLINK, textOf, treeOf, type Where } from "./git-objects.ts";

const TREES = 200;
const PARSED = 50;
const REPOSITORIES = 200;
/** Milliseconds: collaborators change without a commit. */
const COLLABORATORS_MS = 5 * 60_000;
/** Of six connections that a worker may have open. */
const AT_A_TIME = 5;

/** Blob by path of what may be about owners, by tree or commit. */
const trees = new Map<string, ReadonlyMap<string, string>>();
const parsed = new Map<string, Owners>();
const people = new Map<string, { readonly logins: ReadonlySet<string> | null; readonly until: number }>();

/** OWNERS as of a commit. Rejects with GitHubError where GitHub cannot be read. */
export async function ownersAt(client: GitHubClient, where: Where, sha: string, config: OwnersConfig): Promise<Owners> {
  const blobs = await blobsOf(client, where, sha, config);
  const files = ownersPaths([...blobs.keys()], config).map((path) => [path, blobs.get(path) ?? ""] as const);
  const collaborators = config.skip_collaborators ? null : await collaboratorsOf(client, where);
  const known = collaborators && [...collaborators].toSorted();
  const key = await uuidV5(JSON.stringify([nameOf(where), config, files, known]));
  const owners = parsed.get(key) ?? loadOwners(await textsOf(client, where, files), config, collaborators);
  keep(parsed, key, owners, PARSED);
  return owners;
}

async function textsOf(client: GitHubClient, where: Where, files: readonly (readonly [string, string])[]) {
  const read: { path: string; text: string }[] = [];
  for (let at = 0; at < files.length; at += AT_A_TIME) {
    const some = files.slice(at, at + AT_A_TIME);
    read.push(
      ...(await Promise.all(some.map(async ([path, blob]) => ({ path, text: await textOf(client, where, blob) })))),
    );
  }
  return read;
}

/** Path to blob of regular files below a tree that may be about owners. GitHub cuts off very large trees: those are read in parts. */
async function blobsOf(
  client: GitHubClient,
  where: Where,
  sha: string,
  config: OwnersConfig,
): Promise<ReadonlyMap<string, string>> {
  const { filenames, mdyaml } = config;
  const key = `${nameOf(where)}@${sha} ${filenames.owners} ${filenames.owners_aliases} ${mdyaml}`;
  const known = trees.get(key);
  if (known) return known;
  const all = await treeOf(client, where, sha, true);
  const { tree } = all.truncated ? await treeOf(client, where, sha, false) : all;
  const blobs = new Map<string, string>();
  for (const { path, type, mode, sha: entry } of tree) {
    if (type === "blob" && mode !== SYMLINK && mayBeAboutOwners(path, config)) blobs.set(path, entry);
    if (!all.truncated || type !== "tree") continue;
    for (const [inner, blob] of await blobsOf(client, where, entry, config)) blobs.set(`${path}/${inner}`, blob);
  }
  keep(trees, key, blobs, TREES);
  return blobs;
}

/** A listing that GitHub refuses filters nobody (spec chatops 3.2); one that only failed now is tried again. */
async function collaboratorsOf(client: GitHubClient, where: Where): Promise<ReadonlySet<string> | null> {
  const known = people.get(nameOf(where));
  if (known && known.until > Date.now()) return known.logins;
  const logins = await listCollaborators(client, where);
  keep(people, nameOf(where), { logins, until: Date.now() + COLLABORATORS_MS }, REPOSITORIES);
  return logins;
}

async function listCollaborators(client: GitHubClient, where: Where): Promise<ReadonlySet<string> | null> {
  try {
    const all = await client.paginate("GET /repos/{owner}/{repo}/collaborators", { ...where, per_page: 100 });
    return new Set(all.map((one) => one.login.toLowerCase()));
  } catch (error) {
    if (error instanceof GitHubError && error.passing) throw error;
    return null;
  }
}
