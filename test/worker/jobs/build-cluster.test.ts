import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import {
  CLUSTER_TOKEN,
  FakeRunner,
  callRunnerApi,
  completed,
  finishReport,
  heldOf,
  jobStub,
  prowJob,
  startQueued,
  until,
} from "./support.ts";

const cluster = (alias: string) => env.BUILD_CLUSTER.getByName(alias);

/** Pretends that a runner was last heard of long ago, and lets the lease check run. */
async function runOut(alias: string): Promise<void> {
  await runInDurableObject(cluster(alias), async (_instance, state) => {
    state.storage.sql.exec("UPDATE runner SET seen = seen - 120000");
    state.storage.sql.exec("UPDATE todo SET due = ? WHERE key = 'leases'", Date.now() - 1);
    await state.storage.setAlarm(Date.now());
  });
}

it("offers a queued job to a runner that comes, and a new job to a runner that waits", async () => {
  const first = prowJob();
  const alias = first.spec.cluster;
  await startQueued(first);
  const runner = await FakeRunner.connect(alias, "r1", { capacity: 2 });
  const one = await runner.take();
  expect(one.prowjob.metadata.name).toBe(first.metadata.name);
  expect(one.env["JOB_NAME"]).toBe(first.spec.job);
  const second = prowJob({ cluster: alias });
  await jobStub(second.metadata.name).start(JSON.stringify(second), null);
  expect((await runner.take()).job).toBe(second.metadata.name);
  expect(await cluster(alias).status()).toMatchObject({ queued: 0, leased: 2, runners: [{ id: "r1", held: 2 }] });
});

it("offers no more than a runner has room for, and the next when one ends", async () => {
  const first = prowJob();
  const alias = first.spec.cluster;
  const runner = await FakeRunner.connect(alias, "r1");
  await startQueued(first);
  const one = await runner.take();
  const second = prowJob({ cluster: alias });
  await jobStub(second.metadata.name).start(JSON.stringify(second), null);
  await until(async () => (await cluster(alias).status()).queued === 1);
  expect(runner.messages).toEqual([]);
  await jobStub(one.job).finish(one.token, finishReport());
  expect((await runner.receive("offer")).job).toBe(second.metadata.name);
});

it("gives a job that two runners claim to one of them", async () => {
  const job = prowJob();
  await startQueued(job);
  const alias = job.spec.cluster;
  const one = await FakeRunner.connect(alias, "r1");
  const two = await FakeRunner.connect(alias, "r2");
  one.send({ type: "claim", job: job.metadata.name });
  two.send({ type: "claim", job: job.metadata.name });
  const answers = await until(() => {
    const all = [...one.messages, ...two.messages].filter(({ type }) => type === "assignment" || type === "gone");
    return all.length === 2 ? all : null;
  });
  expect(answers.map(({ type }) => type).sort()).toEqual(["assignment", "gone"]);
  expect((await cluster(alias).status()).leased).toBe(1);
});

it("is heard through an eviction of the object: the socket, the lease and the next offer hold", async () => {
  const job = prowJob();
  await startQueued(job);
  const alias = job.spec.cluster;
  const runner = await FakeRunner.connect(alias, "r1", { capacity: 2 });
  const taken = await runner.take();
  await evictDurableObject(cluster(alias));
  runner.send({ type: "heartbeat", held: [heldOf(taken)], free: 1 });
  const second = prowJob({ cluster: alias });
  await jobStub(second.metadata.name).start(JSON.stringify(second), null);
  expect((await runner.take()).job).toBe(second.metadata.name);
  expect((await cluster(alias).status()).leased).toBe(2);
});

it("gives the job of a silent runner to another, and tells the old one that it lost it", async () => {
  const job = prowJob();
  await startQueued(job);
  const alias = job.spec.cluster;
  const runner = await FakeRunner.connect(alias, "r1");
  const taken = await runner.take();
  await jobStub(taken.job).reportState(taken.token, { seq: 1, phase: "running", at: 1 });
  runner.close();
  await runOut(alias);
  const other = await FakeRunner.connect(alias, "r2");
  const again = await other.take();
  expect(again).toMatchObject({ job: taken.job, attempt: 2 });
  expect(again.buildId).not.toBe(taken.buildId);
  const back = await FakeRunner.connect(alias, "r1", { held: [heldOf(taken)] });
  expect(await back.receive("lost")).toMatchObject({ job: taken.job, attempt: 1 });
  expect(await jobStub(taken.job).finish(taken.token, finishReport())).toMatchObject({ error: "stale" });
});

it("lets a runner go on with what it holds after a lost connection", async () => {
  const job = prowJob();
  await startQueued(job);
  const alias = job.spec.cluster;
  const runner = await FakeRunner.connect(alias, "r1");
  const taken = await runner.take();
  runner.close();
  const back = await FakeRunner.connect(alias, "r1", { held: [heldOf(taken)] });
  back.send({ type: "heartbeat", held: [heldOf(taken)], free: 0 });
  expect(await jobStub(taken.job).finish(taken.token, finishReport())).toEqual({ ok: true });
  expect(back.messages).toEqual([]);
  expect(await completed(taken.job)).toMatchObject({ state: "success", attempt: 1 });
});

it("takes a runner back whose lease ran out while its job was not given to another yet", async () => {
  const job = prowJob({ error_on_eviction: true });
  await startQueued(job);
  const alias = job.spec.cluster;
  const runner = await FakeRunner.connect(alias, "r1");
  const taken = await runner.take();
  runner.close();
  // Nothing was heard of this claim, so its end queues the same attempt again.
  await runOut(alias);
  await until(async () => (await cluster(alias).status()).queued === 1);
  const back = await FakeRunner.connect(alias, "r1", { held: [heldOf(taken)] });
  expect(await cluster(alias).status()).toMatchObject({ queued: 0, leased: 1 });
  expect(await jobStub(taken.job).finish(taken.token, finishReport())).toEqual({ ok: true });
  expect(back.messages.filter(({ type }) => type === "lost")).toEqual([]);
});

it("excuses every runner when the object itself was away", async () => {
  const job = prowJob();
  await startQueued(job);
  const alias = job.spec.cluster;
  const runner = await FakeRunner.connect(alias, "r1");
  const taken = await runner.take();
  await jobStub(taken.job).reportState(taken.token, { seq: 1, phase: "running", at: 1 });
  await runInDurableObject(cluster(alias), async (_instance, state) => {
    state.storage.sql.exec("UPDATE runner SET seen = seen - 3600000");
    state.storage.sql.exec("UPDATE todo SET due = ? WHERE key = 'leases'", Date.now() - 3_500_000);
    await state.storage.setAlarm(Date.now());
  });
  await until(async () => (await cluster(alias).status()).runners.length === 1, "the runner, alive again");
  expect((await cluster(alias).status()).leased).toBe(1);
  expect((await jobStub(taken.job).view())?.attempt).toBe(1);
});

it("tells the runner to stop, again with each heartbeat, until the job has ended", async () => {
  const job = prowJob();
  await startQueued(job);
  const runner = await FakeRunner.connect(job.spec.cluster, "r1");
  const taken = await runner.take();
  await jobStub(taken.job).abort("A new commit was pushed.", "trigger", false);
  expect(await runner.receive("abort")).toEqual({
    type: "abort",
    job: taken.job,
    attempt: 1,
    reason: "A new commit was pushed.",
  });
  runner.send({ type: "heartbeat", held: [heldOf(taken)], free: 0 });
  expect((await runner.receive("abort")).attempt).toBe(1);
  expect((await jobStub(taken.job).view())?.completionTime).toBeNull();
  await jobStub(taken.job).finish(taken.token, finishReport({ reason: "aborted" }));
  expect((await completed(taken.job)).state).toBe("aborted");
  await until(async () => (await cluster(job.spec.cluster).status()).leased === 0);
});

it("serves a runner by long poll: offer, claim, assignment, heartbeat", async () => {
  const job = prowJob();
  await startQueued(job);
  const alias = job.spec.cluster;
  const poll = async (messages: unknown[], wait = 0) => {
    const answer = await callRunnerApi(`/runner/${alias}/poll?runner=p1&wait=${wait}`, {
      method: "POST",
      token: CLUSTER_TOKEN,
      body: JSON.stringify(messages),
    });
    return { status: answer.status, messages: answer.status === 200 ? await answer.json<{ type: string }[]>() : [] };
  };
  expect((await poll([{ type: "heartbeat", held: [], free: 1 }])).status).toBe(409);
  const hello = { type: "hello", runner: "p1", executor: "process", version: "t", capacity: 1, held: [] };
  const first = await poll([hello]);
  expect(first.messages.map(({ type }) => type)).toEqual(["welcome", "offer"]);
  const second = await poll([{ type: "claim", job: job.metadata.name }]);
  expect(second.messages).toMatchObject([{ type: "assignment", assignment: { job: job.metadata.name, attempt: 1 } }]);
  // A poll that waits is answered as soon as there is something.
  const waiting = poll([{ type: "heartbeat", held: [{ job: job.metadata.name, attempt: 1, epoch: 1 }], free: 0 }], 20);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await jobStub(job.metadata.name).abort("enough", "alice", false);
  expect((await waiting).messages).toMatchObject([{ type: "abort", job: job.metadata.name }]);
});

it("closes the older of two connections of one name, and what does not speak the protocol", async () => {
  const alias = `cluster-${crypto.randomUUID()}`;
  const one = await FakeRunner.connect(alias, "twin");
  const two = await FakeRunner.connect(alias, "twin");
  expect(await until(() => one.closed)).toMatchObject({ code: 4000 });
  two.sendText('{"type":"hello"}');
  expect(await until(() => two.closed)).toMatchObject({ code: 1007 });
});

it("says after a while why a job waits", async () => {
  const job = prowJob();
  await startQueued(job);
  const stub = jobStub(job.metadata.name);
  await runInDurableObject(stub, async (_instance, state) => {
    state.storage.sql.exec("UPDATE todo SET due = ? WHERE key = 'waiting'", Date.now() - 1);
    await state.storage.setAlarm(Date.now());
  });
  const view = await until(async () => {
    const now = await stub.view();
    return now?.description.startsWith("Waiting") ? now : null;
  });
  expect(view.description).toContain(`build cluster ${job.spec.cluster} has no runner token`);
  expect(view.state).toBe("triggered");
});
