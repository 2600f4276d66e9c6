/** `/metrics`: Prow's names where they exist, and of jobs only what the asker may see (spec jobs 4.17). */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { saveDeliveryRows } from "../../../src/store/delivery-rows.ts";
import { saveJobRow } from "../../../src/store/job-row.ts";
import type { prowJob } from "../../../src/store/schema.ts";
import { sweepRows } from "../../../src/store/sweep.ts";
import { ADMIN_TOKEN, addJob, addRepository, call } from "./harness.ts";

type JobRow = typeof prowJob.$inferInsert;

beforeAll(async () => {
  await addRepository("gauge/open", false);
  await addRepository("gauge/shut", true);
  const now = Date.now();
  await addJob({ id: "gauge-1", job: "gauge-unit", org: "gauge", repo: "open", state: "failure", startTime: now });
  await addJob({ id: "gauge-2", job: "gauge-unit", org: "gauge", repo: "open", startTime: now - 1000 });
  await addJob({ id: "gauge-3", job: "gauge-shut", org: "gauge", repo: "shut", startTime: now });
});

const metrics = async (init: RequestInit = {}): Promise<string> => (await call("/metrics", init)).text();

it("one sample for each job name's newest run, escaped, for whoever sees it", async () => {
  const text = await metrics();
  expect(text.match(/prow_job_labels\{job_name="gauge-unit"/g)?.length).toBe(1);
  expect(text).toContain(
    'prow_job_labels{job_name="gauge-unit",job_namespace="default",job_agent="kubernetes",label_prow_k8s_io_type="presubmit"',
  );
  expect(text).toContain('label_prow_k8s_io_refs_org="gauge",label_prow_k8s_io_refs_repo="open"');
  expect(text).not.toContain("gauge-shut");
  expect(await metrics({ headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })).toContain("gauge-shut");
});

it("counts by type and state hold no names", async () => {
  expect(await metrics()).toMatch(/^prowjobs\{type="presubmit",state="failure"\} [1-9]\d*$/m);
});

const HOUR = 3_600_000;

/** A row of the index: of a job that waited for `waited` seconds and then ran for `ran`. */
function row(
  id: string,
  times: { waited: number | null; ran: number; at: number },
  over: Partial<JobRow> = {},
): JobRow {
  const pendingTime = times.waited === null ? null : times.at + times.waited * 1000;
  return {
    id,
    version: 2,
    buildId: "1",
    job: "measured-unit",
    type: "presubmit",
    org: "gauge",
    repo: "open",
    pull: 5,
    author: "mara",
    baseRef: "main",
    baseSha: "b",
    headSha: "h",
    cluster: "default",
    context: "ctx",
    state: "success",
    description: "",
    url: "",
    storagePath: "",
    hidden: 0,
    startTime: times.at,
    pendingTime,
    completionTime: (pendingTime ?? times.at) + times.ran * 1000,
    ...over,
  };
}

const place = 'org="gauge",repo="open",base_ref="main"';
const of = (job: string, last: string, state: string) =>
  `job_namespace="default",job_name="${job}",type="presubmit",last_state="${last}",state="${state}",${place}`;

it("prow_job_runtime_seconds: each job counted once, however often its row is written, by the state before", async () => {
  const at = Date.now() - HOUR;
  const first = row("measure-1", { waited: 20, ran: 90, at });
  await saveJobRow(env.DB, { ...first, version: 1, state: "pending", completionTime: null });
  for (const version of [2, 2, 3]) await saveJobRow(env.DB, { ...first, version });
  await saveJobRow(env.DB, row("measure-2", { waited: 45, ran: 100_000, at }));
  await saveJobRow(env.DB, row("measure-3", { waited: 45, ran: 1, at }, { state: "failure" }));
  await saveJobRow(env.DB, row("measure-4", { waited: null, ran: 5, at }, { state: "aborted" }));
  await saveJobRow(env.DB, row("measure-5", { waited: null, ran: 0, at }, { job: "overridden" }));
  const text = await metrics();
  const bucket = (series: string, le: string) =>
    new RegExp(`^prow_job_runtime_seconds_bucket\\{${series},le="${le}"\\} (\\d+)$`, "m").exec(text)?.[1];
  const ran = of("measured-unit", "pending", "success");
  expect([bucket(ran, "60"), bucket(ran, "120"), bucket(ran, "36000"), bucket(ran, "\\+Inf")]).toEqual([
    "0",
    "1",
    "1",
    "2",
  ]);
  expect(text).toContain(`prow_job_runtime_seconds_sum{${ran}} 100090\n`);
  expect(text).toContain(`prow_job_runtime_seconds_count{${of("measured-unit", "pending", "failure")}} 1\n`);
  expect(text).toContain(`prow_job_runtime_seconds_count{${of("measured-unit", "triggered", "aborted")}} 1\n`);
  const waited = of("measured-unit", "triggered", "pending");
  expect([bucket(waited, "30"), bucket(waited, "60")]).toEqual(["1", "3"]);
  expect(text).toContain(`prow_job_runtime_seconds_sum{${waited}} 110\n`);
  expect(text).not.toContain('job_name="overridden",type');
});

it("prow_job_annotations and own labels: of the latest run, bounded, escaped, and none that differs from run to run", async () => {
  const at = Date.now() - HOUR;
  const over = { job: "named-unit" };
  const labels = { team: 'rope "a"', "prow.k8s.io/build-id": "4711", "event-GUID": "g" };
  const old = { "testgrid-dashboards": "old" };
  const annotations = { "testgrid-dashboards": "boats\nsails", "prow.k8s.io/job": "x", large: "y".repeat(5_000) };
  await saveJobRow(env.DB, row("named-1", { waited: 1, ran: 1, at }, over), { labels: {}, annotations: old });
  await saveJobRow(env.DB, row("named-2", { waited: 1, ran: 5, at }, over), { labels, annotations });
  await addJob({ id: "named-3", job: "named-unit", org: "gauge", repo: "open" });
  const text = await metrics();
  const lines = text.split("\n").filter((line) => /^prow_job_(annotations|labels)\{job_name="named-unit"/.test(line));
  expect(lines).toEqual([
    expect.stringContaining(String.raw`label_team="rope \"a\"",state=`),
    String.raw`prow_job_annotations{job_name="named-unit",job_namespace="default",job_agent="kubernetes",annotation_testgrid_dashboards="boats\nsails"} 1`,
  ]);
  expect(text).not.toMatch(/4711|annotation_large|event_GUID/);
});

it("shows no measures of hidden or private jobs to strangers", async () => {
  const at = Date.now() - HOUR;
  const named = { labels: {}, annotations: { secret: "sunken" } };
  await saveJobRow(env.DB, row("hid-1", { waited: 1, ran: 1, at }, { job: "hid-a", hidden: 1 }), named);
  await saveJobRow(env.DB, row("hid-2", { waited: 1, ran: 1, at }, { job: "hid-b", repo: "shut" }), named);
  expect(await metrics()).not.toMatch(/hid-|sunken/);
  const all = await metrics({ headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  expect(all).toContain('prow_job_annotations{job_name="hid-a"');
  expect(all).toContain('job_name="hid-b"');
});

it("measures of jobs that run no more go with the rest of what is old", async () => {
  await saveJobRow(env.DB, row("gone-1", { waited: 1, ran: 1, at: 1 }, { job: "gone-unit" }));
  expect(await metrics()).toContain('job_name="gone-unit"');
  await sweepRows(env.DB, { jobs: Date.now() - 30 * 24 * HOUR, deliveries: 0 }, async () => {});
  expect(await metrics()).not.toContain("gone-unit");
});

it("prow_webhook_counter: each delivery once, however often its row is written", async () => {
  const taken = { version: 1, object: "gauge/open#1", event: "gauge_event", action: "x", org: "gauge", repo: "open" };
  const rest = { number: 1, sender: "mara", received_at: Date.now(), state: "handled", effects: 0, summary: "" };
  const delivery = (guid: string, version = 1) => ({ guid, ...taken, ...rest, version });
  await saveDeliveryRows(env.DB, [delivery("gauge-g1"), delivery("gauge-g2")]);
  await saveDeliveryRows(env.DB, [delivery("gauge-g1", 2), delivery("gauge-g3")]);
  const text = await metrics();
  expect(text).toMatch(/^prow_webhook_counter\{event_type="gauge_event"\} 3$/m);
  expect(text).toMatch(/^cutwater_hook_requests_total\{event="gauge_event",code="202"\} 3$/m);
  expect(text).toMatch(/^prow_webhook_response_codes\{response_code="202"\} [1-9]\d*$/m);
});
