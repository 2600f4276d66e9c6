/** The session cookie: who signed in, with the token that GitHub gave for them. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import * as z from "zod";
import { settings } from "../env.ts";
import type { Env } from "../env.ts";
import type { AppEnv } from "./app.ts";
import { base64url, seal, unseal } from "./viewer-seal.ts";

export const Session = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("user"), login: z.string().min(1), userId: z.int(), token: z.string().min(1) }),
  /** Entered the admin token. Bound to that token: changing the token ends the session. */
  z.object({ kind: z.literal("admin"), tokenPrint: z.string() }),
]);
export type Session = z.infer<typeof Session>;

const SESSION_SECONDS = 8 * 3600;

/**
 * Whether people sign in with GitHub. While they cannot, or while nobody is named an administrator, the admin token
 * may be entered at /admin instead.
 */
export function signInIsSetUp(env: Env): boolean {
  const { GITHUB_OAUTH_CLIENT_ID, GITHUB_OAUTH_CLIENT_SECRET, COOKIE_SECRET } = settings(env);
  return Boolean(GITHUB_OAUTH_CLIENT_ID && GITHUB_OAUTH_CLIENT_SECRET && COOKIE_SECRET);
}

/** What cookies are sealed with; null when neither COOKIE_SECRET nor ADMIN_TOKEN is set, and nobody can sign in. */
export function cookieSecret(env: Env): string | null {
  const { COOKIE_SECRET, ADMIN_TOKEN } = settings(env);
  return COOKIE_SECRET ?? ADMIN_TOKEN ?? null;
}

/** Names a secret without telling it. */
export async function fingerprint(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`cutwater print: ${secret}`));
  return base64url(new Uint8Array(digest));
}

/** Whether browsers reach us over TLS. */
export function isSecure(c: Context<AppEnv>): boolean {
  return settings(c.env).PUBLIC_URL.startsWith("https:") || c.req.url.startsWith("https:");
}

const cookieName = (c: Context<AppEnv>): string => (isSecure(c) ? "__Host-cutwater" : "cutwater");

export async function startSession(c: Context<AppEnv>, session: Session, seconds = SESSION_SECONDS): Promise<void> {
  const secret = cookieSecret(c.env);
  if (secret === null) throw new Error("A session needs COOKIE_SECRET or ADMIN_TOKEN");
  const maxAge = Math.max(0, Math.min(seconds, SESSION_SECONDS));
  const sealed = await seal(secret, "session", session, Date.now() + maxAge * 1000);
  setCookie(c, cookieName(c), sealed, { httpOnly: true, sameSite: "Lax", path: "/", secure: isSecure(c), maxAge });
}

export function endSession(c: Context<AppEnv>): void {
  deleteCookie(c, cookieName(c), { path: "/", secure: isSecure(c) });
}

/** The session of a request; null without a valid cookie. */
export async function sessionOf(c: Context<AppEnv>): Promise<Session | null> {
  const secret = cookieSecret(c.env);
  const cookie = getCookie(c, cookieName(c));
  if (secret === null || cookie === undefined) return null;
  const parsed = Session.safeParse(await unseal(secret, "session", cookie, Date.now()));
  return parsed.success ? parsed.data : null;
}
