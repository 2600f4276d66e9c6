/** A repository brings its own jobs: a pull request's change to them runs, and its faults are told where they are. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { HELLO, world } from "../faults/support.ts";

const CONFIG = "cutwater-demo/config";
const PROW = "config/prow/config.yaml";

const brought = (name: string, cluster = "default"): string => `presubmits:
- name: ${name}
  always_run: true
  decorate: true
  cluster: ${cluster}
  spec:
    containers:
    - image: docker.io/library/alpine:3.22
      command: ["sh", "-c", "test -f .prow.yaml && echo brought along"]
`;

let system: TestSystem;
let demo: ReturnType<typeof world>;
beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
  const text = await (await fetch(`${system.github.url}/${CONFIG}/raw/main/${PROW}`)).text();
  const files = { [PROW]: `${text}\nin_repo_config:\n  enabled:\n    ${HELLO}: true\n` };
  await system.github.control.push({ repo: CONFIG, as: "ada", branch: "main", files, message: "Let hello bring jobs" });
  await demo.configure("presubmits: {}\n");
});
afterAll(() => system?.dispose());

it("runs what it brings, tells what is wrong with it, and forgets that once it is mended", async () => {
  const { control } = system.github;
  const files = { ".prow.yaml": brought("pull-hello-brought") };
  const { number } = await control.createPull({ repo: HELLO, as: "ben", title: "Bring a job", files });
  expect(await demo.ended(number, "pull-hello-brought")).toBe("success");
  expect(demo.status(number, "in-repo-config")?.state).toBe("success");
  expect(demo.status(number, "pull-hello-unit")).toBeDefined();

  const push = (text: string) =>
    control.pushToPull({ repo: HELLO, as: "ben", number, files: { ".prow.yaml": text }, message: "Jobs" });
  await push(brought("pull-hello-brought", "trusted"));
  const told = await eventually("the fault", () => demo.answers(number, "cluster trusted is not allowed")[0]);
  expect(told.body).toContain("`.prow.yaml:2`");
  expect(demo.status(number, "in-repo-config")).toMatchObject({ state: "failure" });
  expect(demo.status(number, "pull-hello-brought")).toBeUndefined();

  await push(brought("pull-hello-mended"));
  expect(await demo.ended(number, "pull-hello-mended")).toBe("success");
  await eventually("the comment is gone", () => demo.answers(number, "cluster trusted is not allowed").length === 0);
  expect(demo.status(number, "in-repo-config")?.state).toBe("success");
});
