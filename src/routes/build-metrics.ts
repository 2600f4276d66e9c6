/** The metrics of builds (spec velodrome 2): the original's files at stable addresses, an index of them, and a step on demand. */
import type { Context } from "hono";
import { etag } from "hono/etag";
import { BuildMetricsPage } from "../../ui/pages/build-metrics.tsx";
import { renderPage } from "../../ui/render.tsx";
import { asOf, freshness } from "../metrics/freshness.ts";
import { METRICS } from "../metrics/list.ts";
import type { Metric } from "../metrics/metric.ts";
import { keptOf, newestResult, type Result, resultOf } from "../metrics/results.ts";
import { step } from "../metrics/step.ts";
import type { MetricView } from "../metrics/view.ts";
import { type AppEnv, createApp } from "./app.ts";
import { forViewer, secured } from "./browser.ts";
import { surroundings } from "./surroundings.ts";
import { requireAdmin } from "./viewer.ts";

export const buildMetrics = createApp();

async function viewed(db: D1Database): Promise<MetricView[]> {
  const kept = await keptOf(
    db,
    METRICS.map(({ id }) => id),
  );
  const now = Date.now();
  return METRICS.map(({ id, description }, at) => {
    const { oldest = null, newest = null } = kept[at] ?? {};
    const state = freshness(newest, now);
    const latest = `/metrics/${id}-latest.json`;
    return { metric: id, description, state, oldest, newest, asOf: newest === null ? null : asOf(newest), latest };
  });
}

buildMetrics.get("/metrics/", secured, forViewer, async (c) =>
  c.html(renderPage(BuildMetricsPage, { ...(await surroundings(c)), metrics: await viewed(c.env.DB) })),
);

buildMetrics.get("/metrics/index.json", etag(), async (c) => {
  c.header("cache-control", "max-age=60");
  return c.json({ metrics: await viewed(c.env.DB) });
});

const named = (id: string | undefined): Metric | undefined => METRICS.find((metric) => metric.id === id);

/** `raw`: the rows themselves, as the original's raw files had them. */
function answer(c: Context<AppEnv>, metric: Metric | undefined, result: Result | null, raw: boolean): Response {
  c.header("cache-control", "max-age=60");
  if (metric === undefined) return missing(c, "There is no such metric; /metrics/index.json lists them");
  if (result === null) return missing(c, "Nothing was counted for that yet, or it is older than a year");
  c.header("as-of", asOf(result.day));
  if (!raw) return c.json(metric.told(result.rows, result.day));
  c.header("content-type", "application/json");
  return c.body(result.rows);
}

const missing = (c: Context<AppEnv>, message: string): Response =>
  c.json({ error: { code: "not-found", message } }, 404);

buildMetrics.get("/metrics/:file{[a-z-]+-latest\\.json}", etag(), async (c) => {
  const metric = named(c.req.param("file").replace(/-latest\.json$/, ""));
  const result = metric === undefined ? null : await newestResult(c.env.DB, metric.id);
  c.header("metrics-state", freshness(result?.day ?? null, Date.now()));
  return answer(c, metric, result, false);
});

buildMetrics.get("/metrics/:metric/:file{(?:daily|raw)-\\d{4}-\\d{2}-\\d{2}\\.json}", etag(), async (c) => {
  const metric = named(c.req.param("metric"));
  const file = c.req.param("file");
  const day = file.replace(/^(?:daily|raw)-|\.json$/g, "");
  return answer(
    c,
    metric,
    metric === undefined ? null : await resultOf(c.env.DB, metric.id, day),
    file.startsWith("raw"),
  );
});

/** One step: it says what it did; "nothing" means that all complete days are counted. */
buildMetrics.post("/api/metrics/run", requireAdmin, async (c) => c.json(await step(c.env, Date.now())));
