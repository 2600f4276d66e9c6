/** `cutwater config push` against the built worker: the switch is whole, and a refusal keeps what was in use. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type LocalWorker, startWorker } from "../../../cli/local/worker.ts";
import { BASE, FLAGS, type Folder, folder, jobFile } from "./cutwater.ts";

const ADMIN = "cli-admin-token-0123456789";
const Current = z.object({
  version: z.string(),
  index: z.object({ counts: z.object({ presubmits: z.number() }) }).nullable(),
});

let at: Folder;
let stateDir: string;
let worker: LocalWorker;
beforeAll(async () => {
  at = await folder();
  stateDir = await mkdtemp(path.join(tmpdir(), "cutwater-push-"));
  worker = await startWorker({ port: 0, stateDir, settings: { ADMIN_TOKEN: ADMIN } });
}, 60_000);
afterAll(async () => {
  await worker.stop();
  await rm(stateDir, { recursive: true, force: true });
  await at.remove();
});

const push = (...more: readonly string[]) =>
  at.cutwater("config", "push", ...FLAGS, "--url", worker.url, "--token", ADMIN, ...more);
const current = async () =>
  Current.parse(
    await (await fetch(`${worker.url}/api/config`, { headers: { authorization: `Bearer ${ADMIN}` } })).json(),
  );

it("pushes, waits, and says that it is in use", async () => {
  await at.write(BASE);
  const run = await push();
  expect(run).toMatchObject({ code: 0 });
  expect(run.last).toMatch(/^The configuration is in use \(\S+\)$/);
  expect(run.last).toContain((await current()).version);
  expect((await current()).index?.counts.presubmits).toBe(1);
}, 60_000);

it("a refused one names file and line, exits with 1, and the one before stays", async () => {
  const before = await current();
  await at.write({ "jobs/ship.yaml": jobFile("unit", "    always_run: perhaps\n"), "jobs/next.yaml": jobFile("next") });
  const run = await push();
  expect(run.code).toBe(1);
  expect(run.stdout).toContain('error: jobs/ship.yaml:6: presubmits["acme/ship"][0].always_run');
  expect(run.last).toMatch(/was refused: the one before stays in use/);
  expect(await current()).toEqual(before);
}, 60_000);

it("whoever asks while it switches sees the old or the new one whole", async () => {
  const jobs = Array.from({ length: 40 }, (_, n) => [`jobs/j${n}.yaml`, jobFile(`job-${n}`)] as const);
  await at.write({ ...Object.fromEntries(jobs), "jobs/ship.yaml": jobFile("unit"), "jobs/next.yaml": jobFile("next") });
  const seen = new Set<string>();
  const over = new AbortController();
  const watch = (async () => {
    while (!over.signal.aborted) {
      const { version, index } = await current();
      seen.add(`${version} ${index?.counts.presubmits ?? 0}`);
    }
  })();
  expect(await push()).toMatchObject({ code: 0 });
  over.abort();
  await watch;
  const { version } = await current();
  expect([...seen].filter((one) => one.startsWith(version)).every((one) => one.endsWith(" 42"))).toBe(true);
  expect([...seen].map((one) => one.split(" ")[1]).every((count) => count === "1" || count === "42")).toBe(true);
}, 60_000);

it("one that would drop most of the jobs waits for a word (jobs 7.3: prow#541, #540)", async () => {
  const before = await current();
  const small = await folder();
  await small.write(BASE);
  const run = await small.cutwater("config", "push", ...FLAGS, "--url", worker.url, "--token", ADMIN);
  await small.remove();
  expect(run.code).toBe(1);
  expect(run.last).toMatch(/waits for confirmation/);
  expect((await current()).version).toBe(before.version);
}, 60_000);

it.each([
  ["no token", ["--token", ""], /Give --token/],
  ["a wrong token", ["--token", "wrong"], /answered 40[13].*ADMIN_TOKEN/],
  ["an address that is none", ["--url", "somewhere"], /needs an http/],
  ["nobody there", ["--url", "http://127.0.0.1:9"], /cannot be reached/],
])(
  "%s: said on one line, status 1",
  async (_rule, more, message) => {
    const run = await push(...more);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(message);
    expect(run.stderr + run.stdout).not.toContain(ADMIN);
  },
  60_000,
);
