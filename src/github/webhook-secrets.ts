/** Webhook secrets as an administrator may see them, and GitHub's webhooks brought up to them (spec jobs 4.14). */
import { type Env, settings } from "../env.ts";
import { sendWebhooksSignedBy } from "./app.ts";
import { githubClient } from "./client.ts";
import { GitHubError } from "./errors.ts";
import { type HmacFile, newestOf, parseHmacFile } from "./hmac-rotation.ts";

/** One level of the setting: its key, and when its secrets were made, the newest first; never what they are. */
export interface SecretLevel {
  /** `*`, `org` or `org/repo`. */
  readonly key: string;
  /** RFC 3339; empty: the setting does not say. */
  readonly createdAt: readonly string[];
}

const known = (env: Env): HmacFile => parseHmacFile(settings(env).GITHUB_WEBHOOK_SECRETS ?? "", "");

/** Throws HmacFileError when the setting cannot be read. */
export const secretLevels = (env: Env): readonly SecretLevel[] =>
  Object.entries(known(env)).map(([key, tokens]) => ({
    key,
    createdAt: newestOf(tokens).map(({ created_at }) => created_at),
  }));

interface RepositoryHook {
  readonly id: number;
  readonly config: { readonly url?: string };
}

/**
 * Gives GitHub's webhook of a level the level's newest secret: the App's own for `*`, else that of the organisation or
 * repository which calls this worker. Safe at any time: this worker takes what it has by then. Answers how many there were;
 * null when there is no such level. Rejects with GitHubError.
 */
export async function giveNewest(env: Env, key: string): Promise<number | null> {
  const secret = newestOf(known(env)[key] ?? [])[0]?.value;
  if (secret === undefined) return null;
  if (key === "*") {
    await sendWebhooksSignedBy(env, secret);
    return 1;
  }
  const [owner = "", repo] = key.split("/");
  const client = githubClient(env, { owner, ...(repo ? { repo } : {}), delivery: "hmac", consumer: "hmac" });
  const at = repo ? { owner, repo } : { org: owner };
  const path = repo ? "/repos/{owner}/{repo}/hooks" : "/orgs/{org}/hooks";
  const url = `${settings(env).PUBLIC_URL}/hook`;
  const hooks: readonly RepositoryHook[] = await client.paginate(`GET ${path}`, { ...at, per_page: 100 });
  const ours = hooks.filter(({ config }) => config.url === url);
  if (ours.length === 0)
    throw new GitHubError("permanent", 404, `webhooks of ${key}`, `no webhook of ${key} calls ${url}: make one there`);
  for (const { id } of ours) await client.request(`PATCH ${path}/{hook_id}/config`, { ...at, hook_id: id, secret });
  return ours.length;
}
