/** Addresses that show one panel of some repositories to whoever has them: signed, so that nobody changes what they show. */
import type { Context } from "hono";
import { scopeQuery, type ScopeView } from "../../ui/chart/scope.ts";
import { type Env, settings } from "../env.ts";
import { sameDigest } from "../jobs/credential.ts";
import type { Dashboard, Panel, Scope } from "../velodrome/dashboards/panel.ts";
import type { AppEnv } from "./app.ts";
import { canSee, viewerOf } from "./viewer.ts";

type Shown = Pick<Scope, "repositories" | "sig">;

const secretOf = (env: Env): string | null => settings(env).COOKIE_SECRET ?? settings(env).ADMIN_TOKEN ?? null;

async function signature(secret: string, path: string, { repositories, sig }: Shown): Promise<string> {
  const text = new TextEncoder();
  const hash = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(`embedded panel ${secret}`), hash, false, ["sign"]);
  const said = JSON.stringify([path, [...repositories].sort((a, b) => (a < b ? -1 : 1)), sig]);
  const signed = await crypto.subtle.sign("HMAC", key, text.encode(said));
  return Array.from(new Uint8Array(signed).slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether the key was made for this panel, of these repositories; the time may be any. */
export async function isEmbedKey(env: Env, path: string, shown: Shown, key: string): Promise<boolean> {
  const secret = secretOf(env);
  return secret !== null && sameDigest(await signature(secret, path, shown), key);
}

/** For administrators, and for all where everything is public anyway; empty for others. */
export async function embedAddress(
  c: Context<AppEnv>,
  dashboard: Dashboard,
  panel: Panel,
  scope: Scope,
  view: ScopeView,
): Promise<string> {
  const secret = secretOf(c.env);
  const viewer = await viewerOf(c);
  if (secret === null) return "";
  if (viewer.kind !== "admin") {
    const isPublic = scope.repositories.map((name) => {
      const [org = "", repo = ""] = name.split("/");
      return canSee(c.env, { kind: "anonymous" }, org, repo);
    });
    if (!(await Promise.all(isPublic)).every(Boolean)) return "";
  }
  const path = `${dashboard.id}/${panel.id}`;
  const { repositories } = scope;
  const query = scopeQuery({ ...view, repositories }, [["key", await signature(secret, path, scope)]]);
  return `${settings(c.env).PUBLIC_URL.replace(/\/$/, "")}/embed/${path}${query}`;
}
