import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { assignmentOf } from "./assignment.ts";
import { runnerOn, workerDouble } from "./with-runner.ts";
import type { Fault, WorkerDouble } from "./worker-double.ts";

const isLog = (path: string) => path.endsWith("/log");

/** Runs a job that prints 2,000 numbered lines in bursts, and expects the log to be exactly these. */
async function expectWholeLog(worker: WorkerDouble): Promise<void> {
  await runnerOn(worker);
  const script =
    "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; [ $((i % 200)) = 0 ] && sleep 0.12; done; true";
  const job = worker.enqueue(assignmentOf({ script }));
  const report = await worker.finished(job);
  const expected = Array.from({ length: 2000 }, (_, index) => `line ${index + 1}\n`).join("");
  expect(worker.log(job)).toBe(expected);
  expect(report.logBytes).toBe(expected.length);
}

describe("a job's log is whole and not doubled", () => {
  const faults: readonly [string, Fault][] = [
    ["the connection is cut in mid append", "cut"],
    ["the answer to an append is lost", "lost"],
    ["the worker answers 500", { status: 500 }],
    ["the worker answers 502 with a proxy's page", { status: 502 }],
    ["the worker asks to slow down", { status: 429, retryAfter: 0.1 }],
  ];
  it.each(faults)("when %s, every other time", async (_, fault) => {
    const worker = await workerDouble();
    worker.fault = ({ path, count }) => (isLog(path) && count % 2 === 1 ? fault : null);
    await expectWholeLog(worker);
  });

  it("when the worker loses what was not durable: 409 names where to go on", async () => {
    const worker = await workerDouble();
    worker.flushBytes = 10_000;
    let crashes = 0;
    worker.fault = ({ path, count }) => {
      const [job] = worker.jobs.values();
      if (job && isLog(path) && count > 1 && crashes < 4 && job.pending.length > 0) {
        worker.crash(job);
        crashes += 1;
      }
      return null;
    };
    await expectWholeLog(worker);
    expect(crashes).toBeGreaterThan(0);
  });

  it("when the worker loses it just before the finish", async () => {
    const worker = await workerDouble();
    worker.flushBytes = 1e9;
    worker.fault = ({ path, count }) => {
      const [job] = worker.jobs.values();
      if (job && path.endsWith("/finish") && count === 1) worker.crash(job);
      return null;
    };
    await expectWholeLog(worker);
    expect([...worker.jobs.values()][0]?.finishes).toBe(2);
  });

  it("when the finish works and its answer is lost", async () => {
    const worker = await workerDouble();
    worker.fault = ({ path, count }) => (path.endsWith("/finish") && count === 1 ? "lost" : null);
    await expectWholeLog(worker);
  });
});

describe("a job's log is bytes", () => {
  it("one endless line comes as it is, while it grows", async () => {
    const worker = await workerDouble();
    await runnerOn(worker);
    const job = worker.enqueue(
      assignmentOf({ script: "head -c 1000000 /dev/zero | tr '\\0' x; sleep 0.8; printf end" }),
    );
    await worker.until("the beginning is there before the end", () => worker.log(job).length === 1_000_000);
    expect(job.finish).toBeNull();
    await worker.finished(job);
    expect(worker.log(job)).toBe(`${"x".repeat(1_000_000)}end`);
  });

  it("invalid UTF-8 and NUL pass unchanged", async () => {
    const worker = await workerDouble();
    await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "printf '\\377\\376a\\000b\\303'" }));
    await worker.finished(job);
    expect(Buffer.concat(job.kept)).toEqual(Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x62, 0xc3]));
    expect(createHash("sha256").update(Buffer.concat(job.kept)).digest()).toEqual(job.hash.copy().digest());
  });

  it("over the cap the rest is left out, the log says so, and the job goes on", async () => {
    const worker = await workerDouble();
    await runnerOn(worker);
    const script = "head -c 500000 /dev/zero | tr '\\0' x; exit 4";
    const job = worker.enqueue(assignmentOf({ script, logBytes: 100_000 }));
    const report = await worker.finished(job);
    expect(report.exitCodes).toEqual([{ container: "test", code: 4 }]);
    expect(report.logBytes).toBeLessThanOrEqual(100_000);
    expect(worker.log(job)).toContain("over its cap of 100000 bytes");
  });

  it("a worker with a lower cap ends the log, not the job", async () => {
    const worker = await workerDouble();
    worker.fault = ({ path, count }) => (isLog(path) && count > 1 ? { status: 413 } : null);
    await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "echo one; sleep 0.7; echo two" }));
    const report = await worker.finished(job);
    expect([report.reason, report.logBytes, worker.log(job)]).toEqual(["completed", 4, "one\n"]);
  });
});
