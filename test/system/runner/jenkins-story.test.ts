/** A comment starts a build on a Jenkins, through the built worker and a runner that knows one. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Runner, startRunner } from "../../../runner/index.ts";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { HELLO, world } from "../faults/support.ts";
import { type JenkinsDouble, startJenkins, TOKEN, USER } from "./jenkins-double.ts";

const JOBS = `presubmits:
  ${HELLO}:
  - name: team/unit
    agent: jenkins
    always_run: false
    context: unit
    rerun_command: /test unit
    trigger: (?m)^/test unit,?(\\s+|$)
  - name: team/endless
    agent: jenkins
    always_run: false
    context: endless
    rerun_command: /test endless
    trigger: (?m)^/test endless,?(\\s+|$)
`;

let system: TestSystem;
let jenkins: JenkinsDouble;
let runner: Runner;
let demo: ReturnType<typeof world>;

beforeAll(async () => {
  [system, jenkins] = await Promise.all([testSystem({ capacity: 0 }), startJenkins()]);
  demo = world(system);
  await demo.configure(JOBS);
  runner = await startRunner({
    url: system.worker.url,
    cluster: "default",
    token: system.secrets.runner,
    executor: "process",
    jenkins: { url: jenkins.url, user: USER, token: TOKEN, pollMs: 50 },
    capacity: 2,
    workDir: path.join(system.folder, "jenkins-runner"),
  });
});
afterAll(async () => {
  await runner?.abandon();
  await system?.dispose();
  await jenkins?.close();
});

describe("a presubmit of agent jenkins", () => {
  it("is built there, and its log and result are here", async () => {
    jenkins.jobs.set("/job/team/job/unit", { waits: 2, says: ["compiling\n", "1 test failed\n"], result: "UNSTABLE" });
    const number = await demo.draft("Built on Jenkins");
    const id = await demo.start(number, "unit");
    expect(await demo.ended(number, "unit")).toBe("failure");
    expect(demo.status(number, "unit")?.description).toContain("Jenkins says UNSTABLE");
    expect(jenkins.builds[0]?.parameters).toMatchObject({ PROW_JOB_ID: id, PULL_NUMBER: String(number) });
    const log = await (await fetch(`${demo.url}/jobs/${id}/log`)).text();
    expect(log).toContain("compiling\n1 test failed\n");
  });

  it("is ended there when it is aborted here", async () => {
    jenkins.jobs.set("/job/team/job/endless", { endless: "stop", says: ["working\n"] });
    const number = await demo.draft("Aborted on Jenkins");
    const id = await demo.start(number, "endless");
    await eventually("it runs there", () => jenkins.builds.find((build) => build.parameters["PROW_JOB_ID"] === id));
    const answer = await fetch(`${demo.url}/api/jobs/${id}/abort`, {
      method: "POST",
      headers: { authorization: `Bearer ${system.secrets.admin}` },
    });
    expect(answer.status).toBeLessThan(300);
    await eventually("it is aborted there", () => jenkins.builds.some((build) => build.result === "ABORTED"));
    await eventually("it is aborted here", async () => (await demo.job(id)).state === "aborted");
  });
});
