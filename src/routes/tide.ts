/** Tide's pages and JSON (spec jobs 4.7, 5.10): pools, why each pull request waits, history, the big red button. */
import type { Context } from "hono";
import { etag } from "hono/etag";
import * as z from "zod";
import { TideHistoryPage } from "../../ui/pages/tide-history.tsx";
import { TidePage } from "../../ui/pages/tide.tsx";
import { renderPage } from "../../ui/render.tsx";
import { listPools } from "../store/pool-row.ts";
import { seenNames } from "../store/seen-names.ts";
import { stored } from "../store/stored.ts";
import { legacyPool, legacyQueries, legacyRecord, namesIn } from "../tide/deck.ts";
import type { PoolView } from "../tide/view.ts";
import { type AppEnv, createApp } from "./app.ts";
import { forViewer, sameOrigin, secured } from "./browser.ts";
import { jsonOrScript } from "./jsonp.ts";
import { notFound, refused, surroundings, wantsPage } from "./surroundings.ts";
import { HistoryFilter, historyOf } from "./tide-history-data.ts";
import { sightOf, type Viewer, viewerOf } from "./viewer.ts";

export const tide = createApp();

for (const path of ["/tide", "/tide.js", "/tide-history", "/tide-history.js", "/tide/pause"])
  tide.use(path, secured, forViewer, sameOrigin);

/** Histories of as many pools are read for one page: each is an object's. */
const HISTORIES = 20;

const nameOf = ({ org, repo, branch }: PoolView): string => `${org}/${repo}`.toLowerCase() + `@${branch}`;

/** `?repo=org/repo`, or null for all; undefined when it is none. */
function repositoryAsked(c: Context<AppEnv>): string | null | undefined {
  const repo = c.req.query("repo") ?? "";
  if (repo === "") return null;
  return /^[\w.-]+\/[\w.-]+$/.test(repo) ? repo : undefined;
}

const badRepo = (c: Context<AppEnv>) => refused(c, 400, "bad-repo", "That is no repository", "repo is org/repo.");

async function pools(c: Context<AppEnv>, viewer: Viewer, repo: string | null): Promise<readonly PoolView[]> {
  const rows = await listPools(c.env.DB, await sightOf(c.env, viewer), repo);
  return rows.map((view) => stored<PoolView>(view));
}

/** What of the queries of config.yaml a viewer may read. */
async function queries(c: Context<AppEnv>, viewer: Viewer) {
  const { index } = await c.env.CONFIGURATION.getByName("installation").state();
  const tideIndex = index?.tide;
  if (!tideIndex) return { Queries: [], TideQueries: [] };
  const names = await seenNames(c.env.DB, await sightOf(c.env, viewer), namesIn(tideIndex));
  return legacyQueries(tideIndex, (name) => names.has(name.toLowerCase()));
}

/** With histories, of a branch if `?branch=` names one. */
async function histories(c: Context<AppEnv>, viewer: Viewer, repo: string | null): Promise<readonly PoolView[]> {
  const branch = c.req.query("branch") ?? "";
  const found = (await pools(c, viewer, repo)).filter((pool) => branch === "" || pool.branch === branch);
  const views = await Promise.all(
    found.slice(0, HISTORIES).map((pool) => c.env.MERGE_POOL.getByName(nameOf(pool)).view()),
  );
  return views.flatMap((view) => view ?? []);
}

/** The page for people; for programs, and for the page itself when it looks again, its pools as JSON. */
tide.get("/tide", etag(), async (c) => {
  const repo = repositoryAsked(c);
  if (repo === undefined) return badRepo(c);
  const found = await pools(c, await viewerOf(c), repo);
  if (!wantsPage(c)) return c.json({ pools: found });
  const props = { ...(await surroundings(c, ["tide"])), pools: found, repo: repo ?? "", now: Date.now() };
  return c.html(renderPage(TidePage, props));
});

tide.get("/tide-history", etag(), async (c) => {
  const repo = repositoryAsked(c);
  if (repo === undefined) return badRepo(c);
  const filter = HistoryFilter.parse(c.req.query());
  const now = Date.now();
  const found = historyOf(await histories(c, await viewerOf(c), repo), filter, now);
  return c.html(renderPage(TideHistoryPage, { ...(await surroundings(c)), ...found, filter, now }));
});

tide.get("/tide.js", etag(), (c) =>
  jsonOrScript(c, async (viewer) => {
    const repo = repositoryAsked(c);
    const found = repo === undefined ? [] : await pools(c, viewer, repo);
    return { ...(await queries(c, viewer)), Pools: found.map(legacyPool) };
  }),
);

tide.get("/tide-history.js", etag(), (c) =>
  jsonOrScript(c, async (viewer) => {
    const repo = repositoryAsked(c);
    const found = repo === undefined ? [] : await histories(c, viewer, repo);
    const entries = found.map(({ org, repo: name, branch, history }) => {
      return [`${org}/${name}:${branch}`, history.map(legacyRecord)] as const;
    });
    return { History: Object.fromEntries(entries) };
  }),
);

const Pause = z.object({
  pool: z.string().regex(/^[\w.-]+\/[\w.-]+@.{1,250}$/),
  paused: z.enum(["true", "false"]),
  reason: z.string().max(500).default(""),
});

/** The big red button, for administrators; kept in the pool's history. */
tide.post("/tide/pause", async (c) => {
  const viewer = await viewerOf(c);
  if (viewer.kind !== "admin") return notFound(c);
  const asked = Pause.safeParse(await c.req.parseBody());
  if (!asked.success)
    return refused(c, 400, "bad-request", "That is no pool", "pool is org/repo@branch, paused true or false.");
  const { pool, paused, reason } = asked.data;
  const at = pool.indexOf("@");
  const name = pool.slice(0, at).toLowerCase() + pool.slice(at);
  const known = (await pools(c, viewer, pool.slice(0, at))).some((one) => nameOf(one) === name);
  if (!known) return notFound(c);
  await c.env.MERGE_POOL.getByName(name).pause(paused === "true", viewer.login, reason);
  return c.redirect(`/tide?repo=${encodeURIComponent(pool.slice(0, at))}`, 303);
});
