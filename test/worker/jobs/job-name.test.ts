import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { completed, finishReport, jobStub, prowJob, until } from "./support.ts";

it("vends build ids that increase, one for each job and attempt (jobs 7.3: test-infra#3000; knative/test-infra#51)", async () => {
  const stub = env.JOB_NAME.getByName("vend-test");
  const first = await stub.vend("job-1", 1);
  expect(first).toMatch(/^\d{19}$/);
  expect(await stub.vend("job-1", 1)).toBe(first);
  const ids = [first];
  for (let n = 2; n < 30; n += 1) ids.push(await stub.vend("job-1", n));
  expect(ids.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

it("grants up to max_concurrency, oldest first, and once for each job (jobs 7.3: test-infra#4109, #18157)", async () => {
  const stub = env.JOB_NAME.getByName("admit-test");
  expect(await stub.admit("b", 2000, 1)).toEqual({ granted: true });
  expect(await stub.admit("b", 2000, 1)).toEqual({ granted: true });
  expect(await stub.admit("d", 4000, 1)).toEqual({ granted: false });
  expect(await stub.admit("c", 3000, 1)).toEqual({ granted: false });
  await stub.release("b");
  await stub.release("b");
  expect(await stub.admit("d", 4000, 1)).toEqual({ granted: false });
  expect(await stub.admit("c", 3000, 1)).toEqual({ granted: true });
});

it("counts unlimited runs of the same name against a limit that came later", async () => {
  const stub = env.JOB_NAME.getByName("later-limit");
  expect(await stub.admit("a", 1, 0)).toEqual({ granted: true });
  expect(await stub.admit("b", 2, 0)).toEqual({ granted: true });
  expect(await stub.admit("c", 3, 2)).toEqual({ granted: false });
  await stub.release("a");
  expect(await stub.admit("c", 3, 2)).toEqual({ granted: true });
});

it("lets a queue of capacity 0 wait until its capacity changes", async () => {
  const stub = env.JOB_QUEUE.getByName("blocked");
  expect(await stub.admit("a", 1, 0)).toEqual({ granted: false });
  expect(await stub.admit("b", 2, 0)).toEqual({ granted: false });
  expect(await stub.admit("b", 2, -1)).toEqual({ granted: true });
  expect(await stub.admit("a", 1, -1)).toEqual({ granted: true });
});

it("runs jobs of one name one after another, in the order of their start, when max_concurrency is 1", async () => {
  const name = `serial-${crypto.randomUUID()}`;
  const cluster = `cluster-${name}`;
  const start = Date.now();
  const jobs = [2, 0, 1].map((age) => {
    const job = prowJob({ job: name, cluster, max_concurrency: 1 });
    return { ...job, status: { ...job.status, startTime: new Date(start + age * 1000).toISOString() } };
  });
  const inOrder = [jobs[1], jobs[2], jobs[0]];
  // The youngest asks before the one in the middle, and must still wait for it.
  for (const job of [jobs[1], jobs[0], jobs[2]])
    if (job) await jobStub(job.metadata.name).start(JSON.stringify(job), null);
  for (const job of inOrder) {
    if (!job) throw new Error("no job");
    const stub = jobStub(job.metadata.name);
    const claimed = await until(() => stub.claim("runner"), `claim of ${job.status.startTime}`);
    const states = await Promise.all(jobs.map((one) => jobStub(one.metadata.name).view()));
    expect(states.filter((view) => view?.state === "pending").map((view) => view?.id)).toEqual([job.metadata.name]);
    await stub.finish(JSON.parse(claimed.assignment).token, finishReport());
    await completed(job.metadata.name);
  }
});
