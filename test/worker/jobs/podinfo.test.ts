/** podinfo.json (spec jobs 4.6.4, 6.4): from the runner to R2 and the job's page. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { storagePath } from "../../../src/jobs/paths.ts";
import { type Assignment, POD_INFO_BYTES } from "../../../src/jobs/protocol.ts";
import { BUILD_FILES } from "../../docs/build-files.ts";
import { addRepository, asPage, call } from "../web/harness.ts";
import { callRunnerApi, completed, finishReport, jobStub, prowJob, startQueued, until } from "./support.ts";

const INFO = {
  pod: {
    kind: "Pod",
    metadata: { name: "the-pod", namespace: "test-pods", uid: "u" },
    spec: { nodeName: "node-7", containers: [{ name: "test", env: [{ name: "WORD", value: "not-for-the-page" }] }] },
    status: {
      phase: "Pending",
      conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady", message: "not ready: [test]" }],
      containerStatuses: [
        {
          name: "test",
          image: "img:1",
          restartCount: 0,
          state: { waiting: { reason: "ImagePullBackOff", message: "cannot pull <img:1>" } },
        },
      ],
    },
  },
  events: [
    {
      type: "Warning",
      reason: "Failed",
      message: "Failed to pull image",
      count: 3,
      lastTimestamp: "2026-11-23T10:00:00Z",
    },
  ],
};

async function held(report: Parameters<typeof finishReport>[0] = {}) {
  const job = prowJob({ refs: { org: "harbor", repo: "podinfo", base_ref: "main", base_sha: "b".repeat(40) } });
  const id = job.metadata.name;
  await startQueued(job);
  const assignment: Assignment = JSON.parse((await jobStub(id).claim("r"))?.assignment ?? "null");
  const put = (body: string, token = assignment.token) =>
    callRunnerApi(`/runner/jobs/${id}/podinfo`, { method: "PUT", token, body });
  const finish = async () => {
    await jobStub(id).finish(assignment.token, finishReport(report));
    await completed(id);
    await until(() => env.ARTIFACTS.head(`${storagePath(job.spec, assignment.buildId)}/finished.json`));
  };
  return { id, key: `${storagePath(job.spec, assignment.buildId)}/podinfo.json`, put, finish };
}

it("lies beside finished.json, and the page shows containers, conditions, events and node, but no environment", async () => {
  await addRepository("harbor/podinfo", false);
  const { id, key, put, finish } = await held();
  expect((await put(JSON.stringify(INFO))).status).toBe(200);
  expect((await put(JSON.stringify(INFO))).status).toBe(200);
  await finish();
  expect(await (await env.ARTIFACTS.get(key))?.json()).toEqual(INFO);
  const html = await (await call(`/jobs/${id}`, asPage({}))).text();
  for (const part of ["node-7", "ImagePullBackOff", "cannot pull &lt;img:1>", "Failed (3 times)", "not ready: [test]"])
    expect(html).toContain(part);
  expect(html).not.toContain("not-for-the-page");
  const data = await (await call(`/api/jobs/${id}`)).json();
  expect(data).toMatchObject({ pod: { name: "the-pod", events: [{ at: Date.parse("2026-11-23T10:00:00Z") }] } });
});

it.each([
  ["no JSON", "{", 400],
  ["no pod", '{"events":[]}', 400],
  ["a pod that is a list", '{"pod":[],"events":[]}', 400],
  ["too large", JSON.stringify({ ...INFO, node: { x: "x".repeat(POD_INFO_BYTES) } }), 413],
])("refuses %s", async (_, body, status) => {
  const { key, put } = await held();
  expect((await put(body)).status).toBe(status);
  expect(await env.ARTIFACTS.head(key)).toBeNull();
});

it("takes it with the job's own credential only, and not once the job is over", async () => {
  const { key, put, finish } = await held();
  expect((await put(JSON.stringify(INFO), "another")).status).toBe(401);
  await finish();
  expect((await put(JSON.stringify(INFO))).status).toBe(409);
  expect(await env.ARTIFACTS.head(key)).toBeNull();
});

it("a build has the files that docs/artifacts.md names", async () => {
  const { id, key, put, finish } = await held({
    cloneRecords: [{ refs: {}, commands: [], failed: false, duration: 1 }],
    logBytes: 0,
  });
  await put(JSON.stringify(INFO));
  const folder = key.slice(0, -"podinfo.json".length);
  await env.ARTIFACTS.put(`${folder}artifacts/deep/a.txt`, "a");
  await finish();
  const { objects } = await env.ARTIFACTS.list({ prefix: folder });
  const names = objects.map((object) => object.key.slice(folder.length).replace(/(?<=\/).*/, ""));
  expect([id, names.toSorted()]).toEqual([id, BUILD_FILES]);
});
