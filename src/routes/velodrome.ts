/** Velodrome's issue mirror: how far it is, its rows, and for administrators the reins (spec velodrome 1.3). */
import type { Context } from "hono";
import { etag } from "hono/etag";
import * as z from "zod";
import { MirrorsPage } from "../../ui/pages/mirrors.tsx";
import { renderPage } from "../../ui/render.tsx";
import { commentPage, eventPage, issuePage } from "../velodrome/mirror/read.ts";
import { PointKey, pointPage } from "../velodrome/points/page.ts";
import type { MirrorProgress } from "../velodrome/view.ts";
import { type AppEnv, createApp } from "./app.ts";
import { forViewer, sameOrigin, secured } from "./browser.ts";
import { notFound, surroundings } from "./surroundings.ts";
import { seenMirrors } from "./velodrome-sight.ts";
import { requireAdmin, viewerOf } from "./viewer.ts";

export const velodrome = createApp();

velodrome.use("/velodrome/mirrors", secured, forViewer, sameOrigin);

/** The mirror of the address, if it is one and the viewer's to see. */
async function named(c: Context<AppEnv>): Promise<string | null> {
  const name = `${c.req.param("org")}/${c.req.param("repo")}`.toLowerCase();
  return (await seenMirrors(c)).includes(name) ? name : null;
}

const progressOf = (c: Context<AppEnv>, name: string): Promise<MirrorProgress> =>
  c.env.MIRROR.getByName(name).progress();

velodrome.get("/velodrome/mirrors", etag(), async (c) => {
  const mirrors = await Promise.all((await seenMirrors(c)).map((name) => progressOf(c, name)));
  return c.html(renderPage(MirrorsPage, { ...(await surroundings(c)), mirrors, now: Date.now() }));
});

velodrome.get("/api/velodrome", async (c) => {
  const names = await seenMirrors(c);
  c.header("cache-control", "no-store");
  return c.json({ mirrors: await Promise.all(names.map((name) => progressOf(c, name))) });
});

velodrome.get("/api/velodrome/:org/:repo", async (c) => {
  const name = await named(c);
  c.header("cache-control", "no-store");
  return name === null ? notFound(c) : c.json(await progressOf(c, name));
});

const Reins = z.object({ action: z.enum(["start", "restart", "transform", "pause"]) });

velodrome.post("/api/velodrome/:org/:repo", requireAdmin, async (c) => {
  const name = await named(c);
  if (name === null) return notFound(c);
  const asked = Reins.safeParse(await c.req.json().catch(() => null));
  if (!asked.success) {
    const message =
      'Send {"action":"start"}, or restart (from the first page), transform (news, and points at once), or pause';
    return c.json({ error: { code: "bad-request", message } }, 400);
  }
  const viewer = await viewerOf(c);
  const mirror = c.env.MIRROR.getByName(name);
  if (asked.data.action === "pause") await mirror.pause(viewer.kind === "anonymous" ? "" : viewer.login);
  else if (asked.data.action === "transform") await mirror.renew();
  else await mirror.start(asked.data.action === "restart");
  return c.json(await progressOf(c, name));
});

const PAGES = { issues: issuePage, events: eventPage, comments: commentPage } as const;
const Query = z.object({
  after: z
    .string()
    .regex(/^(?:\d{1,15}(?:\.\d{1,15})?)?$/)
    .default(""),
});

/** Rows as velodrome's NDJSON files have them, in pages; `next` is the following page's `after`. */
velodrome.get("/api/velodrome/:org/:repo/:kind{issues|events|comments}", async (c) => {
  const name = await named(c);
  if (name === null) return notFound(c);
  const query = Query.safeParse(c.req.query());
  const kind = z.enum(["issues", "events", "comments"]).parse(c.req.param("kind"));
  if (!query.success)
    return c.json({ error: { code: "bad-request", message: "after is the next of the page before" } }, 400);
  return c.json(await PAGES[kind](c.env.DB, name, query.data.after));
});

/** The points of its metrics, in pages likewise. */
velodrome.get("/api/velodrome/:org/:repo/points", async (c) => {
  const name = await named(c);
  if (name === null) return notFound(c);
  const after = PointKey.safeParse(c.req.query("after") ?? "");
  if (!after.success)
    return c.json({ error: { code: "bad-request", message: "after is the next of the page before" } }, 400);
  return c.json(await pointPage(c.env.DB, name, after.data));
});
