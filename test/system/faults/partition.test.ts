/** A runner that is cut off, and a worker that is replaced, while jobs run (issue: faults): no attempt twice, no byte lost. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { asRunner, handRunner, passed } from "./hand-runner.ts";
import { jobFile, world } from "./support.ts";

const LINES = 150;
const JOBS = jobFile([
  { name: "pull-hello-endless", script: 'echo "of the silent one"; sleep 600' },
  {
    name: "pull-hello-counts",
    script: `i=0; while [ $i -lt ${LINES} ]; do echo "line $i"; i=$((i+1)); sleep 0.1; done`,
  },
]);

let system: TestSystem;
let demo: ReturnType<typeof world>;
beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
  await demo.configure(JOBS);
});
afterAll(() => system?.dispose());

const textOf = async (id: string) => (await fetch(`${demo.url}/jobs/${id}/log`)).text();
const begun = (id: string) => eventually("its log begins", async () => (await demo.job(id)).log.size > 0, 60);

describe("the worker redeployed under running jobs", () => {
  it("no job is lost and none begins anew, no byte of their logs is lost or doubled", async () => {
    const numbers = [await demo.draft("Redeployed under, one"), await demo.draft("Redeployed under, two")];
    const jobs = await Promise.all(numbers.map((number) => demo.start(number, "pull-hello-counts")));
    await Promise.all(jobs.map(begun));
    await system.worker.crash(); // harsher than a deploy: nothing is told, every connection is gone
    for (const number of numbers) expect(await demo.ended(number, "pull-hello-counts", 120)).toBe("success");
    for (const id of jobs) {
      expect(await demo.job(id)).toMatchObject({ state: "success", attempt: 1 });
      expect(await textOf(id)).toBe(Array.from({ length: LINES }, (_, n) => `line ${n}\n`).join(""));
    }
  }, 240_000);
});

describe("a runner partitioned for longer than its lease", () => {
  it("its job is given to another as a new attempt; when it is back, its words are refused and its work ended", async () => {
    const number = await demo.draft("Partitioned");
    const id = await demo.start(number, "pull-hello-endless");
    await begun(id);
    const silent = system.runner();
    silent?.kill("SIGSTOP");
    const other = handRunner(demo.url, system.secrets.runner, "the-other");
    const taken = await other.take(id, 200);
    expect(taken).toMatchObject({ attempt: 2 });
    const put = { method: "PUT", path: `${id}/log?offset=0`, token: taken.token, body: "of the other\n" };
    expect((await asRunner(demo.url, put)).status).toBe(200);
    silent?.kill("SIGCONT");
    await eventually(
      "it drops the job",
      () => system.lines.some((line) => line.includes(`${id} attempt 1: dropped`)),
      60,
    );
    await eventually(
      "nothing of it is left",
      async () => (await readdir(path.join(system.folder, "runner", "runs"))).length === 0,
      60,
    );
    await other.turn();
    expect(other.held.map(({ job }) => job)).toEqual([id]);
    const report = passed.replace('"logBytes":0', '"logBytes":13');
    const finish = { method: "POST", path: `${id}/finish`, token: taken.token, body: report };
    expect((await asRunner(demo.url, finish)).status).toBe(200);
    expect(await demo.ended(number, "pull-hello-endless")).toBe("success");
    expect(await demo.job(id)).toMatchObject({ state: "success", attempt: 2 });
    expect(await textOf(id)).toBe("of the other\n");
  }, 300_000);
});
