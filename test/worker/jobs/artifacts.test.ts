import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { storagePath } from "../../../src/jobs/paths.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { ADMIN_TOKEN, ORIGIN, SETTINGS, as, call, gitHub } from "../web/harness.ts";
import { completed, finishReport, jobStub, prowJob, startQueued, until } from "./support.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const PRIVATE = { org: "acme", repo: "secret", base_ref: "main", base_sha: "b".repeat(40) };

beforeAll(async () => {
  await env.DB.prepare("INSERT INTO repository (full_name, private, updated_at) VALUES ('acme/rocket', 0, 1)").run();
  await env.DB.prepare("INSERT INTO repository (full_name, private, updated_at) VALUES ('acme/secret', 1, 1)").run();
});

/** A job with a log of `log` that has ended, and a folder for its files. */
async function ended(log: string, spec: Parameters<typeof prowJob>[0] = {}) {
  const job = prowJob(spec);
  await startQueued(job);
  const stub = jobStub(job.metadata.name);
  const assignment: Assignment = JSON.parse((await stub.claim("r"))?.assignment ?? "null");
  await stub.appendLog(assignment.token, 0, bytes(log));
  await stub.finish(assignment.token, finishReport({ logBytes: log.length }));
  await completed(job.metadata.name);
  const folder = storagePath(job.spec, assignment.buildId);
  await until(() => env.ARTIFACTS.head(`${folder}/finished.json`));
  return { id: job.metadata.name, folder };
}

it("serves the log whole, by Range and from an offset, as text that cannot run", async () => {
  const { id } = await ended("0123456789");
  const whole = await call(`/jobs/${id}/log`);
  expect(await whole.text()).toBe("0123456789");
  expect(whole.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(whole.headers.get("x-content-type-options")).toBe("nosniff");
  expect(whole.headers.get("x-log-size")).toBe("10");
  const part = await call(`/jobs/${id}/log`, { headers: { range: "bytes=3-5" } });
  expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 3-5/10", "345"]);
  const last = await call(`/jobs/${id}/log`, { headers: { range: "bytes=-2" } });
  expect(await last.text()).toBe("89");
  const beyond = await call(`/jobs/${id}/log`, { headers: { range: "bytes=10-" } });
  expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */10"]);
  expect(await (await call(`/jobs/${id}/log?offset=7`)).text()).toBe("789");
  expect(await (await call(`/jobs/${id}/log?offset=99`)).text()).toBe("");
  expect((await call(`/jobs/${id}/log?offset=x`)).status).toBe(400);
});

it("hides log, stream, list and files of a private repository from strangers, and shows them to who may read it", async () => {
  const { id, folder } = await ended("secret", { type: "postsubmit", refs: PRIVATE });
  await env.ARTIFACTS.put(`${folder}/artifacts/a.txt`, "secret");
  const paths = [`/jobs/${id}/log`, `/jobs/${id}/artifacts/`, `/jobs/${id}/artifacts/artifacts/a.txt`];
  for (const path of paths) expect([path, (await call(path)).status]).toEqual([path, 404]);
  const stream = await call(`/jobs/${id}/log/stream`, { headers: { upgrade: "websocket" } });
  expect(stream.status).toBe(404);
  gitHub({ "GET /repos/acme/secret": () => Response.json({ full_name: "acme/secret", private: true }) });
  for (const path of paths) expect([path, (await call(path, await as("reader"))).status]).toEqual([path, 200]);
});

it("hides what is of no job, or of a hidden one, the same way", async () => {
  const { id } = await ended("hidden", { hidden: true });
  for (const path of [`/jobs/${id}/log`, `/jobs/${crypto.randomUUID()}/log`, "/jobs/x/log"])
    expect((await call(path)).status).toBe(404);
  const admin = await call(`/jobs/${id}/log`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  expect(admin.status).toBe(200);
});

it("lists the files of the build", async () => {
  const { id, folder } = await ended("log");
  await env.ARTIFACTS.put(`${folder}/artifacts/junit.xml`, "<x/>", {
    httpMetadata: { contentType: "application/xml" },
  });
  const answer = await call(`/jobs/${id}/artifacts/`);
  const { artifacts, cursor } = await answer.json<{ artifacts: { path: string }[]; cursor: string | null }>();
  expect(cursor).toBeNull();
  expect(artifacts).toContainEqual({ path: "artifacts/junit.xml", size: 4, contentType: "application/xml" });
  expect(artifacts.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["build-log.txt", "finished.json", "prowjob.json", "started.json"]),
  );
});

it.each([
  ["report.html", "text/html", "<script>alert(1)</script>", "attachment"],
  ["image.svg", "image/svg+xml", "<svg onload='alert(1)'/>", "attachment"],
  ["junit.xml", "application/xml", "<?xml-stylesheet href='x'?>", "attachment"],
  ["evil.pdf", "application/pdf", "%PDF", "attachment"],
  ["notes.txt", "text/plain; charset=utf-8", "<b>hi</b>", "inline"],
  ["data.json", "application/json", "{}", "inline"],
  ["shot.png", "image/png", "png", "inline"],
])("never serves %s as active content of our origin", async (name, contentType, content, disposition) => {
  const { id, folder } = await ended("x");
  await env.ARTIFACTS.put(`${folder}/artifacts/${name}`, content, { httpMetadata: { contentType } });
  const answer = await call(`/jobs/${id}/artifacts/artifacts/${name}`);
  expect(await answer.text()).toBe(content);
  expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'/);
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(answer.headers.get("content-disposition")).toMatch(new RegExp(`^${disposition}; filename="${name}"`));
  if (disposition === "inline") expect(answer.headers.get("content-type")).toMatch(/^(text\/plain|image\/png)/);
});

it("serves a file by Range, again by its tag, and nothing outside the build's folder", async () => {
  const { id, folder } = await ended("x");
  await env.ARTIFACTS.put(`${folder}/artifacts/a b.bin`, "0123456789");
  const base = `/jobs/${id}/artifacts/artifacts/a%20b.bin`;
  const part = await call(base, { headers: { range: "bytes=2-3" } });
  expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-3/10", "23"]);
  const tag = part.headers.get("etag") ?? "";
  expect((await call(base, { headers: { "if-none-match": tag } })).status).toBe(304);
  await env.ARTIFACTS.put("secret.txt", "secret");
  const up = folder
    .split("/")
    .map(() => "..%2f")
    .join("");
  for (const path of [`${up}secret.txt`, "%2fsecret.txt", "a%00", "%ff", "no-such-file"])
    expect((await call(`/jobs/${id}/artifacts/${path}`)).status).toBe(404);
});

it("with an origin of their own, serves artifacts only there, private ones by a signed link that ends", async () => {
  const { id, folder } = await ended("x", { type: "postsubmit", refs: PRIVATE });
  await env.ARTIFACTS.put(`${folder}/artifacts/a.txt`, "secret");
  const settings = { ...SETTINGS, ARTIFACTS_ORIGIN: "https://artifacts.test" };
  const path = `/jobs/${id}/artifacts/artifacts/a.txt`;
  gitHub({ "GET /repos/acme/secret": () => Response.json({ full_name: "acme/secret", private: true }) });
  const redirect = await call(path, await as("reader"), settings);
  expect(redirect.status).toBe(302);
  const location = redirect.headers.get("location") ?? "";
  expect(location.startsWith(`https://artifacts.test${path}?`)).toBe(true);
  expect((await call(path, {}, settings)).status).toBe(404);

  // The artifacts' origin is another host of the same worker, and knows no cookies of ours.
  const { artifacts } = await import("../../../src/routes/artifacts.ts");
  const there = (url: string) => artifacts.fetch(new Request(url), { ...env, ...settings });
  expect(await (await there(location)).text()).toBe("secret");
  expect((await there(`https://artifacts.test${path}`)).status).toBe(404);
  expect((await there(location.replace(/signature=./, "signature=z"))).status).toBe(404);
  const other = location.replace("a.txt", "b.txt");
  expect((await there(other)).status).toBe(404);
  expect((await there(location.replace(/expires=\d+/, "expires=1"))).status).toBe(404);
});

it("lets no page of another origin listen to a log", async () => {
  const { id } = await ended("x");
  const listen = (origin: string) => call(`/jobs/${id}/log/stream`, { headers: { upgrade: "websocket", origin } });
  expect((await listen("https://evil.test")).status).toBe(403);
  expect((await listen(ORIGIN)).status).toBe(101);
  expect((await call(`/jobs/${id}/log/stream`)).status).toBe(426);
});
