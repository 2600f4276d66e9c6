/** Deck's endpoints through the worker: shapes, parameters, and who sees what (spec jobs 4.7). */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import type { ProwJob, ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { completed, finishReport, jobStub, prowJob, startQueued, until } from "../jobs/support.ts";
import { ADMIN_TOKEN, addJob, addRepository, as, call, gitHub } from "./harness.ts";

const TENANT = { prowjob_defaults: { tenant_id: "guild" } };
const names = { open: "deck-open", shut: "deck-shut", hidden: "deck-hidden", tenant: "deck-tenant" };
const ids: Record<string, string> = {};
const builds: Record<string, string> = {};

const refs = (repo: string) => ({
  org: "deck",
  repo,
  base_ref: "main",
  base_sha: "b".repeat(40),
  pulls: [{ number: 5, author: "mara", sha: "a".repeat(40) }],
});

async function run(job: string, spec: Partial<ProwJobSpec>): Promise<void> {
  const made = prowJob({
    job,
    refs: refs("open"),
    pod_spec: { containers: [{ image: "secret-image" }] },
    rerun_auth_config: { allow_anyone: true },
    ...spec,
  });
  const id = made.metadata.name;
  ids[job] = id;
  await startQueued(made);
  const { token, buildId }: Assignment = JSON.parse((await jobStub(id).claim("r"))?.assignment ?? "null");
  builds[job] = buildId;
  await jobStub(id).appendLog(token, 0, new TextEncoder().encode(`log of ${job}\n`));
  await jobStub(id).finish(token, finishReport({ logBytes: job.length + 8 }));
  await completed(id);
}

beforeAll(async () => {
  await addRepository("deck/open", false);
  await addRepository("deck/shut", true);
  await run(names.open, {});
  await run(names.shut, { refs: refs("shut") });
  await run(names.hidden, { hidden: true });
  await run(names.tenant, TENANT);
  const admin = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
  const rows = async (): Promise<readonly { job: string; state: string }[]> => (await call("/data.js", admin)).json();
  await until(
    async () => (await rows()).filter(({ job, state }) => job.startsWith("deck-") && state === "success").length === 4,
    "the index",
  );
});
afterEach(() => void vi.unstubAllGlobals());

const admin: RequestInit = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
const reads = (job: string): string[] => [
  `/log?job=${job}&id=${builds[job]}`,
  `/prowjob?prowjob=${ids[job]}`,
  `/rerun?prowjob=${ids[job]}`,
];

describe("who sees what", () => {
  it.each([
    ["everybody sees", "open", 200, 200],
    ["of a private repository only its readers see", "shut", 404, 200],
    ["of a hidden job only administrators see", "hidden", 404, 404],
    ["of a tenant's job only administrators see", "tenant", 404, 404],
  ] as const)("%s it", async (_, which, stranger, reader) => {
    gitHub({ "GET /repos/deck/shut": () => Response.json({ full_name: "deck/shut", private: true }) });
    const job = names[which];
    for (const path of reads(job)) {
      expect([path, (await call(path)).status]).toEqual([path, stranger]);
      expect([path, (await call(path, await as("deck-reader"))).status]).toEqual([path, reader]);
      expect([path, (await call(path, admin)).status]).toEqual([path, 200]);
    }
    for (const path of ["/data.js", "/prowjobs.js", "/badge.svg?jobs=deck-*", "/data.js?var=all"])
      if (stranger === 404) expect(await (await call(path)).text()).not.toContain(job);
  });

  it("var= shows public jobs only, whoever asks, and takes an identifier only", async () => {
    const script = await call("/prowjobs.js?var=allBuilds", admin);
    const text = await script.text();
    expect(script.headers.get("content-type")).toContain("javascript");
    expect(text).toMatch(/^var allBuilds = \{"items":\[/);
    expect(text).toContain(names.open);
    for (const job of [names.shut, names.hidden, names.tenant]) expect(text).not.toContain(job);
    expect((await call("/data.js?var=a;alert(1)")).status).toBe(400);
  });
});

describe("shapes and parameters", () => {
  it("/prowjobs.js filters by org, repo and owner, exactly, and omits", async () => {
    const items = async (query: string): Promise<readonly ProwJob[]> =>
      (await (await call(`/prowjobs.js?${query}`, admin)).json<{ items: ProwJob[] }>()).items;
    expect((await items("org=deck&repo=shut")).map(({ spec }) => spec.job)).toEqual([names.shut]);
    expect(await items("org=Deck")).toEqual([]);
    expect(await items("org=deck&owner=nobody")).toEqual([]);
    const [job] = await items("org=deck&repo=shut&omit=annotations,labels,decoration_config,pod_spec");
    expect(job?.spec.pod_spec).toEqual({ containers: [{}] });
    expect(job?.status).toMatchObject({ state: "success", build_id: builds[names.shut] });
  });

  it("answers carry an ETag, and the same again is 304", async () => {
    for (const path of ["/data.js", "/prowjobs.js", "/badge.svg?jobs=deck-*", `/prowjob?prowjob=${ids[names.open]}`]) {
      const etag = (await call(path)).headers.get("etag") ?? "";
      expect([path, etag]).toEqual([path, expect.stringMatching(/^(W\/)?"/)]);
      expect((await call(path, { headers: { "if-none-match": etag } })).status).toBe(304);
    }
  });

  it("/log gives the text or its range, to any origin; what is missing is 400, what is not there 404", async () => {
    const [path = ""] = reads(names.open);
    const answer = await call(path);
    expect([await answer.text(), answer.headers.get("access-control-allow-origin")]).toEqual([
      "log of deck-open\n",
      "*",
    ]);
    const part = await call(path, { headers: { range: "bytes=4-5" } });
    expect([part.status, await part.text()]).toEqual([206, "of"]);
    expect((await call("/log?job=x")).status).toBe(400);
    expect((await call(`/log?job=${names.open}&id=1900000000000000009`)).status).toBe(404);
    expect((await call(`${path}&container=other`)).status).toBe(404);
  });

  it("/badge.svg needs jobs=; the newest run of each name counts", async () => {
    expect((await call("/badge.svg")).status).toBe(400);
    const badge = async (jobs: string): Promise<string> => (await call(`/badge.svg?jobs=${jobs}`)).text();
    expect(await badge("deck-open")).toContain("passing");
    expect(await badge("no-such-job,none-*")).toContain("no results");
    await addJob({ id: "badge-1", job: "badge-a", org: "deck", repo: "open", state: "failure", startTime: Date.now() });
    await addJob({ id: "badge-2", job: "badge-b", org: "deck", repo: "open", state: "failure", startTime: 9 });
    expect(await badge("badge-*,deck-open")).toContain("failing badge-a<");
  });

  it("GET /rerun shows the new ProwJob as YAML; POST starts it; mode=latest asks the configuration", async () => {
    const path = `/rerun?prowjob=${ids[names.open]}`;
    const shown = parse(await (await call(path)).text()) as ProwJob;
    expect(shown).toMatchObject({ kind: "ProwJob", spec: { job: names.open }, status: { state: "triggered" } });
    expect(shown.metadata.name).not.toBe(ids[names.open]);
    const started = await call(path, await as(null, { method: "POST" }));
    expect(started.status).toBe(201);
    expect((await call(path, { method: "POST", headers: { origin: "https://evil.test" } })).status).toBe(403);
    const latest = await call(`${path}&mode=latest`);
    expect([latest.status, await latest.text()]).toEqual([409, expect.stringContaining("There is no presubmit named")]);
  });

  it("POST /abort of what is over says so", async () => {
    const path = `/abort?prowjob=${ids[names.open]}`;
    expect((await call(path, await as(null, { method: "POST" }))).status).toBe(409);
    expect((await call(path)).status).toBe(404);
  });
});
