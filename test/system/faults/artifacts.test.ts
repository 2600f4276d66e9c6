/** What jobs write is hostile in size, in bytes and in names: it comes back as it was, and runs nowhere. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type TestSystem, testSystem } from "../../harness/system.ts";
import { asRunner, handRunner, passed } from "./hand-runner.ts";
import { jobFile, world } from "./support.ts";

const Listing = z.object({ artifacts: z.array(z.unknown()), cursor: z.string().nullable() });
const MIB = 1024 * 1024;
const LONG = 200 * MIB;
const LINE = "a line of a long log, 64 characters with its end: 0123456789abcd\n";
const ENDLESS = 30 * MIB;
const FILES = 10_000;
/** Every byte, and sequences that are cut, overlong, surrogates, or begin in the middle. */
const BYTES = Buffer.concat([
  Buffer.from("before\n"),
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  Buffer.from([0xc3, 0x28, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0xe2, 0x82]),
  Buffer.from("\nafter \u{1f680}\n"),
]);
const HTML = "<!doctype html><script>document.title='ran'</script>";
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>';

const JOBS = jobFile([
  { name: "pull-hello-long", script: `yes "${LINE.trimEnd()}" | head -c ${LONG}` },
  { name: "pull-hello-endless", script: `head -c ${ENDLESS} /dev/zero | tr '\\0' x` },
  { name: "pull-hello-bytes", script: `echo ${BYTES.toString("base64")} | base64 -d` },
  {
    name: "pull-hello-many",
    script: `mkdir -p "$ARTIFACTS/many"; cd "$ARTIFACTS/many"; i=0; while [ $i -lt ${FILES} ]; do echo $i > $i.txt; i=$((i+1)); done`,
  },
  {
    name: "pull-hello-pages",
    script: `cd "$ARTIFACTS"; echo ${Buffer.from(HTML).toString("base64")} | base64 -d | tee page.html page.HTM odd.html.txt > 'odd%2F..%2F.html'; echo ${Buffer.from(SVG).toString("base64")} | base64 -d > drawing.svg; echo '<script>alert(3)</script>'; ln -s /etc/passwd link.txt; echo x > 'back\\slash'`,
  },
  { name: "pull-hello-hand", script: "true" },
]);

let system: TestSystem;
let demo: ReturnType<typeof world>;

beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
  await demo.configure(JOBS);
});
afterAll(() => system?.dispose());

async function ran(context: string, seconds = 60): Promise<{ number: number; id: string }> {
  const number = await demo.draft(context);
  const id = await demo.start(number, context);
  expect(await demo.ended(number, context, seconds), context).toBe("success");
  return { number, id };
}

async function digest(body: AsyncIterable<Uint8Array>): Promise<{ size: number; sha: string }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { size, sha: hash.digest("hex") };
}

/** `length` bytes of a text again and again. */
function* repeated(text: string, length: number): Generator<Uint8Array> {
  const piece = Buffer.from(text.repeat(Math.ceil(MIB / text.length)));
  for (let left = length; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

async function logOf(id: string): Promise<{ size: number; sha: string }> {
  const answer = await fetch(`${demo.url}/jobs/${id}/log`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-log-complete")).toBe("true");
  if (!answer.body) throw new Error("The log has no body");
  return digest(answer.body);
}

/** The job's page answers soon, however its log looks. */
async function pageOf(id: string): Promise<string> {
  const began = Date.now();
  const html = await (await fetch(`${demo.url}/jobs/${id}`)).text();
  expect(html).toContain(id);
  expect(html.length).toBeLessThan(2 * MIB);
  expect(Date.now() - began).toBeLessThan(5_000);
  return html;
}

describe("a log", () => {
  it("of 200 MB comes back whole, and its end can be had alone", async () => {
    const { id } = await ran("pull-hello-long", 240);
    expect(await logOf(id)).toEqual(
      await digest(
        (async function* () {
          yield* repeated(LINE, LONG);
        })(),
      ),
    );
    const end = await fetch(`${demo.url}/jobs/${id}/log`, { headers: { range: "bytes=-100" } });
    expect(end.status).toBe(206);
    expect((await end.arrayBuffer()).byteLength).toBe(100);
    await pageOf(id);
    const file = (await demo.artifacts(id)).find(({ path }) => path === "build-log.txt");
    expect(file?.size).toBe(LONG);
  }, 300_000);

  it("of one endless line comes back whole", async () => {
    const { id } = await ran("pull-hello-endless", 120);
    expect(await logOf(id)).toEqual(
      await digest(
        (async function* () {
          yield* repeated("x", ENDLESS);
        })(),
      ),
    );
    await pageOf(id);
    expect((await fetch(`${demo.url}/api/jobs/${id}/log-index`)).status).toBe(200);
  }, 180_000);

  it("of bytes that are no UTF-8 comes back byte by byte", async () => {
    const { id } = await ran("pull-hello-bytes");
    const log = Buffer.from(await (await fetch(`${demo.url}/jobs/${id}/log`)).arrayBuffer());
    expect(log.toString("hex")).toBe(BYTES.toString("hex"));
    const kept = await fetch(`${demo.url}/jobs/${id}/artifacts/build-log.txt`);
    expect(Buffer.from(await kept.arrayBuffer()).equals(BYTES)).toBe(true);
    expect(await pageOf(id)).toContain("before");
  });
});

describe("artifacts", () => {
  it("10,000 of them are all there within minutes, listed page by page; the runner does not hold them in memory", async () => {
    const { id } = await ran("pull-hello-many", 900);
    const first = await (await fetch(`${demo.url}/jobs/${id}/artifacts/`)).json();
    const { artifacts, cursor } = Listing.parse(first);
    expect(artifacts.length).toBeLessThanOrEqual(1000);
    expect(cursor).not.toBeNull();
    const many = (await demo.artifacts(id)).filter(({ path }) => path.startsWith("artifacts/many/"));
    expect(many).toHaveLength(FILES);
    expect(new Set(many.map(({ path }) => path)).size).toBe(FILES);
    const last = await fetch(`${demo.url}/jobs/${id}/artifacts/artifacts/many/${FILES - 1}.txt`);
    expect(await last.text()).toBe(`${FILES - 1}\n`);
    await pageOf(id);
    const status = await readFile(`/proc/${system.runner()?.pid}/status`, "utf8");
    expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(512 * 1024);
  }, 1_000_000);

  it("pages and drawings with scripts are sent as downloads that nothing runs", async () => {
    const { id } = await ran("pull-hello-pages");
    const paths = (await demo.artifacts(id)).map(({ path }) => path).filter((path) => path.startsWith("artifacts/"));
    expect(paths).toEqual(
      expect.arrayContaining(["artifacts/page.html", "artifacts/page.HTM", "artifacts/drawing.svg"]),
    );
    expect(paths.filter((path) => /link|slash/.test(path))).toEqual([]);
    for (const path of [...paths, "build-log.txt"]) {
      const encoded = path.split("/").map(encodeURIComponent).join("/");
      const answer = await fetch(`${demo.url}/jobs/${id}/artifacts/${encoded}`);
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(answer.headers.get("content-security-policy"), path).toMatch(/^sandbox;.*default-src 'none'/);
      const shown = answer.headers.get("content-disposition")?.startsWith("inline") ?? true;
      if (shown) expect(answer.headers.get("content-type"), path).toBe("text/plain; charset=utf-8");
      expect(shown, path).toBe(path.endsWith(".txt"));
      await answer.arrayBuffer();
    }
    expect(await pageOf(id)).not.toContain("<script>alert(3)");
    const log = await fetch(`${demo.url}/jobs/${id}/log`);
    expect(log.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(log.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("none is stored outside its job's folder, and none is read from there", async () => {
    const real = system.runner();
    const gone = new Promise((resolve) => real?.once("exit", resolve));
    real?.kill("SIGINT");
    await gone;
    const number = await demo.draft("Paths");
    const id = await demo.start(number, "pull-hello-hand");
    const { token } = await handRunner(demo.url, system.secrets.runner, "by-hand").take(id, 60);
    const put = (name: string) =>
      asRunner(demo.url, { method: "PUT", path: `${id}/artifacts/${name}`, token, body: "outside" });
    for (const name of [
      "..%2F..%2Fx",
      "%2E%2E%2F%2E%2E%2Fx",
      "a%2F..%2F..%2Fx",
      "%2Fetc%2Fx",
      "..%5C..%5Cx",
      "a%00b",
      "C%3A%2Fx",
      "%FF%FE",
      "x%2F",
    ])
      expect(await put(name), name).toEqual({ status: 400, code: "invalid" });
    expect((await put("fine%2F.%2F%2Fx")).status).toBe(200);
    const finish = await asRunner(demo.url, { method: "POST", path: `${id}/finish`, token, body: passed });
    expect(finish.status).toBe(200);
    expect(await demo.ended(number, "pull-hello-hand")).toBe("success");
    const stored = (await demo.artifacts(id)).map(({ path }) => path).filter((path) => path.startsWith("artifacts/"));
    expect(stored).toEqual(["artifacts/fine/x"]);
    for (const name of ["..%2F..%2Ffinished.json", "artifacts%2F..%2F..%2F..%2Flatest-build.txt", "%FF", ".", "a//b"])
      expect((await fetch(`${demo.url}/jobs/${id}/artifacts/${name}`)).status, name).not.toBe(500);
    const above = await fetch(`${demo.url}/jobs/${id}/artifacts/..%2Flatest-build.txt`);
    expect(above.status).toBe(404);
  });
});
