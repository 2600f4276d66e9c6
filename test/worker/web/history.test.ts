/** Histories, facets and what is configured: shapes, pages, and who sees what (spec jobs 4.7). */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { nextBuildId } from "../../../src/jobs/buildid.ts";
import { jobHistory } from "../../../src/store/job-history.ts";
import { jobFacets } from "../../../src/store/job-facets.ts";
import { listJobs } from "../../../src/store/job-list.ts";
import { ADMIN_TOKEN, addJob, addRepository, as, asPage, call, gitHub, SETTINGS } from "./harness.ts";

interface History {
  readonly builds: readonly { readonly id: string; readonly buildId: string }[];
  readonly older: string | null;
  readonly newer: string | null;
}

const NOW = Date.now();
const MINUTE = 60_000;
const admin: RequestInit = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
const CONFIG = { ...SETTINGS, CONFIG_REPO: "log/config@main" };

/** Builds of one job, one a minute. */
async function builds(job: string, count: number, over: Parameters<typeof addJob>[0] | object = {}): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const startTime = NOW - (count - at) * MINUTE;
    await addJob({
      id: `${job}-${at}`,
      job,
      org: "log",
      repo: "book",
      buildId: nextBuildId("", startTime, 1),
      startTime,
      completionTime: startTime + (at + 1) * 1000,
      ...over,
    });
  }
}

beforeAll(async () => {
  await addRepository("log/book", false);
  await addRepository("log/config", false);
  await addRepository("log/shut", true);
  await builds("history-unit", 45);
  await builds("history-shut", 2, { repo: "shut" });
  await builds("history-hidden", 2, { hidden: 1 });
  await builds("history-post", 2, { type: "postsubmit", pull: null });
  await addJob({ id: "history-waits", job: "history-unit", org: "log", repo: "book", buildId: "", startTime: NOW });
});
afterEach(() => void vi.unstubAllGlobals());

const history = async (path: string, init: RequestInit = {}): Promise<History> =>
  (await call(`/job-history/${path}`, init)).json();

describe("job history", () => {
  it("twenty builds a page, by buildId, back and forth; what waits is no build (jobs 7.3: test-infra#19721, #13042, #12066; prow#388)", async () => {
    const first = await history("history-unit");
    expect(first.builds.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => `history-unit-${44 - at}`));
    expect(first.newer).toBeNull();
    const second: History = await (await call(first.older ?? "")).json();
    expect(second.builds[0]?.id).toBe("history-unit-24");
    const third: History = await (await call(second.older ?? "")).json();
    expect([third.builds.length, third.older]).toEqual([5, null]);
    expect((await (await call(second.newer ?? "")).json<History>()).builds).toEqual(first.builds);
  });

  it("Deck's paths say which types; others are not there", async () => {
    expect((await history("gs/bucket/logs/history-post")).builds.length).toBe(2);
    expect((await history("gs/bucket/pr-logs/directory/history-post")).builds).toEqual([]);
    expect((await history("gs/bucket/pr-logs/directory/history-unit")).builds.length).toBe(20);
    expect((await call("/job-history/gs/bucket/elsewhere/x")).status).toBe(404);
    expect((await call("/job-history/history-unit?buildId=x")).status).toBe(400);
  });

  it("shows what the viewer may see", async () => {
    gitHub({ "GET /user/repos": () => Response.json([{ full_name: "log/shut", private: true }]) });
    expect((await history("history-shut")).builds).toEqual([]);
    expect((await history("history-shut", await as("log-reader"))).builds.length).toBe(2);
    expect((await history("history-hidden", await as("log-reader"))).builds).toEqual([]);
    expect((await history("history-hidden", admin)).builds.length).toBe(2);
  });

  it("as a page: a bar for each run that ended, each with its words and its link", async () => {
    const html = await (await call("/job-history/history-unit", asPage({}))).text();
    expect(html.match(/<rect class="bar /g)?.length).toBe(20);
    expect(html).toMatch(/<a href="\/jobs\/history-unit-44" aria-label="Success after 45s, /);
    expect(html).toContain("Older runs");
  });
});

describe("a pull request's runs", () => {
  it("by commit, and people are led to the page with the matrix", async () => {
    await addJob({
      id: "pr-1",
      job: "pr-a",
      org: "log",
      repo: "book",
      pull: 77,
      headSha: "old",
      startTime: NOW - 5000,
    });
    await addJob({
      id: "pr-2",
      job: "pr-a",
      org: "log",
      repo: "book",
      pull: 77,
      headSha: "new",
      startTime: NOW - 4000,
    });
    await addJob({
      id: "pr-3",
      job: "pr-b",
      org: "log",
      repo: "book",
      pull: 77,
      headSha: "new",
      startTime: NOW - 3000,
    });
    const answer = await (await call("/pr-history?org=log&repo=book&pr=77")).json<{
      commits: { sha: string; builds: { id: string }[] }[];
    }>();
    expect(answer.commits.map(({ sha, builds }) => [sha, builds.map(({ id }) => id)])).toEqual([
      ["new", ["pr-3", "pr-2"]],
      ["old", ["pr-1"]],
    ]);
    const led = await call("/pr-history/?org=log&repo=book&pr=77", asPage({}));
    expect([led.status, led.headers.get("location")]).toEqual([302, "/pr/log/book/77"]);
    const page = await (await call("/pr/log/book/77", asPage({}))).text();
    expect(page).toMatch(/Runs by commit[\s\S]*\/jobs\/pr-1/);
    expect((await call("/pr-history?org=log&repo=book&pr=x")).status).toBe(400);
    expect((await call("/pr-history?org=log&repo=shut&pr=5")).status).toBe(404);
  });
});

describe("facets", () => {
  it("count the newest of what the filter lets through and the viewer sees", async () => {
    const page = await (await call("/?repo=log/book&job=history-*", asPage({}))).text();
    expect(page).toMatch(/Narrow the list/);
    expect(page).toContain('href="/?type=postsubmit&amp;repo=log%2Fbook&amp;job=history-*"');
    const sight = { everything: false, also: [], unowned: false } as const;
    const facets = await jobFacets(env.DB, sight, { org: "log", repo: "book", job: "history-*" });
    expect(facets).toEqual({ counted: 48, states: { success: 48 }, types: { presubmit: 46, postsubmit: 2 } });
  });
});

describe("clusters", () => {
  it("for whoever sees the configuration repository: aliases with a token or with jobs", async () => {
    const settings = { ...CONFIG, RUNNER_TOKENS: JSON.stringify({ yard: ["a".repeat(64)] }) };
    const { clusters } = await (await call("/clusters", {}, settings)).json<{ clusters: { alias: string }[] }>();
    expect(clusters).toContainEqual({ alias: "yard", runners: [], queued: 0, leased: 0, hasToken: true });
    expect(clusters.map(({ alias }) => alias)).toContain("default");
    const page = await (await call("/clusters", asPage({}), settings)).text();
    expect(page).toContain("No runner is connected");
    expect((await call("/clusters")).status).toBe(404);
  });
});

/** D1 that notes how many rows its batches read. */
function counting(): { readonly database: D1Database; read: () => number } {
  let rows = 0;
  const database = new Proxy(env.DB, {
    get(target, name) {
      if (name !== "batch") {
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch(statements);
        for (const { meta } of results) rows += meta.rows_read;
        return results;
      };
    },
  });
  return { database, read: () => rows };
}

describe("100,000 rows", () => {
  beforeAll(async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
       INSERT INTO prow_job (id, version, build_id, job, type, org, repo, pull, author, base_ref, base_sha, head_sha,
         cluster, context, state, description, url, storage_path, hidden, start_time, pending_time, completion_time)
       SELECT 'many-' || i, 1, CAST(((?1 - i * 20000 - 1288834974657) << 22) AS TEXT), 'many-' || (i % 500), 'presubmit', 'log', 'book',
         i % 3000, 'mara', 'main', 'b', 'h', 'default', 'c', iif(i % 50 = 0, 'failure', 'success'), '', '', '', 0,
         ?1 - i * 20000, NULL, ?1 - i * 20000 + 5000 FROM n`,
    )
      .bind(NOW - 3600_000)
      .run();
  }, 60_000);

  const sight = { everything: false, also: [], unowned: false } as const;
  it.each([
    ["the first page", {}, 500],
    ["failures", { state: "failure" }, 15_000],
    ["a repository's pull request", { org: "log", repo: "book", pull: 7 }, 500],
    ["a job", { job: "many-7" }, 1_500],
  ] as const)("%s reads few of them", async (_, filter, most) => {
    const { database, read } = counting();
    const { rows } = await listJobs(database, sight, filter, null, 50);
    expect(rows.length).toBeGreaterThan(20);
    expect(read()).toBeGreaterThan(20);
    expect(read()).toBeLessThan(most);
  });

  it("so does a page of a job's history, in the middle too", async () => {
    const { database, read } = counting();
    const { older } = await jobHistory(database, sight, { job: "many-7", types: null, buildId: null });
    await jobHistory(database, sight, { job: "many-7", types: ["presubmit"], buildId: older });
    expect(read()).toBeGreaterThan(20);
    expect(read()).toBeLessThan(2_000);
  });
});
