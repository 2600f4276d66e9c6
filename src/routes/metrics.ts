/** `/healthz` for load balancers, `/metrics` for Prometheus. Counts only: no names of repositories, jobs or people. */
import { createApp } from "./app.ts";

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

/** A label's value in Prometheus' text format. */
const label = (value: string): string => value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");

/** Jobs that are not over are few; those that are, are counted for a day. */
const JOB_COUNTS = `SELECT type, state, count(*) AS count FROM prow_job WHERE start_time > ? GROUP BY type, state`;
const DAY_MS = 24 * 3600 * 1000;

metrics.get("/metrics", async (c) => {
  const [hooks, jobs] = await c.env.DB.batch<HookRow | JobRow>([
    c.env.DB.prepare("SELECT event, status, sum(count) AS count FROM hook_count GROUP BY event, status LIMIT 1000"),
    c.env.DB.prepare(JOB_COUNTS).bind(Date.now() - DAY_MS),
  ]);
  const hookLines = (hooks?.results ?? []).flatMap((row) =>
    "event" in row
      ? [`cutwater_hook_requests_total{event="${label(row.event)}",code="${row.status}"} ${row.count}`]
      : [],
  );
  const jobLines = (jobs?.results ?? []).flatMap((row) =>
    "type" in row ? [`cutwater_jobs{type="${label(row.type)}",state="${label(row.state)}"} ${row.count}`] : [],
  );
  const lines = [
    "# HELP cutwater_hook_requests_total Webhooks that were counted instead of handled, by event and answer.",
    "# TYPE cutwater_hook_requests_total counter",
    ...hookLines,
    "# HELP cutwater_jobs Jobs started in the last 24 hours, by type and state.",
    "# TYPE cutwater_jobs gauge",
    ...jobLines,
    "",
  ];
  return c.body(lines.join("\n"), 200, {
    "content-type": "text/plain; version=0.0.4; charset=utf-8",
    "cache-control": "no-store",
  });
});
