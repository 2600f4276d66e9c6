/** The points in a real InfluxDB: all of the data set by the command, and what its line protocol makes hard. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { dropInflux, InfluxError, influxTarget, writeInflux } from "../../../src/velodrome/points/influx.ts";
import type { Point } from "../../../src/velodrome/transform/plugin.ts";
import { pointLine, series } from "../../../src/velodrome/transform/series.ts";
import { DATA, lines, metrics } from "../../pure/velodrome/data.ts";
import { folder, type Folder } from "../cli/cutwater.ts";
import { DATABASE, SECRET, startInflux } from "./influxd.ts";

let influx: Awaited<ReturnType<typeof startInflux>>;
let here: Folder;
beforeAll(async () => {
  here = await folder();
  influx = await startInflux();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await influx?.stop();
  await here?.remove();
});

function transform(secret: string, ...rest: string[]) {
  vi.stubEnv("CUTWATER_INFLUX_SECRET", secret);
  const given = ["--mirror", DATA, "--metrics", path.join(DATA, "metrics.json"), "--out", "points"];
  return here.cutwater("velodrome", "transform", ...given, "--influx", influx.address, ...rest);
}
const held = async (metric: string): Promise<string[]> => series(await influx.points(metric)).map(pointLine);

describe("cutwater velodrome transform --influx", () => {
  test("writes every point of the original, twice as well as once", async () => {
    for (let times = 0; times < 2; times += 1) {
      const told = await transform(SECRET);
      expect(told.stderr).toContain(`982 points sent to ${influx.url}`);
      expect(told.code).toBe(0);
      for (const [metric] of metrics) expect(await held(metric), metric).toEqual(lines(`expected-${metric}`));
    }
  });

  test("With --influx-drop what was there of the metric and repository goes, and nothing else", async () => {
    const target = influxTarget(influx.address, SECRET);
    const other: Point = { at: 60, tags: { repository: "acme/gadgets" }, fields: { event: 1 } };
    const stale: Point = { at: 61, tags: { repository: "acme/widgets" }, fields: { event: 1 } };
    await writeInflux(target, "merge", [other, stale]);
    expect(await held("merge")).toEqual([pointLine(other), pointLine(stale), ...lines("expected-merge")]);
    expect((await transform(SECRET, "--influx-drop")).code).toBe(0);
    expect(await held("merge")).toEqual([pointLine(other), ...lines("expected-merge")]);
  });

  test("A wrong password is told, but not shown", async () => {
    const told = await transform("root:wrong word");
    expect(told).toMatchObject({ code: 1 });
    expect(told.stderr).toContain("answered 401: give the right secret");
    expect(told.stderr + told.stdout).not.toMatch(/wrong word|cm9vd/);
  });
});

describe("The sink", () => {
  const marks = String.raw`a\b, "c"=d é💥`;
  const point: Point = {
    at: 1_500_000_000,
    tags: { repository: "a/b", [`tag ${marks}`]: `value ${marks}` },
    fields: { [`field ${marks}`]: `text ${marks}\n\\`, author: "", "50%": 2 ** 53, past: 2 ** 63, low: -7 },
  };

  test("Names and texts with marks come back as they were", async () => {
    const target = influxTarget(influx.address, SECRET);
    expect(await writeInflux(target, `hard ${marks}`, [point, point])).toBe(2);
    expect((await held(`hard ${marks}`)).map((text) => JSON.parse(text))).toEqual([JSON.parse(pointLine(point))]);
  });

  test("Points of more than one request all arrive", async () => {
    const target = influxTarget(influx.address, SECRET);
    const author = "x".repeat(1000);
    const many = Array.from({ length: 3000 }, (_, at) => ({ at, tags: {}, fields: { author } }));
    expect(await writeInflux(target, "many", many)).toBe(3000);
    expect((await influx.points("many")).map(({ at }) => at)).toEqual(many.map(({ at }) => at));
  });

  test("A name that must be quoted can be dropped (the original could not)", async () => {
    const target = influxTarget(influx.address, SECRET);
    const name = String.raw`needs-rebase "x" \y`;
    await writeInflux(target, name, [{ at: 1, tags: { repository: "it's/x" }, fields: { count: 1 } }]);
    expect(await influx.points(name)).toHaveLength(1);
    await dropInflux(target, name, "it's/x");
    expect(await influx.points(name)).toEqual([]);
  });

  test("What retention would remove at once counts as written; a field of another kind does not", async () => {
    const target = influxTarget(influx.address, SECRET);
    await influx.query(`CREATE RETENTION POLICY short ON ${DATABASE} DURATION 1h REPLICATION 1`);
    await influx.query(`CREATE DATABASE brief WITH DURATION 1h REPLICATION 1`);
    const old: Point = { at: 60, tags: {}, fields: { n: 1 } };
    expect(await writeInflux(influxTarget(`${influx.url}/?db=brief`, SECRET), "m", [old])).toBe(1);
    await writeInflux(target, "kinds", [old]);
    const text = writeInflux(target, "kinds", [{ ...old, fields: { n: "text" } }]);
    await expect(text).rejects.toThrow(/answered 400: .*field type conflict/);
    await expect(text).rejects.toMatchObject({ passing: false });
  });

  test("A database that is not there is named; a server that is not there may come back", async () => {
    const nowhere = writeInflux(influxTarget(`${influx.url}/?db=nowhere`, SECRET), "m", [point]);
    await expect(nowhere).rejects.toThrow(/answered 404: .*nowhere/);
    const gone = writeInflux(influxTarget("http://127.0.0.1:9/?db=x", SECRET), "m", [point]);
    await expect(gone).rejects.toEqual(new InfluxError("InfluxDB at http://127.0.0.1:9 cannot be reached", true));
    await expect(gone).rejects.toMatchObject({ passing: true });
  });
});
