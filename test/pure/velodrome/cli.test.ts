/** `cutwater velodrome transform` over files: the original's points, other mirrors, and hostile ones (issue 6, point 9). */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DATA, lines, metrics } from "./data.ts";

const CLI = path.resolve(import.meta.dirname, "../../../cli/main.ts");
let scratch: string;
let folders = 0;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "velodrome-cli-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function cutwater(...args: string[]): Promise<Told> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: "1" };
    execFile(process.execPath, ["--no-warnings", CLI, "velodrome", ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, stdout, stderr });
    });
  });
}

const folder = async (): Promise<string> => {
  folders += 1;
  const made = path.join(scratch, String(folders));
  await mkdir(made);
  return made;
};

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A mirror of these files, transformed: what was told, and the lines of each metric. */
async function transform(files: Files, definitions: unknown, metricsName = "metrics.json") {
  const [mirror, out] = [await folder(), path.join(await folder(), "deep/er")];
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(mirror, name), content);
  const file = path.join(await folder(), metricsName);
  await writeFile(file, typeof definitions === "string" ? definitions : JSON.stringify(definitions));
  const told = await cutwater("transform", "--mirror", mirror, "--metrics", file, "--out", out);
  const points: Record<string, string[]> = {};
  for (const name of await readdir(out).catch(() => []))
    points[name] = (await readFile(path.join(out, name), "utf8")).split("\n").slice(0, -1);
  return { ...told, stderr: told.stderr.replaceAll(mirror, "MIRROR"), points };
}

const ndjson = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const issue = { repository: "a/b", number: 1, is_pr: true, user: "ann", created: 10 };
const event = { repository: "a/b", id: 1, issue: 1, actor: "ben", event: "closed", at: 20 };
const comment = { repository: "a/b", id: 1, issue: 1, user: "cleo", body: "/lgtm", review: false, at: 30 };
const CLOSED = { closed: { args: ["--event=closed"] } };
const small: Files = {
  "issues.ndjson": ndjson(issue),
  "events.ndjson": ndjson(event),
  "comments.ndjson": ndjson(comment),
};

const shuffled = (rows: readonly string[]): string => {
  let seed = 7;
  const keyed = rows.map((row) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return { row, seed };
  });
  return keyed
    .sort((a, b) => a.seed - b.seed)
    .map(({ row }) => `${row}\n`)
    .join("");
};

describe("The original's mirror", () => {
  const list = Object.fromEntries(metrics.map(([name, { args }]) => [name, { args }]));
  const expected = Object.fromEntries(metrics.map(([name]) => [`${name}.ndjson`, lines(`expected-${name}`)]));

  test("Gives its points, byte for byte, and tells of its progress", async () => {
    const out = await folder();
    const told = await cutwater(
      "transform",
      "--mirror",
      DATA,
      "--metrics",
      path.join(DATA, "metrics.json"),
      "--out",
      out,
    );
    expect(told).toMatchObject({ code: 0, stdout: "" });
    expect(told.stderr).toMatch(/events\.ndjson\.gz: 22864 rows\n/);
    expect(told.stderr).toMatch(/open: 5156 points\n/);
    for (const [name] of metrics) {
      const original = gunzipSync(await readFile(path.join(DATA, `expected-${name}.ndjson.gz`))).toString();
      expect(await readFile(path.join(out, `${name}.ndjson`), "utf8")).toBe(original);
    }
  });

  test("With its rows in another order and each there twice, plain or packed: the same points", async () => {
    const [issues, events, comments] = ["issues", "events", "comments"].map((name) => lines(name));
    const files = {
      "issues.ndjson": shuffled([...(issues ?? []), ...(issues ?? [])]),
      "events.ndjson.gz": gzipSync(shuffled([...(events ?? []), ...(events ?? [])])),
      "comments.ndjson": shuffled([...(comments ?? []), ...(comments ?? [])]).trimEnd(),
    };
    const { code, points } = await transform(files, list);
    expect(code).toBe(0);
    for (const [name, own] of Object.entries(expected)) expect(points[name], name).toEqual(own);
  });
});

describe("Other mirrors", () => {
  test("Several repositories: each has its own points, in one order of time", async () => {
    const rows = (repository: string, closed: number) => ({
      issues: { ...issue, repository },
      events: { ...event, repository, at: closed },
    });
    const [one, two] = [rows("Org/One", 25), rows("org/two", 20)];
    const files = { "issues.ndjson": ndjson(two.issues, one.issues), "events.ndjson": ndjson(one.events, two.events) };
    const { code, stderr, points } = await transform(files, { open: { args: ["--state=opened", "--percentiles=50"] } });
    expect(code).toBe(0);
    expect(stderr).toMatch(/comments: no file, so none/);
    const zero = '{"fields": {"50%": 0, "count": 0, "sum": 0}, "tags"';
    expect(points).toEqual({
      "open.ndjson": [
        '{"fields": {"50%": 0, "count": 1, "sum": 0}, "tags": {"repository": "org/one"}, "time": 10}',
        '{"fields": {"50%": 0, "count": 1, "sum": 0}, "tags": {"repository": "org/two"}, "time": 10}',
        `${zero}: {"repository": "org/two"}, "time": 20}`,
        `${zero}: {"repository": "org/one"}, "time": 25}`,
      ],
    });
  });

  test("The original's config.yaml: metrics are of its repositories alone", async () => {
    const config = `projects: {p: {repositories: {A/B: {closed: &it {plugin: count, args: [--event=closed]}}, no/where: {closed: *it}}}}`;
    const other = { repository: "x/y", number: 1, is_pr: false, user: "ann", created: 10 };
    const files = {
      ...small,
      "issues.ndjson": ndjson(issue, other),
      "events.ndjson": ndjson(event, { ...event, repository: "x/y" }),
    };
    const { code, stderr, points } = await transform(files, config, "config.yaml");
    expect(code).toBe(0);
    expect(stderr).toMatch(/no\/where: the mirror has nothing of it/);
    expect(points).toEqual({
      "closed.ndjson": ['{"fields": {"event": 1}, "tags": {"repository": "a/b"}, "time": 20}'],
    });
  });

  test("Empty files, blank lines, unknown kinds of events and keys, people who are gone", async () => {
    const gone = { ...issue, user: null, labels: null, extra: { a: 1 } };
    const files = {
      "issues.ndjson": `\n${ndjson(gone)}\r\n`,
      "events.ndjson": ndjson(
        { ...event, actor: null, event: "copilot_work_started" },
        { ...event, id: 2, actor: null },
      ),
      "comments.ndjson": "",
    };
    const { code, points } = await transform(files, {
      closed: { args: ["--event=closed", "--log-author"] },
      none: { args: [] },
    });
    expect(code).toBe(0);
    expect(points).toEqual({
      "closed.ndjson": ['{"fields": {"event": 1}, "tags": {"repository": "a/b"}, "time": 20}'],
      "none.ndjson": [],
    });
    expect((await transform({ "issues.ndjson": "" }, CLOSED)).points).toEqual({ "closed.ndjson": [] });
  });

  test("Lines and letters that lie across the borders of blocks", async () => {
    const comments = Array.from({ length: 3000 }, (_, n) => ({
      ...comment,
      id: n,
      at: 100 + n,
      user: "zoë",
      body: "✅é".repeat(100 + (n % 7)),
    }));
    const files = { ...small, "comments.ndjson": ndjson(...comments) };
    const { points } = await transform(files, { said: { args: ["--comments=^(✅é)+$", "--log-author"] } });
    expect(points["said.ndjson"]).toHaveLength(3000);
    expect(points["said.ndjson"]?.every((line) => line.includes('"author": "zoë"'))).toBe(true);
  });
});

describe("Refused, with the place", () => {
  const long = ndjson(...Array.from({ length: 4000 }, (_, id) => ({ ...event, id })));
  test.each<[string, Files, RegExp]>([
    ["no JSON", { ...small, "events.ndjson": `${long}{"at": 1,\n` }, /error: MIRROR\/events\.ndjson:4001: not JSON: /],
    ["another value", { ...small, "comments.ndjson": ndjson(comment, []) }, /error: MIRROR\/comments\.ndjson:2: /],
    ["a field missing", { ...small, "issues.ndjson": "\n{}\n" }, /error: MIRROR\/issues\.ndjson:2: repository: /],
    ["milliseconds", { ...small, "events.ndjson": ndjson({ ...event, at: 1.5e12 }) }, /:1: at: must be Unix seconds/],
    ["a broken archive", { "issues.ndjson.gz": "no gzip" }, /error: MIRROR\/issues\.ndjson\.gz cannot be read: /],
    [
      "half an archive",
      { "issues.ndjson.gz": gzipSync(ndjson(...Array.from({ length: 4000 }, () => issue))).subarray(0, 200) },
      /error: MIRROR\/issues\.ndjson\.gz cannot be read: .*end of file/,
    ],
    [
      "no UTF-8",
      { "issues.ndjson": Uint8Array.of(0x7b, 0xff, 0xfe) },
      /error: MIRROR\/issues\.ndjson: not UTF-8, at line 1/,
    ],
    ["no mirror", {}, /error: MIRROR holds neither issues\.ndjson nor issues\.ndjson\.gz/],
  ])("%s", async (_, files, message) => {
    const { code, stderr, points } = await transform(files, CLOSED);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(1);
    expect(points).toEqual({});
  });

  test.each([
    [
      "a percentile",
      { open: { args: ["--state=opened", "--percentiles=0"] } },
      /metrics\.json:1: open\.args\[1\]: --percentiles/,
    ],
    ["a flag", { open: { args: ["--sate=opened"] } }, /There is no flag --sate. There are: /],
    ["a name", { "../x": { args: [] } }, /"..\/x" is no name for a metric/],
    ["a list", "[1]", /metrics\.json:1: must be a mapping/],
  ])("%s among the metrics", async (_, definitions, message) => {
    const { code, stderr, points } = await transform(small, definitions);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
    expect(points).toEqual({});
  });

  test("A file where the folder should be", async () => {
    const [mirror, out] = [await folder(), path.join(await folder(), "file")];
    await cp(path.join(DATA, "issues.ndjson.gz"), path.join(mirror, "issues.ndjson.gz"));
    await writeFile(out, "");
    const list = path.join(DATA, "metrics.json");
    const told = await cutwater("transform", "--mirror", mirror, "--metrics", list, "--out", out);
    expect(told.stderr).toMatch(/error: .*file cannot be made: /);
    expect(told.code).toBe(1);
  });
});
