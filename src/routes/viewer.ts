/**
 * Who asks, and what they may see (design 10, Web): what GitHub would not show to the viewer is not there.
 * Routes call {@link viewerOf} and {@link canSee} (or {@link canSeeJob}) and answer 404 when it says no.
 */
import type { Context, MiddlewareHandler } from "hono";
import { settings } from "../env.ts";
import type { Env } from "../env.ts";
import type { Sight } from "../store/sight.ts";
import type { AppEnv } from "./app.ts";
import { privateRepositories, seesRepository } from "./viewer-github.ts";
import { sameSecret } from "./viewer-seal.ts";
import { fingerprint, sessionOf } from "./viewer-session.ts";
import { attemptsLeft, countFailure } from "./viewer-attempts.ts";

export type Viewer =
  | { readonly kind: "anonymous" }
  | { readonly kind: "user"; readonly login: string; readonly userId: number; readonly token: string }
  /** Signed in and named in ADMINS, or holding the admin token (then `token` is null). Sees and may do everything. */
  | { readonly kind: "admin"; readonly login: string; readonly token: string | null };

/** Who acts when the admin token does. */
const ADMIN_TOKEN_LOGIN = "admin-token";

const ANONYMOUS: Viewer = { kind: "anonymous" };
const viewers = new WeakMap<Request, Promise<Viewer>>();

/** The viewer of a request: `Authorization: Bearer <ADMIN_TOKEN>`, else the session cookie, else anonymous. */
export function viewerOf(c: Context<AppEnv>): Promise<Viewer> {
  const known = viewers.get(c.req.raw);
  if (known) return known;
  const viewer = identify(c);
  viewers.set(c.req.raw, viewer);
  return viewer;
}

async function identify(c: Context<AppEnv>): Promise<Viewer> {
  const { ADMIN_TOKEN } = settings(c.env);
  const bearer = /^Bearer +(\S.*)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (bearer !== undefined) {
    return (await isAdminToken(c, bearer)) ? { kind: "admin", login: ADMIN_TOKEN_LOGIN, token: null } : ANONYMOUS;
  }
  const session = await sessionOf(c);
  if (session === null) return ANONYMOUS;
  if (session.kind === "admin") {
    const holds = ADMIN_TOKEN !== undefined && session.tokenPrint === (await fingerprint(ADMIN_TOKEN));
    return holds ? { kind: "admin", login: ADMIN_TOKEN_LOGIN, token: null } : ANONYMOUS;
  }
  const { login, userId, token } = session;
  return adminLogins(c.env).includes(login.toLowerCase())
    ? { kind: "admin", login, token }
    : { kind: "user", login, userId, token };
}

/** Compares with ADMIN_TOKEN in constant time. False for everybody from an address with too many failures of late. */
export async function isAdminToken(c: Context<AppEnv>, given: string): Promise<boolean> {
  const { ADMIN_TOKEN } = settings(c.env);
  const address = c.req.header("cf-connecting-ip") ?? "local";
  if (ADMIN_TOKEN === undefined || !attemptsLeft(address, Date.now())) return false;
  if (await sameSecret(given, ADMIN_TOKEN)) return true;
  countFailure(address, Date.now());
  return false;
}

/** Logins of ADMINS, in lower case. */
export function adminLogins(env: Env): readonly string[] {
  return settings(env)
    .ADMINS.split(",")
    .map((login) => login.trim().replace(/^@/, "").toLowerCase())
    .filter((login) => login !== "");
}

export function isAdmin(_env: Env, viewer: Viewer): boolean {
  return viewer.kind === "admin";
}

/**
 * Whether a viewer sees what belongs to a repository. Public ones are known from D1, unknown ones count as private,
 * private ones are asked of GitHub with the viewer's own token. What belongs to no repository (`org` and `repo`
 * empty: a periodic job) is seen by whoever sees the configuration repository, where it is written.
 */
export async function canSee(env: Env, viewer: Viewer, org: string, repo: string): Promise<boolean> {
  if (isAdmin(env, viewer)) return true;
  const fullName = org === "" && repo === "" ? configRepository(env) : `${org}/${repo}`.toLowerCase();
  if (fullName === null || !/^[^/]+\/[^/]+$/.test(fullName)) return false;
  const row = await env.DB.prepare("SELECT private FROM repository WHERE full_name = ?")
    .bind(fullName)
    .first<{ private: number }>();
  if (row?.private === 0) return true;
  return viewer.kind === "user" && (await seesRepository(env, viewer.token, fullName));
}

/** {@link canSee} of a job's repository; hidden jobs are for administrators. */
export async function canSeeJob(
  env: Env,
  viewer: Viewer,
  job: { readonly org: string; readonly repo: string; readonly hidden: boolean },
): Promise<boolean> {
  return isAdmin(env, viewer) || (!job.hidden && (await canSee(env, viewer, job.org, job.repo)));
}

/** `org/repo` of the configuration repository in lower case; null when it is not set. */
function configRepository(env: Env): string | null {
  return settings(env).CONFIG_REPO?.replace(/@.*$/, "").toLowerCase() ?? null;
}

/** What of a list a viewer sees, with at most a few calls to GitHub however long the list is. */
export async function sightOf(env: Env, viewer: Viewer): Promise<Sight> {
  if (isAdmin(env, viewer)) return { everything: true };
  const also = viewer.kind === "user" ? await privateRepositories(env, viewer.token) : [];
  return { everything: false, also, unowned: await canSee(env, viewer, "", "") };
}

/** Lets administrators pass; others get 401 (nobody is signed in) or 403, as JSON. */
export const requireAdmin: MiddlewareHandler<AppEnv> = async (c, next) => {
  const viewer = await viewerOf(c);
  if (isAdmin(c.env, viewer)) return next();
  if (viewer.kind === "anonymous") {
    const message = "Administrators only. Sign in, or send Authorization: Bearer <ADMIN_TOKEN>";
    return c.json({ error: { code: "unauthorized", message } }, 401);
  }
  return c.json(
    { error: { code: "forbidden", message: `${viewer.login} is not an administrator (setting ADMINS)` } },
    403,
  );
};
