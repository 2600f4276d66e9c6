/** A worker's mirror and points as files, which hold what was brought in. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { writeMirrorFiles } from "../../../sandbox/demo/mirror-files.ts";
import { eventually, testSystem, type TestSystem } from "../../harness/system.ts";
import { folder, type Folder } from "../cli/cutwater.ts";

const REPOSITORY = "acme/pier";
const SIZE = { issues: 1200, events: 3000, comments: 900 } as const;
const KINDS = ["issues", "events", "comments"] as const;
const Row = z.record(z.string(), z.unknown());
type Row = z.infer<typeof Row>;

let system: TestSystem;
let here: Folder;
let mirror: string;
beforeAll(async () => {
  here = await folder();
  mirror = path.join(here.path, "mirror");
  await here.write({ "mirror/README.txt": "made up" });
  const to = Math.floor(Date.now() / 1000) - 3600;
  await writeMirrorFiles(mirror, { repository: REPOSITORY, ...SIZE, from: to - 60 * 86_400, to });
  system = await testSystem({ capacity: 0, settings: { VELODROME_REPOSITORIES: REPOSITORY } });
  const done = await here.cutwater("velodrome", "import", mirror, "--pause", ...worker());
  expect(done.code, done.stderr).toBe(0);
}, 120_000);
afterAll(async () => {
  await here?.remove();
  await system?.dispose();
});

const worker = () => ["--url", system.worker.url, "--token", system.secrets.admin];
const velodrome = (...args: readonly string[]) => here.cutwater("velodrome", "export", ...worker(), ...args);
const rowsIn = (text: string): Row[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => Row.parse(JSON.parse(line)));
const keyOf = ({ number, review, id }: Row): string =>
  `${String(number)} ${String(review)} ${String(id).padStart(9, "0")}`;
const ordered = (rows: readonly Row[]): readonly Row[] => rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

it("holds the rows that were imported, as NDJSON and as Parquet", async () => {
  for (const format of ["ndjson", "parquet"]) {
    const { code, stderr } = await velodrome("--what", KINDS.join(","), "--format", format, "--out", format);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`events: ${SIZE.events} rows in ${path.join(format, `events.${format}`)}`);
  }
  for (const kind of KINDS) {
    const wanted = ordered(rowsIn(await readFile(path.join(mirror, `${kind}.ndjson`), "utf8")));
    expect(wanted).toHaveLength(SIZE[kind]);
    const text = await readFile(path.join(here.path, "ndjson", `${kind}.ndjson`), "utf8");
    expect(ordered(rowsIn(text))).toEqual(wanted);
    const bytes = await readFile(path.join(here.path, "parquet", `${kind}.parquet`));
    const read = (await parquetReadObjects({ file: new Uint8Array(bytes).buffer })).map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, cell]) => [key, typeof cell === "bigint" ? Number(cell) : cell]),
      ),
    );
    expect(ordered(read)).toEqual(wanted);
  }
});

it("goes to stdout, too", async () => {
  const { code, stdout, stderr } = await velodrome("--what", "events", "--format", "csv");
  expect(code, stderr).toBe(0);
  const [head, ...lines] = stdout.trimEnd().split("\r\n");
  expect(head).toBe("repository,id,issue,actor,event,label,assignee,at");
  expect(lines).toHaveLength(SIZE.events);
});

it("holds the points", async () => {
  const headers = { authorization: `Bearer ${system.secrets.admin}` };
  const Metrics = z.object({ metrics: z.array(z.object({ metric: z.string(), until: z.number() })) });
  await eventually(
    "all metrics are made",
    async () => {
      const answer = await fetch(`${system.worker.url}/api/velodrome/${REPOSITORY}`, { headers });
      const { metrics } = Metrics.parse(await answer.json());
      return metrics.length === 10 && metrics.every(({ until }) => until > 0);
    },
    240,
  );
  const { code, stderr } = await velodrome("--what", "points", "--repo", REPOSITORY, "--out", "made");
  expect(code, stderr).toBe(0);
  const points = rowsIn(await readFile(path.join(here.path, "made", "points.ndjson"), "utf8"));
  expect(points.length).toBeGreaterThan(2000);
  expect(new Set(points.map(({ metric }) => metric)).size).toBeGreaterThan(7);
  expect(new Set(points.map((row) => [row["metric"], row["resolution"], row["at"], row["field"]].join(" "))).size).toBe(
    points.length,
  );
  const merged = rowsIn(await readFile(path.join(mirror, "events.ndjson"), "utf8")).filter(
    ({ event }) => event === "merged",
  );
  const days = points.filter(({ metric, resolution }) => metric === "merge" && resolution === 86_400);
  expect(days.reduce((sum, { n }) => sum + Number(n), 0)).toBe(merged.length);
}, 300_000);

it("tells what it cannot write", async () => {
  for (const [args, told] of [
    [[], "Give --out DIR, or one of"],
    [["--what", "reviews"], '--what is of issues, events, comments, points, not "reviews"'],
    [["--what", "issues", "--format", "xml"], '--format is ndjson, csv, parquet, not "xml"'],
    [["--what", "issues", "--repo", "acme/none"], "does not mirror acme/none; it has acme/pier"],
    [["--what", "issues", "--out", "mirror/README.txt"], "mirror/README.txt cannot be made"],
  ] as const) {
    const { code, stderr } = await velodrome(...args);
    expect([args, code]).toEqual([args, 1]);
    expect(stderr).toContain(told);
  }
});
