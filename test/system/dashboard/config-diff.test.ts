/** `cutwater config diff --replay` against a running system: what would differ, and that nothing does. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../../cli/local/build.ts";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";

const HELLO = "cutwater-demo/hello";
const run = promisify(execFile);
let system: TestSystem;
let folder = "";
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cutwater-candidate-"));
  await cp(path.join(ROOT, "sandbox/demo/repositories/config"), folder, { recursive: true });
  system = await testSystem({ capacity: 0 });
  await edit("config.yaml", (text) => text.replace(/^ {2}link_url: .*$/m, `  link_url: ${system.github.url}`));
  const { control } = system.github;
  ({ number } = await control.createPull({ repo: HELLO, as: "ben", title: "Recorded", files: { "a.md": "A\n" } }));
  system.say(HELLO, number, "chidi", "/hold");
  await eventually("the hold", () => snapshot().labels.includes("do-not-merge/hold"));
  await eventually("the deliveries are listed", async () => (await listed()) >= 2);
});
afterAll(async () => {
  await system?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const snapshot = () => system.github.control.snapshot({ repo: HELLO, number });
const admin = () => ({ headers: { authorization: `Bearer ${system.secrets.admin}`, accept: "text/html" } });

async function listed(): Promise<number> {
  const answer = await fetch(`${system.worker.url}/api/deliveries?repo=${HELLO}&number=${number}&state=handled`);
  return ((await answer.json()) as { deliveries: unknown[] }).deliveries.length;
}

async function diff(): Promise<string> {
  const at = (name: string) => path.join(folder, "config", name);
  const flags = ["--config-path", at("prow/config.yaml"), "--plugin-config", at("prow/plugins.yaml")];
  flags.push("--job-config-path", at("jobs"), "--replay", "50");
  flags.push("--url", system.worker.url, "--token", system.secrets.admin);
  const command = ["--no-warnings", path.join(ROOT, "cli/main.ts"), "config", "diff", ...flags];
  return (await run(process.execPath, command)).stdout;
}

async function edit(name: string, change: (text: string) => string): Promise<void> {
  const file = path.join(folder, "config/prow", name);
  const text = await readFile(file, "utf8");
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(file, changed);
}

describe("cutwater config diff", () => {
  it("the configuration in use would change nothing", async () => {
    expect(await diff()).toMatch(/^\d+ deliveries replayed, 0 would differ/m);
  });

  it("says which effects a candidate would have had, and puts nothing in use", async () => {
    const version = async () => (await (await fetch(`${system.worker.url}/api/config`)).json()) as { version: string };
    const before = { github: snapshot(), version: (await version()).version };
    await edit("plugins.yaml", (text) => text.replace(/^ *- hold\n/m, ""));
    const answer = await diff();
    expect(answer).toContain(`issue_comment.created ${HELLO}#${number} (`);
    expect(answer).toContain("  - addLabel label=do-not-merge/hold  (hold: /hold)");
    expect(answer).not.toContain("  + ");
    expect({ github: snapshot(), version: (await version()).version }).toEqual(before);
    const url = /^For a day: (\S+)$/m.exec(answer)?.[1] ?? "";
    expect((await fetch(url)).status).toBe(404);
    const html = await (await fetch(url, admin())).text();
    expect(html).toContain("Add label do-not-merge/hold");
    expect(html).toContain("Only with the configuration in use");
  });

  it("says where a job would differ that both start", async () => {
    await edit("config.yaml", (text) => text.replace(/^ {2}link_url: .*$/m, "  link_url: https://git.example.com"));
    const answer = await diff();
    expect(answer).toMatch(/^ {2}~ startJobs pull-hello-unit: spec\.refs\./m);
    expect(answer).not.toContain("+ startJobs pull-hello-unit");
  });

  it("a faulty candidate is refused with its faults", async () => {
    await edit("plugins.yaml", (text) => `${text}\nno_such_section: [}\n`);
    await expect(diff()).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining("refused") as unknown });
  });
});
