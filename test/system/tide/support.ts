/** A merge pool of the demo's repository, by a configuration that is pushed as people do. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { eventually, type TestSystem } from "../../harness/system.ts";

export const HARBOR = "cutwater-demo/harbor";
const CONFIG = path.resolve(import.meta.dirname, "../../../sandbox/demo/repositories/config/config/prow/config.yaml");
const Version = z.object({ version: z.string() });
const CACHED_MS = 2_100;

const JOBS = `presubmits:
  ${HARBOR}:
  - name: pull-unit
    always_run: true
    decorate: true
    spec:
      containers:
      - image: docker.io/library/alpine:3.22
        command: ["sh", "-c", "test ! -e broken.txt"]
`;

/** `tide` is config.yaml's section. */
export async function poolOf(system: TestSystem, tide: string, jobs = JOBS) {
  const { control } = system.github;
  const { url } = system.worker;
  const version = async () => Version.parse(await (await fetch(`${url}/api/config`)).json()).version;
  const before = await version();
  const demo = (await readFile(CONFIG, "utf8")).replaceAll("https://github.com", system.github.url);
  // The demo merges to another repository.
  const rest = demo.slice(0, demo.indexOf("\ntide:"));
  const files = {
    "config/prow/config.yaml": `${rest}\n${tide}`,
    "config/jobs/harbor/harbor-jobs.yaml": jobs,
  };
  await control.push({ repo: "cutwater-demo/config", as: "ada", branch: "main", files, message: "A merge pool" });
  await eventually("the configuration is in use", async () => (await version()) !== before, 60);
  await new Promise((resolve) => setTimeout(resolve, CACHED_MS));
  let nth = 0;
  const page = (number: number) => control.snapshot({ repo: HARBOR, number });
  return {
    page,
    status: (number: number) => page(number).pull?.statuses["tide"],
    merged: (number: number) => page(number).pull?.merged === true,
    async pull(title: string, files?: Record<string, string>): Promise<number> {
      nth += 1;
      const its = files ?? { [`notes/${nth}.txt`]: `${title}\n` };
      return (await control.createPull({ repo: HARBOR, as: "ben", title, files: its })).number;
    },
    /** The big red button; it is there with the pool, which is there soon after its first event. */
    async paused(paused: boolean): Promise<void> {
      const body = { pool: `${HARBOR}@main`, paused: String(paused), reason: "a test" };
      await eventually("the button is pressed", async () => {
        const { status } = await fetch(`${url}/tide/pause`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${system.secrets.admin}`,
            "content-type": "application/x-www-form-urlencoded",
          },
          body: new URLSearchParams(body),
          redirect: "manual",
        });
        return status === 303;
      });
    },
    label: (number: number, label: string) => control.addLabel({ repo: HARBOR, number, as: "ada", label }),
    unlabel: (number: number, label: string) => control.removeLabel({ repo: HARBOR, number, as: "ada", label }),
    green: (number: number) =>
      eventually(`#${number} is green`, () => page(number).pull?.statuses["pull-unit"]?.state === "success", 60),
  };
}
