/** The dashboards of builds: what their panels answer, of what the metrics kept, and how little of D1 they read. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { daysAfter, dayOf, startOf } from "../../../src/metrics/day.ts";
import { step } from "../../../src/metrics/step.ts";
import { builds, jobHealth } from "../../../src/velodrome/dashboards/builds.ts";
import type { Chart, Table } from "../../../src/velodrome/dashboards/view.ts";
import { counted, usedRows } from "../velodrome/support.ts";
import { addJob, addRepository, call, type TestJob } from "../web/harness.ts";

const MINUTE = 60_000;
const today = dayOf(Date.now());
const day = (back: number): string => daysAfter(today, -back);

let serial = 0;
async function ran(back: number, over: Partial<TestJob>): Promise<void> {
  serial += 1;
  const startTime = startOf(day(back)) + serial * MINUTE;
  const completionTime = startTime + 10 * MINUTE;
  await addJob({ id: `build-${serial}`, buildId: String(serial), startTime, completionTime, ...over });
}

beforeAll(async () => {
  await addRepository("harbor/widgets", false);
  // Three days ago the presubmit flaked and a postsubmit broke; the day after it nothing ran.
  await ran(3, { state: "success" });
  await ran(3, { state: "failure" });
  await ran(3, { job: "post-widgets", type: "postsubmit", pull: null, state: "failure" });
  for (let times = 0; times < 21; times += 1) await ran(1, { pull: times < 5 ? 1 : 2, headSha: `head-${times}` });
  await ran(1, { job: "post-widgets", type: "postsubmit", pull: null, state: "failure" });
  for (let steps = 0; (await step(env, startOf(today) + 20 * MINUTE)).did !== "nothing"; steps += 1)
    expect(steps).toBeLessThan(20);
});

const chart = async (path: string): Promise<Chart> => (await call(`/velodrome/${path}/data.json?range=4d`)).json();
const table = async (path: string): Promise<Table> => (await call(`/velodrome/${path}/data.json`)).json();
/** Values of three days ago, two days ago and yesterday, by line. */
const lastDays = ({ times, lines }: Chart): Record<string, readonly (number | null)[]> => {
  const first = times.indexOf(startOf(day(3)) / 1000);
  return Object.fromEntries(lines.map(({ name, values }) => [name, values.slice(first, first + 3)]));
};

it("pass rate: what ran, what passed, and the share, each day", async () => {
  const answer = await chart("builds/pass-rate");
  expect(lastDays(answer)).toEqual({ ran: [3, 0, 22], passed: [1, 0, 21], "pass rate": [1 / 3, null, 21 / 22] });
  expect([answer.step, answer.asOf, answer.lines[2]?.right]).toEqual([86_400, startOf(today) / 1000, true]);
});

it("job flakiness, of presubmits and of all others", async () => {
  expect(lastDays(await chart("builds/job-flakiness"))).toEqual({
    presubmits: [0.5, null, 0],
    "other jobs": [0, null, 0],
  });
});

it("presubmit failure rate on days with enough runs; figures of jobs", async () => {
  expect(lastDays(await chart("builds/presubmit-failure-rate"))).toEqual({ "pr:pull-widgets-unit": [null, null, 0] });
  expect(lastDays(await chart("job-health/failure-rate"))).toEqual({
    "pr:pull-widgets-unit": [0.5, null, 0],
    "post-widgets": [1, null, 1],
  });
  expect(lastDays(await chart("job-health/p99-duration"))["post-widgets"]).toEqual([600, null, 600]);
  expect(lastDays(await chart("job-health/flake-rate"))["pr:pull-widgets-unit"]).toEqual([0.5, null, 0]);
  expect(lastDays(await chart("job-health/hours-between-runs"))["pr:pull-widgets-unit"]).toEqual([
    43_200,
    null,
    86_400 / 21,
  ]);
});

it("the longest failing and the flakiest jobs, leading to their runs", async () => {
  const failing = await table("builds/longest-failing-jobs");
  expect(failing.rows).toEqual([[{ text: "post-widgets", href: "/job-history/post-widgets" }, 2, "never", 2]]);
  expect((await table("builds/longest-failing-pr-jobs")).rows).toEqual([]);
  const flakiest = await table("builds/flakiest-pr-jobs");
  const href = "/job-history/pull-widgets-unit";
  expect(flakiest.rows).toEqual([[{ text: "pr:pull-widgets-unit", href }, 1, 22, 23, 0.955]]);
});

it("the running day as far as it is, for dashboards alone", async () => {
  const noon = startOf(today) + 12 * 60 * MINUTE;
  await ran(0, { job: "post-widgets", type: "postsubmit", pull: null, state: "success" });
  await ran(0, { job: "post-broken", type: "postsubmit", pull: null, state: "failure" });
  for (let times = 0; times < 2; times += 1) expect((await step(env, noon)).did).toBe("nothing");
  const scope = {
    repositories: [],
    from: startOf(day(1)) / 1000,
    to: noon / 1000 + 60,
    width: 600,
    sig: "",
    now: noon / 1000,
  };
  const panel = (id: string) => builds.panels.find((one) => one.id === id)?.load(env.DB, scope);
  expect(await panel("pass-rate")).toMatchObject({
    lines: [{ values: [22, 2] }, { values: [21, 1] }, {}],
    asOf: noon / 1000,
  });
  // Broken since today: nought days, so not yet in the list; what passed today, or did not run since it passed, is not in it.
  expect(await panel("longest-failing-jobs")).toMatchObject({ rows: [], asOf: noon / 1000 });
  const published = await call("/metrics/build-stats-latest.json");
  expect(published.headers.get("as-of")).toBe(`${today}T00:00:00Z`);
  const { results } = await env.DB.prepare("SELECT 1 FROM build_metric WHERE metric LIKE '% so far'").all();
  expect(results).toHaveLength(5);
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
     INSERT INTO prow_job SELECT 'more-' || i, version, build_id, job, type, org, repo, pull, author, base_ref, base_sha, head_sha,
       cluster, context, state, description, url, storage_path, hidden, ?1, pending_time, ?1 FROM n JOIN prow_job ON id = 'build-1'`,
  )
    .bind(startOf(today))
    .run();
  await step(env, noon + 5 * MINUTE);
  expect(await panel("pass-rate")).toMatchObject({
    lines: [{ values: [22, null] }, {}, {}],
    asOf: startOf(today) / 1000,
  });
});

it("pages show them", async () => {
  for (const id of ["builds", "job-health"]) {
    const page = await call(`/velodrome/${id}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("of jobs that everybody may see");
  }
});

it("a year of any panel stays within its share of D1's rows", async () => {
  const db = counted(env.DB);
  const now = Date.now() / 1000;
  const year = "WITH RECURSIVE n (i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 380)";
  await env.DB.prepare(
    `${year} INSERT INTO build_metric (metric, day, rows) SELECT metric, date(?1, '-' || i || ' days'), rows FROM n
     JOIN build_metric ON day = ?2`,
  )
    .bind(today, day(3))
    .run();
  for (const panel of [...builds.panels, ...jobHealth.panels]) {
    usedRows();
    const answer = await panel.load(db, { repositories: [], from: 0, to: now, width: 600, sig: "", now });
    if (answer.kind === "chart") expect(answer.times).toHaveLength(366);
    expect(usedRows(), panel.id).toBeLessThan(4_500);
  }
});
