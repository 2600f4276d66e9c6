/** Weekly reports as pages and Markdown: of the mirrored repositories that the viewer may see. */
import type { Context } from "hono";
import { etag } from "hono/etag";
import { ReportPage } from "../../ui/pages/report.tsx";
import { ReportsPage } from "../../ui/pages/reports.tsx";
import { renderPage } from "../../ui/render.tsx";
import { settings } from "../env.ts";
import { reportsOf, reportWeeks } from "../store/reports.ts";
import { stored } from "../store/stored.ts";
import { makeReport } from "../velodrome/reports/duty.ts";
import { reportsMarkdown } from "../velodrome/reports/markdown.ts";
import type { Report } from "../velodrome/reports/view.ts";
import { weekAt, weekNamed } from "../velodrome/reports/week.ts";
import { type AppEnv, createApp } from "./app.ts";
import { forViewer, secured } from "./browser.ts";
import { notFound, surroundings } from "./surroundings.ts";
import { seenMirrors } from "./velodrome-sight.ts";

export const velodromeReports = createApp();

for (const path of ["/velodrome/reports", "/velodrome/reports/*"]) velodromeReports.use(path, secured, forViewer);

/** The running week's report is made anew when it is older. Seconds. */
const FRESH_S = 15 * 60;
const WEEK = ":week{\\d{4}-W\\d{2}}";
const WEEK_MD = ":week{\\d{4}-W\\d{2}\\.md}";

velodromeReports.get("/velodrome/reports", etag(), async (c) => {
  const seen = await seenMirrors(c);
  const current = weekAt(Date.now() / 1000).name;
  const known = await reportWeeks(c.env.DB, seen);
  const weeks =
    seen.length === 0 || known.some(({ week }) => week === current)
      ? known
      : [{ week: current, repositories: 0 }, ...known];
  return c.html(renderPage(ReportsPage, { ...(await surroundings(c)), weeks, current }));
});

/** Null: there is no such week, or nothing of it to be seen. */
async function asked(
  c: Context<AppEnv>,
  name: string,
): Promise<{ reports: readonly Report[]; missing: readonly string[] } | null> {
  const week = weekNamed(name);
  if (week === null) return null;
  const all = await seenMirrors(c);
  const repository = c.req.query("repo")?.toLowerCase();
  const seen = all.filter((one) => repository === undefined || one === repository);
  if (seen.length === 0) return null;
  const now = Math.floor(Date.now() / 1000);
  const known = await reportsOf(c.env.DB, week.name, seen);
  const reports = new Map(known.map((row) => [row.repository, stored<Report>(row.body)]));
  if (week.from <= now && now < week.to) {
    const fresh = new Set(known.filter(({ madeAt }) => madeAt > now - FRESH_S).map((row) => row.repository));
    // One report reads most of what an invocation may.
    const stale = seen.find((one) => !fresh.has(one));
    if (stale !== undefined) reports.set(stale, await makeReport(c.env, stale, week, now));
  }
  const found = seen.flatMap((one) => reports.get(one) ?? []);
  return found.length === 0 ? null : { reports: found, missing: seen.filter((one) => !reports.has(one)) };
}

velodromeReports.get(`/velodrome/reports/${WEEK_MD}`, async (c) => {
  const found = await asked(c, (c.req.param("week") ?? "").slice(0, -3));
  if (found === null) return notFound(c);
  return c.body(reportsMarkdown(found.reports, settings(c.env).PUBLIC_URL), 200, {
    "content-type": "text/markdown; charset=utf-8",
  });
});

velodromeReports.get(`/velodrome/reports/${WEEK}`, async (c) => {
  const week = c.req.param("week") ?? "";
  const found = await asked(c, week);
  if (found === null) return notFound(c);
  return c.html(renderPage(ReportPage, { ...(await surroundings(c)), week, now: Date.now(), ...found }));
});
