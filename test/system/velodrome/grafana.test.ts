/** What Grafana's panels ask, asked of a real InfluxDB that holds the data set, and read by a real Prometheus' promtool. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contributors, velocity } from "../../../grafana/velocity.ts";
import { DASHBOARDS } from "../../../grafana/list.ts";
import { influxTarget, writeInflux } from "../../../src/velodrome/points/influx.ts";
import { parseCount } from "../../../src/velodrome/transform/count.ts";
import { MetricRun } from "../../../src/velodrome/transform/run.ts";
import { series } from "../../../src/velodrome/transform/series.ts";
import { metrics, mirror, REPOSITORY } from "../../pure/velodrome/data.ts";
import { debianProgram } from "../../harness/debian.ts";
import { folder, type Folder } from "../cli/cutwater.ts";
import { SECRET, startInflux } from "./influxd.ts";

let influx: Awaited<ReturnType<typeof startInflux>>;
let here: Folder;
beforeAll(async () => {
  here = await folder();
  influx = await startInflux();
  const target = influxTarget(influx.address, SECRET);
  for (const [metric, { args }] of metrics.filter(([name]) => /^(?:merge|contributions|open)$/.test(name)))
    await writeInflux(target, metric, series(new MetricRun(REPOSITORY, parseCount(args)).advance(mirror)));
});
afterAll(async () => {
  await influx?.stop();
  await here?.remove();
});

/** As Grafana fills it in: all the time there is, every job. */
const filled = (query: string): string =>
  query
    .replaceAll("$timeFilter", "time > '2014-01-01' AND time < '2019-01-01'")
    .replaceAll("$__interval", "1h")
    .replaceAll("${rjob:regex}", "(.*)");

const targets = DASHBOARDS.flatMap(({ name, panels }) =>
  panels.flatMap(({ title, source, targets: of }) =>
    of.map(({ query }, n) => ({ at: `${name}: ${title} ${n}`, source, query })),
  ),
);

test("InfluxDB understands every question", async () => {
  const asked = targets.filter(({ source }) => !/prometheus|infinity/.test(source));
  expect(asked.length).toBeGreaterThan(30);
  for (const { at, query } of asked) await expect(influx.query(filled(query)), at).resolves.toBeInstanceOf(Array);
});

test("The panels of the transform's points show the data set", async () => {
  for (const { title, targets: of } of [...velocity.panels, ...contributors.panels])
    for (const { query } of of) {
      const rows = (await influx.query(filled(query))).flatMap(({ values }) => values);
      const shown = rows.filter(([, value]) => typeof value === "string" || (typeof value === "number" && value > 0));
      expect(shown.length, title).toBeGreaterThan(10);
    }
});

test("Prometheus understands every question", async () => {
  const asked = targets.filter(({ source }) => source === "prometheus");
  expect(asked.length).toBeGreaterThan(40);
  const rules = asked.map(({ query }, n) => ({ record: `panel_${n}`, expr: query }));
  const file = path.join(here.path, "rules.json");
  await writeFile(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
  const promtool = await debianProgram("prometheus", "/usr/bin/promtool");
  const said = await new Promise<string>((resolve) => {
    execFile(promtool, ["check", "rules", file], (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
  expect(said).toContain(`SUCCESS: ${asked.length} rules found`);
});
