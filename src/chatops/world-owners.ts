/** OWNERS files of a commit, by tree and blobs, kept in the isolate by commit (spec chatops 3.2). */
import type { OwnersConfig } from "../config/model.ts";
import type { GitHubClient } from "../github/index.ts";
import { loadOwners, type Owners, ownersPaths } from "../owners/index.ts";

const COMMITS = 50;
const AT_A_TIME = 5;
const known = new Map<string, Promise<Owners>>();

interface TreeAnswer {
  readonly truncated: boolean;
  readonly tree: readonly {
    readonly path: string;
    readonly type: string;
    readonly mode: string;
    readonly sha: string;
  }[];
}

export function ownersAt(
  client: GitHubClient,
  where: { owner: string; repo: string },
  sha: string,
  config: OwnersConfig,
): Promise<Owners> {
  const key = `${where.owner}/${where.repo}@${sha} ${JSON.stringify(config)}`.toLowerCase();
  const kept = known.get(key);
  if (kept) return kept;
  const loading = load(client, where, sha, config);
  if (known.size >= COMMITS) known.clear();
  known.set(key, loading);
  loading.catch(() => known.delete(key));
  return loading;
}

async function load(
  client: GitHubClient,
  where: { owner: string; repo: string },
  sha: string,
  config: OwnersConfig,
): Promise<Owners> {
  const { data } = await client.request<TreeAnswer>("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
    ...where,
    tree_sha: sha,
    recursive: "1",
  });
  const regular = new Map(
    data.tree
      .filter((entry) => entry.type === "blob" && entry.mode !== "120000")
      .map((entry) => [entry.path, entry.sha]),
  );
  const paths = ownersPaths([...regular.keys()], config);
  const files: { path: string; text: string }[] = [];
  for (let at = 0; at < paths.length; at += AT_A_TIME) {
    const slice = paths.slice(at, at + AT_A_TIME);
    files.push(
      ...(await Promise.all(
        slice.map(async (path) => ({ path, text: await blob(client, where, regular.get(path) ?? "") })),
      )),
    );
  }
  const collaborators = config.skip_collaborators ? null : await collaboratorsOf(client, where);
  return loadOwners(files, config, collaborators);
}

async function blob(client: GitHubClient, where: { owner: string; repo: string }, sha: string): Promise<string> {
  const { data } = await client.request<{ content: string }>("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", {
    ...where,
    file_sha: sha,
  });
  const bytes = Uint8Array.from(atob(data.content.replace(/\s/g, "")), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** A listing that fails filters nobody (spec chatops 3.2). */
async function collaboratorsOf(
  client: GitHubClient,
  where: { owner: string; repo: string },
): Promise<ReadonlySet<string> | null> {
  try {
    const people = await client.paginate<{ login: string }>("GET /repos/{owner}/{repo}/collaborators", where);
    return new Set(people.map((one) => one.login.toLowerCase()));
  } catch {
    return null;
  }
}
