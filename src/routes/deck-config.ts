/** Deck's `/config` and `/plugin-config`: what is in use, as YAML, for whoever sees the configuration repository (spec jobs 4.7). */
import { etag } from "hono/etag";
import { stringify } from "yaml";
import { configBase, currentVersion, pluginsOf } from "../config/current.ts";
import { createApp } from "./app.ts";
import { forViewer, secured } from "./browser.ts";
import { broken, notFound, refused, wantsPage } from "./surroundings.ts";
import { canSee, viewerOf } from "./viewer.ts";

export const deckConfig = createApp();

const YAML = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" } as const;
const asYaml = (document: unknown): string => stringify(document, { aliasDuplicateObjects: false });

for (const path of ["/config", "/plugin-config"]) deckConfig.use(path, secured, forViewer);

/** config.yaml with its supplements and presets; not the jobs, which `/configured-jobs` has. People get a page. */
deckConfig.get("/config", etag(), async (c, next) => {
  const key = c.req.query("key");
  if (key === undefined && wantsPage(c)) return next();
  if (!(await canSee(c.env, await viewerOf(c), "", ""))) return notFound(c);
  const base = await configBase(c.env, await currentVersion(c.env));
  if (base === null) return notFound(c);
  const { prow, decorateAll, presets } = base;
  if (key === undefined) return c.body(asYaml({ ...prow, decorate_all_jobs: decorateAll, presets }), 200, YAML);
  if (key === "disabled-clusters") return c.body(asYaml(prow.disabled_clusters ?? []), 200, YAML);
  return refused(c, 400, "bad-key", "There is no such key", "key= is disabled-clusters, or is left out.");
});

/** plugins.yaml with its supplements. */
deckConfig.get("/plugin-config", etag(), async (c) => {
  if (!(await canSee(c.env, await viewerOf(c), "", ""))) return notFound(c);
  const plugins = await pluginsOf(c.env, await currentVersion(c.env));
  return plugins === null ? notFound(c) : c.body(asYaml(plugins), 200, YAML);
});

deckConfig.onError((error, c) => broken(c, error));
