/** gangway: tokens, scopes, what a client may start and see; and the description of the API (spec jobs 4.15). */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../src/jobs/credential.ts";
import type { ApiClient } from "../../../src/jobs/gangway.ts";
import { ADMIN_TOKEN, call, SETTINGS, type TestSettings } from "./harness.ts";
import { jobStub, prowJob, startQueued } from "../jobs/support.ts";
import { useConfiguration } from "./configuration.ts";

const SPEC = "spec: { containers: [{ image: i, command: [make], env: [{ name: A, value: a }] }] }";
const CONFIG = `
presubmits:
  gang/way:
  - { name: gang-pre, ${SPEC} }
  - { name: gang-hidden, hidden: true, ${SPEC} }
  - { name: gang-tenant, prowjob_defaults: { tenant_id: guild }, ${SPEC} }
postsubmits:
  gang/way:
  - { name: gang-post, labels: { team: a }, annotations: { note: old }, branches: [^main$], ${SPEC} }
periodics:
- { name: gang-cron, interval: 1h, ${SPEC} }
`;
const B = "b".repeat(40);
const refs = { org: "gang", repo: "way", base_ref: "main", base_sha: B };
const pulls = [{ number: 5, author: "mara", sha: "a".repeat(40) }];
const post = { job_name: "gang-post", job_execution_type: "POSTSUBMIT", refs };
const pre = { job_name: "gang-pre", job_execution_type: "PRESUBMIT", refs: { ...refs, pulls } };
const cron = { job_name: "gang-cron", job_execution_type: "PERIODIC" };
let settings: TestSettings = {};
let forget = async (): Promise<void> => {};

interface Told {
  readonly id: string;
  readonly job_status: string;
  readonly job_execution?: readonly { readonly id: string }[];
}

beforeAll(async () => {
  ({ forget } = await useConfiguration(CONFIG));
  const client = async (token: string, over: Partial<ApiClient>) => ({
    sha256: await sha256Hex(token),
    scopes: ["jobs:start", "jobs:read"],
    ...over,
  });
  settings = {
    ...SETTINGS,
    API_TOKENS: JSON.stringify({
      all: await client("all", { repositories: ["*"] }),
      way: await client("way", { repositories: ["Gang/Way"] }),
      other: await client("other", { repositories: ["other"] }),
      guild: await client("guild", { tenants: ["guild"] }),
      aborter: await client("aborter", { repositories: ["gang"], scopes: ["jobs:abort"] }),
      reader: await client("reader", { repositories: ["*"], scopes: ["jobs:read"] }),
    }),
  };
});

afterAll(() => forget());

const ask = (token: string | null, path: string, body?: object, headers: Record<string, string> = {}) =>
  call(
    path,
    {
      ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    },
    settings,
  );
const start = (token: string | null, body: object, headers = {}) => ask(token, "/v1/executions", body, headers);

describe("who may start what", () => {
  it.each<[string, string | null, object, number]>([
    ["nobody", null, post, 401],
    ["a wrong token", "wrong", post, 401],
    ["a token without the scope", "reader", post, 403],
    ["of its repository, in any case", "way", post, 200],
    ["of another repository: not there", "other", post, 404],
    ["of another repository, no such job: not there either", "other", { ...post, job_name: "none" }, 404],
    ["a presubmit", "all", pre, 200],
    ["a hidden job: nobody's", "all", { ...pre, job_name: "gang-hidden" }, 404],
    ["a tenant's job by repository: not there", "all", { ...pre, job_name: "gang-tenant" }, 404],
    ["a tenant's job by its tenant", "guild", { ...pre, job_name: "gang-tenant" }, 200],
    ["another job by a tenant: not there", "guild", pre, 404],
    ["a periodic of no repository needs *", "way", cron, 404],
    ["a periodic of no repository", "all", cron, 200],
    ["the administrator", ADMIN_TOKEN, { ...pre, job_name: "gang-hidden" }, 200],
  ])("%s", async (_, token, body, status) => expect((await start(token, body)).status).toBe(status));

  it.each<[string, object]>([
    ["no JSON of ours", { job: "x" }],
    ["no such job", { ...post, job_name: "none" }],
    ["of another type", { ...post, job_execution_type: "PRESUBMIT", refs: { ...refs, pulls } }],
    ["a branch that it does not run on", { ...post, refs: { ...refs, base_ref: "release" } }],
    ["a presubmit without a pull request", { ...pre, refs }],
    ["a periodic with refs", { ...cron, refs }],
    ["a short SHA", { ...post, refs: { ...refs, base_sha: "b" } }],
    ["a label of ours", { ...post, pod_spec_options: { labels: { "prow.k8s.io/type": "x" } } }],
    ["no variable's name", { ...post, pod_spec_options: { envs: { "a b": "x" } } }],
  ])("%s is refused with a reason", async (_, body) => {
    const answer = await start("all", body);
    expect(answer.status).toBe(400);
    expect((await answer.json<{ error: { message: string } }>()).error.message).not.toBe("");
  });
});

describe("a started job", () => {
  it("has the variables, labels and annotations of the request, and is told of", async () => {
    const options = { envs: { EXTRA: "x" }, labels: { team: "b" }, annotations: { note: "new" } };
    const answer = await start("way", { ...post, pod_spec_options: options });
    const told = await answer.json<Told>();
    expect(told).toMatchObject({ job_name: "gang-post", job_type: "POSTSUBMIT", job_status: "TRIGGERED", refs });
    const job = JSON.parse((await jobStub(told.id).prowjob()) ?? "null");
    expect(job.metadata).toMatchObject({ labels: { team: "b" }, annotations: { note: "new" } });
    const [container] = job.spec.pod_spec.containers;
    expect(container.env).toEqual([
      { name: "A", value: "a" },
      { name: "EXTRA", value: "x" },
    ]);
    const seen = await (await ask("reader", `/v1/executions/${told.id}`)).json<Told>();
    expect(seen).toMatchObject({ id: told.id, job_url: expect.stringContaining(`/jobs/${told.id}`) });
    expect((await ask("other", `/v1/executions/${told.id}`)).status).toBe(404);
  });

  it("the same Idempotency-Key is the same job", async () => {
    const key = { "idempotency-key": "once" };
    const [one, two] = [await start("way", post, key), await start("way", post, key)];
    const [first, second] = [await one.json<Told>(), await two.json<Told>()];
    expect(second.id).toBe(first.id);
    expect((await (await start("way", post, { "idempotency-key": "twice" })).json<Told>()).id).not.toBe(first.id);
  });

  it("is listed by its name for whom it is", async () => {
    const list = async (token: string) =>
      (await (await ask(token, "/v1/executions?job_name=gang-post")).json<Told>()).job_execution ?? [];
    await expect.poll(async () => (await list("way")).length).toBeGreaterThan(0);
    expect(await list("other")).toEqual([]);
    expect((await ask("way", "/v1/executions")).status).toBe(400);
  });
});

describe("the API's description", () => {
  it("is OpenAPI from the schemas, and each of its paths is a route", async () => {
    const document = await (await call("/api/openapi.json")).json<{
      openapi: string;
      paths: Record<string, Record<string, { requestBody?: object; responses: object }>>;
    }>();
    expect(document.openapi).toBe("3.1.0");
    expect(document.paths["/v1/executions"]?.["post"]?.requestBody).toMatchObject({
      content: { "application/json": { schema: { required: ["job_name", "job_execution_type"] } } },
    });
    for (const path of Object.keys(document.paths)) {
      const answer = await call(
        path.replace(/\{(id|guid|path|job)\}/g, "x").replace("/x", "/00000000-0000-4000-8000-000000000000"),
      );
      expect([path, [200, 400, 401, 404].includes(answer.status)]).toEqual([path, true]);
      if (answer.status === 404) expect(await answer.text()).toMatch(/yours to see|may see|no such/i);
    }
  });

  it("is a page", async () => {
    const html = await (await call("/api", { headers: { accept: "text/html" } })).text();
    expect(html).toMatch(/POST \/v1\/executions[\s\S]*jobs:start[\s\S]*\/badge\.svg/);
  });
});

describe("a bulk update", () => {
  const bulk = (token: string | null, over: object = {}) => {
    const change = { current: "TRIGGERED", desired: "ABORTED" };
    return ask(token, "/v1/bulk-job-status-update", { job_status_change: change, ...over });
  };
  const bulkRefs = { org: "gang", repo: "bulk" };

  /** Jobs of a repository of their own, in the index. */
  async function waiting(count: number, over: Partial<Parameters<typeof prowJob>[0]> = {}): Promise<string[]> {
    const made = Array.from({ length: count }, () =>
      prowJob({ refs: { ...bulkRefs, base_ref: "main", base_sha: B, pulls }, ...over }),
    );
    for (const job of made) await startQueued(job);
    const ids = made.map((job) => job.metadata.name);
    await expect
      .poll(async () => {
        const { results } = await env.DB.prepare(
          "SELECT id FROM prow_job WHERE id IN (SELECT value FROM json_each(?)) AND state = 'triggered'",
        )
          .bind(JSON.stringify(ids))
          .all();
        return results.length;
      })
      .toBe(count);
    return ids;
  }
  const stateOf = async (id: string) => (await jobStub(id).view())?.state;

  it.each<[string, string | null, object, number]>([
    ["nobody", null, {}, 401],
    ["a token without the scope", "way", {}, 403],
    ["to another state", "aborter", { job_status_change: { current: "PENDING", desired: "SUCCESS" } }, 400],
    ["of what is over", "aborter", { job_status_change: { current: "SUCCESS", desired: "ABORTED" } }, 400],
    ["no time", "aborter", { started_before: "yesterday" }, 400],
    ["an unknown member", "aborter", { jobs: [] }, 400],
  ])("%s: refused", async (_, token, over, status) => expect((await bulk(token, over)).status).toBe(status));

  it("ends what is named by all that is given, and only what the token may", async () => {
    const [one = "", two = ""] = await waiting(2);
    const [other = ""] = await waiting(1, { refs: { org: "other", repo: "x", base_ref: "main", base_sha: B } });
    const past = new Date(Date.now() - 3_600_000).toISOString();
    for (const none of [
      { started_before: past },
      { cluster: "none" },
      { job_type: "PERIODIC" },
      { refs: { org: "x" } },
    ])
      expect(await (await bulk("aborter", none)).json()).toMatchObject({ changed: 0 });
    expect([await stateOf(one), await stateOf(two)]).toEqual(["triggered", "triggered"]);
    const answer = await bulk("aborter", { started_after: past, refs: bulkRefs, job_type: "PRESUBMIT" });
    expect([answer.status, await answer.json()]).toEqual([200, { changed: 2, started_after: null }]);
    expect([await stateOf(one), await stateOf(two)]).toEqual(["aborted", "aborted"]);
    expect((await jobStub(one).view())?.description).toContain("aborter");
    expect(await (await bulk("aborter", { refs: { org: "other" } })).json()).toMatchObject({ changed: 0 });
    expect(await stateOf(other)).toBe("triggered");
    expect(await (await bulk(ADMIN_TOKEN, { refs: { org: "Other", repo: "X" } })).json()).toMatchObject({ changed: 1 });
    expect(await stateOf(other)).toBe("aborted");
  });
});
