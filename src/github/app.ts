/** The GitHub App's own calls: its JWT, installations and their tokens. */
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { type Env, settings } from "../env.ts";
import { GitHubError } from "./errors.ts";
import { toPkcs8 } from "./pkcs8.ts";

export class NoCredential extends Error {
  override readonly name = "NoCredential";
  constructor() {
    super(
      "No GitHub credential is set: create the App at /setup, or set GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY, or GITHUB_TOKEN",
    );
  }
}

export interface InstallationToken {
  readonly token: string;
  /** Milliseconds. */
  readonly expiresAt: number;
}

function app(env: Env) {
  const { GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY, GITHUB_API_URL } = settings(env);
  if (!GITHUB_APP_ID || !GITHUB_APP_PRIVATE_KEY) throw new NoCredential();
  const octokit = new Octokit({ baseUrl: GITHUB_API_URL, userAgent: "cutwater" });
  octokit.log.error = () => undefined;
  octokit.log.warn = () => undefined;
  const auth = createAppAuth({
    appId: GITHUB_APP_ID,
    privateKey: toPkcs8(GITHUB_APP_PRIVATE_KEY),
    request: octokit.request,
  });
  return { octokit, auth };
}

async function asApp<T>(env: Env, route: string, params: Readonly<Record<string, unknown>> = {}): Promise<T> {
  const { octokit, auth } = app(env);
  const { token } = await auth({ type: "app" });
  const answer = await octokit.request(route, { ...params, headers: { authorization: `bearer ${token}` } });
  return answer.data as T;
}

const statusOf = (error: unknown): number =>
  typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 0;

/** Id of the App's installation for an owner. Throws a permanent GitHubError when there is none. */
export async function findInstallation(env: Env, owner: string, repo: string): Promise<number> {
  const ways: [string, Readonly<Record<string, unknown>>][] = [
    ...(repo
      ? ([["GET /repos/{owner}/{repo}/installation", { owner, repo }]] as [string, Readonly<Record<string, unknown>>][])
      : []),
    ["GET /orgs/{org}/installation", { org: owner }],
    ["GET /users/{username}/installation", { username: owner }],
  ];
  for (const [route, params] of ways) {
    try {
      return (await asApp<{ id: number }>(env, route, params)).id;
    } catch (error) {
      const status = statusOf(error);
      if (status !== 404)
        throw status > 0
          ? new GitHubError(
              status >= 500 ? "transient" : "permanent",
              status,
              route,
              "the installation could not be read",
            )
          : error;
    }
  }
  throw new GitHubError(
    "permanent",
    404,
    `installation of ${owner}`,
    `the GitHub App is not installed for ${owner}: install it there`,
  );
}

/** A fresh token; `repo` and `permissions` narrow it. */
export async function installationToken(
  env: Env,
  installationId: number,
  narrow: { repo?: string; permissions?: Record<string, "read" | "write"> } = {},
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

export async function appSlug(env: Env): Promise<string> {
  return (await asApp<{ slug: string }>(env, "GET /app")).slug;
}
