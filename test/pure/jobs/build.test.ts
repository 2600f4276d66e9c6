import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNewerBuild, nextBuildId, nodeOf } from "../../../src/jobs/buildid.ts";
import { jobEnvironment } from "../../../src/jobs/environment.ts";
import { cloneLog, finishedJson, startedJson } from "../../../src/jobs/metadata.ts";
import { aliasOf, latestBuildKeys, storagePath } from "../../../src/jobs/paths.ts";
import { refsString } from "../../../src/jobs/refs.ts";
import { BASE, HEAD, jobSpec, refs } from "./fixtures.ts";

const BUILD = "1855000000000000001";
const batch = jobSpec({
  type: "batch",
  refs: { ...refs, pulls: [...(refs.pulls ?? []), { number: 43, author: "b", sha: "c".repeat(40), ref: "refs/x" }] },
});
const periodic = { ...jobSpec({ type: "periodic", extra_refs: [{ org: "o", repo: "r", base_ref: "main" }] }) };
const { refs: _refs, ...periodicSpec } = periodic;

describe("the environment of a job (spec jobs 6.2)", () => {
  it("of a presubmit: every documented name, sorted", () => {
    const { JOB_SPEC, ...rest } = jobEnvironment(jobSpec(), "uuid", BUILD);
    expect(rest).toEqual({
      BUILD_ID: BUILD,
      BUILD_NUMBER: BUILD,
      CI: "true",
      JOB_NAME: "pull-unit",
      JOB_TYPE: "presubmit",
      PROW_JOB_ID: "uuid",
      PULL_BASE_REF: "master",
      PULL_BASE_SHA: BASE,
      PULL_HEAD_REF: "fix",
      PULL_NUMBER: "42",
      PULL_PULL_SHA: HEAD,
      PULL_REFS: `master:${BASE},42:${HEAD}`,
      PULL_TITLE: "Fix it",
      REPO_NAME: "test-infra",
      REPO_OWNER: "kubernetes",
      SRC_BASE: "kubernetes/test-infra",
      SRC_HOST: "github.com",
    });
    const names = Object.keys(jobEnvironment(jobSpec(), "uuid", BUILD));
    expect(names).toEqual(names.toSorted());
    expect(JSON.parse(JOB_SPEC ?? "")).toEqual({
      type: "presubmit",
      job: "pull-unit",
      buildid: BUILD,
      prowjobid: "uuid",
      refs,
    });
  });

  it("of a batch: no variables of one pull; of a periodic: none of refs, even with extra_refs", () => {
    expect(Object.keys(jobEnvironment(batch, "id", BUILD)).filter((name) => name.startsWith("PULL_"))).toEqual([
      "PULL_BASE_REF",
      "PULL_BASE_SHA",
      "PULL_REFS",
    ]);
    const names = Object.keys(jobEnvironment(periodicSpec, "id", BUILD));
    expect(names.filter((name) => /^(PULL|REPO|SRC)_/.test(name))).toEqual([]);
    expect(JSON.parse(jobEnvironment(periodicSpec, "id", BUILD)["JOB_SPEC"] ?? "")).toHaveProperty("extra_refs");
  });

  it.each([
    [{ path_alias: "k8s.io/test-infra" }, "k8s.io", "test-infra"],
    [{ repo_link: "https://ghe.example.com/a/b" }, "ghe.example.com", "a/b"],
    [{}, "github.com", "kubernetes/test-infra"],
  ])("clone path from %j", (over, host, base) => {
    const environment = jobEnvironment(jobSpec({ refs: { ...refs, ...over } }), "id", BUILD);
    expect([environment["SRC_HOST"], environment["SRC_BASE"]]).toEqual([host, base]);
  });

  it("BUILD_NUMBER for the kubernetes agent only", () => {
    expect(jobEnvironment(jobSpec({ agent: "jenkins" }), "id", BUILD)).not.toHaveProperty("BUILD_NUMBER");
  });

  it("refs as text: base without a commit, pulls with their refs", () => {
    expect(refsString({ org: "o", repo: "r", base_ref: "main" })).toBe("main");
    expect(refsString(batch.refs ?? refs)).toBe(`master:${BASE},42:${HEAD},43:${"c".repeat(40)}:refs/x`);
  });
});

describe("where files lie (spec jobs 6.4)", () => {
  const gcs = (over: Record<string, string>) => ({ decoration_config: { gcs_configuration: over } });
  const k8s = { default_org: "kubernetes", default_repo: "kubernetes", bucket: "b" };
  const inRepo = (org: string, repo: string) => ({ refs: { ...refs, org, repo } });
  it.each([
    ["explicit", "kubernetes", "kubernetes", "kubernetes_kubernetes/42"],
    ["explicit", "other", "x", "other_x/42"],
    ["single", "kubernetes", "kubernetes", "42"],
    ["single", "kubernetes", "test-infra", "kubernetes_test-infra/42"],
    ["single", "other", "x", "other_x/42"],
    ["legacy", "kubernetes", "kubernetes", "42"],
    ["legacy", "kubernetes", "test-infra", "test-infra/42"],
    ["legacy", "other", "x", "other_x/42"],
    ["legacy", "https://gerrit.example", "a/b", "gerrit.example_a_b/42"],
  ])("%s, %s/%s: pull/%s", (strategy, org, repo, segment) => {
    const spec = jobSpec({ ...gcs({ ...k8s, path_strategy: strategy }), ...inRepo(org, repo) });
    expect(storagePath(spec, BUILD)).toBe(`pr-logs/pull/${segment}/pull-unit/${BUILD}`);
  });

  it("prefix, other job types, and what ignores the prefix", () => {
    const spec = jobSpec(gcs({ ...k8s, path_strategy: "explicit", path_prefix: "/pre/" }));
    const folder = `pre/pr-logs/pull/kubernetes_test-infra/42/pull-unit/${BUILD}`;
    expect(storagePath(spec, BUILD)).toBe(folder);
    expect(aliasOf(spec, BUILD)).toEqual({ key: `pr-logs/directory/pull-unit/${BUILD}.txt`, body: `gs://b/${folder}` });
    expect(latestBuildKeys(spec)).toEqual([
      "pr-logs/directory/pull-unit/latest-build.txt",
      "pr-logs/pull/kubernetes_test-infra/42/pull-unit/latest-build.txt",
    ]);
    expect(storagePath(jobSpec({ type: "postsubmit" }), BUILD)).toBe(`logs/pull-unit/${BUILD}`);
    expect(storagePath(periodicSpec, BUILD)).toBe(`logs/pull-unit/${BUILD}`);
    expect(latestBuildKeys(periodicSpec)).toEqual(["logs/pull-unit/latest-build.txt"]);
    expect(storagePath(batch, BUILD)).toBe(`pr-logs/pull/batch/pull-unit/${BUILD}`);
    expect(latestBuildKeys(batch)).toEqual(["pr-logs/directory/pull-unit/latest-build.txt"]);
    expect(aliasOf(batch, BUILD)).toBeNull();
    expect(aliasOf(jobSpec(gcs({ bucket: "s3://b" })), BUILD)?.body).toMatch(/^s3:\/\/b\/pr-logs/);
  });
});

describe("started.json and finished.json (spec jobs 6.4)", () => {
  const record = { refs: { org: "kubernetes", repo: "test-infra" }, commands: [], failed: false, duration: 1 };

  it("started: the pull as text, every repository, the commit before and after merging", () => {
    const spec = jobSpec({ extra_refs: [{ org: "o", repo: "r", base_ref: "main" }] });
    expect(startedJson(spec, 1_700_000_000_999, "node-1", [])).toEqual({
      timestamp: 1_700_000_000,
      node: "node-1",
      pull: "42",
      repos: { "kubernetes/test-infra": `master:${BASE},42:${HEAD}`, "o/r": "main" },
      "repo-commit": HEAD,
      "repo-version": HEAD,
    });
    const merged = startedJson(spec, 1, "", [{ ...record, final_sha: "f".repeat(40) }]);
    expect(merged["repo-commit"]).toBe("f".repeat(40));
  });

  it("of a periodic: the version is of the first repository that is not auxiliary", () => {
    const extra = [
      { org: "o", repo: "aux", base_ref: "main", auxiliary: true },
      { org: "o", repo: "main", base_ref: "release" },
    ];
    expect(startedJson({ ...periodicSpec, extra_refs: extra }, 1, "", [])["repo-commit"]).toBe("release");
  });

  it.each([
    ["success", true, "SUCCESS"],
    ["failure", false, "FAILURE"],
    ["aborted", false, "ABORTED"],
    ["error", false, "ERROR"],
  ] as const)("finished: %s", (state, passed, result) => {
    expect(finishedJson(jobSpec(), 5000, state, { a: 1 })).toEqual({
      timestamp: 5,
      passed,
      result,
      metadata: { a: 1 },
      revision: HEAD,
    });
  });

  it("a readable log of the clones", () => {
    const commands = [{ command: "git fetch", output: "ok\n", error: "exit 128", duration: 1 }];
    expect(cloneLog([{ ...record, commands, failed: true }])).toBe(
      "# Cloning kubernetes/test-infra\n$ git fetch\nok\n# Error: exit 128\n# Cloning kubernetes/test-infra failed\n",
    );
  });
});

describe("build ids (spec jobs 4.5)", () => {
  const NOW = Date.UTC(2026, 10, 23);

  it("have 19 digits and Twitter's layout", () => {
    const id = nextBuildId("", NOW, 5);
    expect(id).toMatch(/^\d{19}$/);
    expect(Number(BigInt(id) >> 22n) + 1_288_834_974_657).toBe(NOW);
    expect(Number((BigInt(id) >> 12n) & 1023n)).toBe(5);
  });

  it("increase, whatever the clock does and however many fall into one millisecond (jobs 7.3: test-infra#3000; knative/test-infra#51)", () => {
    const clock = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 50 });
    fc.assert(
      fc.property(clock, fc.integer({ min: 0, max: 1023 }), (steps, node) => {
        let last = "";
        let now = NOW;
        for (const by of steps) {
          now += by;
          const next = nextBuildId(last, now, node);
          expect(isNewerBuild(next, last)).toBe(true);
          last = next;
        }
      }),
    );
    let last = nextBuildId("", NOW, 1023);
    for (let n = 0; n < 5000; n += 1) {
      const next = nextBuildId(last, NOW, 1023);
      expect(BigInt(next)).toBeGreaterThan(BigInt(last));
      last = next;
    }
  });

  it("compare as numbers; what is none is older", () => {
    expect(isNewerBuild("1000", "999")).toBe(true);
    expect(isNewerBuild("1", "garbage")).toBe(true);
    expect(isNewerBuild("5", "5\n")).toBe(false);
  });

  it("names spread over the 1024 nodes", () => {
    const nodes = new Set(Array.from({ length: 300 }, (_, n) => nodeOf(`pull-kubernetes-e2e-${n}`)));
    expect(nodes.size).toBeGreaterThan(200);
    for (const node of nodes) expect(node >= 0 && node < 1024).toBe(true);
  });
});
