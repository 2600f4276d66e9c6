/** Velodrome's dashboards and their panels: pages, JSON and CSV (spec velodrome 1.10, 1.12). */
import type { Context } from "hono";
import { etag } from "hono/etag";
import type { PanelData } from "../../ui/chart/panel-data.ts";
import type { ScopeFormProps } from "../../ui/chart/scope-form.tsx";
import { DashboardPage } from "../../ui/pages/dashboard.tsx";
import { DashboardsPage } from "../../ui/pages/dashboards.tsx";
import { PanelPage } from "../../ui/pages/panel.tsx";
import { renderPage } from "../../ui/render.tsx";
import { poolRepositories } from "../store/pool-row.ts";
import { DASHBOARDS } from "../velodrome/dashboards/list.ts";
import { sigsOf } from "../velodrome/dashboards/stuck.ts";
import type { Dashboard, Panel } from "../velodrome/dashboards/panel.ts";
import { type AppEnv, createApp } from "./app.ts";
import { forViewer, secured } from "./browser.ts";
import { notFound, refused, surroundings } from "./surroundings.ts";
import { csvOf, valuesOf } from "./velodrome-csv.ts";
import { embedAddress } from "./velodrome-embed-link.ts";
import { type Asked, askedScope, BAD_SCOPE, scopeOf } from "./velodrome-scope.ts";
import { seenMirrors } from "./velodrome-sight.ts";
import { sightOf, viewerOf } from "./viewer.ts";

export const velodromePanels = createApp();

for (const path of ["/velodrome", "/velodrome/:dashboard", "/velodrome/:dashboard/:panel"])
  velodromePanels.use(path, secured, forViewer);

interface Found extends Asked {
  readonly dashboard: Dashboard;
  /** Mirrors that the viewer may see; none where panels are not by repository. */
  readonly seen: readonly string[];
  readonly now: number;
}

const badScope = (c: Context<AppEnv>) => refused(c, 400, "bad-request", "That cannot be shown", BAD_SCOPE);

const isByRepository = ({ sight }: Dashboard): boolean => sight === "repositories" || sight === "pools";

async function seenBy(c: Context<AppEnv>, { sight }: Dashboard): Promise<readonly string[]> {
  if (sight === "repositories") return await seenMirrors(c);
  return sight === "pools" ? await poolRepositories(c.env.DB, await sightOf(c.env, await viewerOf(c))) : [];
}

/** The dashboard of the address as its viewer asked for it, or the refusal. */
async function found(c: Context<AppEnv>): Promise<Found | Response> {
  const dashboard = DASHBOARDS.find(({ id }) => id === c.req.param("dashboard"));
  if (!dashboard) return notFound(c);
  if (dashboard.sight === "admins" && (await viewerOf(c)).kind !== "admin") return notFound(c);
  const now = Math.floor(Date.now() / 1000);
  const asked = askedScope(c.req.url, dashboard, now);
  if (asked === null) return badScope(c);
  const seen = await seenBy(c, dashboard);
  if (!isByRepository(dashboard)) {
    return { ...asked, view: { ...asked.view, repositories: [] }, dashboard, seen, now };
  }
  return asked.view.repositories.every((name) => seen.includes(name))
    ? { ...asked, dashboard, seen, now }
    : notFound(c);
}

const panelOf = (dashboard: Dashboard, c: Context<AppEnv>): Panel | undefined =>
  dashboard.panels.find(({ id }) => id === c.req.param("panel"));

async function formOf(c: Context<AppEnv>, address: string, here: Found): Promise<ScopeFormProps> {
  const { dashboard, view, seen, now } = here;
  const bySig = dashboard.bySig === true;
  const sigs = bySig ? await sigsOf(c.env.DB, scopeOf(c.env, here, seen, now).repositories, now) : [];
  return { address, scope: view, repositories: seen, bySig, sigs };
}

export function headOf(
  { id, title, definition, unit, right, stacked }: Panel,
  more: Omit<PanelData, keyof Panel>,
): PanelData {
  return { id, title, definition, unit, ...(right && { right }), ...(stacked && { stacked }), ...more };
}

const NO_MIRROR =
  "No repository is mirrored that you may see. Whoever runs this installation names some with the setting VELODROME_REPOSITORIES; of private ones, sign in to see them.";

const NO_POOL =
  "There is no merge pool that you may see. The queries of tide in the configuration make some; of private repositories, sign in to see them.";

const addressOf = (dashboard: Dashboard, panel?: Panel): string =>
  `/velodrome/${dashboard.id}${panel === undefined ? "" : `/${panel.id}`}`;

velodromePanels.get("/velodrome", etag(), async (c) => {
  const isAdmin = (await viewerOf(c)).kind === "admin";
  const dashboards = DASHBOARDS.filter(({ sight }) => sight !== "admins" || isAdmin).map(
    ({ id, title, about, panels }) => ({ id, title, about, panels: panels.length }),
  );
  return c.html(renderPage(DashboardsPage, { ...(await surroundings(c)), dashboards }));
});

velodromePanels.get("/velodrome/:dashboard", async (c) => {
  const here = await found(c);
  if (here instanceof Response) return here;
  const { dashboard, view } = here;
  const isEmpty = isByRepository(dashboard) && here.seen.length === 0;
  const shown = isEmpty ? [] : dashboard.panels;
  const panels = shown.map((panel) =>
    headOf(panel, { address: addressOf(dashboard, panel), scope: view, key: "", alone: false }),
  );
  const { title, about } = dashboard;
  const lacks = isEmpty ? (dashboard.sight === "pools" ? NO_POOL : NO_MIRROR) : "";
  const form = await formOf(c, addressOf(dashboard), here);
  return c.html(
    renderPage(DashboardPage, { ...(await surroundings(c, ["chart"])), title, about, form, lacks, panels }),
  );
});

velodromePanels.get("/velodrome/:dashboard/:panel", async (c) => {
  const here = await found(c);
  if (here instanceof Response) return here;
  const { dashboard, view } = here;
  const panel = panelOf(dashboard, c);
  if (!panel) return notFound(c);
  const scope = scopeOf(c.env, here, here.seen, here.now);
  const address = addressOf(dashboard, panel);
  const [answer, embed] = await Promise.all([
    panel.load(c.env.DB, scope),
    embedAddress(c, dashboard, panel, scope, view),
  ]);
  const data = headOf(panel, { address, scope: view, key: "", alone: true });
  const form = await formOf(c, address, here);
  const props = { ...(await surroundings(c, ["chart"])), dashboard, panel: data, form, answer, embed };
  return c.html(renderPage(PanelPage, props));
});

velodromePanels.get("/velodrome/:dashboard/:panel/data.json", forViewer, etag(), async (c) => {
  const here = await found(c);
  if (here instanceof Response) return here;
  const panel = panelOf(here.dashboard, c);
  if (!panel) return notFound(c);
  const answer = await panel.load(c.env.DB, scopeOf(c.env, here, here.seen, here.now));
  return c.json(c.req.query("format") === "rows" ? { rows: valuesOf(answer) } : answer);
});

velodromePanels.get("/velodrome/:dashboard/:panel/data.csv", forViewer, etag(), async (c) => {
  const here = await found(c);
  if (here instanceof Response) return here;
  const panel = panelOf(here.dashboard, c);
  if (!panel) return notFound(c);
  return csvOf(c, panel.id, await panel.load(c.env.DB, scopeOf(c.env, { ...here, width: 2000 }, here.seen, here.now)));
});
