import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ARTIFACT_PART_BYTES } from "../../../src/jobs/protocol.ts";
import { assignmentOf } from "./assignment.ts";
import { runnerOn, scratch, workerDouble } from "./with-runner.ts";
import type { Call, Fault, Job, WorkerDouble } from "./worker-double.ts";

async function jobWith(worker: WorkerDouble, script: string): Promise<Job> {
  await runnerOn(worker);
  const job = worker.enqueue(assignmentOf({ script: `cd "$ARTIFACTS"; ${script}` }));
  await worker.finished(job, 60_000);
  return job;
}

/** A fault for each artifact's first try. */
const firstTry =
  (fault: Fault) =>
  ({ path, count }: Call): Fault | null =>
    path.includes("/artifacts/") && count === 1 ? fault : null;

const RESTING = { resting: { restMs: 300, lookMs: 50 } };

describe("artifacts of a job that runs (design 10, Pods)", () => {
  it("go up once they rest; what changes afterwards goes again at the end, nothing else does", async () => {
    const worker = await workerDouble();
    await runnerOn(worker, { pauses: RESTING });
    const signal = path.join(scratch("signal"), "go");
    const script = `cd "$ARTIFACTS"; echo 1 > rests; echo 1 > grows; until test -e "${signal}"; do sleep 0.05; done; echo 2 >> grows; echo 3 > late`;
    const job = worker.enqueue(assignmentOf({ script }));
    await worker.until("both are there while it runs", () => job.artifacts.size === 2);
    expect(job.finish).toBeNull();
    expect(job.artifacts.get("grows")).toMatchObject({ size: 2 });
    writeFileSync(signal, "");
    const { artifacts } = await worker.finished(job, 60_000);
    expect(artifacts).toEqual({ files: 3, bytes: 8, refused: [] });
    expect(Object.fromEntries(job.artifacts)).toMatchObject({
      rests: { size: 2 },
      grows: { size: 4, hash: createHash("sha256").update("1\n2\n").digest("hex") },
      late: { size: 2 },
    });
    const times = (name: string) => worker.calls.filter((call) => call.path.endsWith(`/artifacts/${name}`)).length;
    expect(["rests", "grows", "late"].map(times)).toEqual([1, 2, 1]);
  });

  it("one whose contents are changed and whose time is set back goes again", async () => {
    const worker = await workerDouble();
    await runnerOn(worker, { pauses: RESTING });
    const signal = path.join(scratch("signal"), "go");
    const script = `cd "$ARTIFACTS"; echo 1 > a; touch -d 2020-01-01 a; until test -e "${signal}"; do sleep 0.05; done; echo 2 > a; touch -d 2020-01-01 a`;
    const job = worker.enqueue(assignmentOf({ script }));
    await worker.until("it is there while the job runs", () => job.artifacts.size === 1);
    writeFileSync(signal, "");
    await worker.finished(job, 60_000);
    expect(job.artifacts.get("a")?.hash).toBe(createHash("sha256").update("2\n").digest("hex"));
  });

  it("a large one that was cut off goes on where it was, and is whole", async () => {
    const worker = await workerDouble();
    const sent: string[] = [];
    worker.fault = ({ path: where, method, count }) => {
      if (!where.endsWith("/large") || method !== "PUT") return null;
      sent.push(String(count));
      return sent.length >= 4 && sent.length < 7 ? { status: 503 } : null; // as many tries as an early upload has
    };
    await runnerOn(worker, { pauses: RESTING });
    const bytes = 65 * 1024 * 1024 + 5;
    const signal = path.join(scratch("signal"), "go");
    const script = `cd "$ARTIFACTS"; yes 'an artifact' | head -c ${bytes} > "$TMPDIR/large"; mv "$TMPDIR/large" .; until test -e "${signal}"; do sleep 0.05; done`;
    const job = worker.enqueue(assignmentOf({ script }));
    await worker.until("it is there while the job runs", () => job.artifacts.has("large"), 60_000);
    writeFileSync(signal, "");
    await worker.finished(job, 60_000);
    const hash = createHash("sha256").update(Buffer.alloc(bytes, "an artifact\n")).digest("hex");
    expect(job.artifacts.get("large")).toEqual({ size: bytes, hash });
    expect(sent.length, "no part twice but the refused one").toBe(Math.ceil(bytes / ARTIFACT_PART_BYTES) + 3);
  });

  it("what the worker refuses is tried once while it runs, and named at the end", async () => {
    const worker = await workerDouble();
    worker.fault = ({ path: where }) => (where.endsWith("/bad") ? { status: 413 } : null);
    await runnerOn(worker, { pauses: RESTING });
    const signal = path.join(scratch("signal"), "go");
    const script = `cd "$ARTIFACTS"; echo 1 > bad; echo 1 > good; until test -e "${signal}"; do sleep 0.05; done`;
    const job = worker.enqueue(assignmentOf({ script }));
    await worker.until("the other is there", () => job.artifacts.has("good"));
    writeFileSync(signal, "");
    expect((await worker.finished(job, 60_000)).artifacts).toMatchObject({
      files: 1,
      refused: [expect.stringContaining("bad: 413")],
    });
    expect(worker.calls.filter((call) => call.path.endsWith("/artifacts/bad"))).toHaveLength(2);
  });
});

describe("artifacts", () => {
  it.each<[string, Fault]>([
    ["the worker answers 500", { status: 500 }],
    ["the connection is cut", "cut"],
    ["the answer is lost", "lost"],
  ])("are stored although %s at first", async (_, fault) => {
    const worker = await workerDouble();
    worker.fault = firstTry(fault);
    const job = await jobWith(worker, "echo 1 > a; mkdir sub; echo 22 > sub/b; : > empty");
    expect(job.finish?.artifacts).toEqual({ files: 3, bytes: 5, refused: [] });
    expect(Object.fromEntries(job.artifacts)).toMatchObject({
      a: { size: 2 },
      "sub/b": { size: 3 },
      empty: { size: 0 },
    });
  });

  it("one that cannot be stored is named, the others are stored", async () => {
    const worker = await workerDouble();
    worker.fault = ({ path }) => (path.endsWith("/bad") ? { status: 500 } : null);
    const job = await jobWith(worker, "echo 1 > a; echo 1 > bad");
    expect(job.finish?.artifacts).toMatchObject({ files: 1, refused: [expect.stringContaining("bad: ")] });
  });

  it("1,000 small ones", async () => {
    const worker = await workerDouble();
    const job = await jobWith(worker, "i=0; while [ $i -lt 1000 ]; do echo $i > file-$i; i=$((i+1)); done");
    expect(job.artifacts.size).toBe(1000);
    expect(job.finish?.artifacts).toMatchObject({ files: 1000, refused: [] });
  });

  it("one above 64 MiB goes in parts, of which one fails at first", async () => {
    const worker = await workerDouble();
    let parts = 0;
    worker.fault = ({ path, method }) => {
      if (!path.endsWith("/large") || method !== "PUT") return null;
      parts += 1;
      return parts === 3 ? { status: 503 } : null;
    };
    const bytes = 65 * 1024 * 1024 + 5;
    const job = await jobWith(worker, `yes 'an artifact' | head -c ${bytes} > large`);
    const line = Buffer.from("an artifact\n");
    const expected = Buffer.alloc(bytes, line);
    expect(job.artifacts.get("large")).toEqual({
      size: bytes,
      hash: createHash("sha256").update(expected).digest("hex"),
    });
    expect(parts).toBe(Math.ceil(bytes / ARTIFACT_PART_BYTES) + 1);
  });

  it("links are not followed, out of the folder or within; pipes are not read", async () => {
    const worker = await workerDouble();
    const outside = scratch("outside");
    const job = await jobWith(
      worker,
      `echo secret > "${outside}/secret"; echo 1 > real; ln -s "${outside}/secret" link; ln -s "${outside}" folder; ln -s real near; mkfifo pipe`,
    );
    expect([...job.artifacts.keys()]).toEqual(["real"]);
    expect(job.finish?.artifacts.refused.map((line) => line.split(":")[0]).toSorted()).toEqual([
      "folder",
      "link",
      "near",
      "pipe",
    ]);
  });

  it("a link in the place of the whole folder gives nothing", async () => {
    const worker = await workerDouble();
    const job = await jobWith(worker, 'cd ..; mv "$ARTIFACTS" elsewhere; ln -s /etc "$ARTIFACTS"');
    expect(job.finish).toMatchObject({ artifacts: { files: 0, bytes: 0, refused: [".: not a regular file"] } });
  });

  it("hostile names go as they are, and what the worker refuses is named", async () => {
    const worker = await workerDouble();
    const job = await jobWith(
      worker,
      String.raw`echo 1 > '..\..\x'; echo 1 > '%2e%2e'; echo 1 > 'a b#c?d.txt'; echo 1 > 'ä'; echo 1 > '...'; echo 1 > "$(printf 'n\nl')"; mkdir -p '..a/..b'; echo 1 > '..a/..b/c'`,
    );
    expect([...job.artifacts.keys()].toSorted()).toEqual(["%2e%2e", "...", "..a/..b/c", "a b#c?d.txt", "ä"]);
    expect(job.finish?.artifacts.refused).toHaveLength(2);
  });

  it("an aborted job that lost its lease stores nothing more", async () => {
    const worker = await workerDouble();
    worker.fault = ({ path }) => {
      const [job] = worker.jobs.values();
      if (job && path.includes("/artifacts/")) job.epoch += 1;
      return null;
    };
    await runnerOn(worker);
    const job = worker.enqueue(
      assignmentOf({ script: 'cd "$ARTIFACTS"; for i in 1 2 3 4 5 6 7 8 9; do echo > $i; done' }),
    );
    await worker.until("the runner is free", () => {
      const last = worker.said.at(-1);
      return job.epoch > 1 && last?.type === "heartbeat" && last.held.length === 0;
    });
    expect([job.finishes, job.artifacts.size]).toEqual([0, 0]);
  });
});
