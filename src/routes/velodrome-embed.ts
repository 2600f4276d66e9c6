/** Panels inside other sites' pages, by signed addresses: the only pages of ours that may be framed. */
import type { Context } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { manifest } from "../../ui/manifest.gen.ts";
import { EmbeddedPage } from "../../ui/pages/embedded.tsx";
import { renderPage } from "../../ui/render.tsx";
import { DASHBOARDS } from "../velodrome/dashboards/list.ts";
import type { Panel, Scope } from "../velodrome/dashboards/panel.ts";
import { type AppEnv, createApp } from "./app.ts";
import { notFound } from "./surroundings.ts";
import { csvOf } from "./velodrome-csv.ts";
import { isEmbedKey } from "./velodrome-embed-link.ts";
import { headOf } from "./velodrome-panels.ts";
import { type Asked, askedScope, scopeOf } from "./velodrome-scope.ts";

export const velodromeEmbed = createApp();

velodromeEmbed.use(
  "/embed/*",
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["*"],
    },
    referrerPolicy: "no-referrer",
    xFrameOptions: false,
    crossOriginResourcePolicy: "cross-origin",
  }),
);

interface Embedded extends Asked {
  readonly panel: Panel;
  readonly address: string;
  readonly key: string;
  readonly scope: Scope;
}

/** Null: the key is not that of this panel and these repositories. */
async function embedded(c: Context<AppEnv>): Promise<Embedded | null> {
  const dashboard = DASHBOARDS.find(({ id }) => id === c.req.param("dashboard"));
  const panel = dashboard?.panels.find(({ id }) => id === c.req.param("panel"));
  const now = Math.floor(Date.now() / 1000);
  const asked = dashboard ? askedScope(c.req.url, dashboard, now) : null;
  if (!dashboard || !panel || asked === null) return null;
  const path = `${dashboard.id}/${panel.id}`;
  const key = c.req.query("key") ?? "";
  if (!(await isEmbedKey(c.env, path, asked.view, key))) return null;
  return { ...asked, panel, address: `/embed/${path}`, key, scope: scopeOf(c.env, asked, [], now) };
}

velodromeEmbed.get("/embed/:dashboard/:panel", async (c) => {
  const here = await embedded(c);
  if (here === null) return notFound(c);
  const { panel, address, key, view } = here;
  const data = headOf(panel, { address, key, scope: view, alone: true });
  const assets = { style: manifest.style, script: manifest.script, icon: manifest.icon };
  return c.html(renderPage(EmbeddedPage, { assets, preload: [manifest.islands.chart], panel: data }));
});

velodromeEmbed.get("/embed/:dashboard/:panel/data.json", etag(), async (c) => {
  const here = await embedded(c);
  return here === null ? notFound(c) : c.json(await here.panel.load(c.env.DB, here.scope));
});

velodromeEmbed.get("/embed/:dashboard/:panel/data.csv", etag(), async (c) => {
  const here = await embedded(c);
  return here === null ? notFound(c) : csvOf(c, here.panel.id, await here.panel.load(c.env.DB, here.scope));
});
