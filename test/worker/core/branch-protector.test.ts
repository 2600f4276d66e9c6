/** The worker's branchprotector (spec jobs 4.10): off, a dry run, writes; a few repositories at a tick, once a day. */
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { baseKey, currentVersion } from "../../../src/config/current.ts";
import type { ConfigBase } from "../../../src/config/in-repo.ts";
import { protectSome } from "../../../src/jobs/branch-protector-duty.ts";
import { APP, gitHub, installed, withSettings } from "../github/harness.ts";
import { forgetConfiguration, useConfiguration } from "../web/configuration.ts";

const DAY_MS = 24 * 3600_000;
const REPOS = Array.from({ length: 7 }, (_, at) => `dock-${at}`);
const job = (repo: string) =>
  `  quay/${repo}:\n  - { name: unit, always_run: true, spec: { containers: [{ image: i, command: [c] }] } }\n`;

beforeAll(async () => {
  await useConfiguration(`presubmits:\n${REPOS.map(job).join("")}`);
  const key = baseKey(await currentVersion(env));
  const base = await (await env.ARTIFACTS.get(key))?.json<ConfigBase>();
  const policy = { "protect-tested-repos": true };
  await env.ARTIFACTS.put(key, JSON.stringify({ ...base, prow: { ...base?.prow, "branch-protection": policy } }));
});
beforeEach(() => env.ARTIFACTS.delete("branch-protector/round.json"));
afterEach(() => void vi.restoreAllMocks());
afterEach(() => void vi.unstubAllGlobals());
afterAll(forgetConfiguration);

/** A GitHub whose branches are not protected; `dock-6` may not be looked at. */
function world(mode: string) {
  const said: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  const branches = REPOS.slice(0, 6).map((repo) => [
    `GET /repos/quay/${repo}/branches`,
    () => Response.json([{ name: "main", protected: false }]),
  ]);
  const puts = REPOS.map((repo) => [`PUT /repos/quay/${repo}/branches/main/protection`, () => Response.json({})]);
  const { asked } = gitHub({ ...installed("quay", 977), ...Object.fromEntries([...branches, ...puts]) });
  const tick = (now: number) => protectSome(withSettings({ ...APP, BRANCH_PROTECTOR: mode }).env, now);
  const keys = (method: string) => asked.map(({ key }) => key).filter((key) => key.startsWith(method));
  return { said, asked, tick, keys };
}

it("off: nothing is asked", async () => {
  const { tick, asked } = world("off");
  await tick(DAY_MS);
  expect(asked).toEqual([]);
});

it("a dry run says what would change, five repositories at a tick, and rests until the next day", async () => {
  const { tick, said, keys } = world("dry-run");
  await tick(DAY_MS);
  expect(keys("GET").filter((key) => key.includes("/branches")).length).toBe(5);
  await tick(DAY_MS + 1);
  expect(said.filter((line) => line.includes('"branch protection would change"')).length).toBe(6);
  expect(said.at(-1)).toContain('"repositories":7,"changed":6,"failed":1');
  expect(said.filter((line) => line.includes("branches not protected")).length).toBe(1);
  const before = keys("GET /repos").length;
  await tick(DAY_MS + 2);
  expect(keys("GET /repos").length).toBe(before);
  await tick(2 * DAY_MS);
  expect(keys("GET /repos").length).toBeGreaterThan(before);
  expect(keys("PUT")).toEqual([]);
});

it("confirm: it is written", async () => {
  const { tick, asked } = world("confirm");
  await tick(DAY_MS);
  const written = asked.filter(({ key }) => key.startsWith("PUT"));
  expect(written.length).toBe(5);
  expect(JSON.parse(written[0]?.body ?? "")).toMatchObject({ required_status_checks: { contexts: ["unit"] } });
});
