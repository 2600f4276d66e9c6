/** `POST /api/jobs`: what `cutwater mkpj --submit` sends. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ProwJob, ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { jobStub, prowJob, until } from "../jobs/support.ts";
import { ADMIN_TOKEN, addRepository, call, ORIGIN } from "./harness.ts";

beforeAll(() => addRepository("acme/rocket", false));

const post = (body: string): Promise<Response> =>
  call("/api/jobs", {
    method: "POST",
    body,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
  });

describe("a ProwJob that is handed over", () => {
  const periodic = (spec: Partial<ProwJobSpec>): ProwJob => {
    const job = prowJob({ type: "periodic", ...spec });
    const { refs: _, ...rest } = job.spec;
    return { ...job, spec: rest };
  };
  it.each([
    ["presubmit", prowJob()],
    ["periodic", periodic({ extra_refs: [{ org: "acme", repo: "rocket" }] })],
    ["periodic without repositories", periodic({})],
  ])("a %s runs, once, from its beginning and under our address", async (_, job) => {
    const id = job.metadata.name;
    const sent = { ...job, status: { ...job.status, state: "success", url: "https://elsewhere.test/" } };
    const answer = await post(JSON.stringify(sent));
    expect([answer.status, await answer.json()]).toEqual([201, { id, url: `${ORIGIN}/jobs/${id}` }]);
    const view = await until(() => jobStub(id).view(), "the job");
    expect(["triggered", "pending"]).toContain(view.state);
    expect((await post(JSON.stringify(sent))).status).toBe(201);
  });

  it.each([
    ["no JSON", "x"],
    ["no ProwJob", "{}"],
    ["a name that is no UUID", JSON.stringify({ ...prowJob(), metadata: { ...prowJob().metadata, name: "unit" } })],
    ["too large", JSON.stringify({ ...prowJob(), filler: "x".repeat(1024 * 1024) })],
  ])("%s is refused", async (_, body) => {
    expect((await post(body)).status).toBe(400);
  });
});
