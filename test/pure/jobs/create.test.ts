import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jobId, postsubmitJob, presubmitJob, pullRequestRefs, rerunJob } from "../../../src/jobs/create.ts";
import { labelsFor } from "../../../src/jobs/labels.ts";
import { GUID, NOW, postsubmit, presubmit, pull } from "../chatops/fake-view.ts";

const settings = { prowjob_namespace: "prow", link_url: "https://github.com" };
const origin = { guid: GUID, now: NOW, publicUrl: "https://prow.example.com", settings };
const repository = { owner: "org", repo: "repo" };
const baseSha = "d".repeat(40);
const refs = pullRequestRefs(repository, pull(), baseSha, settings.link_url);

describe("ids are deterministic (design 10)", () => {
  test("a UUID of version 5, the same for the same delivery, job and base ref", async () => {
    const id = await jobId(GUID, "unit", "master");
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await jobId(GUID, "unit", "master")).toBe(id);
  });

  test("different in any part: different", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { minLength: 6, maxLength: 6 }), async ([a, b, c, x, y, z]) => {
        const one = await jobId(a ?? "", b ?? "", c ?? "");
        const other = await jobId(x ?? "", y ?? "", z ?? "");
        expect(one === other).toBe(a === x && b === y && c === z);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the ProwJob of a presubmit (jobs 2.1, 2.2)", () => {
  test("has Prow's shape", async () => {
    const job = presubmit("unit", {
      always_run: true,
      max_concurrency: 2,
      spec: { containers: [{ image: "golang" }] },
      annotations: { description: "x" },
      labels: { "preset-x": "true" },
    });
    const made = await presubmitJob(job, refs, origin);
    const id = await jobId(GUID, "unit", "master");
    expect(made).toEqual({
      apiVersion: "prow.k8s.io/v1",
      kind: "ProwJob",
      metadata: {
        name: id,
        namespace: "prow",
        creationTimestamp: "2026-09-01T12:00:00Z",
        labels: {
          "created-by-prow": "true",
          "event-GUID": GUID,
          "preset-x": "true",
          "prow.k8s.io/context": "unit",
          "prow.k8s.io/is-optional": "false",
          "prow.k8s.io/job": "unit",
          "prow.k8s.io/refs.base_ref": "master",
          "prow.k8s.io/refs.org": "org",
          "prow.k8s.io/refs.pull": "5",
          "prow.k8s.io/refs.repo": "repo",
          "prow.k8s.io/type": "presubmit",
        },
        annotations: { description: "x", "prow.k8s.io/context": "unit", "prow.k8s.io/job": "unit" },
      },
      spec: {
        type: "presubmit",
        agent: "kubernetes",
        cluster: "default",
        namespace: "test-pods",
        job: "unit",
        max_concurrency: 2,
        report: true,
        context: "unit",
        rerun_command: "/test unit",
        pod_spec: { containers: [{ image: "golang" }] },
        refs: {
          org: "org",
          repo: "repo",
          repo_link: "https://github.com/org/repo",
          base_ref: "master",
          base_sha: baseSha,
          base_link: `https://github.com/org/repo/commit/${baseSha}`,
          pulls: [
            {
              number: 5,
              author: "author",
              sha: "a".repeat(40),
              title: "Fix the thing",
              head_ref: "fix",
              link: "https://github.com/org/repo/pull/5",
              commit_link: `https://github.com/org/repo/pull/5/commits/${"a".repeat(40)}`,
              author_link: "https://github.com/author",
            },
          ],
        },
      },
      status: {
        startTime: "2026-09-01T12:00:00Z",
        state: "triggered",
        url: `https://prow.example.com/jobs/${id}`,
      },
    });
  });

  test("the job's cloning fields override the refs; blobless and sparse come from the decoration", async () => {
    const job = presubmit("unit", {
      path_alias: "k8s.io/repo",
      clone_uri: "https://mirror/repo.git",
      skip_submodules: true,
      clone_depth: 3,
      skip_fetch_head: true,
      extra_refs: [
        { org: "org", repo: "tools" },
        { org: "org", repo: "full", blobless_fetch: false },
      ],
      decoration_config: { blobless_fetch: true, sparse_checkout_files: ["a"] },
    });
    const { spec } = await presubmitJob(job, refs, origin);
    expect(spec.refs).toMatchObject({
      path_alias: "k8s.io/repo",
      clone_uri: "https://mirror/repo.git",
      skip_submodules: true,
      clone_depth: 3,
      skip_fetch_head: true,
      blobless_fetch: true,
      sparse_checkout_files: ["a"],
    });
    expect(spec.extra_refs).toEqual([
      { org: "org", repo: "tools", blobless_fetch: true },
      { org: "org", repo: "full", blobless_fetch: false },
    ]);
  });

  test("skip_report reports nothing; optional and retest are labels", async () => {
    const job = presubmit("unit", { skip_report: true, optional: true });
    const made = await presubmitJob(job, refs, origin, { "prow.k8s.io/retest": "true" });
    expect(made.spec.report).toBe(false);
    expect(made.metadata.labels).toMatchObject({ "prow.k8s.io/retest": "true", "prow.k8s.io/is-optional": "true" });
  });
});

describe("the ProwJob of a postsubmit", () => {
  test("has no rerun command and no pulls", async () => {
    const pushed = { org: "org", repo: "repo", base_ref: "master", base_sha: "c", base_link: "https://compare" };
    const made = await postsubmitJob(postsubmit("publish"), pushed, origin);
    expect(made.spec).toMatchObject({ type: "postsubmit", report: true, context: "publish", refs: pushed });
    expect(made.spec).not.toHaveProperty("rerun_command");
    expect(made.metadata.labels).not.toHaveProperty("prow.k8s.io/refs.pull");
    expect(made.metadata.labels).not.toHaveProperty("prow.k8s.io/is-optional");
  });
});

describe("labels fit Kubernetes (jobs 2.2)", () => {
  const spec = (over: object) => ({
    ...({
      type: "presubmit",
      agent: "kubernetes",
      cluster: "default",
      namespace: "n",
      job: "job",
      report: true,
    } as const),
    ...over,
  });
  const long = `${"x".repeat(60)}.-_tail`;

  test("names are cut to 63 characters without a bad end", () => {
    const labels = labelsFor(spec({ job: long, context: "y".repeat(70) }), {});
    expect(labels["prow.k8s.io/job"]).toBe("x".repeat(60));
    expect(labels["prow.k8s.io/context"]).toBe("y".repeat(63));
  });

  test.each([
    ["feature/x", "x"],
    ["v1.0", "v1.0"],
    ["feature/-bad-", undefined],
    ["wörk", undefined],
  ])("base ref %s becomes %s", (base_ref, expected) => {
    const labels = labelsFor(spec({ refs: { org: "o", repo: "r", base_ref } }), {});
    expect(labels["prow.k8s.io/refs.base_ref"]).toBe(expected);
  });

  test("without refs the first extra ref counts", () => {
    const labels = labelsFor(spec({ extra_refs: [{ org: "o", repo: "r", base_ref: "main" }] }), {});
    expect(labels).toMatchObject({ "prow.k8s.io/refs.org": "o", "prow.k8s.io/refs.repo": "r" });
  });

  test("the job's own labels override generated ones", () => {
    expect(labelsFor(spec({}), { "prow.k8s.io/type": "mine" })["prow.k8s.io/type"]).toBe("mine");
  });

  test("whatever the names, every value is a legal label value", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (job, context, base_ref) => {
        const labels = labelsFor(spec({ job, context, refs: { org: job, repo: context, base_ref } }), {
          extra: base_ref,
        });
        for (const value of Object.values(labels)) {
          expect(value).toMatch(/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/);
          expect(value.length).toBeLessThanOrEqual(63);
        }
      }),
    );
  });
});

describe("rerun (jobs 2.6)", () => {
  test("the stored spec under a new id, with a fresh status that says who asked", async () => {
    const first = await presubmitJob(presubmit("unit"), refs, origin);
    const stored = {
      ...first,
      metadata: { ...first.metadata, labels: { ...first.metadata.labels, "prow.k8s.io/build-id": "1" } },
      status: { ...first.status, state: "failure" as const, completionTime: "2026-09-01T12:30:00Z", build_id: "1" },
    };
    const again = rerunJob(stored, { id: "new-id", by: "alice", now: NOW + 3_600_000 });
    expect(again.spec).toEqual(first.spec);
    expect(again.metadata).toEqual({
      ...first.metadata,
      name: "new-id",
      creationTimestamp: "2026-09-01T13:00:00Z",
    });
    expect(again.status).toEqual({
      startTime: "2026-09-01T13:00:00Z",
      state: "triggered",
      description: "alice asked for a rerun.",
      url: "https://prow.example.com/jobs/new-id",
    });
  });
});
