/** What plugins need a working tree for: by the runner, with real Git, and back as comments, pull requests and reviews. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { HELLO, world } from "../faults/support.ts";
import { enable } from "./enable.ts";

const PLUGINS = `plugins:
  cutwater-demo:
    plugins: [cherrypicker, golint, verify-owners]
`;
const bin = mkdtempSync(path.join(tmpdir(), "cutwater-linter-"));
const before = process.env["PATH"];
let system: TestSystem;
let demo: ReturnType<typeof world>;

beforeAll(async () => {
  // Finds a fault in each line of a variable, as golint words it.
  writeFileSync(
    path.join(bin, "golint"),
    `#!/bin/sh\nshift\ngrep -n '^var ' "$@" /dev/null | sed 's/:var .*/:1: exported var should have comment/'\n`,
  );
  chmodSync(path.join(bin, "golint"), 0o755);
  process.env["PATH"] = `${bin}:${before}`;
  system = await testSystem();
  demo = world(system);
  await enable(system, PLUGINS);
});
afterAll(async () => {
  process.env["PATH"] = before;
  rmSync(bin, { recursive: true, force: true });
  await system?.dispose();
});

const control = () => system.github.control;
const branch = (name: string) =>
  control().push({
    repo: HELLO,
    as: "ada",
    branch: name,
    from: "main",
    files: { [`${name}.txt`]: "new\n" },
    message: name,
  });
/** Pull requests whose title begins so. */
const titled = (start: string) =>
  Array.from({ length: 60 }, (_, at) => at + 1).flatMap((number) => {
    try {
      const page = demo.page(number);
      return page.title.startsWith(start) ? [page] : [];
    } catch {
      return [];
    }
  });

const Jobs = z.object({ jobs: z.array(z.object({ state: z.string() })) });
/** How many jobs of this name ended well. Tasks are hidden: the admin sees them. */
const done = async (job: string): Promise<number> => {
  const headers = { authorization: `Bearer ${system.secrets.admin}` };
  const answer = await fetch(`${demo.url}/api/jobs?job=${job}`, { headers });
  return Jobs.parse(await answer.json()).jobs.filter(({ state }) => state === "success").length;
};

describe("/cherrypick", () => {
  it("on a merged pull request opens the pick, with the change and its assignee", async () => {
    await branch("release-1.0");
    const files = { "fix.txt": "mended\n" };
    const { number } = await control().createPull({ repo: HELLO, as: "ben", title: "Mend it", files });
    await control().merge({ repo: HELLO, number, as: "ada" });
    demo.say(number, "/cherrypick release-1.0", "ada");
    const picked = await eventually("the pick is open", () => titled("[release-1.0] Mend it")[0], 60);
    expect(picked.pull?.base).toBe("release-1.0");
    await eventually("its assignee", () => demo.page(picked.number).assignees.includes("ada"));
    expect(picked.body).toContain(`#${number}`);
    await eventually("the answer names it", () => demo.answers(number, `#${picked.number}`).length === 1);
    expect(await control().branch(HELLO, `cherry-pick-${number}-to-release-1.0`)).toBe(picked.pull?.head);
  });

  it("that conflicts answers with git's words and opens nothing", async () => {
    await branch("release-2.0");
    const push = (on: string, text: string) =>
      control().push({ repo: HELLO, as: "ada", branch: on, files: { "both.txt": text }, message: text });
    await push("main", "one\n");
    await push("release-2.0", "two\n");
    const files = { "both.txt": "three\n" };
    const { number } = await control().createPull({ repo: HELLO, as: "ben", title: "Clash", files });
    await control().merge({ repo: HELLO, number, as: "ada" });
    demo.say(number, "/cherrypick release-2.0 ", "ada");
    await eventually("the conflict is told", () => demo.answers(number, "CONFLICT").length === 1, 60);
    expect(titled("[release-2.0] Clash")).toEqual([]);
  });

  it("to a branch that is not there says so", async () => {
    const { number } = await control().createPull({ repo: HELLO, as: "ben", title: "Lost", files: { "l.txt": "l\n" } });
    await control().merge({ repo: HELLO, number, as: "ada" });
    demo.say(number, "/cherrypick release-9.9", "ada");
    await eventually("the answer", () => demo.answers(number, "release-9.9").length === 1, 60);
  });
});

describe("/lint", () => {
  it("comments on the added lines, once", async () => {
    const files = { "a/a.go": "package a\n\nvar A = 1\n" };
    const { number, sha } = await control().createPull({ repo: HELLO, as: "ben", title: "Go", files });
    const list = async <T>(what: "reviews" | "comments", shape: z.ZodType<T>): Promise<T[]> => {
      const headers = { authorization: `Bearer ${control().token("ada")}` };
      const answer = await fetch(`${system.github.apiUrl}/repos/${HELLO}/pulls/${number}/${what}`, { headers });
      return z.array(shape).parse(await answer.json());
    };
    const Comment = z.object({ path: z.string(), line: z.number(), body: z.string(), commit_id: z.string() });
    demo.say(number, "/lint", "ben");
    const [first] = await eventually(
      "a comment on the line",
      async () => {
        const all = await list("comments", Comment);
        return all.length > 0 ? all : null;
      },
      60,
    );
    expect(first).toMatchObject({ path: "a/a.go", line: 3, commit_id: sha });
    expect(first?.body).toContain("exported var should have comment");
    demo.say(number, "/lint", "ben");
    await eventually("the runner looked again", async () => (await done("git-task-lint")) === 2, 60);
    await eventually("the answer to the second", async () => (await list("reviews", z.unknown())).length === 2);
    expect(await list("comments", Comment)).toHaveLength(1);
  });
});

describe("verify-owners", () => {
  it("reads what the merge gives of more OWNERS files than are worth a call each", async () => {
    const owners = "approvers:\n- ada\n";
    const many = Array.from({ length: 21 }, (_, at) => [`docs/${at}/OWNERS`, owners] as const);
    const files = { ...Object.fromEntries(many), "docs/7/OWNERS": `${owners}- mallory\n` };
    const { number } = await control().createPull({ repo: HELLO, as: "ben", title: "Owners", files, draft: true });
    await eventually("the runner merged", async () => (await done("git-task-merged-files")) === 1, 60);
    await eventually("mallory is no member", () => demo.answers(number, "mallory").length === 1);
    expect(demo.page(number).labels).toEqual(["do-not-merge/invalid-owners-file"]);
  });
});
