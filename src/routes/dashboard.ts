/** The pages. The last of the routes: what nobody else answers ends here as a page that says so. */
import { linesOfTail, tailStart } from "../../ui/log/server.ts";
import { CommandHelpPage } from "../../ui/pages/command-help.tsx";
import { ConfigDiffPage } from "../../ui/pages/config-diff.tsx";
import { ConfigPage } from "../../ui/pages/config.tsx";
import { DeliveriesPage } from "../../ui/pages/deliveries.tsx";
import { DeliveryPage } from "../../ui/pages/delivery.tsx";
import { JobPage } from "../../ui/pages/job.tsx";
import { JobsPage } from "../../ui/pages/jobs.tsx";
import { PluginsPage } from "../../ui/pages/plugins.tsx";
import { renderPage } from "../../ui/render.tsx";
import { settings } from "../env.ts";
import { listDeliveries } from "../store/delivery-list.ts";
import { jobFacets } from "../store/job-facets.ts";
import { listJobs } from "../store/job-list.ts";
import { createApp } from "./app.ts";
import { forViewer, secured } from "./browser.ts";
import { candidate } from "./candidate.ts";
import { commandHelp, configOverview, pluginList } from "./help-data.ts";
import { visibleDelivery } from "./delivery-data.ts";
import { jobData, visibleJob } from "./job-data.ts";
import { readLog } from "./job-log.ts";
import { deliveryQuery, jobQuery, nextHref, queryText } from "./list-query.ts";
import { replayed } from "./replay-data.ts";
import { broken, notFound, surroundings } from "./surroundings.ts";
import { isAdmin, sightOf, viewerOf } from "./viewer.ts";

export const dashboard = createApp();

dashboard.use("*", secured, forViewer);

dashboard.get("/", async (c) => {
  const asked = c.req.query();
  const query = jobQuery(asked);
  const sight = await sightOf(c.env, await viewerOf(c));
  const newest = asked["before"] === undefined;
  const [page, facets] = query.ok
    ? await Promise.all([
        listJobs(c.env.DB, sight, query.filter, query.before, query.limit),
        newest ? jobFacets(c.env.DB, sight, query.filter) : null,
      ])
    : [{ rows: [], next: null }, null];
  const filter = queryText(asked, ["type", "state", "repo", "pull", "author", "job", "cluster"]);
  const props = {
    ...(await surroundings(c, ["job-list"])),
    rows: page.rows,
    facets,
    filter,
    problem: query.ok ? null : query.problem,
    next: nextHref("/", asked, page.next),
    newest,
    source: `/api/jobs${new URL(c.req.url).search}`,
    github: settings(c.env).GITHUB_URL,
    now: Date.now(),
  };
  return c.html(renderPage(JobsPage, props), query.ok ? 200 : 400);
});

dashboard.get("/jobs/:id", async (c) => {
  const viewer = await viewerOf(c);
  const job = await visibleJob(c.env, viewer, c.req.param("id"));
  if (job === null) return notFound(c);
  const from = tailStart(job.log.size);
  const bytes = await readLog(c.env, job.id, Math.max(0, from - 1), job.log.size);
  const { lines, log } = linesOfTail(job.id, bytes, from, job.log);
  const data = await jobData(c.env, viewer, job);
  return c.html(renderPage(JobPage, { ...(await surroundings(c, ["job", "job-log"])), data, log, lines }));
});

dashboard.get("/deliveries", async (c) => {
  const asked = c.req.query();
  const query = deliveryQuery(asked);
  const page = query.ok
    ? await listDeliveries(c.env.DB, await sightOf(c.env, await viewerOf(c)), query.filter, query.before, query.limit)
    : { rows: [], next: null };
  const props = {
    ...(await surroundings(c)),
    rows: page.rows,
    filter: queryText(asked, ["event", "state", "repo", "number", "sender"]),
    problem: query.ok ? null : query.problem,
    next: nextHref("/deliveries", asked, page.next),
    newest: asked["before"] === undefined,
    now: Date.now(),
  };
  return c.html(renderPage(DeliveriesPage, props), query.ok ? 200 : 400);
});

dashboard.get("/deliveries/:guid", async (c) => {
  const viewer = await viewerOf(c);
  const found = await visibleDelivery(c.env, viewer, c.req.param("guid"));
  if (found === null) return notFound(c);
  const props = {
    ...(await surroundings(c)),
    delivery: found.delivery,
    github: settings(c.env).GITHUB_URL,
    mayRedeliver: isAdmin(c.env, viewer),
    now: Date.now(),
  };
  return c.html(renderPage(DeliveryPage, props));
});

dashboard.get("/command-help", async (c) => {
  const repo = (c.req.query("repo") ?? "").trim();
  const help = await commandHelp(c.env, await viewerOf(c), repo);
  const props = { ...(await surroundings(c, ["command-filter"])), ...help, repo: help.problem === null ? repo : "" };
  return c.html(renderPage(CommandHelpPage, props), help.problem === null ? 200 : 404);
});

dashboard.get("/plugins", async (c) => {
  const list = await pluginList(c.env, await viewerOf(c));
  return c.html(renderPage(PluginsPage, { ...(await surroundings(c)), ...list }));
});

dashboard.get("/config", async (c) => {
  const page = await configOverview(c.env, await viewerOf(c));
  return page === null
    ? notFound(c)
    : c.html(renderPage(ConfigPage, { ...(await surroundings(c)), ...page, now: Date.now() }));
});

dashboard.get("/config/diff/:id", async (c) => {
  const found = isAdmin(c.env, await viewerOf(c)) ? await candidate(c.env, c.req.param("id")) : null;
  if (found === null) return notFound(c);
  const { loads, version } = found.state;
  const results = version === "" ? [] : await replayed(c.env, version);
  return c.html(renderPage(ConfigDiffPage, { ...(await surroundings(c)), load: loads[0] ?? null, results }));
});

dashboard.all("*", notFound);

dashboard.onError((error, c) => broken(c, error));
