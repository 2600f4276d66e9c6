/** Periodic jobs of the configuration run by themselves, and stop when it says so. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { pause, world } from "../faults/support.ts";

const List = z.object({
  jobs: z.array(
    z.object({ id: z.string(), job: z.string(), type: z.string(), state: z.string(), startTime: z.number() }),
  ),
});

const periodic = (clock: string): string =>
  `periodics:
- name: ci-hello-tide
  ${clock}
  decorate: true
  extra_refs:
  - org: cutwater-demo
    repo: hello
    base_ref: main
  spec:
    containers:
    - image: docker.io/library/alpine:3.22
      command: ["sh", "-c", "cat README.md; echo $JOB_TYPE $JOB_NAME"]
`;

let system: TestSystem;
let demo: ReturnType<typeof world>;
beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
});
afterAll(() => system?.dispose());

/** As the administrator: nothing has told the worker yet that the repository is public. */
const read = (path: string): Promise<Response> =>
  fetch(`${system.worker.url}${path}`, { headers: { authorization: `Bearer ${system.secrets.admin}` } });

async function runs() {
  const { jobs } = List.parse(await (await read("/api/jobs?job=ci-hello-tide")).json());
  return jobs.toSorted((a, b) => a.startTime - b.startTime);
}
const log = async (id: string): Promise<string> => (await read(`/jobs/${id}/log`)).text();

it("a cron line starts runs on the runner, one after another; a removed job stops", async () => {
  await demo.configure(periodic('cron: "TZ=Europe/Lisbon */2 * * * * *"'));
  const done = await eventually(
    "two finished runs",
    async () => {
      const finished = (await runs()).filter((run) => run.state === "success");
      return finished.length >= 2 ? finished : null;
    },
    60,
  );
  expect(done.every((run) => run.type === "periodic" && run.startTime % 2000 === 0)).toBe(true);
  await eventually("the log", async () => (await log(done[0]?.id ?? "")).includes("periodic ci-hello-tide"));

  await demo.configure(periodic("interval: 1000h"));
  const before = (await runs()).length;
  await pause(5_000);
  expect((await runs()).length).toBe(before);
});

it("the runtime's cron trigger may come at any time", async () => {
  const before = (await runs()).length;
  await system.worker.scheduled("*/5 * * * *");
  await pause(1_000);
  expect((await runs()).length).toBe(before);
});
