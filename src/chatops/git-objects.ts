/** Trees and blobs of GitHub. A blob never changes: its text is kept in the isolate. */
import type { GitHubClient } from "../github/index.ts";
import { fromBase64 } from "./base64.ts";

export interface Where {
  readonly owner: string;
  readonly repo: string;
}

/** Mode of a tree's entry that is a symbolic link. */
export const SYMLINK = "120000";
const TEXTS = 5_000;

const texts = new Map<string, string>();

export const nameOf = ({ owner, repo }: Where): string => `${owner}/${repo}`.toLowerCase();

/** A listing by the sha of a tree or commit; GitHub cuts very large ones off (`truncated`). */
export async function treeOf(client: GitHubClient, where: Where, sha: string, recursive: boolean) {
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
    ...where,
    tree_sha: sha,
    ...(recursive ? { recursive: "1" } : {}),
  });
  return data;
}

/** The text of a blob. The same blob of another repository may be one that its reader must not see. */
export async function textOf(client: GitHubClient, where: Where, sha: string): Promise<string> {
  const key = `${nameOf(where)} ${sha}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", { ...where, file_sha: sha });
  const text = fromBase64(data.content);
  keep(texts, key, text, TEXTS);
  return text;
}

/** The oldest go when there are too many. */
export function keep<T>(cache: Map<string, T>, key: string, value: T, most: number): void {
  cache.delete(key);
  cache.set(key, value);
  for (const oldest of cache.keys()) {
    if (cache.size <= most) break;
    cache.delete(oldest);
  }
}
