/** Histories and what is configured: Deck's pages of those names, as JSON for programs (spec jobs 4.7). */
import type { Context } from "hono";
import { etag } from "hono/etag";
import { ClustersPage } from "../../ui/pages/clusters.tsx";
import { ConfiguredJobsPage } from "../../ui/pages/configured-jobs.tsx";
import { JobHistoryPage } from "../../ui/pages/job-history.tsx";
import { renderPage } from "../../ui/render.tsx";
import { settings } from "../env.ts";
import type { JobType } from "../jobs/prowjob.ts";
import { jobHistory } from "../store/job-history.ts";
import { listJobs } from "../store/job-list.ts";
import { type AppEnv, createApp } from "./app.ts";
import { forViewer, secured } from "./browser.ts";
import { clusterOverview } from "./cluster-data.ts";
import { configuredOverview } from "./configured-data.ts";
import { broken, notFound, refused, surroundings, wantsPage } from "./surroundings.ts";
import { canSee, sightOf, viewerOf } from "./viewer.ts";

export const history = createApp();

for (const path of ["/job-history/*", "/pr-history/*", "/configured-jobs/*", "/clusters"])
  history.use(path, secured, forViewer);

/** Runs of a pull request in one matrix; what is older has its job's history. */
const RUNS = 500;

/**
 * A path of Deck's, `<provider>/<bucket>/<prefix>/<job>` below `logs` or `pr-logs/directory`, or the job's name alone.
 * Null: neither.
 */
function historyOf(path: string): { readonly job: string; readonly types: readonly JobType[] | null } | null {
  const parts = path.split("/").filter((part) => part !== "");
  const job = parts.at(-1);
  if (job === undefined || !/^[\w.-]{1,300}$/.test(job)) return null;
  if (parts.length === 1) return { job, types: null };
  if (parts.at(-2) === "logs") return { job, types: ["periodic", "postsubmit"] };
  if (parts.at(-2) === "directory" && parts.at(-3) === "pr-logs") return { job, types: ["presubmit", "batch"] };
  return null;
}

history.get("/job-history/:path{.+}", etag(), async (c) => {
  const asked = historyOf(c.req.param("path"));
  if (asked === null) return notFound(c);
  const { job, types } = asked;
  const buildId = c.req.query("buildId") ?? null;
  if (buildId !== null && !/^\d{10,20}$/.test(buildId))
    return refused(c, 400, "bad-build", "That is no build", "buildId is the number of a build.");
  const sight = await sightOf(c.env, await viewerOf(c));
  const { rows, older, newer } = await jobHistory(c.env.DB, sight, { job, types, buildId });
  const href = (id: string | null): string | null => id && `${new URL(c.req.url).pathname}?buildId=${id}`;
  const links = { older: href(older), newer: href(newer) };
  if (!wantsPage(c)) return c.json({ job, builds: rows, ...links });
  const props = { job, rows, ...links, github: settings(c.env).GITHUB_URL, now: Date.now() };
  return c.html(renderPage(JobHistoryPage, { ...(await surroundings(c)), ...props }));
});

/** Deck's address of a pull request's runs; people are led to its page. */
history.get("/pr-history/", (c) => prHistory(c));
history.get("/pr-history", (c) => prHistory(c));

async function prHistory(c: Context<AppEnv>): Promise<Response> {
  const { org = "", repo = "", pr = "" } = c.req.query();
  if (![org, repo].every((name) => /^[\w.-]{1,100}$/.test(name)) || !/^[1-9]\d{0,8}$/.test(pr))
    return refused(c, 400, "bad-query", "Which pull request?", "org=, repo= and pr= name the pull request.");
  const viewer = await viewerOf(c);
  if (!(await canSee(c.env, viewer, org, repo))) return notFound(c);
  if (wantsPage(c)) return c.redirect(`/pr/${org}/${repo}/${pr}`, 302);
  const { rows } = await listJobs(c.env.DB, await sightOf(c.env, viewer), { org, repo, pull: Number(pr) }, null, RUNS);
  const commits = Map.groupBy(rows, (row) => row.headSha);
  return c.json({ org, repo, pr: Number(pr), commits: [...commits].map(([sha, builds]) => ({ sha, builds })) });
}

async function configured(c: Context<AppEnv>): Promise<Response> {
  const [, , org = "", repo = "", more] = c.req.path.split("/").map(decodeURIComponent);
  const found = more ? null : await configuredOverview(c.env, await viewerOf(c), org, repo);
  if (found === null) return notFound(c);
  return wantsPage(c)
    ? c.html(renderPage(ConfiguredJobsPage, { ...(await surroundings(c)), ...found }))
    : c.json(found);
}

for (const path of ["/configured-jobs", "/configured-jobs/", "/configured-jobs/:org", "/configured-jobs/:org/:repo"])
  history.get(path, etag(), configured);

history.get("/clusters", async (c) => {
  const clusters = await clusterOverview(c.env, await viewerOf(c));
  if (clusters === null) return notFound(c);
  if (!wantsPage(c)) return c.json({ clusters });
  return c.html(renderPage(ClustersPage, { ...(await surroundings(c)), clusters, now: Date.now() }));
});

history.onError((error, c) => broken(c, error));
