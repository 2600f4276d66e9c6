/** Builds of the runner become metrics once their day is over, of the built worker; the command says how they are. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { type Folder, folder } from "../cli/cutwater.ts";
import { HELLO, world } from "../faults/support.ts";

const DAY = 24 * 3600_000;
let system: TestSystem;
let place: Folder;
beforeAll(async () => {
  system = await testSystem();
  place = await folder();
});
afterAll(async () => {
  await place?.remove();
  await system?.dispose();
});

const List = z.object({ jobs: z.array(z.object({ startTime: z.number(), completionTime: z.number().nullable() })) });

const json = async (path: string): Promise<unknown> => (await fetch(`${system.worker.url}${path}`)).json();

it("a presubmit's run is in the numbers of its day, and in the dashboard", async () => {
  const demo = world(system);
  const files = { "notes/metrics.txt": "counted\n" };
  const { number } = await system.github.control.createPull({ repo: HELLO, as: "ben", title: "Be counted", files });
  const state = await demo.ended(number, "pull-hello-unit");
  const started = await eventually("the run in the index", async () => {
    const { jobs } = List.parse(await json("/api/jobs?job=pull-hello-unit"));
    const [job] = jobs;
    return job?.completionTime ? job.startTime : null;
  });
  const midnight = Math.floor(started / DAY + 1) * DAY;
  await eventually(
    "the run in the metrics",
    async () => {
      await system.worker.scheduled("3-59/5 * * * *", new Date(midnight + 20 * 60_000));
      const rows = await json("/metrics/job-health-latest.json");
      return JSON.stringify(rows).includes("pr:pull-hello-unit");
    },
    60,
  );
  expect(await json("/metrics/job-flakes-latest.json")).toMatchObject({
    "pr:pull-hello-unit": { flakes: 0, consistency: 1 },
  });
  expect(await json("/velodrome/builds/pass-rate/data.json?range=2d")).toMatchObject({ kind: "chart", step: 86_400 });
  expect(state).toBe("success");

  const run = await place.cutwater("metrics", "--url", system.worker.url, "--token", system.secrets.admin);
  expect([run.code, run.stderr]).toEqual([0, expect.not.stringContaining("error")]);
  expect(run.stdout).toMatch(
    /^job-health {12}current {3}\d{4}-\d\d-\d\d {2}http.*\/metrics\/job-health-latest\.json$/m,
  );
  const stranger = await place.cutwater("metrics", "--url", system.worker.url, "--token", "wrong");
  expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining("answered 401")]);
}, 180_000);
