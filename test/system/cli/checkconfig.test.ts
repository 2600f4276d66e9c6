/** `cutwater checkconfig` from a shell (spec jobs 4.12): exit status, counts on the last line, where each problem stands. */
import { symlink } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BASE, FLAGS, type Folder, folder, jobFile } from "./cutwater.ts";

let at: Folder;
beforeEach(async () => {
  at = await folder();
  await at.write(BASE);
});
afterEach(() => at.remove());

describe("checkconfig", () => {
  it("a right configuration: status 0, the counts last", async () => {
    const run = await at.cutwater("checkconfig", ...FLAGS);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toBe("1 presubmit, 0 postsubmits, 0 periodics, 1 repository, 0 errors, 0 warnings\n");
  });

  it("a wrong one: status 1, file, line and path, the counts last all the same", async () => {
    await at.write({ "jobs/ship.yaml": jobFile("unit", "    always_run: perhaps\n") });
    const run = await at.cutwater("checkconfig", ...FLAGS);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('error: jobs/ship.yaml:6: presubmits["acme/ship"][0].always_run: ');
    expect(run.last).toMatch(/1 error, 0 warnings$/);
  });

  it("warnings: status 0, and 1 with --strict; named ones only when named", async () => {
    await at.write({ "jobs/ship.yaml": jobFile("unit", "    colour: red\n") });
    const plain = await at.cutwater("checkconfig", ...FLAGS);
    expect([plain.code, plain.last.endsWith("0 errors, 1 warning")]).toEqual([0, true]);
    expect((await at.cutwater("checkconfig", ...FLAGS, "--strict")).code).toBe(1);
    expect((await at.cutwater("checkconfig", ...FLAGS, "--strict", "--warnings=long-job-names")).code).toBe(0);
    const both = ["--exclude-warning=unknown-fields", "--exclude-warning=unknown-fields-all"];
    expect((await at.cutwater("checkconfig", ...FLAGS, "--strict", ...both)).code).toBe(0);
  });

  it("a warning that there is not, a file that is not there, no arguments: status 1, and no stack", async () => {
    const runs = [
      await at.cutwater("checkconfig", ...FLAGS, "--warnings=nonsense"),
      await at.cutwater("checkconfig", "--config-path", "nowhere.yaml"),
      await at.cutwater("checkconfig", ...FLAGS.slice(0, 4), "--job-config-path", "nowhere"),
      await at.cutwater("checkconfig"),
    ];
    expect(runs.map((run) => run.code)).toEqual([1, 1, 1, 1]);
    const said = runs.map((run) => run.stderr + run.stdout);
    expect(said[0]).toMatch(/no warning named nonsense/);
    expect(said[1]).toMatch(/nowhere\.yaml cannot be read/);
    expect(said[2]).toMatch(/nowhere cannot be read/);
    expect(said[3]).toMatch(/config-path/);
    for (const text of said) expect(text).not.toMatch(/\n\s+at .*\.ts:\d+/);
  });

  it("reads gzip, .yml, one file instead of a folder; leaves other names, ..folders and what .prowignore says", async () => {
    await at.write({
      "jobs/ship.yaml": gzipSync(jobFile("unit")),
      "jobs/deep/more.yml": jobFile("lint"),
      "jobs/notes.txt": "presubmits: [",
      "jobs/..data/ship2.yaml": "presubmits: [",
      "jobs/old/broken.yaml": "presubmits: [",
      "jobs/.prowignore": "old/\n",
    });
    expect((await at.cutwater("checkconfig", ...FLAGS)).last).toMatch(/^2 presubmits, .* 0 errors/);
    const one = await at.cutwater("checkconfig", ...FLAGS.slice(0, 4), "--job-config-path", "jobs/deep/more.yml");
    expect(one.last).toMatch(/^1 presubmit, .* 0 errors/);
  });

  it("follows links to files as a mounted ConfigMap has them, and not links to folders", async () => {
    await at.write({ "real/linked.yaml": jobFile("linked"), "loop/x.yaml": jobFile("looped") });
    await symlink(path.join(at.path, "real/linked.yaml"), path.join(at.path, "jobs/linked.yaml"));
    await symlink(path.join(at.path, "loop"), path.join(at.path, "jobs/loop"));
    expect((await at.cutwater("checkconfig", ...FLAGS)).last).toMatch(/^2 presubmits/);
  });

  it("adds supplemental files of several folders, by suffix", async () => {
    await at.write({
      "more/a/x_prowconfig.yaml": "tide: { queries: [{ orgs: [acme] }] }",
      "more/b/y_prowconfig.yaml": "plank: {}",
      "more/b/other.yaml": "presubmits: [",
      "more/b/x_pluginconfig.yaml": "plugins: { other: [hold] }",
    });
    const a = ["--supplemental-prow-config-dir=more/a", "--warnings=long-job-names"];
    expect((await at.cutwater("checkconfig", ...FLAGS, ...a)).code).toBe(0);
    const both = await at.cutwater("checkconfig", ...FLAGS, ...a, "--supplemental-prow-config-dir", "more/b");
    expect(both.code).toBe(1);
    expect(both.stdout).toContain("more/b/y_prowconfig.yaml:1: plank");
    const plugins = await at.cutwater("checkconfig", ...FLAGS, "--supplemental-plugin-config-dir", "more");
    expect(plugins.last).toMatch(/0 errors/);
  });

  it("a file beyond 4 MiB is refused by its name", async () => {
    await at.write({ "jobs/large.yaml": `# ${"x".repeat(5 << 20)}\n` });
    const run = await at.cutwater("checkconfig", ...FLAGS);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/jobs\/large\.yaml has \d+ bytes.*Split it/);
  });
});
