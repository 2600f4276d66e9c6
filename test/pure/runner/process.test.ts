import { describe, expect, it } from "vitest";
import { goDuration } from "../../../runner/process/duration.ts";
import { basePath, buildEnvironment, sandboxAt } from "../../../runner/process/environment.ts";
import { expand } from "../../../runner/process/expand.ts";
import { ownVariables, podSpecOf } from "../../../runner/process/pod-spec.ts";
import type { JsonObject } from "../../../src/config/model.ts";
import type { ProwJob } from "../../../src/jobs/prowjob.ts";

describe("$(VAR) as Kubernetes expands it", () => {
  const variables = new Map([
    ["A", "1"],
    ["E", ""],
    ["R", "$(A)"],
  ]);
  it.each([
    ["$(A)", "1"],
    ["x$(A)y$(A)", "x1y1"],
    ["$(E)", ""],
    ["$(R)", "$(A)"],
    ["$(NOPE)", "$(NOPE)"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$A ${A} $", "$A ${A} $"],
    ["$(A", "$(A"],
    ["$()", "$()"],
  ])("%s -> %s", (text, expected) => expect(expand(text, variables)).toBe(expected));
});

describe("a job's environment (spec jobs 6.1, 6.2)", () => {
  const sandbox = sandboxAt("/jobs/1");
  const build = (own: { name: string; value: string }[], job: Record<string, string> | null) =>
    Object.fromEntries(buildEnvironment({ sandbox, path: "/bin", container: "test", own, job }));

  it("the job's variables win over the container's, the container's over the base", () =>
    expect(
      build(
        [
          { name: "CI", value: "no" },
          { name: "PATH", value: "/mine" },
        ],
        { CI: "true" },
      ),
    ).toEqual({
      PATH: "/mine",
      HOME: "/jobs/1/home",
      TMPDIR: "/jobs/1/tmp/test",
      CI: "true",
      ARTIFACTS: "/jobs/1/artifacts",
      GOPATH: "/jobs/1/go",
    }));

  it("a variable may name those before it, and not those after", () =>
    expect(
      build(
        [
          { name: "B", value: "$(A)" },
          { name: "A", value: "1" },
          { name: "C", value: "$(A)" },
        ],
        null,
      ),
    ).toMatchObject({ A: "1", B: "$(A)", C: "1" }));

  it("an init container gets no job variables", () => expect(build([], null)).not.toHaveProperty("ARTIFACTS"));

  it("PATH is the machine's, without npm's and relative entries", () => {
    expect(basePath("/x/node_modules/.bin:/usr/bin:.:bin:/opt/bin")).toBe("/usr/bin:/opt/bin");
    expect(basePath(undefined)).toContain("/usr/bin");
  });
});

describe("what a process can have of a pod specification", () => {
  const jobWith = (pod_spec: JsonObject): ProwJob => ({
    apiVersion: "prow.k8s.io/v1",
    kind: "ProwJob",
    metadata: { name: "id", namespace: "n", labels: { a: "b" }, annotations: {}, creationTimestamp: "" },
    spec: { type: "periodic", agent: "kubernetes", cluster: "c", namespace: "pods", job: "j", report: true, pod_spec },
    status: { startTime: "", state: "pending" },
  });
  const container = (more: JsonObject) => jobWith({ containers: [{ command: ["x"], ...more }] });
  const variablesOf = (job: ProwJob) => podSpecOf(job).containers.flatMap((one) => ownVariables(one, job));

  it("a single container is called test", () =>
    expect(podSpecOf(container({ name: "x" })).containers[0]?.name).toBe("test"));

  it.each<[string, JsonObject, string]>([
    ["no container", { containers: [] }, "no container"],
    ["no command", { containers: [{ image: "x" }] }, "names no command"],
    ["a name that is none", { containers: [{ name: "../x", command: ["x"] }] }, "pod_spec"],
    [
      "two of one name",
      {
        containers: [
          { name: "a", command: ["x"] },
          { name: "a", command: ["x"] },
        ],
      },
      "same name",
    ],
  ])("%s is refused", (_, spec, message) => expect(() => podSpecOf(jobWith(spec))).toThrow(message));

  it.each<[string, string]>([
    ["metadata.name", "id"],
    ["metadata.namespace", "pods"],
    ["metadata.labels['a']", "b"],
    ["metadata.labels['none']", ""],
  ])("fieldRef %s", (fieldPath, value) =>
    expect(variablesOf(container({ env: [{ name: "X", valueFrom: { fieldRef: { fieldPath } } }] }))).toEqual([
      { name: "X", value },
    ]),
  );

  it("secrets of the cluster are refused, optional ones left out", () => {
    const from = (optional: boolean) => ({ valueFrom: { secretKeyRef: { name: "s", key: "k", optional } } });
    expect(() => variablesOf(container({ env: [{ name: "X", ...from(false) }] }))).toThrow("Variable X");
    expect(variablesOf(container({ env: [{ name: "X", ...from(true) }] }))).toEqual([]);
    expect(() => variablesOf(container({ envFrom: [{ secretRef: { name: "s" } }] }))).toThrow("envFrom");
  });
});

describe("durations as Go prints them", () => {
  it.each([
    [15, "15s"],
    [90, "1m30s"],
    [5400, "1h30m0s"],
    [0.5, "0.5s"],
  ])("%d s -> %s", (seconds, expected) => expect(goDuration(seconds)).toBe(expected));
});
