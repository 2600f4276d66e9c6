/** The API's description and its answers are of one piece: each real answer is what its schema says, and nothing more. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { OPERATIONS } from "../../../src/routes/api-operations.ts";
import { completed, finishReport, jobStub, prowJob, startQueued, until } from "../jobs/support.ts";
import { ADMIN_TOKEN, addDelivery, addRepository, as, call } from "./harness.ts";

const JOB = "described-unit";
const admin: RequestInit = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
let id = "";
let waiting = "";

beforeAll(async () => {
  await addRepository("described/open", false);
  await addDelivery("guid-described", "described", "open", "described/open#7");
  const pulls = [{ number: 7, author: "mara", sha: "a".repeat(40) }];
  const refs = { org: "described", repo: "open", base_ref: "main", base_sha: "b".repeat(40), pulls };
  const made = prowJob({ job: JOB, refs, rerun_auth_config: { allow_anyone: true } });
  id = made.metadata.name;
  await startQueued(made);
  const { token }: Assignment = JSON.parse((await jobStub(id).claim("r"))?.assignment ?? "null");
  const known = await jobStub(id).podInfoKey(token);
  if (!("key" in known)) throw new Error(known.message);
  const pod = { metadata: { name: "p" }, status: { phase: "Running", conditions: [{ type: "Ready" }] } };
  await env.ARTIFACTS.put(known.key, JSON.stringify({ pod, events: [{ reason: "Started" }] }));
  await jobStub(id).finish(token, finishReport());
  await completed(id);
  const other = prowJob({ job: JOB, refs, rerun_auth_config: { allow_anyone: true } });
  waiting = other.metadata.name;
  await startQueued(other);
  await until(async () => {
    const text = await (await call("/data.js")).text();
    return text.includes(`"prow_job":"${waiting}"`) && new RegExp(`"state":"success"[^}]*${id}`).test(text);
  }, "the index");
});

it.each(OPERATIONS.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  "%s is described: what it answers, as a schema or a type",
  (_, { answer, type }) => expect(answer ?? type).toBeDefined(),
);

/** Where each operation with a schema is asked. */
const ASKED: Readonly<Record<string, () => Promise<Response>>> = {
  "get /api/jobs": () => call("/api/jobs"),
  "get /api/jobs/{id}": () => call(`/api/jobs/${id}`),
  "post /api/jobs/{id}/rerun": async () => call(`/api/jobs/${id}/rerun`, await as(null, { method: "POST" })),
  "post /rerun": async () => call(`/rerun?prowjob=${id}`, await as(null, { method: "POST" })),
  "get /jobs/{id}/artifacts/": () => call(`/jobs/${id}/artifacts/`),
  "get /v1/executions": () => call(`/v1/executions?job_name=${JOB}`, admin),
  "get /v1/executions/{id}": () => call(`/v1/executions/${id}`, admin),
  "get /api/deliveries": () => call("/api/deliveries"),
  "get /plugin-help": () => call("/plugin-help"),
  "get /data.js": () => call("/data.js"),
  "get /prowjobs.js": () => call("/prowjobs.js"),
  "get /job-history/{job}": () => call(`/job-history/${JOB}`),
  "get /pr-history": () => call("/pr-history?org=described&repo=open&pr=7"),
  "post /api/jobs/{id}/abort": async () => call(`/api/jobs/${waiting}/abort`, await as(null, { method: "POST" })),
};

it.each(Object.entries(ASKED))("%s answers as described", async (name, ask) => {
  const operation = OPERATIONS.find(({ method, path }) => `${method} ${path}` === name);
  const answer = await ask();
  expect(answer.status).toBe(operation?.status);
  const said: unknown = await answer.json();
  // What a schema does not name it takes away.
  expect(operation?.answer?.parse(said)).toEqual(said);
});
