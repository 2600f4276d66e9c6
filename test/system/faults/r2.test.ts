/** R2 failing under running jobs, through the built worker (issue: faults): its blobs are out of reach for a while. */
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { jobFile, pause, world } from "./support.ts";

const LINES = 160_000; // more than one segment of the log
const LAST = "the last line";
const CONTEXT = "pull-hello-through";
const JOBS = jobFile([
  {
    name: CONTEXT,
    script: `echo begun; sleep 3; seq -f 'line %.0f of a log that is longer than one of its segments' ${LINES}; echo report > "$ARTIFACTS/report.txt"; echo ${LAST}`,
  },
]);

let system: TestSystem;
let demo: ReturnType<typeof world>;
let blobs: string;

beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
  await demo.configure(JOBS);
  const found = (await readdir(system.folder, { recursive: true })).filter((name) => name.endsWith("/blobs"));
  expect(found, "one bucket's blobs").toHaveLength(1);
  blobs = path.join(system.folder, found[0] ?? "");
});
afterAll(() => system?.dispose());

/** Neither read nor written: where the folder was is a file. */
async function away(): Promise<void> {
  await rename(blobs, `${blobs}.away`);
  await writeFile(blobs, "");
}
async function back(): Promise<void> {
  await rm(blobs);
  await rename(`${blobs}.away`, blobs);
}

it("a job that runs and ends meanwhile loses no log byte, no artifact and no file of its folder", async () => {
  const number = await demo.draft("Without R2");
  const id = await demo.start(number, CONTEXT);
  await eventually("its log begins", async () => (await demo.job(id)).log.size > 0, 60);
  await away();
  await eventually("its whole log arrived", async () => (await demo.job(id)).log.size > LINES * 50, 60);
  await pause(2000);
  await back();
  expect(await demo.ended(number, CONTEXT, 120)).toBe("success");
  const { attempt, log } = await demo.job(id);
  expect(attempt).toBe(1);
  const file = (name: string) => fetch(`${demo.url}/jobs/${id}/artifacts/${name}`);
  await eventually("its log lies whole", async () => (await file("build-log.txt")).status === 200, 120);
  expect(await (await file("artifacts/report.txt")).text()).toBe("report\n");
  const text = await (await fetch(`${demo.url}/jobs/${id}/log`)).text();
  expect(text.length).toBe(log.size);
  const lines = text.trimEnd().split("\n");
  expect(lines).toHaveLength(LINES + 2);
  expect(lines.at(-1)).toBe(LAST);
  expect(lines.findIndex((line, n) => n > 0 && n <= LINES && !line.startsWith(`line ${n} of `))).toBe(-1);
}, 240_000);
