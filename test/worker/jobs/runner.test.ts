import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { storagePath } from "../../../src/jobs/paths.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { CLUSTER_TOKEN, callRunnerApi, completed, finishReport, jobStub, prowJob, startQueued } from "./support.ts";

async function claimed() {
  const job = prowJob();
  await startQueued(job);
  const answer = await jobStub(job.metadata.name).claim("runner-1");
  const assignment: Assignment = JSON.parse(answer?.assignment ?? "null");
  const call = (method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}) =>
    callRunnerApi(`/runner/jobs/${job.metadata.name}${path}`, {
      method,
      token: assignment.token,
      headers,
      ...(body === undefined ? {} : { body }),
    });
  return { job, assignment, call, folder: storagePath(job.spec, assignment.buildId) };
}

const codeOf = async (answer: Response) => (await answer.json<{ error: { code: string } }>()).error.code;

it("refuses a cluster token that is missing, wrong, or another cluster's", async () => {
  for (const token of ["", "wrong", `${CLUSTER_TOKEN}x`]) {
    const answer = await callRunnerApi("/runner/default/poll", { method: "POST", token, body: "[]" });
    expect([answer.status, await codeOf(answer)]).toEqual([401, "unauthorized"]);
  }
  const connect = await callRunnerApi("/runner/default/connect", { headers: { upgrade: "websocket" } });
  expect(connect.status).toBe(401);
  const prototype = await callRunnerApi("/runner/constructor/poll", { method: "POST", token: "x", body: "[]" });
  expect(prototype.status).toBe(401);
});

it("asks for an upgrade on the socket's path, and for JSON of the protocol on the poll's", async () => {
  expect((await callRunnerApi("/runner/default/connect", { token: CLUSTER_TOKEN })).status).toBe(426);
  for (const body of ["not json", '{"type":"hello"}', '[{"type":"hello"}]', "[1]"]) {
    const answer = await callRunnerApi("/runner/default/poll?runner=r", { method: "POST", token: CLUSTER_TOKEN, body });
    expect(answer.status).toBe(400);
  }
});

it("says which attempts are over, for pods that a runner finds and does not follow (jobs 7.3: test-infra#11617, #18191, #11579, #16008)", async () => {
  const running = prowJob({ cluster: "default" });
  const ended = prowJob({ cluster: "default" });
  const elsewhere = prowJob();
  for (const job of [running, ended, elsewhere]) await startQueued(job);
  await jobStub(ended.metadata.name).abort("because", "somebody", false);
  await completed(ended.metadata.name);
  const asked = [running, ended, elsewhere].map(({ metadata }) => ({ job: metadata.name, attempt: 1 }));
  const unknown = { job: crypto.randomUUID(), attempt: 1 };
  const body = JSON.stringify({ attempts: [...asked, unknown, { job: "no id of ours", attempt: 1 }] });
  const answer = await callRunnerApi("/runner/default/ended", { method: "POST", token: CLUSTER_TOKEN, body });
  expect(await answer.json()).toEqual({ attempts: [asked[1], unknown, { job: "no id of ours", attempt: 1 }] });
  const many = JSON.stringify({ attempts: Array.from({ length: 41 }, () => unknown) });
  expect(
    (await callRunnerApi("/runner/default/ended", { method: "POST", token: CLUSTER_TOKEN, body: many })).status,
  ).toBe(400);
});

it("takes the log and the result, and maps refusals to their codes", async () => {
  const { call, job, assignment } = await claimed();
  const ok = await call("PUT", "/log?offset=0", "hello");
  expect(await ok.json()).toEqual({ durable: 5, flushMs: 2_000 });
  const gap = await call("PUT", "/log?offset=9", "x");
  expect(gap.status).toBe(409);
  expect(await gap.json()).toMatchObject({ error: { code: "gap" }, durable: 5 });
  expect((await call("PUT", "/log?offset=5", new Uint8Array(256 * 1024 + 1))).status).toBe(413);
  expect((await call("PUT", "/log?offset=-1", "x")).status).toBe(400);
  expect((await call("PUT", "/log", "x")).status).toBe(400);
  expect((await call("POST", "/state", '{"seq":0}')).status).toBe(400);
  expect((await call("POST", "/state", '{"seq":1,"phase":"running","at":5}')).status).toBe(200);
  expect((await call("POST", "/finish", "{}")).status).toBe(400);
  const wrong = await callRunnerApi(`/runner/jobs/${job.metadata.name}/log?offset=0`, {
    method: "PUT",
    token: CLUSTER_TOKEN,
    body: "x",
  });
  expect([wrong.status, await codeOf(wrong)]).toEqual([401, "unauthorized"]);
  const others = await callRunnerApi(`/runner/jobs/${crypto.randomUUID()}/log?offset=0`, {
    method: "PUT",
    token: assignment.token,
    body: "x",
  });
  expect([others.status, await codeOf(others)]).toEqual([403, "forbidden"]);
  expect((await call("POST", "/finish", finishReport({ logBytes: 5 }))).status).toBe(200);
  expect((await completed(job.metadata.name)).state).toBe("success");
  const late = await call("PUT", "/log?offset=5", "late");
  expect([late.status, await codeOf(late)]).toEqual([409, "stale"]);
});

it("stores an artifact below artifacts/ with its content type, and again without harm", async () => {
  const { call, folder } = await claimed();
  for (const text of ["<testsuite/>", "<testsuites/>"])
    expect((await call("PUT", "/artifacts/sub%20dir/junit_01.xml", text)).status).toBe(200);
  const stored = await env.ARTIFACTS.get(`${folder}/artifacts/sub dir/junit_01.xml`);
  expect(await stored?.text()).toBe("<testsuites/>");
  expect(stored?.httpMetadata?.contentType).toBe("application/xml");
});

it.each([
  ["a parent folder", "..%2f..%2fstarted.json"],
  ["a parent folder inside", "a/%2e%2e%2f..%2f..%2fx"],
  ["an absolute path", "%2fetc%2fpasswd"],
  ["a NUL byte", "a%00b"],
  ["a line break", "a%0ab"],
  ["a backslash", "..%5c..%5cx"],
  ["no valid UTF-8", "%ff%fe"],
  ["a folder", "dir%2f"],
  ["nothing", ""],
  ["a path that is too long", "x/".repeat(400)],
  ["a name that is too long", "y".repeat(300)],
])("refuses an artifact named with %s, and says why", async (_what, path) => {
  const { call, folder } = await claimed();
  const answer = await call("PUT", `/artifacts/${path}`, "evil");
  expect(answer.status).toBe(400);
  const { error } = await answer.json<{ error: { message: string } }>();
  expect(error.message).toMatch(/refused/);
  expect((await env.ARTIFACTS.list({ prefix: folder })).objects.map(({ key }) => key)).not.toContain(
    expect.stringContaining("evil"),
  );
});

it("cannot be led out of the artifacts by a path that the URL itself resolves", async () => {
  const { call, folder, assignment } = await claimed();
  const answer = await call("PUT", "/artifacts/../../x", "evil");
  expect(answer.status).toBe(404);
  const keys = (await env.ARTIFACTS.list({ prefix: folder })).objects.map(({ key }) => key.slice(folder.length));
  expect(keys.filter((key) => !["/started.json", "/prowjob.json"].includes(key))).toEqual([]);
  expect(assignment.limits.artifactFiles).toBeGreaterThan(1000);
});

it("wants to know an artifact's size before it comes, and refuses what is too large for one request", async () => {
  const { call } = await claimed();
  const endless = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(1024));
    },
  });
  expect((await call("PUT", "/artifacts/endless.bin", endless)).status).toBe(411);
  const large = await call("PUT", "/artifacts/large.bin", "x", { "content-length": String(65 * 1024 * 1024) });
  expect(large.status).toBe(413);
});

it("puts a large artifact together from its parts, also when the last answer was lost", async () => {
  const { call, folder } = await claimed();
  const path = "/artifacts/core.dump";
  const { uploadId } = await (await call("POST", `${path}?uploads`)).json<{ uploadId: string }>();
  const parts: { partNumber: number; etag: string }[] = [];
  for (const [index, size] of [5 * 1024 * 1024, 5 * 1024 * 1024, 3].entries()) {
    const query = `?uploadId=${encodeURIComponent(uploadId)}&partNumber=${index + 1}`;
    const answer = await call("PUT", path + query, new Uint8Array(size).fill(index + 1));
    expect(answer.status).toBe(200);
    parts.push({ partNumber: index + 1, etag: (await answer.json<{ etag: string }>()).etag });
  }
  const complete = () =>
    call("POST", `${path}?uploadId=${encodeURIComponent(uploadId)}`, JSON.stringify({ parts: parts }));
  expect((await complete()).status).toBe(200);
  expect((await complete()).status).toBe(200);
  expect((await env.ARTIFACTS.head(`${folder}/artifacts/core.dump`))?.size).toBe(10 * 1024 * 1024 + 3);
  const nothing = await call("POST", "/artifacts/other?uploadId=none", JSON.stringify({ parts }));
  expect(nothing.status).toBe(400);
  expect((await call("POST", "/artifacts/other", "x")).status).toBe(400);
});

it("keeps a metadata.json and clone output of any size within a row", async () => {
  const { call, job } = await claimed();
  const record = {
    refs: { org: "acme", repo: "rocket" },
    commands: [{ command: "git fetch", output: "x".repeat(1_500_000), duration: 1 }],
    failed: false,
    final_sha: "c".repeat(40),
    duration: 1,
  };
  const metadata = { big: "y".repeat(500_000) };
  expect((await call("POST", "/finish", finishReport({ cloneRecords: [record], metadata }))).status).toBe(200);
  expect((await completed(job.metadata.name)).state).toBe("success");
});
