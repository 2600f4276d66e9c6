/** Velodrome's points over HTTP: which metrics there are, and each over time, as JSON or CSV (spec velodrome 1.12). */
import { etag } from "hono/etag";
import * as z from "zod";
import { progressOf } from "../velodrome/points/progress.ts";
import { readSeries } from "../velodrome/points/series.ts";
import { createApp } from "./app.ts";
import { notFound } from "./surroundings.ts";
import { csvOf } from "./velodrome-csv.ts";
import { seenMirrors } from "./velodrome-sight.ts";

export const velodromeSeries = createApp();

const MONTH = 30 * 24 * 3600;
/** The year 2100. */
const LATEST = 4_102_444_800;
const moment = z.coerce.number().int().min(0).max(LATEST).optional();
const Query = z.object({
  metric: z.string().regex(/^[\w.-]{1,128}$/),
  from: moment,
  to: moment,
  width: z.coerce.number().int().min(1).max(2000).default(500),
  aggregate: z.enum(["last", "mean", "sum", "max", "min", "count"]).default("last"),
  format: z.enum(["json", "csv"]).default("json"),
});
const Name = z.string().regex(/^[\w.-]+\/[\w.-]+$/);
const MOST_REPOSITORIES = 50;
const BAD =
  "metric is a metric's name; from and to are Unix seconds, from before to; width at most 2000; aggregate last, mean, sum, max, min or " +
  "count; format json or csv; repository org/repo and field, as often as you like";

/** Metrics of the mirrored repositories, and up to when their points are. */
velodromeSeries.get("/api/velodrome/metrics", etag(), async (c) => {
  const names = await seenMirrors(c);
  const found = await Promise.all(names.map((name) => progressOf(c.env.DB, name)));
  const metrics = names.flatMap((repository, at) =>
    (found[at] ?? []).map(({ metric, until, shown }) => ({ metric, repository, until, shown: shown > 0 })),
  );
  return c.json({ metrics });
});

velodromeSeries.get("/api/velodrome/series", etag(), async (c) => {
  const asked = Query.safeParse(c.req.query());
  const now = Math.floor(Date.now() / 1000);
  const repositories = [...new Set((c.req.queries("repository") ?? []).map((name) => name.toLowerCase()))];
  const to = asked.data?.to ?? now;
  const from = asked.data?.from ?? Math.max(0, to - MONTH);
  const named = repositories.every((name) => Name.safeParse(name).success) && repositories.length <= MOST_REPOSITORIES;
  if (!asked.success || !named || from >= to) return c.json({ error: { code: "bad-request", message: BAD } }, 400);
  const seen = await seenMirrors(c);
  if (repositories.some((name) => !seen.includes(name))) return notFound(c);
  const { metric, width, aggregate, format } = asked.data;
  const fields = c.req.queries("field") ?? [];
  const of = repositories.length > 0 ? repositories : seen.slice(0, MOST_REPOSITORIES);
  const answer = await readSeries(c.env.DB, { metric, repositories: of, from, to, width, fields, aggregate }, now);
  if (format === "json") return c.json(answer);
  const lines = answer.lines.map(({ repository, field, values }) => ({ name: `${repository} ${field}`, values }));
  return csvOf(c, metric, { kind: "chart", times: answer.times, lines });
});
