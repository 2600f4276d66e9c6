/** The GitHub App's own calls: its JWT, installations and their tokens (design 5). */
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { type Env, settings } from "../env.ts";
import { GitHubError } from "./errors.ts";
import { withTypedErrors } from "./octokit.ts";
import { toPkcs8 } from "./pkcs8.ts";

const TIMEOUT_MS = 15_000;

export interface InstallationToken {
  readonly token: string;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/** What to say when no credential is set. */
export const noCredential = (): GitHubError =>
  new GitHubError(
    "permanent",
    0,
    "credentials",
    "no GitHub credential is set: create the App at /setup, or set GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY, or GITHUB_TOKEN",
  );

/** Whether an App is set; one half of it is as good as none, and worth saying. */
export function usesApp(env: Env): boolean {
  const { GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY } = settings(env);
  if (GITHUB_APP_ID !== undefined && GITHUB_APP_PRIVATE_KEY === undefined) throw noCredential();
  return GITHUB_APP_ID !== undefined;
}

function app(env: Env) {
  const { GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY, GITHUB_API_URL } = settings(env);
  if (!GITHUB_APP_ID || !GITHUB_APP_PRIVATE_KEY) throw noCredential();
  const octokit = new Octokit({ baseUrl: GITHUB_API_URL, userAgent: "cutwater", request: { fetch: inTime } });
  withTypedErrors(octokit);
  const privateKey = toPkcs8(GITHUB_APP_PRIVATE_KEY);
  return { octokit, auth: createAppAuth({ appId: GITHUB_APP_ID, privateKey, request: octokit.request }) };
}

const inTime = (url: string, init?: RequestInit): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });

async function asApp(env: Env) {
  const { octokit, auth } = app(env);
  const { token } = await auth({ type: "app" });
  return octokit.request.defaults({ headers: { authorization: `bearer ${token}` } });
}

/** Id of the App's installation for an owner. Rejects with a permanent GitHubError when there is none. */
export async function findInstallation(env: Env, owner: string, repo: string): Promise<number> {
  const request = await asApp(env);
  const ways = [
    ...(repo === "" ? [] : [() => request("GET /repos/{owner}/{repo}/installation", { owner, repo })]),
    () => request("GET /orgs/{org}/installation", { org: owner }),
    () => request("GET /users/{username}/installation", { username: owner }),
  ];
  for (const ask of ways) {
    try {
      return (await ask()).data.id;
    } catch (error) {
      if (!(error instanceof GitHubError && error.status === 404)) throw error;
    }
  }
  const what = `the GitHub App is not installed for ${owner}: install it there`;
  throw new GitHubError("permanent", 404, `installation of ${owner}`, what);
}

/** A fresh token; `repo` and `permissions` narrow it. */
export async function installationToken(
  env: Env,
  installationId: number,
  narrow: { readonly repo?: string; readonly permissions?: Record<string, "read" | "write"> } = {},
): Promise<InstallationToken> {
  const { auth } = app(env);
  const { token, expiresAt } = await auth({
    type: "installation",
    installationId,
    refresh: true,
    ...(narrow.repo ? { repositoryNames: [narrow.repo] } : {}),
    ...(narrow.permissions ? { permissions: narrow.permissions } : {}),
  });
  return { token, expiresAt: Date.parse(expiresAt) };
}

/** The App's slug: its comments are by `<slug>[bot]`. */
export async function appSlug(env: Env): Promise<string> {
  const { data } = await (await asApp(env))("GET /app");
  const slug = data?.slug;
  if (!slug) throw new GitHubError("permanent", 200, "GET /app", "GitHub names no slug of this App");
  return slug;
}

/** A delivery of the App's webhook as GitHub lists it. Several share a guid when it was delivered again. */
export interface WebhookDelivery {
  /** Digits, more than a number holds exactly. */
  readonly id: string;
  readonly guid: string;
  readonly event: string;
  /** Of our answer; 0 when there was none. */
  readonly statusCode: number;
  /** Milliseconds. */
  readonly deliveredAt: number;
  readonly ofRepository: boolean;
}

const DELIVERY_PAGES = 10;

/** Deliveries of the App's webhook that failed since `since` (milliseconds), newest first, up to a thousand. */
export async function failedDeliveries(env: Env, since: number): Promise<WebhookDelivery[]> {
  const request = await asApp(env);
  const found: WebhookDelivery[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < DELIVERY_PAGES; page += 1) {
    const query = { per_page: 100, status: "failure" as const };
    const { data, headers } = await request("GET /app/hook/deliveries", cursor ? { ...query, cursor } : query);
    const listed = data.map(({ id, guid, event, status_code, delivered_at, repository_id }) => ({
      id: String(id),
      guid,
      event,
      statusCode: status_code,
      deliveredAt: Date.parse(delivered_at),
      ofRepository: repository_id !== null,
    }));
    found.push(...listed.filter(({ deliveredAt }) => deliveredAt >= since));
    cursor = /[?&]cursor=([^&>]+)[^>]*>;\s*rel="next"/.exec(headers.link ?? "")?.[1];
    if (cursor === undefined || listed.some(({ deliveredAt }) => deliveredAt < since)) break;
    cursor = decodeURIComponent(cursor);
  }
  return found;
}

/** Has GitHub deliver once more, with the guid that it had. */
export async function deliverAgain(env: Env, id: string): Promise<void> {
  await (await asApp(env))(`POST /app/hook/deliveries/${id}/attempts`);
}

/** Has GitHub sign the App's webhooks with another secret. */
export async function sendWebhooksSignedBy(env: Env, secret: string): Promise<void> {
  await (await asApp(env))("PATCH /app/hook/config", { secret });
}
