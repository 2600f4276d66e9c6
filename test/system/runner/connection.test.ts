import { describe, expect, it } from "vitest";
import { assignmentOf } from "./assignment.ts";
import { runnerOn, workerDouble } from "./with-runner.ts";

describe("the runner stays connected", () => {
  it("after a lost socket it says hello again with what it holds, and the job goes on", async () => {
    const worker = await workerDouble();
    await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "echo ready; sleep 1; echo done" }));
    await worker.until("it runs", () => worker.log(job).includes("ready"));
    for (const socket of worker.sockets) socket.terminate();
    await worker.until("it is back", () => worker.said.filter(({ type }) => type === "hello").length === 2);
    expect(worker.said.findLast(({ type }) => type === "hello")).toMatchObject({
      held: [{ job: job.assignment.job, attempt: 1, epoch: 1 }],
    });
    expect(await worker.finished(job)).toMatchObject({ reason: "completed" });
    expect(worker.log(job)).toBe("ready\ndone\n");
  });

  it("heartbeats tell what it holds and how much is free", async () => {
    const worker = await workerDouble();
    await runnerOn(worker, { capacity: 3 });
    const job = worker.enqueue(assignmentOf({ script: "sleep 1" }));
    const held = { job: job.assignment.job, attempt: 1, epoch: 1 };
    await worker.finished(job);
    expect(worker.said).toContainEqual({ type: "heartbeat", held: [held], free: 2 });
  });

  it("a connection that is silent is given up", async () => {
    const worker = await workerDouble();
    const { printed } = await runnerOn(worker);
    await worker.until("it is connected", () => worker.sockets.size === 1);
    for (const socket of worker.sockets) socket.pause();
    await worker.until("it noticed", () => printed.includes("websocket: the connection is silent"));
    await worker.until("it is back", () => worker.said.filter(({ type }) => type === "hello").length >= 2);
  });

  it("where sockets cannot be opened it polls: jobs run, are aborted, and follow one another", async () => {
    const worker = await workerDouble();
    worker.refuseSockets = true;
    worker.holdMs = 5000;
    const { printed } = await runnerOn(worker, {
      capacity: 1,
      pauses: { reconnect: { firstMs: 20, mostMs: 50 }, calls: { firstMs: 20, mostMs: 50 }, socketRetryMs: 60_000 },
    });
    await worker.until("it polls", () => printed.includes("connected by long poll"));
    const [first, second, third] = [
      worker.enqueue(assignmentOf({ script: "echo one" })),
      worker.enqueue(assignmentOf({ script: "echo ready; sleep 60" })),
      worker.enqueue(assignmentOf({ script: "echo three" })),
    ];
    await worker.until("the second runs", () => worker.log(second).includes("ready"), 4000);
    worker.send({ type: "abort", job: second.assignment.job, attempt: 1, reason: "enough" });
    await worker.finished(third, 4000);
    expect([first.finish?.reason, second.finish?.reason, third.finish?.reason]).toEqual([
      "completed",
      "aborted",
      "completed",
    ]);
  });

  it("it goes back to a socket when one can be opened again", async () => {
    const worker = await workerDouble();
    worker.refuseSockets = true;
    await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "echo ready; sleep 1.5" }));
    await worker.until("it runs", () => worker.log(job).includes("ready"));
    worker.refuseSockets = false;
    await worker.until("it uses a socket", () => worker.sockets.size === 1);
    expect(await worker.finished(job)).toMatchObject({ reason: "completed" });
  });

  it("a wrong cluster token is named as the trouble", async () => {
    const worker = await workerDouble();
    const { printed } = await runnerOn(worker, { token: "wrong" });
    await worker.until("it says so", () => printed.some((line) => line.includes("refuses the cluster token")));
    expect(printed.join("\n")).not.toContain("wrong");
  });

  it("a message that it does not know is left aside", async () => {
    const worker = await workerDouble();
    const { printed } = await runnerOn(worker);
    await worker.until("it is connected", () => worker.sockets.size === 1);
    for (const socket of worker.sockets) {
      socket.send('{"type":"offer","job":"../../etc"}');
      socket.send("not json");
      socket.send('{"type":"from the future"}');
    }
    await worker.until("it says so", () => printed.some((line) => line.includes("not a job id")));
    await worker.finished(worker.enqueue(assignmentOf()));
  });

  it("the same assignment twice runs once", async () => {
    const worker = await workerDouble();
    await runnerOn(worker);
    const job = worker.enqueue(assignmentOf({ script: "echo once; sleep 0.8" }));
    await worker.until("it runs", () => worker.log(job).includes("once"));
    worker.send({ type: "assignment", assignment: job.assignment });
    await worker.finished(job);
    expect([worker.log(job), job.finishes]).toEqual(["once\n", 1]);
  });
});
