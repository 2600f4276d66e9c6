/**
 * `/setup`: the GitHub App by manifest (design 10, Web). Opened by SETUP_TOKEN; the state works once and in one browser;
 * the secrets are shown once. Gone (404) when an App or token is configured, or once this SETUP_TOKEN has made one.
 */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import * as z from "zod";
import { SetupDonePage, SetupManifestPage, SetupTokenPage } from "../../ui/pages/setup.tsx";
import { renderPage } from "../../ui/render.tsx";
import { settings } from "../env.ts";
import type { Env } from "../env.ts";
import { createApp } from "./app.ts";
import type { AppEnv } from "./app.ts";
import { AppSecrets, appManifest, secretCommands } from "./app-manifest.ts";
import { sameOrigin, secured, securedWithGitHubForm } from "./browser.ts";
import { broken, notFound, refused, surroundings } from "./surroundings.ts";
import { attemptsLeft, countFailure } from "./viewer-attempts.ts";
import { base64url, sameSecret, seal, unseal } from "./viewer-seal.ts";
import { fingerprint, isSecure } from "./viewer-session.ts";

export const setup = createApp();

const COOKIE = "cutwater-setup";
const STATE_SECONDS = 1800;
/** The state that may come back, and the token that has already made an App; in R2, since every isolate must know. */
const STATE_KEY = "setup/state";
const DONE_KEY = "setup/done";

const PendingSetup = z.object({ state: z.string().min(20) });

/** The setup token while `/setup` is open; null when it is gone. */
async function openToken(env: Env): Promise<string | null> {
  const { SETUP_TOKEN, GITHUB_APP_ID, GITHUB_TOKEN } = settings(env);
  if (SETUP_TOKEN === undefined || GITHUB_APP_ID !== undefined || GITHUB_TOKEN !== undefined) return null;
  const done = await env.ARTIFACTS.get(DONE_KEY);
  return done !== null && (await done.text()) === (await fingerprint(SETUP_TOKEN)) ? null : SETUP_TOKEN;
}

/** The referrer policy stays same-origin: with no-referrer a browser sends our own form with `Origin: null`. */
const neverKept: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  c.header("Cache-Control", "no-store");
};

const policy: MiddlewareHandler<AppEnv> = (c, next) =>
  (c.req.method === "POST" ? securedWithGitHubForm : secured)(c, next);

setup.use("/setup/*", neverKept, policy, sameOrigin);
setup.onError((error, c) => broken(c, error));

async function tokenPage(c: Context<AppEnv>, token: string, problem: string | null): Promise<Response> {
  const props = { ...(await surroundings(c)), path: "/setup", token, problem };
  return c.html(renderPage(SetupTokenPage, props), problem === null ? 200 : 403);
}

setup.get("/setup", async (c) =>
  (await openToken(c.env)) === null ? notFound(c) : tokenPage(c, (c.req.query("token") ?? "").slice(0, 200), null),
);

const Organisation = z
  .string()
  .trim()
  .regex(/^$|^[A-Za-z\d](?:[A-Za-z\d-]{0,38})$/);

setup.post("/setup", async (c) => {
  const expected = await openToken(c.env);
  if (expected === null) return notFound(c);
  const address = c.req.header("cf-connecting-ip") ?? "local";
  const { token, org } = await c.req.parseBody();
  const right =
    attemptsLeft(address, Date.now()) && typeof token === "string" && (await sameSecret(token.trim(), expected));
  if (!right) {
    countFailure(address, Date.now());
    return tokenPage(c, "", "That is not the setup token, or there were too many tries. Wait a minute and try again.");
  }
  const owner = Organisation.safeParse(org ?? "");
  if (!owner.success) return tokenPage(c, expected, "That is not the name of an organisation.");

  const state = base64url(crypto.getRandomValues(new Uint8Array(32)));
  await c.env.ARTIFACTS.put(STATE_KEY, await fingerprint(state));
  const sealed = await seal(expected, "setup", { state }, Date.now() + STATE_SECONDS * 1000);
  const kept = { httpOnly: true, sameSite: "Lax", secure: isSecure(c), path: "/setup", maxAge: STATE_SECONDS } as const;
  setCookie(c, COOKIE, sealed, kept);
  const { GITHUB_URL, PUBLIC_URL } = settings(c.env);
  const place = owner.data === "" ? "/settings/apps/new" : `/organizations/${owner.data}/settings/apps/new`;
  const props = {
    ...(await surroundings(c)),
    path: "/setup",
    action: `${GITHUB_URL}${place}?state=${state}`,
    manifest: appManifest(PUBLIC_URL),
  };
  return c.html(renderPage(SetupManifestPage, props));
});

/** Uses up the state: true the first time that the browser which got it brings it back. */
async function stateIsGood(c: Context<AppEnv>, token: string, state: string): Promise<boolean> {
  const cookie = getCookie(c, COOKIE) ?? "";
  deleteCookie(c, COOKIE, { path: "/setup", secure: isSecure(c) });
  const pending = PendingSetup.safeParse(await unseal(token, "setup", cookie, Date.now()));
  const known = await (await c.env.ARTIFACTS.get(STATE_KEY))?.text();
  if (!pending.success || !(await sameSecret(state, pending.data.state)) || known !== (await fingerprint(state)))
    return false;
  await c.env.ARTIFACTS.delete(STATE_KEY);
  return true;
}

setup.get("/setup/callback", async (c) => {
  const token = await openToken(c.env);
  if (token === null) return notFound(c);
  const code = c.req.query("code") ?? "";
  if (!(await stateIsGood(c, token, c.req.query("state") ?? "")) || !/^[\w-]{1,100}$/.test(code)) {
    const text = "This was not begun in this browser, or it was used before. Open the setup link again.";
    return refused(c, 403, "bad-state", "Begin again", text);
  }
  const answer = await fetch(`${settings(c.env).GITHUB_API_URL}/app-manifests/${code}/conversions`, {
    method: "POST",
    headers: { accept: "application/vnd.github+json", "user-agent": "cutwater", "x-github-api-version": "2022-11-28" },
    signal: AbortSignal.timeout(15_000),
  }).catch(() => null);
  const app = answer?.status === 201 ? AppSecrets.safeParse(await answer.json()) : null;
  if (!app?.success) {
    const text = "GitHub did not hand over the App. If it was made there, delete it, and open the setup link again.";
    return refused(c, 502, "github", "GitHub did not answer as expected", text);
  }
  await c.env.ARTIFACTS.put(DONE_KEY, await fingerprint(token));
  const props = {
    ...(await surroundings(c)),
    path: "/setup",
    commands: secretCommands(app.data),
    installUrl: `${app.data.html_url}/installations/new`,
  };
  return c.html(renderPage(SetupDonePage, props));
});
