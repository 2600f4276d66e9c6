/** Sinker through the built worker: what ended long ago goes whole, what runs stays (spec jobs 4.3). */
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { jobFile, world } from "./support.ts";

const DAY_MS = 24 * 3600_000;
const JOBS = jobFile([
  { name: "pull-hello-ends", script: 'echo over; echo kept > "$ARTIFACTS/kept.txt"' },
  { name: "pull-hello-stays", script: "echo on; sleep 600" },
]);

let system: TestSystem;
let demo: ReturnType<typeof world>;
beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
  await demo.configure(JOBS);
});
afterAll(() => system?.dispose());

it("after 100 days a job that ended has no page, log, artifacts or row; one that runs has them all", async () => {
  const number = await demo.draft("Old and new");
  const stays = await demo.start(number, "pull-hello-stays");
  await eventually("it runs", async () => (await demo.job(stays)).log.size > 0, 60);
  const ends = await demo.start(number, "pull-hello-ends");
  expect(await demo.ended(number, "pull-hello-ends")).toBe("success");
  const pages = (id: string) => [
    `/api/jobs/${id}`,
    `/jobs/${id}`,
    `/jobs/${id}/log`,
    `/jobs/${id}/artifacts/artifacts/kept.txt`,
  ];
  const statuses = (id: string) =>
    Promise.all(pages(id).map(async (page) => (await fetch(`${demo.url}${page}`)).status));
  const listed = async () => (await fetch(`${demo.url}/api/jobs?limit=100`)).text();
  await eventually("its row is there", async () => (await listed()).includes(ends), 60);
  expect(await statuses(ends)).toEqual([200, 200, 200, 200]);
  await system.worker.scheduled("*/5 * * * *", new Date());
  expect(await statuses(ends)).toEqual([200, 200, 200, 200]);
  const later = new Date(Date.now() + 100 * DAY_MS);
  await eventually(
    "it is gone",
    async () => {
      await system.worker.scheduled("*/5 * * * *", later);
      return (await statuses(ends)).every((status) => status === 404);
    },
    60,
  );
  expect(await listed()).not.toContain(ends);
  expect(await listed()).toContain(stays);
  expect((await statuses(stays)).slice(0, 3)).toEqual([200, 200, 200]);
  expect((await demo.job(stays)).state).toBe("pending");
});
