/** A server that gives no commit by its name alone (spec jobs 6.3, 7.3). */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cloneAll } from "../../../runner/clone/index.ts";
import { type Forge, type Repository, startForge } from "./git-fixture.ts";

let forge: Forge;
let repository: Repository;
let folder: string;
let head: string;

beforeAll(async () => {
  forge = await startForge();
  repository = forge.createRepository("code", { "a.txt": "a\n" });
  head = repository.pull(7, { "b.txt": "b\n" });
  folder = await mkdtemp(path.join(tmpdir(), "cutwater-clone-"));
  // As a server whose refs are broken, or that refuses commits by name.
  const refuse = `case "$*" in "fetch "*" ${head}") echo "not our ref ${head}" >&2; exit 128;; esac`;
  await writeFile(path.join(folder, "git"), `#!/bin/sh\n${refuse}\nPATH="\${PATH#*:}" exec git "$@"\n`);
  await chmod(path.join(folder, "git"), 0o755);
});
afterAll(async () => {
  await forge?.close();
  await rm(folder, { recursive: true, force: true });
});

async function clone(name: string, sha: string) {
  const root = path.join(folder, name);
  const pulls = [{ number: 7, author: "ada", sha }];
  const cloned = await cloneAll([{ org: "org", repo: "code", base_ref: "main", base_sha: repository.base, pulls }], {
    root,
    home: folder,
    tmp: folder,
    path: `${folder}:${process.env["PATH"]}`,
    gitBaseUrl: forge.url,
    token: null,
    retriesMs: [],
    signal: new AbortController().signal,
  });
  return { ...cloned, commands: cloned.records.flatMap(({ commands }) => commands.map(({ command }) => command)) };
}

describe("a head that the server does not give by its commit", () => {
  it("is fetched by its number, and merged (jobs 7.3: test-infra#15225, #19910)", async () => {
    const { failed, commands, log } = await clone("there", head);
    expect(failed, log).toBe(false);
    expect(commands).toContain(`git fetch -- ${forge.url}/org/code.git pull/7/head`);
    expect(commands).toContain(`git merge --no-ff ${head}`);
  });

  it("is not replaced by another one", async () => {
    const { failed, records } = await clone("gone", "1".repeat(40));
    expect(failed).toBe(true);
    expect(records[0]?.commands.at(-1)).toMatchObject({
      command: `git merge --no-ff ${"1".repeat(40)}`,
      error: expect.stringContaining("exit status"),
    });
  });
});
