/** From GitHub through the worker's mirror into a real InfluxDB, by commands alone. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { edge } from "../../../grafana/edge.ts";
import { mirrors } from "../../../grafana/mirrors.ts";
import { pointLine, series } from "../../../src/velodrome/transform/series.ts";
import { eventually, testSystem, type TestSystem } from "../../harness/system.ts";
import { folder, type Folder } from "../cli/cutwater.ts";
import { SECRET, startInflux } from "./influxd.ts";

const HARBOR = "cutwater-demo/harbor";
const METRICS = {
  comments: { args: ["--comments=.*", "--log-author"] },
  open: { args: ["--state=opened", "--percentiles=50"] },
};

let system: TestSystem;
let influx: Awaited<ReturnType<typeof startInflux>>;
let here: Folder;
beforeAll(async () => {
  here = await folder();
  influx = await startInflux();
  system = await testSystem({ capacity: 0, settings: { VELODROME_REPOSITORIES: HARBOR } });
  await system.github.control.addHistory({ repo: HARBOR, count: 300 });
  await here.write({ "metrics.json": JSON.stringify(METRICS) });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await system?.dispose();
  await influx?.stop();
  await here?.remove();
});

const transform = (url: string, ...rest: string[]) =>
  here.cutwater("velodrome", "transform", "--mirror", url, "--metrics", "metrics.json", "--out", "points", ...rest);

test("The mirror's points are GitHub's, in files and in the InfluxDB", async () => {
  vi.stubEnv("CUTWATER_INFLUX_SECRET", SECRET);
  const token = ["--token", system.secrets.admin];
  const early = await transform(system.worker.url, ...token);
  expect(early.code).toBe(1);
  expect(early.stderr).toContain(`error: ${HARBOR} is not mirrored to its end yet`);

  const at = ["--repo", HARBOR, "--url", system.worker.url, ...token];
  const fetched = await here.cutwater("velodrome", "fetch", ...at, "--start", "--watch");
  expect(fetched.code, fetched.stderr).toBe(0);
  const told = await transform(system.worker.url, ...token, "--influx", influx.address);
  expect(told.code, told.stderr).toBe(0);

  for (const metric of Object.keys(METRICS)) {
    const lines = (await readFile(path.join(here.path, "points", `${metric}.ndjson`), "utf8")).trimEnd().split("\n");
    expect(lines.length, metric).toBeGreaterThan(100);
    expect(series(await influx.points(metric)).map(pointLine), metric).toEqual(lines);
  }
  const said = system.github.control
    .issuesOf(HARBOR)
    .flatMap(({ comments, pull }) => [...comments, ...(pull?.reviewComments ?? [])]);
  const seconds = new Set(said.map(({ createdAt }) => Date.parse(createdAt) / 1000));
  expect(new Set((await influx.points("comments")).map((point) => point.at))).toEqual(seconds);
});

test("Grafana's columns are in the worker's JSON", async () => {
  const headers = { authorization: `Bearer ${system.secrets.admin}` };
  await eventually(
    "the merges are points",
    async () => {
      const answer = await fetch(`${system.worker.url}/api/velodrome/metrics`, { headers });
      return JSON.stringify(await answer.json()).match(/"shown":true/g)?.length === 10;
    },
    120,
  );
  const asked = [mirrors, ...edge].flatMap(({ panels }) => panels.flatMap(({ targets }) => targets));
  expect(asked.length).toBeGreaterThan(0);
  for (const { query, root = "", columns = [] } of asked) {
    const path = query.replace("${__from:date:seconds}", "1700000000").replace("${__to:date:seconds}", "1720000000");
    const answer = await fetch(`${system.worker.url}${path}`, { headers });
    expect(answer.status, path).toBe(200);
    const all = z.record(z.string(), z.array(z.record(z.string(), z.unknown()))).parse(await answer.json());
    const rows = all[root] ?? [];
    expect(rows.length, path).toBeGreaterThan(0);
    for (const [name, type] of columns)
      expect(typeof rows[0]?.[name], name).toBe(type === "string" ? "string" : "number");
  }
});

test("Without the administrator's token nothing is read", async () => {
  const none = await transform(system.worker.url);
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("error: Give --token") });
});
