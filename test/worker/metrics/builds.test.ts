/** The metrics of builds through the worker: read off the index step by step, counted for everybody, at stable addresses. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import type { Env } from "../../../src/env.ts";
import { daysAfter, dayOf, startOf } from "../../../src/metrics/day.ts";
import { step } from "../../../src/metrics/step.ts";
import { addJob, addRepository, ADMIN_TOKEN, call, type TestJob } from "../web/harness.ts";
import { useConfiguration } from "../web/configuration.ts";
import { counted, usedRows } from "../velodrome/support.ts";

const MINUTE = 60_000;
const today = dayOf(Date.now());
const yesterday = daysAfter(today, -1);
/** When yesterday can be counted. */
const later = startOf(today) + 20 * MINUTE;

let serial = 0;
/** A build of a day, by its number of minutes after midnight. */
async function ran(day: string, minute: number, over: Partial<TestJob> = {}): Promise<string> {
  serial += 1;
  const id = `build-${serial}`;
  const startTime = startOf(day) + minute * MINUTE;
  await addJob({ id, buildId: String(serial), startTime, completionTime: startTime + 10 * MINUTE, ...over });
  return id;
}

const watched: Env = Object.assign({ ...env }, { DB: counted(env.DB) });

/** Steps until nothing is left; none may use more rows of D1 than an invocation may. Answers what was done, in short. */
async function count(now = later): Promise<string[]> {
  const done: string[] = [];
  for (let steps = 0; steps < 300; steps += 1) {
    usedRows();
    const { did, day } = await step(watched, now);
    expect(usedRows(), `${did} ${day}`).toBeLessThan(10_000);
    if (did === "nothing") return done;
    done.push(`${did} ${day}`);
  }
  throw new Error("it never ends");
}

const get = async (path: string): Promise<unknown> => (await call(path)).json();

beforeEach(async () => {
  const tables = ["prow_job", "build_day", "build_part", "build_job", "build_metric"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await addRepository("harbor/widgets", false);
});

describe("a complete day", () => {
  it("is counted once it is over, of what everybody sees", async () => {
    await addRepository("harbor/vault", true);
    await ran(yesterday, 0);
    await ran(yesterday, 1, { state: "failure" });
    await ran(yesterday, 1439, { type: "batch", pull: null });
    await ran(yesterday, 2, { repo: "vault", job: "secret-repository" });
    await ran(yesterday, 2, { hidden: 1, job: "secret-job" });
    await ran(yesterday, 2, { repo: "unheard-of", job: "secret-unknown" });
    await ran(yesterday, 2, { buildId: "", job: "never-began" });
    await ran(today, 0, { job: "of-today" });
    expect(await count(startOf(today) + MINUTE)).toEqual([]);
    expect(await count()).toEqual([`read builds ${yesterday}`, `made metrics ${yesterday}`]);

    const text = String(startOf(yesterday) / 1000);
    expect(await get("/metrics/build-stats-latest.json")).toEqual([
      { day: text, invocations: 3, passes: 2, rate: 2 / 3 },
    ]);
    expect(await get("/metrics/job-flakes-latest.json")).toEqual({
      "pr:pull-widgets-unit": { flakes: 1, runs: 2, consistency: 0 },
    });
    expect(await get("/metrics/presubmit-health-latest.json")).toEqual([
      {
        day: yesterday,
        job: "pr:pull-widgets-unit",
        pr_failure_perc: 100,
        prs: 1,
        prs_failed: 1,
        total_runs: 2,
        avg_run_time_minutes: 10,
        avg_pass_time_minutes: 10,
      },
    ]);
    const { results } = await env.DB.prepare("SELECT rows FROM build_metric WHERE metric NOT LIKE '% so far'").all<{
      rows: string;
    }>();
    expect(results).toHaveLength(12);
    expect(JSON.stringify(results)).not.toMatch(/secret|never-began|of-today/);
  });

  it("is told with what it is of, and is stale when the next is missing", async () => {
    const before = daysAfter(yesterday, -3);
    await ran(before, 5);
    await count(startOf(daysAfter(before, 1)) + 20 * MINUTE);
    const stale = await call("/metrics/build-stats-latest.json");
    expect(Object.fromEntries(stale.headers)).toMatchObject({
      "cache-control": "max-age=60",
      "as-of": `${daysAfter(before, 1)}T00:00:00Z`,
      "metrics-state": "stale",
    });
    expect(await count()).toHaveLength(6);
    const current = await call("/metrics/build-stats-latest.json");
    expect(current.headers.get("metrics-state")).toBe("current");
    const history = await call(`/metrics/build-stats/daily-${before}.json`);
    expect(history.headers.get("as-of")).toBe(`${daysAfter(before, 1)}T00:00:00Z`);
    expect(await history.json()).toMatchObject([{ invocations: 1 }]);
    expect(await get(`/metrics/build-stats/raw-${before}.json`)).toEqual([{ invocations: 1, passes: 1, rate: 1 }]);
  });

  it("has no numbers before there are any, and says so", async () => {
    const none = await call("/metrics/failures-latest.json");
    expect([none.status, none.headers.get("metrics-state")]).toEqual([404, "none"]);
    expect((await call("/metrics/nonsense-latest.json")).status).toBe(404);
    expect((await call(`/metrics/failures/daily-${yesterday}.json`)).status).toBe(404);
  });
});

it("builds that end later are counted on the day on which they started, and in the days after it", async () => {
  const day = daysAfter(yesterday, -1);
  const id = await ran(day, 1430, { state: "pending", completionTime: null, buildId: "" });
  await ran(day, 5);
  await count();
  expect(await get(`/metrics/build-stats/daily-${day}.json`)).toMatchObject([{ invocations: 1 }]);
  await env.DB.prepare("UPDATE prow_job SET state = 'failure', build_id = '77', completion_time = ? WHERE id = ?")
    .bind(startOf(yesterday), id)
    .run();
  expect(await count()).toEqual([]);
  expect(await count(later + 60 * MINUTE)).toEqual([
    `looked again ${yesterday}`,
    `made metrics ${day}`,
    `made metrics ${yesterday}`,
  ]);
  expect(await get(`/metrics/build-stats/daily-${day}.json`)).toMatchObject([{ invocations: 2, passes: 1 }]);
  expect(await get("/metrics/job-flakes-latest.json")).toMatchObject({ "pr:pull-widgets-unit": { flakes: 1 } });
  expect(await count(later + 600 * MINUTE)).toEqual([]);
});

it("two at once, and a step that is repeated, change nothing", async () => {
  for (let minute = 0; minute < 20; minute += 1)
    await ran(yesterday, minute, { state: minute % 3 ? "success" : "error" });
  await Promise.all([step(env, later), step(env, later)]);
  await Promise.all([step(env, later), step(env, later)]);
  expect(await count()).toEqual([]);
  expect(await get("/metrics/build-stats-latest.json")).toMatchObject([{ invocations: 20, passes: 13 }]);
});

it("failures know the latest pass without the builds of then", async () => {
  const old = daysAfter(yesterday, -29);
  await ran(old, 5, { job: "once" });
  await ran(daysAfter(old, 1), 5, { job: "never", state: "failure" });
  await count();
  await env.DB.prepare("DELETE FROM prow_job").run();
  await ran(yesterday, 5, { job: "another" });
  // Two days later both ran again, and failed.
  const then = daysAfter(yesterday, 2);
  await ran(then, 5, { job: "once", state: "failure" });
  await ran(then, 6, { job: "never", state: "failure" });
  await count(startOf(daysAfter(then, 1)) + 20 * MINUTE);
  expect(await get(`/metrics/failures/daily-${then}.json`)).toEqual({
    "pr:once": { failing_days: 31 },
    "pr:never": { failing_days: 30 },
  });
}, 60_000);

it("a day of 40,000 builds of 3,000 jobs takes several steps, each within an invocation's rows", async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39999)
     INSERT INTO prow_job (id, version, build_id, job, type, org, repo, pull, author, base_ref, base_sha, head_sha, cluster, context,
       state, description, url, storage_path, hidden, start_time, pending_time, completion_time)
     SELECT 'many-' || i, 1, i + 1, 'job-' || (i % 3000), 'presubmit', 'harbor', 'widgets', i % 900, 'mara', 'main', 'base',
       'head-' || (i % 900), 'default', 'ctx', iif(i % 7 = 0, 'failure', 'success'), '', '', '', 0, ?1 + i * 2000, NULL,
       ?1 + i * 2000 + 60000 FROM n`,
  )
    .bind(startOf(yesterday))
    .run();
  const done = await count();
  expect(done).toHaveLength(28);
  expect(await get("/metrics/build-stats-latest.json")).toMatchObject([{ invocations: 40_000, passes: 34_285 }]);
  expect(Object.keys(Object(await get("/metrics/job-flakes-latest.json")))).toHaveLength(3000);
}, 60_000);

it("jobs block merges by what the configuration says today", async () => {
  const job = (name: string, more: string): string =>
    `  - { name: ${name}, spec: { containers: [{ image: i }] }, ${more} }\n`;
  const { forget } = await useConfiguration(
    `presubmits:\n  harbor/widgets:\n${job("always", "always_run: true")}${job("of-files", "run_if_changed: x")}` +
      `${job("optional", "always_run: true, optional: true")}${job("silent", "always_run: true, skip_report: true")}${job("by-hand", "")}`,
  );
  for (const name of ["always", "of-files", "optional", "silent", "by-hand"]) {
    await ran(yesterday, 5, { job: name, headSha: `of-${name}` });
    await ran(yesterday, 6, { job: name, headSha: `of-${name}`, state: "failure" });
  }
  await count();
  await forget();
  expect(await get("/metrics/pr-consistency-latest.json")).toMatchObject([
    { commits: 2, consistent_commits: 0, runs: 4 },
  ]);
  expect(await get("/metrics/weekly-consistency-latest.json")).toMatchObject([{ commits: 2, consistency: 0 }]);
});

describe("over HTTP", () => {
  it("an administrator asks for a step; the cron does one", async () => {
    vi.useFakeTimers({ now: later, toFake: ["Date"] });
    await ran(yesterday, 5);
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const run = async () => (await call("/api/metrics/run", { method: "POST", headers })).json();
    expect(await run()).toEqual({ did: "read builds", day: yesterday });
    await runCron("3-59/5 * * * *", later, env, createExecutionContext());
    expect(await run()).toEqual({ did: "nothing", day: yesterday });
    await env.DB.prepare("UPDATE build_day SET changes = changes + 1").run();
    expect(await run()).toEqual({ did: "made metrics", day: yesterday });
    vi.useRealTimers();
  });

  it("lists the metrics, with what each says", async () => {
    await ran(yesterday, 5);
    await count();
    const page = await (await call("/metrics/")).text();
    expect(page).toContain("/metrics/job-health-weekly-latest.json");
    const { metrics } = Object(await get("/metrics/index.json"));
    expect(metrics).toHaveLength(11);
    expect(metrics[1]).toMatchObject({ metric: "failures", state: "current", newest: yesterday, oldest: yesterday });
    // The exporter is where it was.
    expect((await call("/metrics")).headers.get("content-type")).toContain("text/plain");
  });
});
