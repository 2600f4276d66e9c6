import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createProcessExecutor } from "../../../runner/process/index.ts";
import { assignmentOf, type JobOptions } from "./assignment.ts";
import { holdsForEveryExecutor } from "./executor-conformance.ts";
import { startForge } from "./git-fixture.ts";
import { recordingSink } from "./recording-sink.ts";

const folder = mkdtempSync(path.join(tmpdir(), "cutwater-jobs-"));
const directory = path.join(folder, "jobs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const create = () => createProcessExecutor({ directory, node: "node-1", fetchRetriesMs: [50, 100] });

holdsForEveryExecutor("process", { create });

async function outcomeOf(options: JobOptions) {
  const sink = await recordingSink();
  const evidence = await create().start(assignmentOf(options), sink).done;
  const log = await sink.text();
  await sink.close();
  return { evidence, log };
}

describe("what is special about processes", () => {
  it("output keeps its order, and /dev/stdout and /dev/stderr can be opened", async () => {
    const script = "for i in 1 2 3 4 5; do echo $i; echo $i >&2; done; echo a > /dev/stderr; echo b > /dev/stdout";
    const { log } = await outcomeOf({ script });
    expect(log).toBe("1\n1\n2\n2\n3\n3\n4\n4\n5\n5\na\nb\n");
  });

  it("a daemon that left its group neither holds the log open nor outlives the job", async () => {
    const { evidence, log } = await outcomeOf({
      script: "setsid sh -c 'echo daemon; sleep 8181' & sleep 0.3; echo end",
    });
    expect(log).toBe("daemon\nend\n");
    expect(evidence.finishedAt - evidence.startedAt).toBeLessThan(5000);
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain("sleep 8181");
  });

  it("init containers run first, one after the other, without the job's variables", async () => {
    const { evidence, log } = await outcomeOf({
      podSpec: {
        initContainers: [
          { name: "one", command: ["sh", "-c", "echo one $JOB_NAME $OWN"], env: [{ name: "OWN", value: "own" }] },
          { name: "beside", restartPolicy: "Always", command: ["sleep", "1000"] },
        ],
        containers: [{ command: ["sh", "-c", "echo then $JOB_NAME"] }],
      },
    });
    expect(log).toBe('[one] one own\nThe process executor leaves out the sidecar "beside"\nthen pull-test\n');
    expect(evidence.exitCodes).toEqual([{ container: "test", code: 0 }]);
  });

  it("an init container that fails ends the job", async () => {
    const { evidence, log } = await outcomeOf({
      podSpec: {
        initContainers: [{ name: "one", command: ["sh", "-c", "exit 9"] }],
        containers: [{ command: ["echo", "never"] }],
      },
    });
    expect([evidence.reason, evidence.exitCodes, log]).toEqual(["completed", [{ container: "one", code: 9 }], ""]);
  });

  it("nothing of the job's folder is left, read-only folders included", async () => {
    await outcomeOf({
      script: 'mkdir -p "$GOPATH/pkg/mod/x" && echo 1 > "$GOPATH/pkg/mod/x/y" && chmod -R a-w "$GOPATH/pkg"',
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("a job sees only what it is given of the environment", async () => {
    process.env["CUTWATER_TEST_SECRET"] = "of the runner";
    const { log } = await outcomeOf({ podSpec: { containers: [{ command: ["env"] }] } });
    delete process.env["CUTWATER_TEST_SECRET"];
    const names = log.split("\n").map((line) => line.split("=")[0]);
    expect(names.filter((name) => name !== "").toSorted()).toEqual(
      ["ARTIFACTS", "BUILD_ID", "CI", "GOPATH", "HOME", "JOB_NAME", "PATH", "PROW_JOB_ID", "TMPDIR"].toSorted(),
    );
  });

  it("an undecorated job clones nothing (spec jobs 6.1)", async () => {
    const refs = { org: "org", repo: "nowhere", base_ref: "main" };
    const { evidence, log } = await outcomeOf({ refs, decoration: null, script: "echo fine" });
    expect([log, evidence.cloneRecords]).toEqual(["fine\n", []]);
  });

  it("without a clone the container's workingDir counts, when there is such a folder", async () => {
    const inFolder = (workingDir: string) => ({ containers: [{ command: ["pwd"], workingDir }] });
    expect((await outcomeOf({ podSpec: inFolder("/usr") })).log).toBe("/usr\n");
    expect((await outcomeOf({ podSpec: inFolder("/no/such") })).log).toContain("There is no folder /no/such");
  });

  it("a submodule cannot name a repository on this machine's disk", async () => {
    const forge = await startForge();
    const secret = forge.createRepository("secret", { "s.txt": "s\n" });
    const trap = forge.createRepository("trap", {
      ".gitmodules": `[submodule "sub"]\n\tpath = sub\n\turl = ${forge.root}/org/secret.git\n`,
    });
    trap.git("update-index", "--add", "--cacheinfo", `160000,${secret.base},sub`);
    trap.git("commit", "-q", "-m", "trap");
    trap.git("push", "-q", "origin", "main");
    const refs = { org: "org", repo: "trap", base_ref: "main" };
    const { evidence, log } = await outcomeOf({ gitBaseUrl: forge.url, refs, script: "cat sub/s.txt" });
    await forge.close();
    expect(evidence.reason).toBe("clone-failed");
    expect(log).toContain("transport 'file' not allowed");
  });

  it("a job that names no command, or a secret of the cluster, is explained", async () => {
    expect((await outcomeOf({ podSpec: { containers: [{ image: "x" }] } })).evidence).toMatchObject({
      reason: "start-failed",
      exitCodes: [],
      message: expect.stringContaining("names no command"),
    });
    const env = [{ name: "X", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }];
    const { evidence, log } = await outcomeOf({ podSpec: { containers: [{ command: ["true"], env }] } });
    expect(evidence.reason).toBe("start-failed");
    expect(log).toContain("Variable X");
  });

  it("a fetch that hangs ends with the job's abort", async () => {
    const forge = await startForge();
    forge.createRepository("code", { "a.txt": "a\n" });
    forge.hang();
    const sink = await recordingSink();
    const refs = { org: "org", repo: "code", base_ref: "main" };
    const workload = create().start(assignmentOf({ gitBaseUrl: forge.url, refs }), sink);
    await forge.asked();
    workload.stop("aborted", "enough", 5);
    const evidence = await workload.done;
    await Promise.all([sink.close(), forge.close()]);
    expect(evidence).toMatchObject({ reason: "aborted", exitCodes: [] });
    expect(sink.phases).not.toContain("running");
  });
});
