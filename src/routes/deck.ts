/** Deck's endpoints, by their old names and in their old shapes (spec jobs 4.7). Lists are the newest part of what there is. */
import type { Context } from "hono";
import { etag } from "hono/etag";
import { stringify } from "yaml";
import { settings } from "../env.ts";
import { badgeOf, badgeSvg, legacyJob, omitted, withoutParts } from "../jobs/deck.ts";
import { rerunJob } from "../jobs/create.ts";
import type { JobFilter } from "../store/job-list.ts";
import { listJobs } from "../store/job-list.ts";
import { findBuild, latestRuns } from "../store/job-lookup.ts";
import { type AppEnv, createApp } from "./app.ts";
import { serveLog } from "./artifacts.ts";
import { forViewer, sameOrigin, secured } from "./browser.ts";
import { documentsOf, storedJob } from "./job-documents.ts";
import { visibleJob } from "./job-data.ts";
import { latestRun } from "./job-latest.ts";
import { steer } from "./job-steer.ts";
import { jsonOrScript } from "./jsonp.ts";
import { broken, notFound, refused } from "./surroundings.ts";
import { sightOf, viewerOf } from "./viewer.ts";

export const deck = createApp();

/** The newest jobs that `/data.js` tells of, and `/prowjobs.js`, whose documents are large. */
const ROWS = 1_000;
const DOCUMENTS = 200;
const PATTERNS = 20;
const YAML = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" } as const;

for (const path of ["/data.js", "/prowjobs.js", "/badge.svg", "/prowjob", "/rerun", "/abort"])
  deck.use(path, secured, forViewer, sameOrigin);

deck.get("/data.js", etag(), (c) =>
  jsonOrScript(c, async (viewer) => {
    const { rows } = await listJobs(c.env.DB, await sightOf(c.env, viewer), {}, null, ROWS);
    return rows.map((row) => legacyJob(row, settings(c.env).PUBLIC_URL));
  }),
);

deck.get("/prowjobs.js", etag(), (c) =>
  jsonOrScript(c, async (viewer) => {
    const { org, repo, owner, omit = "" } = c.req.query();
    const filter: JobFilter = {
      ...(org ? { org } : {}),
      ...(repo ? { repo } : {}),
      ...(owner ? { author: owner } : {}),
    };
    const { rows } = await listJobs(c.env.DB, await sightOf(c.env, viewer), filter, null, DOCUMENTS);
    const parts = omitted(omit);
    const documents = await documentsOf(c.env, rows);
    return { items: documents.map((job) => withoutParts(job, parts)) };
  }),
);

deck.get("/badge.svg", etag(), async (c) => {
  const patterns = (c.req.query("jobs") ?? "")
    .split(",")
    .map((pattern) => pattern.trim().slice(0, 200))
    .filter((pattern) => pattern !== "");
  if (patterns.length === 0 || patterns.length > PATTERNS)
    return c.text(`jobs= names 1 to ${PATTERNS} jobs or patterns with *, separated by commas.`, 400);
  const runs = await latestRuns(c.env.DB, await sightOf(c.env, await viewerOf(c)), patterns);
  return c.body(badgeSvg(badgeOf(runs)), 200, { "content-type": "image/svg+xml", "x-content-type-options": "nosniff" });
});

deck.get("/log", async (c) => {
  const { job: name, id: buildId, container = "test" } = c.req.query();
  if (!name || !buildId) return c.text("job= and id= name the job and its build.", 400);
  const id = container === "test" ? await findBuild(c.env.DB, name, buildId) : null;
  const job = id === null ? null : await visibleJob(c.env, await viewerOf(c), id);
  if (job === null) return notFound(c);
  const answer = await serveLog(c, job);
  answer.headers.set("access-control-allow-origin", "*");
  return answer;
});

/** The job that `?prowjob=` names, and its document; null when it is not there for the viewer. */
async function named(c: Context<AppEnv>) {
  const job = await visibleJob(c.env, await viewerOf(c), c.req.query("prowjob") ?? "");
  const stored = job && (await storedJob(c.env, job.id));
  return job && stored && { job, stored };
}

const asYaml = (document: object): string => stringify(document, { aliasDuplicateObjects: false });

deck.get("/prowjob", etag(), async (c) => {
  const found = await named(c);
  return found ? c.body(asYaml(found.stored), 200, YAML) : notFound(c);
});

/** What a rerun would be; `POST` starts it. */
deck.get("/rerun", async (c) => {
  const found = await named(c);
  if (!found) return notFound(c);
  const again = c.req.query("mode") === "latest" ? await latestRun(c.env, found.stored) : found.stored;
  if (typeof again === "string") return refused(c, 409, "no-longer", "It is not configured so any more", again);
  const run = { id: crypto.randomUUID(), by: "Somebody", now: Date.now(), publicUrl: settings(c.env).PUBLIC_URL };
  return c.body(asYaml(rerunJob(again, run)), 200, YAML);
});

deck.post("/rerun", (c) => steer(c, c.req.query("prowjob") ?? "", "rerun", c.req.query("mode") === "latest"));
deck.post("/abort", (c) => steer(c, c.req.query("prowjob") ?? "", "abort"));

deck.onError((error, c) => broken(c, error));
