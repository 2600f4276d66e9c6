/** The JSON API: what the pages show, for programs, and what people may do. Errors: `{ error: { code, message } }`. */
import { etag } from "hono/etag";
import { listDeliveries } from "../store/delivery-list.ts";
import { listJobs } from "../store/job-list.ts";
import { settings } from "../env.ts";
import { createApp } from "./app.ts";
import { readBody } from "./body.ts";
import { forViewer, sameOrigin, secured } from "./browser.ts";
import { ownerOf, visibleDelivery } from "./delivery-data.ts";
import { pluginHelp } from "./help-data.ts";
import { actorOf } from "./job-actions.ts";
import { steer } from "./job-steer.ts";
import { submit, submittedJob } from "./job-submit.ts";
import { jobData, visibleJob } from "./job-data.ts";
import { logIndexJson } from "./job-log.ts";
import { jsonOrScript } from "./jsonp.ts";
import { deliveryQuery, jobQuery, nextHref } from "./list-query.ts";
import { broken, notFound, refused, wantsPage } from "./surroundings.ts";
import { GitHubUnavailable } from "./viewer-github.ts";
import { requireAdmin, sightOf, viewerOf } from "./viewer.ts";

export const api = createApp();

const SUBMITTED_BYTES = 1024 * 1024;

for (const path of ["/api/jobs/*", "/api/deliveries/*"]) {
  api.use(path, secured, forViewer, sameOrigin);
}

/** Prow's own path and shape; `?repo=org/repo` tells of that repository's settings too. */
for (const path of ["/plugin-help", "/plugin-help.js"])
  api.get(path, forViewer, async (c) => {
    const repo = (c.req.query("repo") ?? "").trim();
    if (c.req.path === "/plugin-help" && c.req.query("var") === undefined && wantsPage(c))
      return c.redirect("/command-help", 301);
    return jsonOrScript(c, (viewer) => pluginHelp(c.env, viewer, repo));
  });

api.get("/api/jobs", etag(), async (c) => {
  const query = jobQuery(c.req.query());
  if (!query.ok) return refused(c, 400, "bad-query", "That filter cannot be read", query.problem);
  const sight = await sightOf(c.env, await viewerOf(c));
  const { rows, next } = await listJobs(c.env.DB, sight, query.filter, query.before, query.limit);
  return c.json({ jobs: rows, next: nextHref("/api/jobs", c.req.query(), next) });
});

/** Starts a ProwJob as `cutwater mkpj --submit` makes it. */
api.post("/api/jobs", requireAdmin, async (c) => {
  const body = await readBody(c.req.raw, SUBMITTED_BYTES);
  const job =
    body === null ? `A ProwJob has at most ${SUBMITTED_BYTES} bytes.` : submittedJob(body, settings(c.env).PUBLIC_URL);
  if (typeof job === "string") return refused(c, 400, "bad-prowjob", "That is no ProwJob", job);
  await submit(c.env, job, actorOf(await viewerOf(c)));
  return c.json({ id: job.metadata.name, url: job.status.url }, 201);
});

api.get("/api/jobs/:id", etag(), async (c) => {
  const viewer = await viewerOf(c);
  const job = await visibleJob(c.env, viewer, c.req.param("id"));
  if (job === null) return notFound(c);
  const { now: _, ...data } = await jobData(c.env, viewer, job);
  return c.json(data);
});

api.post("/api/jobs/:id/:action{rerun|abort}", (c) =>
  steer(c, c.req.param("id"), c.req.param("action") === "rerun" ? "rerun" : "abort"),
);

/** The map of a job's log, with which its page finds lines and failures without reading the whole. */
api.get("/api/jobs/:id/log-index", async (c) => {
  const job = await visibleJob(c.env, await viewerOf(c), c.req.param("id"));
  if (job === null) return notFound(c);
  return c.body(await logIndexJson(c.env, job.id, job.log), 200, { "content-type": "application/json" });
});

api.get("/api/deliveries", etag(), async (c) => {
  const query = deliveryQuery(c.req.query());
  if (!query.ok) return refused(c, 400, "bad-query", "That filter cannot be read", query.problem);
  const sight = await sightOf(c.env, await viewerOf(c));
  const { rows, next } = await listDeliveries(c.env.DB, sight, query.filter, query.before, query.limit);
  return c.json({ deliveries: rows, next: nextHref("/api/deliveries", c.req.query(), next) });
});

api.get("/api/deliveries/:guid", etag(), async (c) => {
  const found = await visibleDelivery(c.env, await viewerOf(c), c.req.param("guid"));
  return found === null ? notFound(c) : c.json(found.delivery);
});

api.post("/api/deliveries/:guid/redeliver", requireAdmin, async (c) => {
  const viewer = await viewerOf(c);
  const guid = c.req.param("guid");
  const found = await visibleDelivery(c.env, viewer, guid);
  if (found === null || viewer.kind !== "admin") return notFound(c);
  const again = await ownerOf(c.env, found.object).redeliver(guid, viewer.login);
  if (!again) {
    return refused(
      c,
      409,
      "gone",
      "It cannot be handled again",
      "Its payload is not kept any more. Redeliver it from GitHub.",
    );
  }
  return wantsPage(c)
    ? c.redirect(`/deliveries/${encodeURIComponent(guid)}`, 303)
    : c.json({ guid, redelivered: true }, 202);
});

api.onError((error, c) =>
  error instanceof GitHubUnavailable
    ? refused(
        c,
        503,
        "github",
        "GitHub does not answer",
        "GitHub could not be asked who you are to it. Please try again.",
      )
    : broken(c, error),
);
