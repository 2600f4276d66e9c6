/** `/healthz` for load balancers, `/metrics` for Prometheus: counts, and of jobs by name only what the asker may see. */
import { measures } from "../store/job-measure.ts";
import { newestOfNames } from "../store/job-metrics.ts";
import { tokensNow } from "../store/token-windows.ts";
import { createApp } from "./app.ts";
import { annotationLines, labelsLine, metric, ownLabels, runtimeLines, sample } from "./metrics-text.ts";
import { tokenLines } from "./metrics-tokens.ts";
import { sightOf, viewerOf } from "./viewer.ts";

export const metrics = createApp();

metrics.get("/healthz", (c) => c.text("ok\n"));

interface HookRow {
  readonly event: string;
  readonly status: number;
  readonly count: number;
}
interface JobRow {
  readonly type: string;
  readonly state: string;
  readonly count: number;
}

/** Jobs that are not over are few; those that are, are counted for a day. */
const JOB_COUNTS = `SELECT type, state, count(*) AS count FROM prow_job WHERE start_time > ? GROUP BY type, state`;
const DAY_MS = 24 * 3600 * 1000;

const summed = (rows: readonly HookRow[], key: (row: HookRow) => string) =>
  [...Map.groupBy(rows, key)].map(
    ([name, some]) => [name, some.reduce((total, { count }) => total + count, 0)] as const,
  );

metrics.get("/metrics", async (c) => {
  const sight = await sightOf(c.env, await viewerOf(c));
  const [counted, newest, measured, tokens] = await Promise.all([
    c.env.DB.batch<HookRow | JobRow>([
      c.env.DB.prepare("SELECT event, status, sum(count) AS count FROM hook_count GROUP BY event, status LIMIT 1000"),
      c.env.DB.prepare(JOB_COUNTS).bind(Date.now() - DAY_MS),
    ]),
    newestOfNames(c.env.DB, sight),
    measures(c.env.DB, sight),
    sight.everything ? tokensNow(c.env.DB, Math.trunc(Date.now() / 1000)) : null,
  ]);
  const hooks = (counted[0]?.results ?? []).flatMap((row) => ("event" in row ? [row] : []));
  const jobs = (counted[1]?.results ?? []).flatMap((row) => ("type" in row ? [row] : []));
  const jobCounts = (name: string) => jobs.map(({ type, state, count }) => sample(name, { type, state }, count));
  // The newest comes first, so it is put last.
  const latest = new Map(measured.toReversed().map((measure) => [measure.job, measure]));
  const lines = [
    ...metric(
      "cutwater_hook_requests_total",
      "counter",
      "Webhooks by event and answer: 202 when taken.",
      hooks.map(({ event, status, count }) => sample("cutwater_hook_requests_total", { event, code: status }, count)),
    ),
    ...metric(
      "prow_webhook_counter",
      "counter",
      "Webhooks that were taken, by event.",
      summed(
        hooks.filter(({ status }) => status < 300),
        ({ event }) => event,
      ).map(([event, count]) => sample("prow_webhook_counter", { event_type: event }, count)),
    ),
    ...metric(
      "prow_webhook_response_codes",
      "counter",
      "Webhooks by answer.",
      summed(hooks, ({ status }) => String(status)).map(([code, count]) =>
        sample("prow_webhook_response_codes", { response_code: code }, count),
      ),
    ),
    ...metric("cutwater_jobs", "gauge", "Jobs started in the last 24 hours.", jobCounts("cutwater_jobs")),
    ...metric("prowjobs", "gauge", "ProwJobs started in the last 24 hours, by type and state.", jobCounts("prowjobs")),
    ...metric(
      "prow_job_labels",
      "gauge",
      "Labels of the newest run of each job name of the last 24 hours.",
      newest.map((job) => labelsLine(job, ownLabels(latest.get(job.job)))),
    ),
    ...metric(
      "prow_job_annotations",
      "gauge",
      "Annotations of the newest run that ended of each job name.",
      annotationLines(latest),
    ),
    ...metric(
      "prow_job_runtime_seconds",
      "histogram",
      "How long jobs were in last_state before they came to state.",
      runtimeLines(measured),
    ),
    ...(tokens === null ? [] : tokenLines(tokens)),
    "",
  ];
  return c.body(lines.join("\n"), 200, {
    "content-type": "text/plain; version=0.0.4; charset=utf-8",
    "cache-control": "no-store",
  });
});
