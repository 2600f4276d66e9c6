/** A mirror's files into the built worker: points of a repository that its GitHub has never had. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { eventually, testSystem, type TestSystem } from "../../harness/system.ts";
import { folder, type Folder } from "../cli/cutwater.ts";

const DATA = path.resolve(import.meta.dirname, "../../../../shared/data/velodrome");
const WIDGETS = "acme/widgets";
const Progress = z.object({
  state: z.string(),
  metrics: z.array(z.object({ metric: z.string(), until: z.number() })),
});
const Line = z.object({ field: z.string(), value: z.number() });

let system: TestSystem;
let here: Folder;
beforeAll(async () => {
  here = await folder();
  system = await testSystem({ capacity: 0, settings: { VELODROME_REPOSITORIES: WIDGETS } });
});
afterAll(async () => {
  await here?.remove();
  await system?.dispose();
});

const worker = () => ["--url", system.worker.url, "--token", system.secrets.admin];
const run = (...args: readonly string[]) => here.cutwater("velodrome", "import", ...args, ...worker());
const dataLines = async (name: string): Promise<string[]> =>
  gunzipSync(await readFile(path.join(DATA, `${name}.ndjson.gz`)))
    .toString()
    .trimEnd()
    .split("\n");

it("what cannot be imported is told with file and line, or with what to do", async () => {
  const issue = { repository: WIDGETS, number: 1, is_pr: true, user: "ada", created: 1_500_000_000 };
  const text = (...rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  await here.write({
    "wrong/issues.ndjson": text(issue, { ...issue, number: 2 }, { ...issue, created: "noon" }),
    "other/issues.ndjson": text(issue, { ...issue, repository: "acme/gadgets" }),
    "none/events.ndjson": "",
  });
  for (const [of, told] of [
    ["wrong", /wrong\/issues\.ndjson:3: created: must be Unix seconds/],
    ["other", /has rows of acme\/gadgets, which the worker does not mirror: add it to VELODROME_REPOSITORIES/],
    ["none", /none holds neither issues\.ndjson nor issues\.ndjson\.gz/],
  ] as const) {
    const { code, stderr } = await run(of);
    expect([of, code]).toEqual([of, 1]);
    expect(stderr).toMatch(told);
  }
  const { code, stderr } = await run("other", "--repository", "acme/gadgets");
  expect([code, stderr]).toEqual([1, expect.stringContaining("acme/gadgets is not mirrored")]);
});

it("an import that was cut off is done again, and its points are made without GitHub", async () => {
  const cut = run(DATA, "--pause");
  const rows = async (kind: string): Promise<number> => {
    const headers = { authorization: `Bearer ${system.secrets.admin}` };
    let count = 0;
    for (let after: string | null = ""; after !== null; ) {
      const answer = await fetch(`${system.worker.url}/api/velodrome/${WIDGETS}/${kind}?after=${after}`, { headers });
      const page: { rows: unknown[]; next: string | null } = z
        .object({ rows: z.array(z.unknown()), next: z.string().nullable() })
        .parse(await answer.json());
      count += page.rows.length;
      after = page.next;
    }
    return count;
  };
  await eventually("the first rows are there", async () => (await rows("issues").catch(() => 0)) > 300, 60);
  await system.worker.crash();
  const done = await cut;
  expect(done.code, done.stderr).toBe(0);
  const again = await run(DATA, "--repository", WIDGETS, "--pause");
  expect(again.code, again.stderr).toBe(0);
  expect(again.stdout).toContain(`${WIDGETS}: 2650 issues, 22864 events, 10825 comments`);
  expect(again.stderr).toMatch(/s {2}events: 20000 rows \.\.\./);
  for (const kind of ["issues", "events", "comments"])
    expect([kind, await rows(kind)]).toEqual([kind, (await dataLines(kind)).length]);

  await eventually(
    "all metrics are made",
    async () => {
      const headers = { authorization: `Bearer ${system.secrets.admin}` };
      const answer = await fetch(`${system.worker.url}/api/velodrome/${WIDGETS}`, { headers });
      const { state, metrics } = Progress.parse(await answer.json());
      expect(state).toBe("paused");
      return metrics.length === 10 && metrics.every(({ until }) => until > 0);
    },
    300,
  );
  const asked = ["--metric", "merge", "--repo", WIDGETS, "--from", "2015-01-01", "--aggregate", "sum"];
  const told = await here.cutwater("velodrome", "query", ...worker(), ...asked, "--format", "ndjson");
  expect(told.code, told.stderr).toBe(0);
  const merges = told.stdout
    .trimEnd()
    .split("\n")
    .map((line) => Line.parse(JSON.parse(line)).value)
    .reduce((sum, value) => sum + value, 0);
  const Point = z.object({ fields: z.object({ event: z.number() }) });
  const expected = (await dataLines("expected-merge")).map((line) => Point.parse(JSON.parse(line)).fields.event);
  expect(merges).toBe(expected.reduce((sum, value) => sum + value, 0));
}, 400_000);
