/** A real Prometheus scrapes the worker, as docs/velodrome.md has it, and finds what the worker tells. */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { debianProgram } from "../../harness/debian.ts";
import { eventually, testSystem, type TestSystem } from "../../harness/system.ts";
import { type Server, startServer } from "./server.ts";

const HELLO = "cutwater-demo/hello";
let system: TestSystem;
let prometheus: Server;
beforeAll(async () => {
  system = await testSystem();
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s" },
    scrape_configs: [
      {
        job_name: "cutwater",
        authorization: { credentials: system.secrets.admin },
        static_configs: [{ targets: [new URL(system.worker.url).host] }],
      },
    ],
  };
  prometheus = await startServer(
    await debianProgram("prometheus", "/usr/bin/prometheus"),
    async (folder) => {
      const file = path.join(folder, "prometheus.json");
      await mkdir(path.join(folder, "data"));
      // JSON is YAML.
      await writeFile(file, JSON.stringify(config));
      const storage = `--storage.tsdb.path=${path.join(folder, "data")}`;
      return [`--config.file=${file}`, storage, "--web.listen-address=127.0.0.1:0"];
    },
    /Listening on.*?address=(127\.0\.0\.1:[1-9]\d*)/,
  );
});
afterAll(async () => {
  await prometheus?.stop();
  await system?.dispose();
});

const metrics = async (): Promise<string> => {
  const headers = { authorization: `Bearer ${system.secrets.admin}` };
  return (await fetch(`${system.worker.url}/metrics`, { headers })).text();
};

const Vector = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

const ofLabels = (labels: readonly (readonly [string, string])[]): string =>
  JSON.stringify(labels.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Series to value, as Prometheus has them now, without what it measures itself. */
async function scraped(): Promise<Map<string, number>> {
  const query = new URLSearchParams({ query: '{job="cutwater", __name__!~"up|scrape_.*"}' });
  const answer = Vector.parse(await (await fetch(`${prometheus.url}/api/v1/query?${query}`)).json());
  const own = (key: string): boolean => key !== "job" && key !== "instance";
  return new Map(
    answer.data.result.map(({ metric, value: [, value] }) => [
      ofLabels(Object.entries(metric).filter(([key]) => own(key))),
      Number(value),
    ]),
  );
}

/** The same out of the text. An empty label is none. */
function told(text: string): Map<string, number> {
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    samples.map((line) => {
      const [, name = "", labels = "", value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, key = "", text = ""]) => [key, text.replace(/\\(.)/g, (_all, one) => (one === "n" ? "\n" : one))] as const,
      );
      const all = [["__name__", name] as const, ...pairs].filter(([, value]) => value !== "");
      return [ofLabels(all), Number(value)];
    }),
  );
}

test("It has every series that the worker tells, with its value", async () => {
  const files = { "docs/prometheus.md": "Scraped\n" };
  const { number } = await system.github.control.createPull({ repo: HELLO, as: "ben", title: "Scraped", files });
  await eventually(
    "a job succeeds",
    () =>
      system.github.control.snapshot({ repo: HELLO, number }).pull?.statuses["pull-hello-unit"]?.state === "success",
    60,
  );
  await eventually("the runtimes are told", async () => (await metrics()).includes("prow_job_runtime_seconds_count{"));
  // A webhook that comes between the two readings is in the next.
  const differing = async (): Promise<string[]> => {
    const [theirs, ours] = [await scraped(), told(await metrics())];
    return [...new Set([...theirs.keys(), ...ours.keys()])].filter((key) => theirs.get(key) !== ours.get(key));
  };
  await expect.poll(differing, { timeout: 60_000, interval: 500 }).toEqual([]);
  const names = new Set([...(await scraped()).keys()].map((key) => /"__name__","(\w+)"/.exec(key)?.[1]));
  for (const name of ["prow_webhook_counter", "prowjobs", "prow_job_labels", "prow_job_runtime_seconds_bucket"])
    expect(names).toContain(name);
});

test("promtool finds nothing but what Prow's own names bring", async () => {
  const promtool = path.join(path.dirname(await debianProgram("prometheus", "/usr/bin/prometheus")), "promtool");
  const text = await metrics();
  const found = await new Promise<string>((resolve) => {
    const child = execFile(promtool, ["check", "metrics"], (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
    child.stdin?.end(text);
  });
  expect(found.trim().split("\n").toSorted()).toEqual([
    'prow_webhook_counter counter metrics should have "_total" suffix',
    "prow_webhook_counter metric name should not include type 'counter'",
    'prow_webhook_response_codes counter metrics should have "_total" suffix',
  ]);
});
