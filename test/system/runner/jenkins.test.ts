/** Jobs of agent jenkins (spec jobs 4.18), against a Jenkins that follows its documented remote API. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject, Refs } from "../../../src/config/model.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { runPolicy } from "../../../src/jobs/policy.ts";
import { verdictOf } from "../../../src/jobs/verdict.ts";
import { byAgent } from "../../../runner/by-agent.ts";
import type { Evidence, Executor, Workload } from "../../../runner/executor.ts";
import { createJenkinsExecutor } from "../../../runner/jenkins/index.ts";
import { assignmentOf } from "./assignment.ts";
import { type BuildPlan, type JenkinsDouble, startJenkins, TOKEN, USER } from "./jenkins-double.ts";
import { type RecordingSink, recordingSink } from "./recording-sink.ts";

let jenkins: JenkinsDouble;
let sink: RecordingSink;

beforeEach(async () => {
  jenkins = await startJenkins();
  sink = await recordingSink();
});
afterEach(async () => {
  await jenkins.close();
  await sink.close();
});

const refs: Refs = { org: "org", repo: "code", base_ref: "release/1.0", base_sha: "a".repeat(40) };
const pull: Refs = { ...refs, pulls: [{ number: 7, author: "someone", sha: "b".repeat(40) }] };

function jobOf(
  name: string,
  more: { refs?: Refs; jenkins?: JsonObject; timeoutSeconds?: number; graceSeconds?: number } = {},
): Assignment {
  const made = assignmentOf({ env: { JOB_NAME: name, PULL_NUMBER: "7" }, ...more });
  const { pod_spec: _, ...spec } = made.prowjob.spec;
  const jenkinsSpec = more.jenkins ? { jenkins_spec: more.jenkins } : {};
  return { ...made, prowjob: { ...made.prowjob, spec: { ...spec, agent: "jenkins", job: name, ...jenkinsSpec } } };
}

const executor = (token = TOKEN) => createJenkinsExecutor({ url: `${jenkins.url}/`, user: USER, token, pollMs: 10 });
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const stateOf = (evidence: Evidence) => verdictOf(evidence, runPolicy(assignmentOf().prowjob.spec, null), 0);

describe("a build's result", () => {
  const rows: [rule: string, plan: BuildPlan, state: string, description: string][] = [
    ["SUCCESS is success", {}, "success", "Job succeeded."],
    ["FAILURE is failure", { result: "FAILURE" }, "failure", "Job failed: Jenkins says FAILURE"],
    ["UNSTABLE is failure", { result: "UNSTABLE" }, "failure", "Job failed: Jenkins says UNSTABLE"],
    ["ABORTED is aborted", { result: "ABORTED" }, "aborted", "Job aborted: somebody ended the build in Jenkins"],
    ["what nobody knows is no success", { result: "ODD" }, "failure", "Job failed: Jenkins says ODD"],
  ];
  it.each(rows)("%s", async (_rule, plan, state, description) => {
    jenkins.jobs.set("/job/pull-code", plan);
    const evidence = await executor().start(jobOf("pull-code"), sink).done;
    expect(stateOf(evidence)).toMatchObject({ kind: "end", state, description });
    expect(evidence.node).toBe("agent-7");
  });
});

describe("a build on its way", () => {
  it("gets the job's environment as its parameters, and its crumb with the session", async () => {
    jenkins.jobs.set("/job/pull-code", {});
    const job = jobOf("pull-code");
    await executor().start(job, sink).done;
    expect(jenkins.builds.map((build) => build.parameters)).toEqual([job.env]);
    expect(jenkins.calls.filter((call) => call.startsWith("GET /crumbIssuer"))).toHaveLength(1);
  });

  it("waits in the queue, and says why", async () => {
    jenkins.jobs.set("/job/pull-code", { waits: 3, says: ["one\n", "two\n", "three\n"] });
    await executor().start(jobOf("pull-code"), sink).done;
    const text = await sink.text();
    expect(text.match(/Jenkins job enqueued\. Waiting for next available executor/g)).toHaveLength(1);
    expect(text).toMatch(/one\ntwo\nthree\n$/);
    expect(sink.phases).toEqual(["running"]);
  });

  it.each<[rule: string, name: string, refs: Refs | undefined, jenkins: JsonObject | undefined, path: string]>([
    ["folders of its name", "team/unit", undefined, undefined, "/job/team/job/unit"],
    ["a name is no way out of its folder", "../../secret x", undefined, undefined, "/job/secret%20x"],
    [
      "the pull request's job of a branch source",
      "multi",
      pull,
      { github_branch_source_job: true },
      "/job/multi/job/PR-7",
    ],
    [
      "the branch's job of a branch source",
      "multi",
      refs,
      { github_branch_source_job: true },
      "/job/multi/job/release%252F1.0",
    ],
  ])("is found by %s", async (_rule, name, ofRefs, spec, path) => {
    jenkins.jobs.set(path, {});
    const more = { ...(ofRefs ? { refs: ofRefs } : {}), ...(spec ? { jenkins: spec } : {}) };
    expect(stateOf(await executor().start(jobOf(name, more), sink).done)).toMatchObject({ state: "success" });
  });

  it("has Jenkins scan for a branch that it does not know yet", async () => {
    jenkins.found.set("/job/multi/job/PR-7", {});
    const job = jobOf("multi", { refs: pull, jenkins: { github_branch_source_job: true } });
    expect(stateOf(await executor().start(job, sink).done)).toMatchObject({ state: "success" });
    expect(jenkins.calls).toContain("POST /job/multi/build");
  });
});

describe("a Jenkins in trouble", () => {
  it("comes back after a while away", async () => {
    jenkins.jobs.set("/job/pull-code", { says: ["one\n", "two\n"] });
    jenkins.down = 2;
    expect(stateOf(await executor().start(jobOf("pull-code"), sink).done)).toMatchObject({ state: "success" });
  });

  it("an answer lost on its way starts no second build", async () => {
    jenkins.jobs.set("/job/pull-code", {});
    jenkins.loseAnswer = true;
    expect(stateOf(await executor().start(jobOf("pull-code"), sink).done)).toMatchObject({ state: "success" });
    expect(jenkins.builds).toHaveLength(1);
  });

  it.each([
    ["no such job", "elsewhere", TOKEN, "The job could not be started: Jenkins answered 404"],
    ["a token that is refused", "pull-code", "wrong", "give the runner a user who may do that"],
  ])("%s is an error that says so", async (_rule, name, token, said) => {
    jenkins.jobs.set("/job/pull-code", {});
    const evidence = await executor(token).start(jobOf(name), sink).done;
    expect(stateOf(evidence)).toMatchObject({ state: "error" });
    expect(JSON.stringify(stateOf(evidence))).toContain(said);
    expect(await sink.text()).not.toContain(TOKEN);
  });
});

describe("ending a build", () => {
  const stopped = async (plan: BuildPlan, ready: () => boolean, graceSeconds = 2) => {
    jenkins.jobs.set("/job/pull-code", plan);
    const workload = executor().start(jobOf("pull-code"), sink);
    await until(ready);
    workload.stop("aborted", "A newer run took its place", graceSeconds);
    return workload.done;
  };

  it("in the queue is cancelled there", async () => {
    const evidence = await stopped({ waits: 1e9 }, () => jenkins.builds.length === 1);
    expect(evidence).toMatchObject({ reason: "aborted", message: "A newer run took its place" });
    expect(jenkins.builds).toMatchObject([{ cancelled: true }]);
  });

  it("that runs is stopped, and its last words are kept", async () => {
    const evidence = await stopped({ endless: "stop", says: ["working\n"] }, () => jenkins.builds[0]?.parts === 1);
    expect(stateOf(evidence)).toMatchObject({
      state: "aborted",
      description: "Job aborted: A newer run took its place",
    });
    expect(await sink.text()).toContain("working\n");
  });

  it("that does not listen is killed after its grace", async () => {
    await stopped({ endless: "deaf" }, () => jenkins.builds[0]?.parts === 1, 0.2);
    expect(jenkins.builds).toMatchObject([{ result: "ABORTED" }]);
  });

  it("at its timeout is a failure", async () => {
    jenkins.jobs.set("/job/pull-code", { endless: "stop" });
    const evidence = await executor().start(jobOf("pull-code", { timeoutSeconds: 0.1 }), sink).done;
    expect(stateOf(evidence)).toMatchObject({ state: "failure" });
  });
});

describe("a runner that restarts", () => {
  const again = async (trace: (of: RecordingSink) => JsonObject | null) => {
    jenkins.jobs.set("/job/pull-code", { says: ["one\n", "two\n", "three\n"], endless: "stop" });
    const job = jobOf("pull-code");
    const first = executor().start(job, sink);
    await sink.says("two\n");
    first.detach?.();
    await first.done;
    const build = jenkins.builds[0];
    if (build) build.result = "SUCCESS";
    const evidence = await executor().recover(job, trace(sink), 1, sink).done;
    expect(stateOf(evidence)).toMatchObject({ state: "success" });
    expect(jenkins.builds).toHaveLength(1);
    return (await sink.text()).match(/one|two|three/g);
  };

  it("goes on with the build, and with its log where it was", async () => {
    expect(await again((of) => of.traces.at(-1) ?? null)).toEqual(["one", "two", "three"]);
  });

  it("finds the build by its PROW_JOB_ID when it remembers nothing", async () => {
    expect((await again(() => null))?.slice(-3)).toEqual(["one", "two", "three"]);
  });
});

describe("the agent of a job", () => {
  const workload: Workload = { stop: () => {}, done: Promise.reject(new Error("not this one")) };
  workload.done.catch(() => {});
  const pods: Executor = { kind: "process", start: () => workload, recover: () => workload };

  it.each([
    ["jenkins", "Start it with --jenkins-url"],
    ["tekton-pipeline", "use kubernetes or jenkins"],
    ["__proto__", "use kubernetes or jenkins"],
  ])("%s without who takes it is refused with what to do", async (agent, said) => {
    const made = jobOf("pull-code");
    const job = { ...made, prowjob: { ...made.prowjob, spec: { ...made.prowjob.spec, agent } } };
    const evidence = await byAgent(pods, {}).start(job, sink).done;
    expect(evidence).toMatchObject({ reason: "start-failed", message: expect.stringContaining(said) });
  });
});
