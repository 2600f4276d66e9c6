import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { storagePath } from "../../../src/jobs/paths.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import type { ProwJob } from "../../../src/jobs/prowjob.ts";
import { completed, finishReport, heldOf, jobStub, prowJob, startQueued, until } from "./support.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Starts a job and claims it as its cluster would. */
async function claimedJob(job: ProwJob = prowJob()) {
  await startQueued(job);
  const stub = jobStub(job.metadata.name);
  const claimed = await stub.claim("runner-1");
  if (claimed === null) throw new Error("not claimable");
  const assignment: Assignment = JSON.parse(claimed.assignment);
  return { job, stub, assignment, token: assignment.token, held: heldOf(assignment) };
}

const text = async (key: string): Promise<string | null> => (await (await env.ARTIFACTS.get(key))?.text()) ?? null;

it("goes from triggered over pending to success, with its files in R2 and its row in D1", async () => {
  const { job, stub, assignment, token } = await claimedJob();
  expect((await stub.view())?.state).toBe("pending");
  expect(assignment.buildId).toMatch(/^\d{19}$/);
  expect(assignment.env["PROW_JOB_ID"]).toBe(job.metadata.name);
  await stub.reportState(token, { seq: 1, phase: "running", at: 1, node: "node-1" });
  await stub.appendLog(token, 0, bytes("hello\n"));
  expect(await stub.finish(token, finishReport({ logBytes: 6, metadata: { answer: 42 } }))).toEqual({ ok: true });

  const view = await completed(job.metadata.name);
  expect(view).toMatchObject({ state: "success", description: "Job succeeded.", node: "node-1", attempt: 1 });
  const folder = storagePath(job.spec, assignment.buildId);
  const finished = JSON.parse(await until(() => text(`${folder}/finished.json`)));
  expect(finished).toMatchObject({
    passed: true,
    result: "SUCCESS",
    metadata: { answer: 42 },
    revision: "a".repeat(40),
  });
  expect(await text(`${folder}/build-log.txt`)).toBe("hello\n");
  expect(JSON.parse((await text(`${folder}/started.json`)) ?? "")).toMatchObject({ pull: "5" });
  expect(JSON.parse((await text(`${folder}/prowjob.json`)) ?? "")).toMatchObject({
    status: { state: "success", build_id: assignment.buildId },
  });
  expect(await text(`pr-logs/directory/${job.spec.job}/latest-build.txt`)).toBe(assignment.buildId);
  expect(await text(`pr-logs/directory/${job.spec.job}/${assignment.buildId}.txt`)).toContain(folder);
  const row = await until(() =>
    env.DB.prepare("SELECT * FROM prow_job WHERE id = ? AND state = 'success'").bind(job.metadata.name).first(),
  );
  expect(row).toMatchObject({ org: "acme", repo: "rocket", pull: 5, author: "alice", hidden: 0 });
});

it("is created once, however often it is started", async () => {
  const job = prowJob();
  const stub = jobStub(job.metadata.name);
  expect(await stub.start(JSON.stringify(job), null)).toMatchObject({ created: true, summary: { version: 1 } });
  const changed = { ...job, spec: { ...job.spec, context: "another" } };
  expect(await stub.start(JSON.stringify(changed), null)).toMatchObject({ created: false });
  expect((await stub.view())?.context).toBe("pull-rocket-unit");
});

it("refuses a document that is another job's", async () => {
  const stub = jobStub(crypto.randomUUID());
  await expect((async () => stub.start(JSON.stringify(prowJob()), null))()).rejects.toThrow(/was sent to the object/);
});

it("takes the log by offset: overlaps once, gaps not at all, and keeps it when evicted", async () => {
  const { stub, token } = await claimedJob();
  expect(await stub.appendLog(token, 0, bytes("abcdef"))).toMatchObject({ durable: 6 });
  expect(await stub.appendLog(token, 0, bytes("abcdef"))).toMatchObject({ durable: 6 });
  expect(await stub.appendLog(token, 4, bytes("efgh"))).toMatchObject({ durable: 8 });
  expect(await stub.appendLog(token, 10, bytes("x"))).toMatchObject({ error: "gap", durable: 8 });
  await evictDurableObject(stub);
  expect(await stub.appendLog(token, 8, bytes("ij"))).toMatchObject({ durable: 10 });
  const { parts, size } = await stub.logParts(2, 100);
  expect(size).toBe(10);
  expect(parts.map((part) => ("bytes" in part ? new TextDecoder().decode(part.bytes) : part))).toEqual(["cdefghij"]);
});

it("makes one object of a long log, block by block, and reads it by ranges all the while", async () => {
  const { job, stub, token, assignment } = await claimedJob();
  const block = new Uint8Array(256 * 1024);
  const total = 70;
  for (let n = 0; n < total; n += 1) {
    block.fill(n);
    await stub.appendLog(token, n * block.length, block);
  }
  const size = total * block.length;
  const { parts } = await until(async () => {
    const answer = await stub.logParts(0, size);
    return "key" in (answer.parts[0] ?? {}) ? answer : null;
  }, "a segment in R2");
  expect(parts.length).toBeGreaterThan(1);
  await stub.finish(token, finishReport({ logBytes: size }));
  const key = `${storagePath(job.spec, assignment.buildId)}/build-log.txt`;
  const whole = await until(() => env.ARTIFACTS.get(key), "build-log.txt");
  const joined = new Uint8Array(await whole.arrayBuffer());
  expect(joined.length).toBe(size);
  for (let n = 0; n < total; n += 1) expect(joined[n * block.length + 77]).toBe(n);
  const after = await until(async () => {
    const answer = await stub.logParts(100, size);
    return answer.parts.length === 1 ? answer : null;
  }, "one part");
  expect(after.parts).toEqual([{ key, offset: 100, length: size - 100 }]);
}, 60_000);

it("waits with its end until every announced byte of the log is there", async () => {
  const { job, stub, token } = await claimedJob();
  await stub.appendLog(token, 0, bytes("abc"));
  await stub.finish(token, finishReport({ logBytes: 5 }));
  expect((await stub.view())?.completionTime).toBeNull();
  await stub.appendLog(token, 3, bytes("de"));
  expect(await completed(job.metadata.name)).toMatchObject({ state: "success", log: { size: 5, complete: true } });
});

it("answers a finish whose answer was lost with ok, and takes nothing after it", async () => {
  const { stub, token } = await claimedJob();
  await stub.finish(token, finishReport());
  expect(await stub.finish(token, finishReport({ exitCodes: [{ container: "test", code: 1 }] }))).toEqual({ ok: true });
  expect((await stub.view())?.state).toBe("success");
  expect(await stub.appendLog(token, 0, bytes("late"))).toMatchObject({ error: "stale" });
  expect(await stub.bookArtifact(token, "a.txt", 1)).toMatchObject({ error: "stale" });
});

it("tells wrong, another job's and stale credentials apart", async () => {
  const one = await claimedJob();
  const other = await claimedJob();
  const wrong = `${one.token.slice(0, -43)}${"A".repeat(43)}`;
  expect(await one.stub.finish("nonsense", finishReport())).toMatchObject({ error: "unauthorized" });
  expect(await one.stub.finish(wrong, finishReport())).toMatchObject({ error: "unauthorized" });
  expect(await one.stub.finish(other.token, finishReport())).toMatchObject({ error: "forbidden" });
  // The cluster claims anew: its first claim's answer never reached a runner.
  expect(await one.stub.claim("runner-2")).not.toBeNull();
  expect(await one.stub.appendLog(one.token, 0, bytes("x"))).toMatchObject({ error: "stale" });
  expect((await one.stub.view())?.state).toBe("pending");
});

it("lets what runs in the pod store artifacts for the whole attempt, whoever follows it, and nothing else", async () => {
  const { stub, token, held, assignment } = await claimedJob();
  const pod = assignment.podToken ?? "";
  const key = `${storagePath(assignment.prowjob.spec, assignment.buildId)}/artifacts/a.txt`;
  expect(await stub.bookArtifact(pod, "a.txt", 1)).toEqual({ key });
  for (const refused of [
    await stub.appendLog(pod, 0, bytes("forged\n")),
    await stub.reportState(pod, { seq: 1, phase: "running", at: 1 }),
    await stub.podInfoKey(pod),
    await stub.finish(pod, finishReport()),
  ])
    expect(refused).toMatchObject({ error: "forbidden", message: expect.stringContaining("artifacts") });
  // Its runner died before its first word: the pod runs on, first with nobody, then with another runner.
  await stub.lost(held, "its lease ran out");
  expect(await stub.bookArtifact(pod, "a.txt", 1)).toEqual({ key });
  expect(await stub.bookArtifact(token, "a.txt", 1)).toMatchObject({ error: "stale" });
  const second = await stub.claim("runner-2");
  expect(second?.held).toEqual({ ...held, epoch: 2 });
  expect(await stub.bookArtifact(pod, "a.txt", 1)).toEqual({ key });
  expect(await stub.artifactKey(pod, "a.txt")).toEqual({ key });
  expect(await stub.bookArtifact(token, "a.txt", 1)).toMatchObject({ error: "stale" });
  expect(await stub.bookArtifact(`${pod.slice(0, -43)}${"A".repeat(43)}`, "a.txt", 1)).toMatchObject({
    error: "unauthorized",
  });
  expect(await stub.bookArtifact(token.replace("cutwater_", "cutwater-pod_"), "a.txt", 1)).toMatchObject({
    error: "unauthorized",
  });
  // A new attempt has a pod of its own.
  const { token: current }: Assignment = JSON.parse(second?.assignment ?? "{}");
  await stub.reportState(current, { seq: 1, phase: "running", at: 1 });
  await stub.lost({ ...held, epoch: 2 }, "its lease ran out");
  expect(await stub.bookArtifact(pod, "a.txt", 1)).toMatchObject({ error: "stale" });
});

it("keeps no credential in the clear", async () => {
  const { stub, token, assignment } = await claimedJob();
  const secrets = [token, assignment.podToken ?? ""].map((one) => one.slice(-43));
  const dump = await runInDurableObject(stub, (_instance, state) => {
    const tables = ["document", "claim", "timeline", "todo"];
    return JSON.stringify(tables.map((table) => state.storage.sql.exec(`SELECT * FROM ${table}`).toArray()));
  });
  for (const secret of secrets) {
    expect(secret).toHaveLength(43);
    expect(dump).not.toContain(secret);
  }
});

it("aborts in two phases: the state at once, completion when the runner has ended (jobs 7.3: test-infra#19428; test-infra#21167, #8493, #18930)", async () => {
  const { stub, token, job, assignment } = await claimedJob();
  expect(await stub.abort("Aborted by alice.", "alice", false)).toBe(true);
  expect(await stub.abort("again", "bob", false)).toBe(true);
  const view = await stub.view();
  expect(view).toMatchObject({ state: "aborted", description: "Aborted by alice." });
  await stub.finish(token, finishReport({ reason: "aborted", exitCodes: [{ container: "test", code: 130 }] }));
  expect(await completed(job.metadata.name)).toMatchObject({ state: "aborted", description: "Aborted by alice." });
  expect(await stub.abort("too late", "alice", false)).toBe(false);
  const finished = await until(() => text(`${storagePath(job.spec, assignment.buildId)}/finished.json`));
  expect(JSON.parse(finished)).toMatchObject({ passed: false, result: "ABORTED" });
});

it("completes an aborted job that nobody holds at once, and never gives it to a runner", async () => {
  const job = prowJob();
  await startQueued(job);
  const stub = jobStub(job.metadata.name);
  await stub.abort("Superseded by a newer run.", "system", true);
  expect(await stub.view()).toMatchObject({ state: "aborted", completionTime: expect.any(Number) });
  expect(await stub.claim("runner-1")).toBeNull();
  await until(async () => (await env.BUILD_CLUSTER.getByName(job.spec.cluster).status()).queued === 0, "release");
});

it("starts a lost attempt anew with a new build id, and gives up after max_revivals (jobs 7.3: test-infra#11594, #19082; test-infra#19036)", async () => {
  const { stub, held, token, assignment, job } = await claimedJob();
  await stub.reportState(token, { seq: 1, phase: "running", at: 1 });
  await stub.appendLog(token, 0, bytes("first try\n"));
  await stub.lost(held, "its lease ran out");
  expect(await stub.view()).toMatchObject({ state: "pending", attempt: 2 });
  expect(await stub.appendLog(token, 10, bytes("more"))).toMatchObject({ error: "stale" });
  expect(await stub.resume(held, "runner-1", job.spec.cluster)).toBe(false);
  await stub.lost(held, "told twice");
  expect(await stub.view()).toMatchObject({ attempt: 2 });

  let buildId = assignment.buildId;
  for (let attempt = 2; attempt <= 4; attempt += 1) {
    const claimed = await stub.claim("runner-2");
    const next: Assignment = JSON.parse(claimed?.assignment ?? "null");
    expect(next.attempt).toBe(attempt);
    expect(BigInt(next.buildId)).toBeGreaterThan(BigInt(buildId));
    buildId = next.buildId;
    await stub.reportState(next.token, { seq: 1, phase: "running", at: 1 });
    await stub.lost(heldOf(next), "its lease ran out");
  }
  const view = await completed(job.metadata.name);
  expect(view.state).toBe("error");
  expect(view.description).toContain("3 times");
  await until(
    async () => (await text(`pr-logs/directory/${job.spec.job}/latest-build.txt`)) === buildId,
    "latest-build",
  );
  const first = await until(() => text(`${storagePath(job.spec, assignment.buildId)}/build-log.txt`));
  expect(first).toMatch(/^first try\n\n\[cutwater\] The runner fell silent/);
  const given = await until(() => text(`${storagePath(job.spec, assignment.buildId)}/finished.json`));
  expect(JSON.parse(given)).toMatchObject({ result: "ABORTED" });
});

it("ends in a clear error when the runner is lost and the job must not run twice (jobs 7.3: test-infra#4577, #10188)", async () => {
  const { stub, held, token, job } = await claimedJob(prowJob({ error_on_eviction: true }));
  await stub.reportState(token, { seq: 1, phase: "running", at: 1 });
  await stub.lost(held, "its lease ran out");
  const view = await completed(job.metadata.name);
  expect(view.state).toBe("error");
  expect(view.description).toMatch(/runner was lost.*does not run again/);
});

it("queues an assignment that never arrived again, without counting it", async () => {
  const { job, stub, held } = await claimedJob(prowJob({ error_on_eviction: true }));
  await stub.lost(held, "its lease ran out");
  expect(await stub.view()).toMatchObject({ state: "pending", attempt: 1, completionTime: null });
  expect(await stub.resume(held, "runner-1", "another-cluster")).toBe(false);
  expect(await stub.resume(held, "runner-1", job.spec.cluster)).toBe(true);
});

it("times out a job that never comes to run, and one that never ends (jobs 7.3: test-infra#11617, #18191, #11579, #16008)", async () => {
  const decoration = {
    timeout: "1s",
    grace_period: "1s",
    pod_unscheduled_timeout: "50ms",
    pod_running_timeout: "300ms",
  };
  const silent = await claimedJob(prowJob({ decoration_config: decoration }));
  expect(await completed(silent.job.metadata.name)).toMatchObject({
    state: "error",
    description: "Pod scheduling timeout.",
  });
  const cloning = await claimedJob(
    prowJob({ decoration_config: { ...decoration, pod_unscheduled_timeout: "5s", pod_pending_timeout: "100ms" } }),
  );
  await cloning.stub.reportState(cloning.token, { seq: 1, phase: "cloning", at: 1 });
  expect(await completed(cloning.job.metadata.name)).toMatchObject({ description: "Pod pending timeout." });
  const running = await claimedJob(prowJob({ decoration_config: { ...decoration, pod_unscheduled_timeout: "5s" } }));
  await running.stub.reportState(running.token, { seq: 1, phase: "running", at: 1 });
  // The cluster gave this claim to no runner of its own, so the abort is confirmed at once.
  expect(await completed(running.job.metadata.name)).toMatchObject({
    state: "aborted",
    description: "Pod running timeout.",
  });
});

it("counts artifacts against the caps by what is stored, not by how often it was sent", async () => {
  const { stub, token, job, assignment } = await claimedJob();
  const folder = storagePath(job.spec, assignment.buildId);
  const half = 6 * 1024 ** 3;
  expect(await stub.bookArtifact(token, "big.bin", half)).toEqual({ key: `${folder}/artifacts/big.bin` });
  expect(await stub.bookArtifact(token, "big.bin", half)).toEqual({ key: `${folder}/artifacts/big.bin` });
  expect(await stub.bookArtifact(token, "other.bin", half)).toMatchObject({ error: "limit" });
  expect(await stub.bookArtifact(token, "parts.bin", 1024 ** 3, 1)).toMatchObject({ key: expect.any(String) });
  expect(await stub.bookArtifact(token, "parts.bin", 1024 ** 3, 2)).toMatchObject({ key: expect.any(String) });
  expect(await stub.bookArtifact(token, "parts.bin", 1024 ** 3, 2)).toMatchObject({ key: expect.any(String) });
  expect(await stub.bookArtifact(token, "parts.bin", 3 * 1024 ** 3, 3)).toMatchObject({ error: "limit" });
});

it("ends with a failure that names the exit code", async () => {
  const { stub, token, job } = await claimedJob();
  await stub.finish(token, finishReport({ exitCodes: [{ container: "test", code: 3 }] }));
  expect(await completed(job.metadata.name)).toMatchObject({
    state: "failure",
    description: "Job failed: exit code 3.",
  });
});

it("sends a viewer the log so far, then every byte as it comes, then the end", async () => {
  const { stub, token, job } = await claimedJob();
  await stub.appendLog(token, 0, bytes("one "));
  const answer = await stub.fetch("http://job/log/stream?after=2", { headers: { upgrade: "websocket" } });
  const socket = answer.webSocket;
  if (!socket) throw new Error("no socket");
  socket.binaryType = "arraybuffer";
  const seen: unknown[] = [];
  socket.addEventListener("message", ({ data }) => {
    seen.push(typeof data === "string" ? JSON.parse(data) : new TextDecoder().decode(data));
  });
  socket.accept();
  expect(await stub.appendLog(token, 4, bytes("two"))).toMatchObject({ durable: 7, flushMs: 1000 });
  await stub.finish(token, finishReport({ logBytes: 7 }));
  await completed(job.metadata.name);
  await until(() => seen.length >= 5);
  expect(seen).toEqual([
    { type: "at", attempt: 1, offset: 2 },
    "e ",
    expect.objectContaining({ type: "state", state: "pending", size: 4 }),
    "two",
    expect.objectContaining({ type: "state", state: "success", complete: true }),
  ]);
});
