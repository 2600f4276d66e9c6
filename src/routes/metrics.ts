/** `/healthz` for load balancers, `/metrics` for Prometheus: counts, and of jobs by name only what the asker may see. */
import { type MeasuredJob, newestOfNames } from "../store/job-metrics.ts";
import { createApp } from "./app.ts";
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

/** A label's value in Prometheus' text format. */
const label = (value: string): string => value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");

/** A job's sample, in the naming of kube-state-metrics, as Prow's exporter has it. */
function labelsLine({ job, type, org, repo, baseRef, context, state }: MeasuredJob): string {
  const labels = {
    job_name: job,
    job_namespace: "default",
    job_agent: "kubernetes",
    label_prow_k8s_io_type: type,
    label_prow_k8s_io_job: job,
    label_prow_k8s_io_context: context,
    label_prow_k8s_io_refs_org: org,
    label_prow_k8s_io_refs_repo: repo,
    label_prow_k8s_io_refs_base_ref: baseRef,
    state,
  };
  const text = Object.entries(labels).map(([name, value]) => `${name}="${label(value)}"`);
  return `prow_job_labels{${text.join(",")}} 1`;
}

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
  const prowJobs = (jobs?.results ?? []).flatMap((row) =>
    "type" in row ? [`prowjobs{type="${label(row.type)}",state="${label(row.state)}"} ${row.count}`] : [],
  );
  const codes = Map.groupBy(
    (hooks?.results ?? []).flatMap((row) => ("event" in row ? [row] : [])),
    ({ status }) => status,
  );
  const named = await newestOfNames(c.env.DB, await sightOf(c.env, await viewerOf(c)));
  const lines = [
    "# HELP cutwater_hook_requests_total Webhooks that were counted instead of handled, by event and answer.",
    "# TYPE cutwater_hook_requests_total counter",
    ...hookLines,
    "# HELP cutwater_jobs Jobs started in the last 24 hours, by type and state.",
    "# TYPE cutwater_jobs gauge",
    ...jobLines,
    "# HELP prowjobs ProwJobs started in the last 24 hours, by type and state.",
    "# TYPE prowjobs gauge",
    ...prowJobs,
    "# HELP prow_webhook_response_codes Webhooks that were counted instead of handled, by answer.",
    "# TYPE prow_webhook_response_codes counter",
    ...[...codes].map(
      ([code, rows]) =>
        `prow_webhook_response_codes{response_code="${code}"} ${rows.reduce((sum, { count }) => sum + count, 0)}`,
    ),
    "# HELP prow_job_labels Labels of the newest run of each job name of the last 24 hours.",
    "# TYPE prow_job_labels gauge",
    ...named.map(labelsLine),
    "",
  ];
  return c.body(lines.join("\n"), 200, {
    "content-type": "text/plain; version=0.0.4; charset=utf-8",
    "cache-control": "no-store",
  });
});
