/** What two runners, a cut connection and a wrong clock can do to a job (issue: faults): nothing. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { asRunner, handRunner, passed } from "./hand-runner.ts";
import { jobFile, world } from "./support.ts";

const NAMES = Array.from({ length: 6 }, (_, n) => `pull-hello-race-${n}`);
const JOBS = jobFile(["pull-hello-cut", "pull-hello-skew", ...NAMES].map((name) => ({ name, script: "true" })));
const HOUR = 3600_000;
const Messages = z.array(z.looseObject({ type: z.string(), job: z.string().optional() }));
const Times = z.object({ job: z.object({ startTime: z.number(), completionTime: z.number().nullable() }) });

let system: TestSystem;
let demo: ReturnType<typeof world>;
beforeAll(async () => {
  system = await testSystem({ capacity: 0 });
  demo = world(system);
  await demo.configure(JOBS);
});
afterAll(() => system?.dispose());

const named = (name: string) => handRunner(demo.url, system.secrets.runner, name);
const finish = (job: string, token: string, body = passed) =>
  asRunner(demo.url, { method: "POST", path: `${job}/finish`, token, body });
const textOf = async (id: string) => (await fetch(`${demo.url}/jobs/${id}/log`)).text();

describe("two runners claiming the same queue at once", () => {
  it("each job goes to one of them, once", async () => {
    const number = await demo.draft("Raced for");
    const jobs: string[] = [];
    for (const context of NAMES) jobs.push(await demo.start(number, context));
    const runners = [named("racer-a"), named("racer-b")];
    const given: { runner: number; assignment: { job: string; token: string; attempt: number; epoch: number } }[] = [];
    const hear = async (runner: number, answer: Response) => {
      const Given = z.object({
        assignment: z.object({ job: z.string(), token: z.string(), attempt: z.number(), epoch: z.number() }),
      });
      for (const message of Messages.parse(await answer.json()))
        if (message.type === "assignment") given.push({ runner, assignment: Given.parse(message).assignment });
    };
    await Promise.all(runners.map(async (one, n) => hear(n, await one.poll([one.hello]))));
    const claims = jobs.map((job) => ({ type: "claim", job }));
    await eventually(
      "every job is given to somebody",
      async () => {
        await Promise.all(runners.map(async (one, n) => hear(n, await one.poll(claims))));
        return new Set(given.map(({ assignment }) => assignment.job)).size === jobs.length;
      },
      60,
    );
    await Promise.all(runners.map(async (one, n) => hear(n, await one.poll(claims))));
    expect(given.map(({ assignment }) => assignment.job).toSorted(), "none twice").toEqual(jobs.toSorted());
    expect(new Set(given.map(({ assignment }) => `${assignment.attempt} ${assignment.epoch}`))).toEqual(
      new Set(["1 1"]),
    );
    for (const { assignment } of given) expect((await finish(assignment.job, assignment.token)).status).toBe(200);
    for (const context of NAMES) expect(await demo.ended(number, context)).toBe("success");
  });
});

describe("a log upload that is cut in the middle", () => {
  it("no byte is lost or doubled when it is sent again", async () => {
    const number = await demo.draft("Cut");
    const id = await demo.start(number, "pull-hello-cut");
    const { token } = await named("cutter").take(id, 60);
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join(""));
    const { hostname, port } = new URL(demo.url);
    const cut = async (offset: number, sent: number) => {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      const body = bytes.subarray(offset);
      const head = `PUT /runner/jobs/${id}/log?offset=${offset} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${token}\r\ncontent-type: application/octet-stream\r\ncontent-length: ${body.length}\r\n\r\n`;
      socket.write(head);
      await new Promise((resolve) => socket.write(body.subarray(0, sent), resolve));
      socket.resetAndDestroy();
      await once(socket, "close");
    };
    const put = (offset: number, end: number) =>
      asRunner(demo.url, {
        method: "PUT",
        path: `${id}/log?offset=${offset}`,
        token,
        body: bytes.subarray(offset, end),
      });
    await cut(0, 70_000);
    expect((await put(0, 90_000)).status).toBe(200);
    await cut(90_000, 100);
    await cut(50_000, 60_000);
    expect((await put(50_000, 150_000)).status).toBe(200);
    expect((await put(150_000, bytes.length)).status).toBe(200);
    const report = { ...z.record(z.string(), z.unknown()).parse(JSON.parse(passed)), logBytes: bytes.length };
    expect((await finish(id, token, JSON.stringify(report))).status).toBe(200);
    expect(await demo.ended(number, "pull-hello-cut")).toBe("success");
    expect(await textOf(id)).toBe(bytes.toString());
  });
});

describe("clock skew", () => {
  it.each([
    ["slow", -HOUR],
    ["fast", HOUR],
  ])("a runner whose clock is an hour %s: lease, credential and times are the worker's", async (name, skew) => {
    const number = await demo.draft(`Clock ${name}`);
    const before = Date.now();
    const id = await demo.start(number, "pull-hello-skew");
    const runner = named(`clock-${name}`);
    const { token, attempt } = await runner.take(id, 60);
    const at = Date.now() + skew;
    const state = { method: "POST", path: `${id}/state`, token, body: `{"seq":1,"phase":"running","at":${at}}` };
    expect((await asRunner(demo.url, state)).status).toBe(200);
    for (let beat = 0; beat < 3; beat += 1) await runner.turn();
    expect(runner.held.map(({ job }) => job)).toEqual([id]);
    const evidence = { ...z.record(z.string(), z.unknown()).parse(JSON.parse(passed)), startedAt: at, finishedAt: at };
    expect((await finish(id, token, JSON.stringify(evidence))).status).toBe(200);
    expect(await demo.ended(number, "pull-hello-skew")).toBe("success");
    const { job } = Times.parse(await (await fetch(`${demo.url}/api/jobs/${id}`)).json());
    for (const time of [job.startTime, job.completionTime ?? 0]) {
      expect(time).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000);
      expect(time).toBeLessThanOrEqual(Date.now());
    }
    expect(attempt).toBe(1);
    expect(await demo.job(id)).toMatchObject({ state: "success", attempt: 1 });
  });
});
