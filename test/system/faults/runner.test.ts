/** Runners die and lie: jobs run anew or end in a clear error, and a credential opens its own job, for as long as it holds it. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { asRunner, handRunner, passed } from "./hand-runner.ts";
import { jobFile, world } from "./support.ts";

const SLOW = 'echo "began $BUILD_ID"; sleep 5; echo "ended $BUILD_ID"';
const JOBS = jobFile([
  { name: "pull-hello-slow", script: SLOW },
  { name: "pull-hello-once", script: SLOW, more: ["error_on_eviction: true"] },
]);

async function killed(system: TestSystem): Promise<void> {
  const runner = system.runner();
  if (!runner) throw new Error("There is no runner to kill");
  const gone = new Promise((resolve) => runner.once("exit", resolve));
  runner.kill("SIGKILL");
  await gone;
}

describe("a runner that is killed in mid job and comes back", () => {
  let system: TestSystem;
  let demo: ReturnType<typeof world>;
  beforeAll(async () => {
    system = await testSystem();
    demo = world(system);
    await demo.configure(JOBS);
  });
  afterAll(() => system?.dispose());

  const running = async (number: number, context: string): Promise<string> => {
    const id = await demo.start(number, context);
    await eventually("its log begins", async () => (await demo.job(id)).log.size > 0, 60);
    return id;
  };

  it("the job runs anew, as attempt 2, in a build of its own", async () => {
    const number = await demo.draft("Killed, then anew");
    const id = await running(number, "pull-hello-slow");
    await killed(system);
    system.startRunner();
    expect(await demo.ended(number, "pull-hello-slow", 120)).toBe("success");
    const job = await demo.job(id);
    expect(job).toMatchObject({ state: "success", attempt: 2 });
    const log = await (await fetch(`${demo.url}/jobs/${id}/log`)).text();
    const builds = log.match(/^(?:began|ended) \d+$/gm) ?? [];
    expect(builds).toHaveLength(2);
    expect(job.timeline.some(({ what, detail }) => /restarted/i.test(`${what} ${detail}`))).toBe(true);
    const left = await readdir(path.join(system.folder, "runner", "runs")).catch(() => []);
    expect(left).toEqual([]);
  });

  it("with error_on_eviction the job ends in an error that says so", async () => {
    const number = await demo.draft("Killed, once");
    const id = await running(number, "pull-hello-once");
    await killed(system);
    system.startRunner();
    expect(await demo.ended(number, "pull-hello-once", 120)).toMatch(/^(error|failure)$/);
    const job = await demo.job(id);
    expect(job).toMatchObject({ state: "error", attempt: 1 });
    expect(job.description).toContain("restarted");
    expect(job.description).toContain("error_on_eviction");
    expect(demo.status(number, "pull-hello-once")?.description).toContain("restarted");
  });
});

describe("a runner's credentials", () => {
  let system: TestSystem;
  let demo: ReturnType<typeof world>;
  beforeAll(async () => {
    system = await testSystem({ capacity: 0 });
    demo = world(system);
    await demo.configure(JOBS);
  });
  afterAll(() => system?.dispose());
  const named = (name: string) => handRunner(demo.url, system.secrets.runner, name);
  const calls = (job: string, token: string) =>
    Promise.all([
      asRunner(demo.url, { method: "PUT", path: `${job}/log?offset=0`, token, body: "forged\n" }),
      asRunner(demo.url, { method: "POST", path: `${job}/state`, token, body: '{"seq":1,"phase":"running","at":1}' }),
      asRunner(demo.url, { method: "PUT", path: `${job}/artifacts/forged.txt`, token, body: "forged" }),
      asRunner(demo.url, { method: "POST", path: `${job}/artifacts/forged.bin?uploads`, token, body: "" }),
      asRunner(demo.url, { method: "POST", path: `${job}/finish`, token, body: passed }),
    ]);

  it("a wrong cluster token opens nothing, by poll or by WebSocket", async () => {
    const wrong = named("wrong");
    for (const token of ["", "wrong", `${system.secrets.runner}x`, system.secrets.admin]) {
      expect((await wrong.poll([wrong.hello], token)).status).toBe(401);
      const socket = await fetch(`${demo.url}/runner/default/connect`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(socket.status).toBe(401);
    }
    const elsewhere = await fetch(`${demo.url}/runner/other/poll?runner=a&wait=0`, {
      method: "POST",
      headers: { authorization: `Bearer ${system.secrets.runner}` },
      body: JSON.stringify([wrong.hello]),
    });
    expect(elsewhere.status).toBe(401);
  });

  it("a job's credential opens that job, no other, and no cluster", async () => {
    const first = await demo.draft("Mine");
    const second = await demo.draft("Another's");
    const mine = await demo.start(first, "pull-hello-slow");
    const theirs = await demo.start(second, "pull-hello-slow");
    const runner = named("two-jobs");
    const { token } = await runner.take(mine);
    const other = await runner.take(theirs);
    expect((await runner.poll([runner.hello], token)).status).toBe(401);
    for (const answer of await calls(theirs, token)) expect(answer).toEqual({ status: 403, code: "forbidden" });
    for (const bad of ["", "nonsense", token.replace(/.{6}$/, "AAAAAA"), system.secrets.runner, system.secrets.admin])
      for (const answer of await calls(mine, bad)) expect(answer).toEqual({ status: 401, code: "unauthorized" });
    const renamed = token.replace(mine, theirs);
    for (const answer of await calls(theirs, renamed)) expect(answer).toEqual({ status: 401, code: "unauthorized" });
    for (const id of [mine, theirs]) {
      expect((await demo.job(id)).log.size).toBe(0);
      expect((await demo.artifacts(id)).filter(({ path: name }) => name.includes("forged"))).toEqual([]);
    }
    for (const [job, held] of [
      [mine, token],
      [theirs, other.token],
    ] as const) {
      const finish = await asRunner(demo.url, { method: "POST", path: `${job}/finish`, token: held, body: passed });
      expect(finish.status).toBe(200);
    }
    expect(await demo.ended(first, "pull-hello-slow")).toBe("success");
    const late = await calls(mine, token);
    expect(late.map(({ status }) => status)).toEqual([409, 409, 409, 409, 200]);
    expect((await demo.job(mine)).log.size).toBe(0);
  });

  it("of jobs that their runner lost have expired: they are refused; the jobs run anew, or with error_on_eviction end saying so", async () => {
    const number = await demo.draft("Taken away");
    const anew = await demo.start(number, "pull-hello-slow");
    const once = await demo.start(number, "pull-hello-once");
    const forgetful = named("forgetful");
    const before = await forgetful.take(anew);
    const only = await forgetful.take(once);
    for (const { job, token } of [before, only]) {
      const opened = { method: "PUT", path: `${job}/log?offset=0`, token, body: "first\n" };
      expect((await asRunner(demo.url, opened)).status).toBe(200);
    }
    forgetful.forget();
    const next = named("next");
    const again = await eventually(
      "the job is given to somebody",
      async () => {
        await forgetful.turn();
        await next.turn();
        return [...forgetful.held, ...next.held].find(({ job }) => job === anew);
      },
      60,
    );
    expect(again.attempt).toBe(2);
    for (const answer of await calls(anew, before.token)) expect(answer).toEqual({ status: 409, code: "stale" });
    const finish = { method: "POST", path: `${anew}/finish`, token: again.token, body: passed };
    expect((await asRunner(demo.url, finish)).status).toBe(200);
    expect(await demo.ended(number, "pull-hello-slow")).toBe("success");
    expect((await demo.job(anew)).attempt).toBe(2);
    await eventually("the other ends", async () => (await demo.job(once)).state === "error", 60);
    expect((await demo.job(once)).description).toMatch(/runner was lost.*error_on_eviction/);
    for (const answer of await calls(once, only.token)) expect([200, 409]).toContain(answer.status);
    expect((await demo.job(once)).state).toBe("error");
    expect((await demo.job(once)).log.size).toBe("first\n".length);
  });

  it("an aborted job's credential takes the last of its evidence, then nothing", async () => {
    const number = await demo.draft("Aborted");
    const id = await demo.start(number, "pull-hello-slow");
    const runner = named("aborting");
    const { token } = await runner.take(id);
    const abort = await fetch(`${demo.url}/api/jobs/${id}/abort`, {
      method: "POST",
      headers: { authorization: `Bearer ${system.secrets.admin}` },
    });
    expect(abort.status).toBe(202);
    const finish = () => asRunner(demo.url, { method: "POST", path: `${id}/finish`, token, body: passed });
    expect((await finish()).status).toBe(200);
    await eventually("it ends aborted", async () => (await demo.job(id)).state === "aborted");
    expect((await calls(id, token)).map(({ status }) => status)).toEqual([409, 409, 409, 409, 200]);
    expect((await demo.job(id)).state).toBe("aborted");
  });
});
