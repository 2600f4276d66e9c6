/** From GitHub through the mirror to points and series: the built worker makes them by itself. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { eventually, testSystem, type TestSystem } from "../../harness/system.ts";
import { folder, type Folder } from "../cli/cutwater.ts";

const HARBOR = "cutwater-demo/harbor";
const Metrics = z.object({ metrics: z.array(z.object({ metric: z.string(), until: z.number() })) });
const Line = z.object({ field: z.string(), time: z.number(), value: z.number() });

let system: TestSystem;
let here: Folder;
beforeAll(async () => {
  here = await folder();
  system = await testSystem({ capacity: 0, settings: { VELODROME_REPOSITORIES: HARBOR } });
  await system.github.control.addHistory({ repo: HARBOR, count: 200 });
});
afterAll(async () => {
  await here?.remove();
  await system?.dispose();
});

const worker = () => ["--url", system.worker.url, "--token", system.secrets.admin];

it("a mirror that is complete becomes points, which the page and the command tell of", async () => {
  const fetched = await here.cutwater("velodrome", "fetch", ...worker(), "--repo", HARBOR, "--start", "--watch");
  expect(fetched.code, fetched.stderr).toBe(0);
  const headers = { authorization: `Bearer ${system.secrets.admin}`, accept: "text/html" };
  const get = async (path: string) => (await fetch(`${system.worker.url}${path}`, { headers })).text();
  const made = await eventually(
    "all metrics are made",
    async () => {
      const { metrics } = Metrics.parse(JSON.parse(await get("/api/velodrome/metrics")));
      return metrics.length === 10 && metrics.every(({ until }) => until > 0) ? metrics : null;
    },
    120,
  );
  const until = made.find(({ metric }) => metric === "contributions")?.until ?? 0;
  const comments = system.github.control
    .issuesOf(HARBOR)
    .filter(({ pull }) => pull)
    .flatMap((issue) => [...issue.comments, ...(issue.pull?.reviewComments ?? [])])
    .filter(({ createdAt }) => Date.parse(createdAt) / 1000 <= until);

  const asked = ["--metric", "contributions", "--repo", HARBOR, "--from", "2000-01-01", "--aggregate", "sum"];
  const told = await here.cutwater("velodrome", "query", ...worker(), ...asked, "--format", "ndjson");
  expect(told.code, told.stderr).toBe(0);
  const lines = told.stdout
    .trimEnd()
    .split("\n")
    .map((line) => Line.parse(JSON.parse(line)));
  const sum = lines.filter(({ field }) => field === "comment").reduce((total, { value }) => total + value, 0);
  expect(sum).toBe(comments.length);
  expect(sum).toBeGreaterThan(20);

  const table = await here.cutwater("velodrome", "query", ...worker(), ...asked, "--points", "4");
  expect(table.stdout).toMatch(new RegExp(`^time +${HARBOR} comment +${HARBOR} event\\n\\d{4}-\\d\\d-\\d\\dT`));
  expect(await get("/velodrome/mirrors")).toContain("10 of 10 with points up to");
  const wrong = await here.cutwater("velodrome", "query", ...worker(), "--metric", "merge", "--from", "yesterday");
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("--from needs a date such as 2026-01-31") });
});

it("strangers are told nothing of a repository that nobody knows to be public", async () => {
  const path = `/api/velodrome/series?metric=merge&repository=${HARBOR}`;
  expect((await fetch(`${system.worker.url}${path}`)).status).toBe(404);
});
