/**
 * Hidden jobs, tenants' jobs and those of `hidden_repos`, in repositories that everybody sees: no route shows them to
 * whoever is no administrator (spec jobs 4.7; design 10). Private repositories are in strangers.test.ts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import type { ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { completed, finishReport, jobStub, prowJob, startQueued, until } from "../jobs/support.ts";
import { useConfiguration } from "./configuration.ts";
import { ADMIN_TOKEN, addRepository, as, asPage, call, gitHub } from "./harness.ts";

/** A word in the name of each hidden job: no answer may hold it. */
const WORD = "casket";
const OPEN = "pull-vault-unit";
const NAMES = { hidden: "pull-hidden-casket", tenant: "pull-tenant-casket", curtain: "pull-curtain-casket" } as const;
const admin: RequestInit = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };

const pod = "spec: { containers: [{ image: i, command: [make] }] }";
const JOBS = `presubmits:
  vault/open:
  - { name: ${OPEN}, decorate: true, ${pod} }
  - { name: ${NAMES.hidden}, decorate: true, hidden: true, ${pod} }
  - { name: ${NAMES.tenant}, decorate: true, prowjob_defaults: { tenant_id: guild }, ${pod} }
  vault/curtain:
  - { name: ${NAMES.curtain}, decorate: true, ${pod} }
`;

const ids: Record<string, string> = {};
const builds: Record<string, string> = {};
let configuration: { forget: () => Promise<void> };

async function run(job: string, repo: string, spec: Partial<ProwJobSpec> = {}): Promise<void> {
  const pulls = [{ number: 5, author: "mara", sha: "a".repeat(40) }];
  const refs = { org: "vault", repo, base_ref: "main", base_sha: "b".repeat(40), pulls };
  const made = prowJob({
    job,
    context: job,
    refs,

    rerun_auth_config: { allow_anyone: true },
    ...spec,
  });
  ids[job] = made.metadata.name;
  const stub = jobStub(made.metadata.name);
  await startQueued(made);
  const { token, buildId }: Assignment = JSON.parse((await stub.claim("r"))?.assignment ?? "null");
  builds[job] = buildId;
  await stub.finish(token, finishReport());
  await completed(made.metadata.name);
}

const rowsOf = async (init: RequestInit): Promise<readonly { job: string; state: string }[]> =>
  (await call("/data.js", init)).json();

beforeAll(async () => {
  for (const repo of ["open", "curtain"]) await addRepository(`vault/${repo}`, false);
  configuration = await useConfiguration(JOBS, "deck: { hidden_repos: [vault/curtain] }\n");
  await run(OPEN, "open");
  await run(NAMES.hidden, "open", { hidden: true });
  await run(NAMES.tenant, "open", { prowjob_defaults: { tenant_id: "guild" } });
  await run(NAMES.curtain, "curtain");
  const ended = async () => (await rowsOf(admin)).filter(({ job, state }) => job in ids && state === "success");
  await until(async () => (await ended()).length === 4, "the index");
}, 60_000);
afterAll(() => configuration?.forget());
afterEach(() => void vi.unstubAllGlobals());

const LISTS = [
  "/",
  "/?repo=vault/open",
  "/api/jobs",
  "/api/jobs?repo=vault/open",
  "/api/jobs?repo=vault/curtain",
  "/api/jobs?type=presubmit&state=success&author=mara",
  "/data.js",
  "/data.js?var=all",
  "/prowjobs.js",
  "/prowjobs.js?org=vault&repo=open",
  "/prowjobs.js?org=vault&repo=curtain",
  "/prowjobs.js?var=all",
  "/badge.svg?jobs=*",
  "/badge.svg?jobs=pull-*",
  "/pr-history?org=vault&repo=open&pr=5",
  "/pr-history?org=vault&repo=curtain&pr=5",
  "/pr/vault/open/5",
  "/pr/vault/curtain/5",
  "/configured-jobs",
  "/configured-jobs/vault",
  "/configured-jobs/vault/open",
  "/configured-jobs/vault/curtain",
  "/command-help?repo=vault/open",
  "/command-help?repo=vault/curtain",
  "/plugin-help",
  "/plugins",
  "/clusters",
  "/metrics",
  "/deliveries",
  "/api/deliveries",
  "/api/config",
  "/config",
  "/plugin-config",
  "/api",
];

describe("no list names them", () => {
  it.each(LISTS)("%s", async (path) => {
    gitHub({});
    for (const login of [null, "a-reader"])
      for (const init of [await as(login), asPage(await as(login))]) {
        const answer = await call(path, init);
        expect([path, login, answer.status < 500]).toEqual([path, login, true]);
        expect(await answer.text(), `${path} for ${login ?? "a stranger"}`).not.toContain(WORD);
      }
  });

  it("though those lists are not empty, and an administrator sees all", async () => {
    const named = async (path: string, init: RequestInit): Promise<readonly string[]> => {
      const text = await (await call(path, init)).text();
      return [OPEN, ...Object.values(NAMES)].filter((name) => text.includes(name));
    };
    const { hidden, tenant, curtain } = NAMES;
    const of: readonly [path: string, seen: readonly string[]][] = [
      ["/", [OPEN, hidden, tenant, curtain]],
      ["/api/jobs?repo=vault/open", [OPEN, hidden, tenant]],
      ["/data.js", [OPEN, hidden, tenant, curtain]],
      ["/prowjobs.js?org=vault&repo=open", [OPEN, hidden, tenant]],
      ["/pr-history?org=vault&repo=open&pr=5", [OPEN, hidden, tenant]],
      ["/configured-jobs/vault/open", [OPEN, hidden, tenant]],
      ["/configured-jobs/vault/curtain", [curtain]],
    ];
    for (const [path, seen] of of) {
      expect([path, await named(path, admin)]).toEqual([path, seen]);
      expect([path, await named(path, await as("a-reader"))]).toEqual([path, seen.filter((name) => name === OPEN)]);
    }
    for (const path of ["/data.js?var=all", "/prowjobs.js?var=all"])
      expect([path, await named(path, admin)], "a script that any page may load").toEqual([path, [OPEN]]);
  });
});

describe.each(Object.entries(NAMES))("one that is hidden: %s", (_why, job) => {
  const own = (): readonly string[] => [
    `/jobs/${ids[job]}`,
    `/jobs/${ids[job]}/log`,
    `/jobs/${ids[job]}/artifacts/`,
    `/jobs/${ids[job]}/artifacts/prowjob.json`,
    `/api/jobs/${ids[job]}`,
    `/api/jobs/${ids[job]}/log-index`,
    `/log?job=${job}&id=${builds[job]}`,
    `/prowjob?prowjob=${ids[job]}`,
    `/rerun?prowjob=${ids[job]}`,
  ];

  it("is not there, as one that never was", async () => {
    gitHub({});
    for (const login of [null, "a-reader"])
      for (const path of own()) {
        expect([path, login, (await call(path, await as(login))).status]).toEqual([path, login, 404]);
        expect([path, login, (await call(path, asPage(await as(login)))).status]).toEqual([path, login, 404]);
      }
    for (const path of ["/rerun", "/abort"]) {
      const init = await as("a-reader", { method: "POST" });
      expect((await call(`${path}?prowjob=${ids[job]}`, init)).status).toBe(404);
    }
    for (const action of ["rerun", "abort"])
      expect((await call(`/api/jobs/${ids[job]}/${action}`, await as("a-reader", { method: "POST" }))).status).toBe(
        404,
      );
    const stream = await as(null, { headers: { upgrade: "websocket" } });
    expect((await call(`/jobs/${ids[job]}/log/stream`, stream)).status).toBe(404);
  });

  it("has neither history nor badge under its name", async () => {
    const none = { job, builds: [], older: null, newer: null };
    const badge = async (name: string): Promise<string> =>
      (await (await call(`/badge.svg?jobs=${name}`)).text()).replaceAll(name, "");
    for (const init of [{}, await as("a-reader")]) {
      expect(await (await call(`/job-history/${job}`, init)).json()).toEqual(none);
      expect(await (await call(`/job-history/s3/bucket/pr-logs/directory/${job}`, init)).json()).toEqual(none);
      expect((await (await call(`/api/jobs?job=${job}`, init)).json<{ jobs: unknown[] }>()).jobs).toEqual([]);
    }
    expect(await badge(job)).toBe(await badge("no-such-job"));
    const { builds: seen } = await (await call(`/job-history/${job}`, admin)).json<{ builds: unknown[] }>();
    expect(seen).toHaveLength(1);
  });
});
