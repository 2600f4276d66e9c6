import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { startRunner } from "../../../runner/index.ts";
import { assignmentOf } from "./assignment.ts";
import { spawnRunner } from "./runner-process.ts";
import { runnerOn, scratch, workerDouble } from "./with-runner.ts";
import { CLUSTER_TOKEN } from "./worker-double.ts";

/** Processes whose command line contains `text`. */
function processesWith(text: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes(text) && !line.includes("ps -eo"));
}

describe("kill -9 of the runner", () => {
  it("in mid job: the next life kills what is left, and reports runner-restarted with the log so far", async () => {
    const worker = await workerDouble();
    const workDir = path.join(scratch("restart"), "work");
    const first = spawnRunner(worker, workDir);
    // One child stays in the group, one leaves it: both must go.
    const script = "echo before > $ARTIFACTS/early; echo ready; sleep 7171 & setsid sleep 7272 & sleep 7373";
    const job = worker.enqueue(assignmentOf({ script }));
    await worker.until("it runs", () => worker.log(job).includes("ready"));
    await worker.until("its children run", () => processesWith("sleep 7272").length > 0);
    first.child.kill("SIGKILL");
    await first.ended;
    expect(processesWith("sleep 7373").length).toBeGreaterThan(0);

    const second = spawnRunner(worker, workDir);
    const report = await worker.finished(job);
    expect(report).toMatchObject({ reason: "runner-restarted", exitCodes: [], artifacts: { files: 1 } });
    expect(Math.max(...job.states.map(({ seq }) => seq))).toBeLessThan(report.seq);
    expect(worker.log(job)).toMatch(/^ready\nThe runner was restarted while the job ran/);
    for (const child of ["sleep 7171", "sleep 7272", "sleep 7373"]) expect(processesWith(child)).toEqual([]);
    const hellos = worker.said.filter((message) => message.type === "hello");
    expect(hellos.at(-1)?.held.map(({ job: id }) => id)).toEqual([job.assignment.job]);
    await worker.until("nothing is left on disk", () => readdirSync(path.join(workDir, "runs")).length === 0);
    expect(readdirSync(path.join(workDir, "jobs"))).toEqual([]);

    const next = worker.enqueue(assignmentOf({ script: "env" }));
    expect(await worker.finished(next)).toMatchObject({ reason: "completed" });
    expect(worker.log(next)).not.toMatch(/SECRET_OF_RUNNER|CUTWATER/);
    second.child.kill("SIGINT");
    expect(await second.ended).toBe(0);
  });

  it("after the job, before its finish was taken: the next life delivers the evidence that there was", async () => {
    const worker = await workerDouble();
    const workDir = path.join(scratch("restart"), "work");
    worker.fault = ({ path: called }) => (called.endsWith("/finish") ? { status: 503 } : null);
    const first = spawnRunner(worker, workDir);
    const job = worker.enqueue(assignmentOf({ script: "echo result; exit 5" }));
    await worker.until("it tries to finish", () => worker.calls.some((call) => call.path.endsWith("/finish")));
    first.child.kill("SIGKILL");
    await first.ended;
    worker.fault = () => null;
    spawnRunner(worker, workDir);
    const report = await worker.finished(job);
    expect(report).toMatchObject({ reason: "completed", exitCodes: [{ container: "test", code: 5 }] });
    expect(worker.log(job)).toBe("result\n");
  });

  it("while its attempt was given to somebody else: the next life reports nothing", async () => {
    const worker = await workerDouble();
    const workDir = path.join(scratch("restart"), "work");
    const first = spawnRunner(worker, workDir);
    const job = worker.enqueue(assignmentOf({ script: "echo ready; sleep 7474" }));
    await worker.until("it runs", () => worker.log(job).includes("ready"));
    first.child.kill("SIGKILL");
    await first.ended;
    job.epoch += 1;
    spawnRunner(worker, workDir);
    await worker.until("it let go", () => readdirSync(path.join(workDir, "runs")).length === 0);
    expect(processesWith("sleep 7474")).toEqual([]);
    expect([worker.log(job), job.finish]).toEqual(["ready\n", null]);
  });
});

describe("the folder of a runner", () => {
  it("is refused to a second one, which names the first", async () => {
    const worker = await workerDouble();
    const { workDir } = await runnerOn(worker);
    const again = { url: worker.url, cluster: "default", token: CLUSTER_TOKEN, capacity: 1, workDir };
    const second = async () => startRunner({ ...again, executor: "process" });
    await expect(second()).rejects.toThrow(`process ${process.pid}`);
  });
});

describe("Ctrl-C", () => {
  it("once: the job may end by itself; twice: now, and the next start reports it", async () => {
    const worker = await workerDouble();
    const workDir = path.join(scratch("interrupt"), "work");
    const first = spawnRunner(worker, workDir);
    const job = worker.enqueue(assignmentOf({ script: "trap '' INT; echo ready; sleep 7575; sleep 7576" }));
    await worker.until("it runs", () => worker.log(job).includes("ready"));
    first.child.kill("SIGINT");
    await worker.until("it says so", () => first.printed.join("").includes("no new jobs"));
    expect(processesWith("sleep 7575").length).toBeGreaterThan(0);
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
    expect(processesWith("sleep 757")).toEqual([]);
    expect(job.finish).toBeNull();
    spawnRunner(worker, workDir);
    expect(await worker.finished(job)).toMatchObject({ reason: "runner-restarted" });
  });

  it("a missing token is explained", async () => {
    const worker = await workerDouble();
    const running = spawnRunner(worker, path.join(scratch("flags"), "work"), "--token-file", "/dev/null");
    expect(await running.ended).not.toBe(0);
    expect(running.printed.join("")).toContain("CUTWATER_RUNNER_TOKEN");
  });
});

describe("a log of 200 MB", () => {
  it("arrives whole, with the runner's memory bounded", async () => {
    const worker = await workerDouble();
    worker.flushBytes = 1024 * 1024;
    const running = spawnRunner(worker, path.join(scratch("large"), "work"));
    const warm = worker.enqueue(assignmentOf({ script: "echo warm" }));
    await worker.finished(warm);
    const before = running.peakMemory();
    const bytes = 200 * 1024 * 1024;
    const script = `yes 'a line of a long log, which is not short either' | head -c ${bytes}`;
    const job = worker.enqueue(assignmentOf({ script }));
    const report = await worker.finished(job, 110_000);
    expect([report.logBytes, job.size]).toEqual([bytes, bytes]);
    expect(running.peakMemory() - before).toBeLessThan(128 * 1024 * 1024);
    expect(job.hash.copy().digest("hex")).toBe(
      execFileSync("sh", ["-c", `${script} | sha256sum`], { encoding: "utf8" }).slice(0, 64),
    );
  });
});
