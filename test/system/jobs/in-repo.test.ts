/** A repository brings its own jobs: a pull request's change to them runs, and its faults are told where they are. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { z } from "zod";
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

it("gangway starts what a repository brings, at the commits that the request names (jobs 4.15)", async () => {
  const { control } = system.github;
  const files = { ".prow.yaml": brought("pull-hello-asked") };
  const { number } = await control.createPull({ repo: HELLO, as: "ben", title: "Bring another", files });
  expect(await demo.ended(number, "pull-hello-asked")).toBe("success");
  const commitOf = async (ref: string): Promise<string> => {
    const answer = await fetch(`${system.github.apiUrl}/repos/${HELLO}/commits/${ref}`);
    return z.object({ sha: z.string() }).parse(await answer.json()).sha;
  };
  const [org, repo] = HELLO.split("/");
  const pulls = [{ number, author: "ben", sha: await commitOf(`refs/pull/${number}/head`) }];
  const refs = { org, repo, base_ref: "main", base_sha: await commitOf("main"), pulls };
  const start = (name: string) =>
    fetch(`${system.worker.url}/v1/executions`, {
      method: "POST",
      headers: { authorization: `Bearer ${system.secrets.admin}` },
      body: JSON.stringify({ job_name: name, job_execution_type: "PRESUBMIT", refs }),
    });
  const started = await start("pull-hello-asked");
  expect([started.status, await started.json()]).toMatchObject([200, { job_name: "pull-hello-asked" }]);
  const none = await start("pull-hello-never");
  expect([none.status, await none.text()]).toEqual([400, expect.stringContaining("There is no presubmit named")]);
});
