import { describe, expect, test } from "vitest";
import { badgeOf, badgeSvg, goDuration, legacyJob, omitted, withoutParts } from "../../../src/jobs/deck.ts";
import { isHidden } from "../../../src/jobs/hidden.ts";
import type { ProwJob } from "../../../src/jobs/prowjob.ts";
import { buildTime, globMatches } from "../../../src/store/job-name.ts";
import { nextBuildId } from "../../../src/jobs/buildid.ts";
import { jobSpec } from "./fixtures.ts";

describe("Deck's shapes (spec jobs 4.7)", () => {
  test.each([
    [0, "0s"],
    [5_000, "5s"],
    [120_000, "2m0s"],
    [3_723_000, "1h2m3s"],
  ])("%i ms is %s", (ms, text) => expect(goDuration(ms)).toBe(text));

  test("a row of /data.js", () => {
    const row = {
      id: "id-1",
      buildId: "1900000000000000001",
      job: "pull-unit",
      type: "presubmit" as const,
      org: "kubernetes",
      repo: "test-infra",
      pull: 42,
      author: "ixdy",
      baseRef: "master",
      baseSha: "b",
      headSha: "a",
      cluster: "default",
      context: "pull-unit",
      state: "success" as const,
      description: "Job succeeded.",
      startTime: 1_000_000,
      pendingTime: null,
      completionTime: 1_063_250,
    };
    expect(legacyJob(row, "https://prow.example.org")).toEqual({
      type: "presubmit",
      refs: {
        org: "kubernetes",
        repo: "test-infra",
        base_ref: "master",
        base_sha: "b",
        pulls: [{ number: 42, author: "ixdy", sha: "a" }],
      },
      refs_key: "master:b,42:a",
      job: "pull-unit",
      build_id: "1900000000000000001",
      context: "pull-unit",
      started: "1000",
      finished: "1970-01-01T00:17:43.25Z",
      duration: "1m3s",
      state: "success",
      description: "Job succeeded.",
      url: "https://prow.example.org/jobs/id-1",
      pod_name: "id-1",
      agent: "kubernetes",
      prow_job: "id-1",
    });
    const periodic = legacyJob({ ...row, org: "", repo: "", pull: null, completionTime: null, buildId: "" }, "x");
    expect(periodic).toMatchObject({ refs: {}, refs_key: "", finished: "", duration: "", pod_name: "" });
  });

  test("omit= leaves out what it names; of a pod spec the number of containers stays", () => {
    const job: ProwJob = {
      apiVersion: "prow.k8s.io/v1",
      kind: "ProwJob",
      metadata: { name: "n", namespace: "d", labels: { a: "b" }, annotations: { c: "d" }, creationTimestamp: "t" },
      spec: jobSpec({
        pod_spec: { containers: [{ image: "x" }, { image: "y" }] },
        decoration_config: { timeout: "1h" },
      }),
      status: { startTime: "t", state: "pending" },
    };
    expect(withoutParts(job, omitted(""))).toEqual(job);
    const less = withoutParts(job, omitted("annotations, labels,decoration_config,pod_spec,status"));
    expect(less).toMatchObject({ spec: { pod_spec: { containers: [{}, {}] } }, status: { state: "pending" } });
    expect(JSON.stringify(less)).not.toMatch(/image|timeout|labels|annotations/);
  });

  const run = (job: string, state: "success" | "failure" | "error" | "pending") => ({ job, state });
  test.each([
    [[], "no results", "darkgrey"],
    [[run("a", "success"), run("b", "error"), run("c", "pending")], "passing", "#4c1"],
    [[run("a", "failure"), run("b", "success")], "failing a", "#e05d44"],
    [["a", "b", "c", "d"].map((job) => run(job, "failure")), "failing a, b, c, ...", "#e05d44"],
  ])("a badge over %j", (runs, text, colour) => expect(badgeOf(runs)).toEqual({ text, colour }));

  test("a badge holds no markup of others", () => {
    expect(badgeSvg({ text: `<script>&"'`, colour: "red" })).not.toContain("<script");
  });

  test.each([
    ["pull-*-unit", "pull-a-unit", true],
    ["pull-*-unit", "pull-unit", false],
    ["*", "anything", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["exact", "exact", true],
    ["exact", "exactly", false],
    ["ab*ba", "aba", false],
  ])("pattern %s over %s: %s", (pattern, name, yes) => expect(globMatches(pattern, name)).toBe(yes));

  test("a build id says when it was made", () => {
    const now = Date.UTC(2026, 10, 23);
    expect(buildTime(nextBuildId("", now, 7))).toBe(now);
    expect(buildTime("x")).toBeNull();
  });

  test.each([
    [{}, false],
    [{ hidden: true }, true],
    [{ prowjob_defaults: { tenant_id: "GlobalDefaultID" } }, false],
    [{ prowjob_defaults: { tenant_id: "guild" } }, true],
  ])("%j is hidden: %s", (spec, hidden) => expect(isHidden(jobSpec(spec))).toBe(hidden));
});
