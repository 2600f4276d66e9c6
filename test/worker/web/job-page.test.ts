/** The page of a job, its JSON, rerun and abort: as stranger, user and administrator. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import type { ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { completed, finishReport, jobStub, prowJob, startQueued } from "../jobs/support.ts";
import { ADMIN_TOKEN, addRepository, as, asPage, call, gitHub, ORIGIN, SETTINGS } from "./harness.ts";

const ESC = "\x1b";
const refs = (repo: string) => ({
  org: "harbor",
  repo,
  base_ref: "main",
  base_sha: "b".repeat(40),
  pulls: [{ number: 5, author: "mara", sha: "a".repeat(40), title: `<b>Rope</b> & "sail"` }],
});

/** A job in the queue. */
async function queued(spec: Partial<ProwJobSpec> = {}): Promise<string> {
  const job = prowJob({ refs: refs("boats"), ...spec });
  await startQueued(job);
  return job.metadata.name;
}

/** A job that ended with this log. */
async function ended(log: string, spec: Partial<ProwJobSpec> = {}): Promise<string> {
  const id = await queued(spec);
  const { assignment } = (await jobStub(id).claim("runner")) ?? {};
  const { token }: Assignment = JSON.parse(assignment ?? "null");
  const bytes = new TextEncoder().encode(log);
  for (let at = 0; at < bytes.length; at += 200_000) {
    await jobStub(id).appendLog(token, at, bytes.subarray(at, at + 200_000));
  }
  await jobStub(id).finish(token, finishReport({ logBytes: bytes.length }));
  await completed(id);
  return id;
}

beforeAll(async () => {
  await addRepository("harbor/boats", false);
  await addRepository("harbor/hold", true);
});

afterEach(() => void vi.unstubAllGlobals());

const page = async (id: string, login: string | null): Promise<Response> =>
  call(`/jobs/${id}`, asPage(await as(login)));
const seesHold = { "GET /repos/harbor/hold": () => Response.json({ full_name: "harbor/hold", private: true }) };

describe("who sees a job", () => {
  const views = ["/jobs/ID", "/api/jobs/ID", "/api/jobs/ID/log-index"];

  it("of a public repository: everybody", async () => {
    const id = await ended("hello\n");
    const asked = gitHub({});
    for (const view of views) expect([view, (await call(view.replace("ID", id))).status]).toEqual([view, 200]);
    expect(asked).toEqual([]);
  });

  it("of a private one: whom GitHub shows it, asked once a minute with their own token; 404 for the others", async () => {
    const id = await ended("secret log\n", { refs: refs("hold") });
    const asked = gitHub(seesHold);
    for (const view of views) {
      const path = view.replace("ID", id);
      expect([view, (await call(path)).status]).toEqual([view, 404]);
      expect([view, (await call(path, await as("hold-reader"))).status]).toEqual([view, 200]);
      expect([view, (await call(path, await as("harbormaster"))).status]).toEqual([view, 200]);
    }
    expect(asked).toEqual(["GET /repos/harbor/hold Bearer token of hold-reader"]);
    gitHub({});
    expect((await page(id, "no-reader")).status).toBe(404);
  });

  it("of a private one while GitHub is down: nobody but administrators, and the answer is not remembered", async () => {
    const id = await ended("x\n", { refs: refs("hold") });
    gitHub({ "GET /repos/harbor/hold": () => new Response("", { status: 502 }) });
    expect((await page(id, "patient")).status).toBe(404);
    gitHub(seesHold);
    expect((await page(id, "patient")).status).toBe(200);
  });

  it("hidden ones: administrators only", async () => {
    const id = await ended("x\n", { hidden: true });
    gitHub({});
    expect([
      (await page(id, null)).status,
      (await page(id, "mara")).status,
      (await page(id, "harbormaster")).status,
    ]).toEqual([404, 404, 200]);
  });

  it.each(["not-a-uuid", "00000000-0000-4000-8000-000000000000", "..%2f..", "%00"])("no job %s", async (id) => {
    expect((await call(`/jobs/${id}`)).status).toBe(404);
    expect((await call(`/api/jobs/${id}`)).status).toBe(404);
    expect((await call(`/api/jobs/${id}/rerun`, await as("harbormaster", { method: "POST" }))).status).toBe(404);
  });

  it("404 looks the same whether there is nothing or nothing to see", async () => {
    const id = await queued({ refs: refs("hold") });
    const [hidden, missing] = await Promise.all([
      page(id, null).then((answer) => answer.text()),
      page("00000000-0000-4000-8000-000000000000", null).then((answer) => answer.text()),
    ]);
    expect(hidden?.replaceAll(id, "ID")).toBe(missing?.replaceAll("00000000-0000-4000-8000-000000000000", "ID"));
  });
});

describe("the page", () => {
  it("has the log in it, escaped, coloured, numbered, failures marked: no script needed", async () => {
    const id = await ended(`${ESC}[32mok${ESC}[0m <script>alert(1)</script>\n--- FAIL: TestRope\n`);
    const html = await (await page(id, null)).text();
    expect(html).toContain(
      `<a class="n" href="#L1">1</a><span class="t"><span class="f2">ok</span> &lt;script>alert(1)`,
    );
    expect(html).toContain(`<div class="l fail" id="L2">`);
    expect(html).toContain(`href="/jobs/${id}/log"`);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("<b>Rope</b>");
    expect(html).not.toMatch(/<[^>]+ (style|on\w+)=/);
  });

  it("of a large log only the end, and the map finds the rest", async () => {
    const lines = Array.from({ length: 40_000 }, (_, at) => (at === 1_233 ? "panic: leak" : `line ${at + 1}`));
    const id = await ended(`${lines.join("\n")}\n`);
    const html = await (await page(id, null)).text();
    expect(html).toContain("line 40000");
    expect(html).not.toContain(">line 1<");
    expect(html.length).toBeLessThan(3_000_000);
    const index = await (await call(`/api/jobs/${id}/log-index`)).json<{ newlines: number; failures: number[] }>();
    expect(index).toMatchObject({ newlines: 40_000, failures: [1_234] });
  });

  it("of a job without a log says so; of one that waits, that it waits", async () => {
    expect(await (await page(await ended(""), null)).text()).toContain("wrote no log");
    expect(await (await page(await queued(), null)).text()).toContain("not done");
  });

  it("lists artifacts below the build's folder, with names that cannot do harm", async () => {
    const id = await ended("x\n");
    const storagePath = (await jobStub(id).view())?.storagePath ?? "";
    await env.ARTIFACTS.put(`${storagePath}/artifacts/"><img src=x>.txt`, "a");
    const html = await (await page(id, null)).text();
    expect(html).toContain("%22%3E%3Cimg%20src%3Dx%3E.txt");
    expect(html).not.toContain("<img");
  });

  it("shows buttons to those who might be let", async () => {
    const id = await queued();
    gitHub({});
    const forms = async (login: string | null): Promise<number> =>
      (await (await page(id, login)).text()).match(/action="\/api\/jobs\/[^"]+\/(rerun|abort)"/g)?.length ?? 0;
    expect(await forms(null)).toBe(0);
    expect(await forms("harbormaster")).toBe(2);
    const open = await queued({ rerun_auth_config: { allow_anyone: true } });
    expect(await (await page(open, null)).text()).toContain(`action="/api/jobs/${open}/rerun"`);
  });
});

describe("abort and rerun", () => {
  const post = async (id: string, action: string, login: string | null): Promise<Response> =>
    call(`/api/jobs/${id}/${action}`, await as(login, { method: "POST" }));

  it("a stranger must sign in; a user whom nothing names is refused; an administrator may", async () => {
    const id = await queued();
    gitHub({});
    expect((await post(id, "abort", null)).status).toBe(401);
    expect((await post(id, "abort", "mara")).status).toBe(403);
    expect((await jobStub(id).view())?.state).toBe("triggered");
    expect((await post(id, "abort", "harbormaster")).status).toBe(202);
    expect((await completed(id)).state).toBe("aborted");
    expect((await post(id, "abort", "harbormaster")).status).toBe(409);
  });

  it("whoever rerun_auth_config names may, anybody where it says so", async () => {
    gitHub({});
    const named = await queued({ rerun_auth_config: { github_users: ["Mara"] } });
    expect((await post(named, "abort", "mara")).status).toBe(202);
    const open = await queued({ rerun_auth_config: { allow_anyone: true } });
    expect((await post(open, "abort", null)).status).toBe(202);
  });

  it("GitHub is asked for organisations and teams; its failure is neither yes nor no", async () => {
    const id = await queued({ rerun_auth_config: { github_orgs: ["harbor"] } });
    gitHub({ "GET /orgs/harbor/members/mara": () => new Response(null, { status: 500 }) });
    expect((await post(id, "abort", "mara")).status).toBe(503);
    gitHub({ "GET /orgs/harbor/members/mara": () => new Response(null, { status: 204 }) });
    expect((await post(id, "abort", "mara")).status).toBe(202);
  });

  it("the admin token may, without a browser's origin", async () => {
    const id = await queued();
    const answer = await call(`/api/jobs/${id}/abort`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(answer.status).toBe(202);
  });

  it.each([
    ["another origin", { origin: "https://evil.test" }],
    ["no origin at all", {}],
    ["a form without an origin, from another site", { "sec-fetch-site": "cross-site", "content-type": "text/plain" }],
    ["the origin null", { origin: "null" }],
    ["another port", { origin: `${ORIGIN}:8443` }],
  ])("a forged request is refused: %s", async (_, headers) => {
    const id = await queued();
    const cookie = new Headers((await as("harbormaster")).headers).get("cookie") ?? "";
    const answer = await call(`/api/jobs/${id}/abort`, { method: "POST", headers: { cookie, ...headers } });
    expect(answer.status).toBe(403);
    expect((await jobStub(id).view())?.state).toBe("triggered");
  });

  it("a rerun of a job without a repository is a new job with the same spec, once however often one clicks", async () => {
    const spec = prowJob({ type: "periodic", rerun_auth_config: { github_users: ["mara"] } }).spec;
    const { refs: _, ...bare } = spec;
    const job = { ...prowJob(), spec: bare };
    await startQueued(job);
    const settings = { ...SETTINGS, CONFIG_REPO: "harbor/boats@main" };
    const click = async (): Promise<{ id: string; url: string }> => {
      const answer = await call(`/api/jobs/${job.metadata.name}/rerun`, await as("mara", { method: "POST" }), settings);
      expect(answer.status).toBe(201);
      return answer.json();
    };
    vi.useFakeTimers({ toFake: ["Date"], now: Math.ceil(Date.now() / 60_000) * 60_000 });
    try {
      const [first, second] = [await click(), await click()];
      expect(second).toEqual(first);
      expect(first.id).not.toBe(job.metadata.name);
      expect(first.url).toBe(`${ORIGIN}/jobs/${first.id}`);
      const fresh: { spec: ProwJobSpec; status: { description: string } } = JSON.parse(
        (await jobStub(first.id).prowjob()) ?? "null",
      );
      expect(fresh.spec.job).toBe(job.spec.job);
      expect(fresh.status.description).toContain("mara");
    } finally {
      vi.useRealTimers();
    }
  });

  it("a rerun of a presubmit goes through its pull request, and exists when the answer comes", async () => {
    const id = await ended("x\n", {
      refs: { ...refs("boats"), pulls: [{ number: 61, author: "mara", sha: "c".repeat(40) }] },
    });
    gitHub({});
    const answer = await call(`/api/jobs/${id}/rerun`, await as("harbormaster", { method: "POST" }));
    expect(answer.status).toBe(201);
    const fresh = await answer.json<{ id: string }>();
    const view = await jobStub(fresh.id).view();
    expect([view?.job, view?.pull, view?.headSha]).toEqual([(await jobStub(id).view())?.job, 61, "c".repeat(40)]);
  });

  it("people are led to a page, programs get JSON", async () => {
    const id = await queued();
    gitHub({});
    const led = await call(`/api/jobs/${id}/abort`, asPage(await as("harbormaster", { method: "POST" })));
    expect([led.status, led.headers.get("location")]).toEqual([303, `/jobs/${id}`]);
    const refused = await call(`/api/jobs/${id}/rerun`, asPage(await as("stranger", { method: "POST" })));
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("<h1>");
  });
});
