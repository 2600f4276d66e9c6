import { readdirSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { assignmentOf } from "./assignment.ts";
import { startForge } from "./git-fixture.ts";
import { runnerOn, workerDouble } from "./with-runner.ts";

describe("a job on a runner", () => {
  it("is claimed, run, logged and handed in", async () => {
    const worker = await workerDouble();
    const { workDir } = await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: 'echo hello; echo 1 > "$ARTIFACTS/one"; exit 3' }));
    const report = await worker.finished(job);
    expect(report).toMatchObject({
      reason: "completed",
      exitCodes: [{ container: "test", code: 3 }],
      logBytes: 6,
      artifacts: { files: 1, bytes: 2, refused: [] },
      node: hostname(),
    });
    expect(worker.log(job)).toBe("hello\n");
    expect([...job.artifacts.keys()]).toEqual(["one"]);
    const seqs = [...job.states.map(({ seq }) => seq), report.seq];
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    await worker.until("nothing of it is left", () =>
      ["jobs", "runs"].every((folder) => readdirSync(path.join(workDir, folder)).length === 0),
    );
  });

  it("more jobs than the capacity wait for a free slot", async () => {
    const worker = await workerDouble();
    await runnerOn(worker, { capacity: 2 });
    const jobs = Array.from({ length: 6 }, () => worker.enqueue(assignmentOf({ script: "sleep 0.3" })));
    const spans = await Promise.all(jobs.map((job) => worker.finished(job)));
    const together = spans.map(
      ({ startedAt: at }) => spans.filter((other) => other.startedAt <= at && at < other.finishedAt).length,
    );
    expect(Math.max(...together)).toBe(2);
  });

  it("an abort ends the workload and is handed in as aborted", async () => {
    const worker = await workerDouble();
    await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "echo ready; sleep 60" }));
    await worker.until("it runs", () => worker.log(job).includes("ready"));
    worker.send({ type: "abort", job: job.assignment.job, attempt: 1, reason: "Aborted by a maintainer" });
    expect(await worker.finished(job)).toMatchObject({ reason: "aborted", message: "Aborted by a maintainer" });
  });

  it.each(["lost", "stale"] as const)("a job that is %s is killed, and nothing of it is reported", async (how) => {
    const worker = await workerDouble();
    const { printed } = await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "while :; do echo tick; sleep 0.05; done" }));
    await worker.until("it runs", () => worker.log(job).includes("tick"));
    job.epoch += 1;
    if (how === "lost") worker.send({ type: "lost", job: job.assignment.job, attempt: 1 });
    await worker.until("the runner lets go", () => {
      const last = worker.said.findLast((message) => message.type === "heartbeat");
      return last?.type === "heartbeat" && last.held.length === 0 && last.free === 2;
    });
    expect(job.finishes).toBe(0);
    expect(printed.join("\n")).toContain("dropped");
  });

  it("no token shows in the log, the records or the job's environment, whatever the job prints", async () => {
    const token = "ghs_clonetoken0123456789";
    const forge = await startForge(token);
    const repository = forge.createRepository("private", { "a.txt": "a\n" });
    const worker = await workerDouble();
    process.env["CUTWATER_TEST_SECRET"] = "of the runner";
    const { printed } = await runnerOn(worker);
    const assignment = assignmentOf({
      gitBaseUrl: forge.url,
      cloneToken: token,
      refs: { org: "org", repo: "private", base_ref: "main", base_sha: repository.base },
      script: `env; cat a.txt; cat .git/config; printf ${token.slice(0, 9)}; sleep 0.2; echo ${token.slice(9)}`,
    });
    const job = worker.enqueue(assignment);
    const report = await worker.finished(job);
    delete process.env["CUTWATER_TEST_SECRET"];
    await forge.close();
    const log = worker.log(job);
    expect(log).toContain("\na\n");
    expect(log).toContain("*".repeat(token.length));
    for (const secret of [token, assignment.token, "cluster-token", btoa(`x-access-token:${token}`)])
      for (const text of [log, JSON.stringify(report), JSON.stringify(job.states), printed.join("\n")])
        expect(text).not.toContain(secret);
    expect(log).not.toContain("CUTWATER_TEST_SECRET");
    expect(forge.authorizations.length).toBeGreaterThan(0);
  });

  it("a failed private clone shows what failed, without the token", async () => {
    const forge = await startForge("another-token");
    forge.createRepository("private", { "a.txt": "a\n" });
    const worker = await workerDouble();
    await runnerOn(worker);
    const token = "ghs_wrongtoken0123456789";
    const refs = { org: "org", repo: "private", base_ref: "main" };
    const job = worker.enqueue(assignmentOf({ gitBaseUrl: forge.url, cloneToken: token, refs }));
    const report = await worker.finished(job);
    await forge.close();
    expect(report.reason).toBe("clone-failed");
    expect(worker.log(job)).toContain("git fetch --tags --prune");
    expect(worker.log(job) + JSON.stringify(report)).not.toContain(token);
  });

  it("the runner ends: what runs gets its grace, is reported as runner-restarted, and nothing new is taken", async () => {
    const worker = await workerDouble();
    const { runner } = await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "trap 'echo bye; exit 0' INT; echo ready; sleep 60 & wait" }));
    await worker.until("it runs", () => worker.log(job).includes("ready"));
    const stopping = runner.stop();
    const late = worker.enqueue(assignmentOf());
    await stopping;
    expect(job.finish).toMatchObject({ reason: "runner-restarted" });
    expect(worker.log(job)).toContain("bye");
    expect(late.claimed).toBe(false);
    await worker.until("its socket is closed", () => worker.sockets.size === 0);
  });

  it("a drain lets what runs end by itself", async () => {
    const worker = await workerDouble();
    const { runner } = await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "echo ready; sleep 0.5" }));
    await worker.until("it runs", () => worker.log(job).includes("ready"));
    await runner.stop({ drainSeconds: 20 });
    expect(job.finish).toMatchObject({ reason: "completed" });
  });
});
