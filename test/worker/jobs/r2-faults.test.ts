/** R2 failing (issue: faults): what a job writes there is tried again until it lies there; nothing of it is lost. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it } from "vitest";
import { storagePath } from "../../../src/jobs/paths.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { callRunnerApi, completed, finishReport, jobStub, prowJob, startQueued } from "./support.ts";

const METHODS = ["put", "get", "head", "list", "delete", "createMultipartUpload"] as const;
const BUCKET: object = Object.getPrototypeOf(env.ARTIFACTS);
let failures = 0;
const undo: (() => void)[] = [];

/** Every call of R2 fails from now on, in every object, until {@link back}. */
function away(): void {
  for (const name of METHODS) {
    const own = Object.getOwnPropertyDescriptor(BUCKET, name);
    if (!own) throw new Error(`R2 buckets have no ${name}`);
    const value = async () => {
      failures += 1;
      throw new Error(`${name}: We encountered an internal error. Please try again. (10001)`);
    };
    Object.defineProperty(BUCKET, name, { ...own, value });
    undo.push(() => Object.defineProperty(BUCKET, name, own));
  }
}
function back(): void {
  for (const one of undo.splice(0)) one();
}
afterEach(back);

async function claimed() {
  const job = prowJob();
  await startQueued(job);
  const stub = jobStub(job.metadata.name);
  const claim = await stub.claim("runner-1");
  const { token, buildId }: Assignment = JSON.parse(claim?.assignment ?? "{}");
  return { id: job.metadata.name, stub, token, folder: storagePath(job.spec, buildId) };
}

it("started.json, the log's segments, finished.json and build-log.txt come when R2 is back, whole", async () => {
  away();
  const { id, stub, token, folder } = await claimed();
  const block = new Uint8Array(256 * 1024);
  const blocks = 44; // more than one segment
  for (let n = 0; n < blocks; n += 1) {
    block.fill(n + 1);
    expect(await stub.appendLog(token, n * block.length, block)).toMatchObject({ durable: (n + 1) * block.length });
  }
  const size = blocks * block.length;
  expect(await stub.finish(token, finishReport({ logBytes: size }))).toEqual({ ok: true });
  expect(await completed(id)).toMatchObject({ state: "success" });
  await expect.poll(() => failures, { timeout: 20_000 }).toBeGreaterThan(2);
  back();
  await expect
    .poll(
      async () => {
        await runDurableObjectAlarm(stub);
        const names = ["started.json", "finished.json", "prowjob.json", "build-log.txt"];
        return Promise.all(names.map(async (name) => (await env.ARTIFACTS.head(`${folder}/${name}`)) !== null));
      },
      { timeout: 60_000, interval: 250 },
    )
    .toEqual([true, true, true, true]);
  const log = new Uint8Array((await (await env.ARTIFACTS.get(`${folder}/build-log.txt`))?.arrayBuffer()) ?? []);
  expect(log.length).toBe(size);
  for (let n = 0; n < blocks; n += 1) {
    expect(log[n * block.length]).toBe(n + 1);
    expect(log[(n + 1) * block.length - 1]).toBe(n + 1);
  }
}, 120_000);

it("an artifact is refused in a way that its runner tries again, and is stored then", async () => {
  const { id, token, folder } = await claimed();
  const put = () =>
    callRunnerApi(`/runner/jobs/${id}/artifacts/report.txt`, { method: "PUT", token, body: "a report\n" });
  away();
  expect((await put()).status).toBeGreaterThanOrEqual(500);
  back();
  expect((await put()).status).toBe(200);
  expect(await (await env.ARTIFACTS.get(`${folder}/artifacts/report.txt`))?.text()).toBe("a report\n");
});
