/** What every page needs besides its own data. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { renderPage } from "../../ui/render.tsx";
import { manifest } from "../../ui/manifest.gen.ts";
import { MessagePage, NotFoundPage } from "../../ui/pages/message.tsx";
import type { Surroundings } from "../../ui/parts/frame.tsx";
import { SettingsError } from "../env.ts";
import type { AppEnv } from "./app.ts";
import { viewerOf } from "./viewer.ts";
import { signInIsSetUp } from "./viewer-session.ts";

/** The frame's data for the viewer of a request. `islands`: which of them the page holds. */
export async function surroundings(
  c: Context<AppEnv>,
  islands: readonly (keyof typeof manifest.islands)[] = [],
): Promise<Surroundings> {
  const viewer = await viewerOf(c);
  const url = new URL(c.req.url);
  return {
    assets: { style: manifest.style, script: manifest.script, icon: manifest.icon },
    preload: islands.map((name) => manifest.islands[name]),
    viewer: { login: viewer.kind === "anonymous" ? null : viewer.login, admin: viewer.kind === "admin" },
    signIn: signInIsSetUp(c.env),
    path: `${url.pathname}${url.search}`,
  };
}

/** Whether the answer goes to a person: a page then, else JSON. */
export const wantsPage = (c: Context<AppEnv>): boolean => (c.req.header("accept") ?? "").includes("text/html");

/** 404: as a page for people, as JSON for programs. */
export async function notFound(c: Context<AppEnv>): Promise<Response> {
  if (wantsPage(c)) return c.html(renderPage(NotFoundPage, await surroundings(c)), 404);
  const message = "There is no such thing, or it is not yours to see";
  return c.json({ error: { code: "not-found", message } }, 404);
}

export type RefusalStatus = 400 | 401 | 403 | 409 | 429 | 502 | 503;

/** A refusal with its reason: as a page for people, as JSON for programs. `text` is a sentence. */
export async function refused(
  c: Context<AppEnv>,
  status: RefusalStatus,
  code: string,
  title: string,
  text: string,
): Promise<Response> {
  if (!wantsPage(c)) return c.json({ error: { code, message: text } }, status);
  return c.html(renderPage(MessagePage, { ...(await surroundings(c)), code: String(status), title, text }), status);
}

/** 500: says nothing of what went wrong inside, but how to find it in the worker's log. */
export async function broken(c: Context<AppEnv>, error: Error): Promise<Response> {
  if (error instanceof HTTPException) return error.getResponse();
  const incident = crypto.randomUUID().slice(0, 8);
  console.error(
    JSON.stringify({ incident, method: c.req.method, path: c.req.path, error: String(error.stack ?? error) }),
  );
  const text =
    error instanceof SettingsError
      ? error.message
      : `Something broke here. The worker's log tells more: incident ${incident}.`;
  if (!wantsPage(c)) return c.json({ error: { code: "internal", message: text } }, 500);
  const frame = await surroundings(c).catch(() => null);
  return frame === null
    ? c.text(text, 500)
    : c.html(renderPage(MessagePage, { ...frame, code: "500", title: "We ran aground", text }), 500);
}
