/** What GitHub shows to a viewer, asked with the viewer's own token and remembered for a minute per isolate. */
import * as z from "zod";
import { settings } from "../env.ts";
import type { Env } from "../env.ts";

const TTL_MS = 60_000;
const ASK_MS = 8_000;
const MAX_ENTRIES = 5_000;
/** 1,000 private repositories per viewer; what lies beyond is missing from lists, not from its own pages. */
const LIST_PAGES = 10;

/** GitHub could not be asked: the answer is not known, so nothing is shown. */
export class GitHubUnavailable extends Error {
  override readonly name = "GitHubUnavailable";
}

/** Values that are good for {@link TTL_MS}; the oldest leave when there are too many. */
class Remembered<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>();

  get(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.until > now ? entry.value : undefined;
  }

  set(key: string, value: T, now: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: now + TTL_MS });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > MAX_ENTRIES && !oldest.done) this.#entries.delete(oldest.value);
  }
}

const visible = new Remembered<boolean>();
const lists = new Remembered<readonly string[]>();

/** GET of GitHub's API with a viewer's token. Rejects with {@link GitHubUnavailable} when there is no answer. */
export async function askGitHub(env: Env, token: string, path: string): Promise<Response> {
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${token}`,
    "user-agent": "cutwater",
    "x-github-api-version": "2022-11-28",
  };
  try {
    const answer = await fetch(`${settings(env).GITHUB_API_URL}${path}`, {
      headers,
      signal: AbortSignal.timeout(ASK_MS),
    });
    const limited =
      answer.status === 429 || (answer.status === 403 && answer.headers.get("x-ratelimit-remaining") === "0");
    if (answer.status >= 500 || limited) throw new GitHubUnavailable(`GitHub answered ${answer.status} to GET ${path}`);
    return answer;
  } catch (error) {
    if (error instanceof GitHubUnavailable) throw error;
    throw new GitHubUnavailable(`GitHub did not answer GET ${path}`, { cause: error });
  }
}

/** Whether GitHub shows a repository to the holder of a token. False when GitHub cannot be asked. */
export async function seesRepository(env: Env, token: string, fullName: string): Promise<boolean> {
  const key = `${token} ${fullName}`;
  const known = visible.get(key, Date.now());
  if (known !== undefined) return known;
  const [owner = "", repo = ""] = fullName.split("/");
  try {
    const answer = await askGitHub(env, token, `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`);
    await answer.body?.cancel();
    visible.set(key, answer.ok, Date.now());
    return answer.ok;
  } catch (error) {
    if (error instanceof GitHubUnavailable) return false;
    throw error;
  }
}

const RepositoryPage = z.array(z.object({ full_name: z.string(), private: z.boolean() }));

/** `org/repo` in lower case of the private repositories that a token's holder sees. Empty when GitHub cannot be asked. */
export async function privateRepositories(env: Env, token: string): Promise<readonly string[]> {
  const known = lists.get(token, Date.now());
  if (known !== undefined) return known;
  const names: string[] = [];
  try {
    for (let page = 1; page <= LIST_PAGES; page += 1) {
      const answer = await askGitHub(env, token, `/user/repos?visibility=private&per_page=100&page=${page}`);
      if (!answer.ok) break;
      const rows = RepositoryPage.parse(await answer.json());
      names.push(...rows.filter((row) => row.private).map((row) => row.full_name.toLowerCase()));
      if (rows.length < 100) break;
    }
  } catch (error) {
    if (error instanceof GitHubUnavailable || error instanceof z.ZodError) return [];
    throw error;
  }
  lists.set(token, names, Date.now());
  return names;
}
