/** Git tasks with real Git: what the runner does for cherrypicker, verify-owners, golint, buildifier and in-cluster plugins. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { GitTask } from "../../../src/jobs/git-task.ts";
import { outcomeOf } from "../../../src/jobs/git-task-job.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { createTaskExecutor } from "../../../runner/tasks/index.ts";
import { assignmentOf } from "./assignment.ts";
import { type Forge, git, type Repository, startForge } from "./git-fixture.ts";
import { recordingSink } from "./recording-sink.ts";

const TOKEN = "ghs_task-token-that-nobody-may-see";
const folder = mkdtempSync(path.join(tmpdir(), "cutwater-tasks-"));
let forge: Forge;
let code: Repository;

beforeAll(async () => {
  forge = await startForge(TOKEN);
  code = forge.createRepository("code", {
    "a.txt": "one\ntwo\nthree\n",
    "pkg/x.go": "package pkg\n",
    OWNERS: "approvers:\n- ada\n",
  });
  code.git("branch", "release-1.0");
  code.git("push", "-q", "origin", "release-1.0");
});
afterAll(async () => {
  await forge.close();
  rmSync(folder, { recursive: true, force: true });
});

function assignment(task: object, more: Partial<Assignment> = {}): Assignment {
  const made = assignmentOf({ gitBaseUrl: forge.url, cloneToken: TOKEN });
  const { pod_spec: _, ...spec } = made.prowjob.spec;
  const git_task = { ...task };
  return { ...made, ...more, prowjob: { ...made.prowjob, spec: { ...spec, agent: "git-task", git_task } } };
}

async function outcome(task: object, more: Partial<Assignment> = {}) {
  const sink = await recordingSink([TOKEN]);
  onTestFinished(() => sink.close());
  const evidence = await createTaskExecutor(folder).start(assignment(task, more), sink).done;
  expect(readdirSync(folder), "nothing is left behind").toEqual([]);
  const log = await sink.text();
  expect(log).not.toContain(TOKEN);
  return { outcome: outcomeOf({ ...evidence, seq: 1, logBytes: 0 }, ""), evidence, log };
}

/** Files of a branch as the forge has them. */
const onForge = (branch: string, file: string) =>
  git(path.join(forge.root, "org", "code.git"), ["show", `refs/heads/${branch}:${file}`]);
const pickOf = (mergeSha: string, more: object = {}): object => ({
  kind: "cherry-pick",
  owner: "org",
  repo: "code",
  number: 7,
  mergeSha,
  commits: 1,
  target: "release-1.0",
  branch: "cherry-pick-7-to-release-1.0",
  ...more,
});

describe("cherry-pick", () => {
  /** A pull request of two commits, merged in one of GitHub's three ways. */
  const merged = (number: number, how: "merge" | "squash" | "rebase"): string => {
    const files = (at: number) => ({ [`new-${number}-${at}.txt`]: `${at}\n` });
    code.git("checkout", "-q", "-B", `pull-${number}`, "main");
    for (const at of [1, 2]) {
      for (const [name, text] of Object.entries(files(at))) writeFileSync(path.join(code.workTree, name), text);
      code.git("add", "-A");
      code.git("commit", "-q", "-m", `change ${number}, ${at}`);
    }
    code.git("push", "-q", "origin", `HEAD:refs/pull/${number}/head`);
    code.git("checkout", "-q", "main");
    writeFileSync(path.join(code.workTree, `other-${number}.txt`), "meanwhile\n");
    code.git("add", "-A");
    code.git("commit", "-q", "-m", "meanwhile");
    if (how === "merge") code.git("merge", "-q", "--no-ff", "-m", `Merge #${number}`, `pull-${number}`);
    if (how === "squash") {
      code.git("merge", "-q", "--squash", `pull-${number}`);
      code.git("commit", "-q", "-m", `Change (#${number})`);
    }
    if (how === "rebase") code.git("cherry-pick", `main..pull-${number}`);
    code.git("push", "-q", "origin", "main");
    return code.git("rev-parse", "main");
  };

  it.each([
    [11, "merge"],
    [12, "squash"],
    [13, "rebase"],
  ] as const)("#%i, a %s of two commits, brings both changes and nothing else", async (number, how) => {
    const branch = `cherry-pick-${number}-to-release-1.0`;
    const { outcome: picked } = await outcome(pickOf(merged(number, how), { number, commits: 2, branch }));
    expect(picked.state).toBe("picked");
    for (const at of [1, 2]) expect(onForge(branch, `new-${number}-${at}.txt`)).toBe(String(at));
    expect(() => onForge(branch, `other-${number}.txt`)).toThrow();
    const authors = git(path.join(forge.root, "org", "code.git"), [
      "log",
      "--format=%an <%cn>",
      `release-1.0..${branch}`,
    ]);
    expect(authors.split("\n")).toEqual(Array.from({ length: how === "rebase" ? 2 : 1 }, () => "author <cutwater>"));
  });

  it("done twice leaves the branch as it was done once", async () => {
    const sha = merged(14, "squash");
    const task = pickOf(sha, { number: 14, commits: 2, branch: "cherry-pick-14-to-release-1.0" });
    expect([(await outcome(task)).outcome.state, (await outcome(task)).outcome.state]).toEqual(["picked", "picked"]);
  });

  it("that does not apply tells git's own words", async () => {
    code.git("checkout", "-q", "release-1.0");
    writeFileSync(path.join(code.workTree, "a.txt"), "one\nzwei\nthree\n");
    code.git("commit", "-qam", "german");
    code.git("push", "-q", "origin", "release-1.0");
    code.git("checkout", "-q", "main");
    writeFileSync(path.join(code.workTree, "a.txt"), "one\ndeux\nthree\n");
    code.git("commit", "-qam", "french");
    code.git("push", "-q", "origin", "main");
    const { outcome: picked } = await outcome(pickOf(code.git("rev-parse", "main"), { branch: "conflicting" }));
    expect(picked).toMatchObject({ state: "conflict", output: expect.stringContaining("CONFLICT (content)") });
    expect(() => onForge("conflicting", "a.txt")).toThrow();
  });

  it("that is there already is told, not pushed", async () => {
    const { outcome: picked } = await outcome(pickOf(code.base, { target: "release-1.0" }));
    expect(["conflict", "failed"]).toContain(picked.state);
  });

  it("to a branch that is not there says so", async () => {
    const { outcome: picked } = await outcome(pickOf(code.base, { target: "release-9" }));
    expect(picked).toMatchObject({ state: "no-target" });
  });

  it.each(["--upload-pack=touch /tmp/x", "a b", "..", "a..b", "-x", "a.lock", "a/.b", "@{u}", "a\nb", "\u0000"])(
    "never sees the branch name %j",
    async (target) => {
      const { outcome: picked } = await outcome(pickOf(code.base, { target }));
      expect(picked).toMatchObject({ state: "failed", message: expect.stringContaining("does not know the task") });
    },
  );

  it("with a repository that refuses fails with git's words, without the token", async () => {
    const { outcome: picked } = await outcome(pickOf(code.base), { cloneToken: "ghs_wrong-token" });
    expect(picked).toMatchObject({ state: "failed", message: expect.stringMatching(/could not be read/) });
    expect(JSON.stringify(picked)).not.toContain("ghs_wrong");
  });

  it("that cannot be done as things are says why at once", async () => {
    const { outcome: picked } = await outcome(pickOf(code.base), { taskProblem: "Pushing needs a GitHub App." });
    expect(picked).toEqual({ state: "failed", message: "Pushing needs a GitHub App." });
  });

  it("that hangs ends at its time limit", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => silent.closeAllConnections());
    const { port } = silent.address() as AddressInfo;
    const more = { gitBaseUrl: `http://127.0.0.1:${port}`, timeoutSeconds: 0.5 };
    const { outcome: picked } = await outcome(pickOf(code.base), more);
    expect(picked).toMatchObject({ state: "failed", message: expect.stringContaining("took too long") });
  });
});

describe("merged-files", () => {
  const read = (baseSha: string, headSha: string, paths: readonly string[]) =>
    outcome({ kind: "merged-files", owner: "org", repo: "code", number: 3, baseSha, headSha, paths });

  it("are those of both sides; what is not there is null", async () => {
    const head = code.pull(21, { "pkg/OWNERS": "approvers:\n- ben\n", "späße.txt": "ja\n" });
    const base = code.git("rev-parse", "main");
    const paths = ["OWNERS", "pkg/OWNERS", "nowhere/OWNERS", "späße.txt", "pkg"];
    const { outcome: merge } = await read(base, head, paths);
    expect(merge).toEqual({
      state: "files",
      files: {
        OWNERS: "approvers:\n- ada\n",
        "pkg/OWNERS": "approvers:\n- ben\n",
        "nowhere/OWNERS": null,
        "späße.txt": "ja\n",
        pkg: null,
      },
    });
  });

  it("of a conflict are none", async () => {
    const { outcome: merge } = await read(code.git("rev-parse", "release-1.0"), code.git("rev-parse", "main"), [
      "OWNERS",
    ]);
    expect(merge).toMatchObject({ state: "failed", message: expect.stringContaining("conflicts") });
  });
});

describe("lint", () => {
  const lintOf = (linter: "golint" | "buildifier", headSha: string, files: readonly string[]): GitTask => ({
    kind: "lint",
    owner: "org",
    repo: "code",
    number: 4,
    minimumConfidence: 0.8,
    linter,
    headSha,
    files: [...files],
  });
  /** A linter of this name first on the PATH. */
  const linter = (name: string, script: string) => {
    const bin = mkdtempSync(path.join(tmpdir(), "cutwater-linter-"));
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin, name), 0o755);
    const before = process.env["PATH"] ?? "";
    process.env["PATH"] = `${bin}:${before}`;
    onTestFinished(() => {
      process.env["PATH"] = before;
      rmSync(bin, { recursive: true, force: true });
    });
  };

  it("golint's lines become findings, of the files that were asked for only", async () => {
    linter("golint", `echo "$2:3:1: exported X ($1)"; echo "/etc/passwd:1:1: no"; echo nonsense; cat "$2"`);
    const head = code.pull(31, { "pkg/x.go": "package pkg\n\nvar X = 1\n", "-rf.go": "package main\n" });
    const { outcome: findings } = await outcome(lintOf("golint", head, ["pkg/x.go", "-rf.go"]));
    expect(findings).toEqual({
      state: "findings",
      findings: [
        { path: "pkg/x.go", line: 3, text: "exported X (-min_confidence=0.8)" },
        { path: "-rf.go", line: 3, text: "exported X (-min_confidence=0.8)" },
      ],
    });
  });

  it("a link in the tree leads nowhere", async () => {
    linter("golint", `test -L "$2" && echo "$2:1: a link" || cat "$2" >&2; exit 0`);
    code.git("checkout", "-q", "-B", "links", code.base);
    code.git("update-index", "--add", "--cacheinfo", `120000,${code.git("rev-parse", `${code.base}:OWNERS`)},evil.go`);
    code.git("commit", "-q", "-m", "link");
    code.git("push", "-q", "origin", "HEAD:refs/pull/32/head");
    const head = code.git("rev-parse", "HEAD");
    code.git("checkout", "-qf", "main");
    const { outcome: findings } = await outcome(lintOf("golint", head, ["evil.go"]));
    expect(findings).toEqual({ state: "findings", findings: [] });
  });

  it("buildifier's report becomes findings", async () => {
    const report = {
      success: false,
      files: [
        {
          filename: "./BUILD",
          formatted: false,
          valid: true,
          warnings: [{ start: { line: 2, column: 1 }, category: "load", message: "unused" }],
        },
      ],
    };
    linter("buildifier", `echo '${JSON.stringify(report)}'; exit 4`);
    const head = code.pull(33, { BUILD: 'x( name="a")\n' });
    const { outcome: findings } = await outcome(lintOf("buildifier", head, ["BUILD"]));
    expect(findings).toEqual({
      state: "findings",
      findings: [
        { path: "BUILD", line: 1, text: "This file needs formatting: run buildifier on it." },
        { path: "BUILD", line: 2, text: "load: unused" },
      ],
    });
  });

  it("a linter that answers nonsense, or is not there, is a failure that says what to do", async () => {
    const head = code.pull(34, { "a.go": "package a\n", BUILD: "x()\n" });
    expect((await outcome(lintOf("golint", head, ["a.go"]))).outcome).toMatchObject({
      state: "failed",
      message: expect.stringContaining("go install golang.org/x/lint/golint@latest"),
    });
    linter("buildifier", "echo no json");
    expect((await outcome(lintOf("buildifier", head, ["BUILD"]))).outcome).toMatchObject({
      state: "failed",
      message: expect.stringContaining("no report"),
    });
  });
});

describe("forward", () => {
  it("hands on body and headers as they are, and follows no redirect", async () => {
    const got: { headers: unknown; body: string }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(307, { location: "http://127.0.0.1:1/" }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const headers = { "x-github-event": "issue_comment", "user-agent": "ProwHook" };
    const body = '{"a": "ü"}';
    const task = { kind: "forward", endpoint: `http://127.0.0.1:${port}/hook`, headers, body };
    expect((await outcome(task)).outcome).toEqual({ state: "delivered", status: 307 });
    expect(got).toMatchObject([{ headers, body }]);
  });

  it("to where nobody answers fails", async () => {
    const task = { kind: "forward", endpoint: "http://127.0.0.1:1/", headers: {}, body: "" };
    expect((await outcome(task)).outcome).toMatchObject({ state: "failed" });
  });
});

describe("a runner that stops", () => {
  it("ends the task, and the next life does it anew", async () => {
    const sink = await recordingSink();
    onTestFinished(() => sink.close());
    const job = assignment(pickOf(code.git("rev-parse", "HEAD~1"), { branch: "again" }));
    const executor = createTaskExecutor(folder);
    const first = executor.start(job, sink);
    first.stop("runner-restarted", "The runner was stopped", 0);
    expect(await first.done).toMatchObject({ reason: "runner-restarted" });
    expect(existsSync(path.join(folder, job.job))).toBe(false);
    const again = await executor.recover(job, null, 1, sink).done;
    expect(again).toMatchObject({ reason: "completed", metadata: { state: expect.stringMatching(/picked|conflict/) } });
  });
});
