/** Every field of a job, from its line in YAML to what it means for the ProwJob that runs (spec jobs 1.2 to 1.7, 2.1). */
import { describe, expect, it } from "vitest";
import { periodicJob, postsubmitJob, presubmitJob } from "../../../src/jobs/create.ts";
import { placesOf } from "../../../src/jobs/queues.ts";
import { runPolicy } from "../../../src/jobs/policy.ts";
import type { ProwJob } from "../../../src/jobs/prowjob.ts";
import { contextRequired, filterPresubmits, testAllFilter } from "../../../src/jobs/triggering.ts";
import { load, PROW, said, SPEC } from "../config/fixtures.ts";
import { refs } from "./fixtures.ts";

const origin = {
  guid: "guid",
  now: 0,
  publicUrl: "https://prow.example.com",
  settings: { prowjob_namespace: "prow", link_url: "https://github.com" },
};

const REPO = "  acme/ship:\n";
const item = (lines: string, indent: string): string =>
  `${indent}- name: unit\n${indent}  decorate: true\n${`${SPEC}\n${lines}`.trimEnd().replace(/^/gm, `${indent}  `)}\n`;

/** A configuration whose three kinds of jobs have these lines. */
function loaded(lines: string, kinds: readonly Kind[] = ["presubmits", "postsubmits", "periodics"]) {
  const text = kinds
    .map((kind) =>
      kind === "periodics"
        ? `periodics:\n${item(lines.includes("interval") ? lines : `interval: 1h\n${lines}`, "")}`
        : `${kind}:\n${REPO}${item(lines, "  ")}`,
    )
    .join("");
  return load({ prow: PROW, jobs: { "j.yaml": text } });
}
type Kind = "presubmits" | "postsubmits" | "periodics";

/** The ProwJobs that they become. */
async function made(lines: string, kinds?: readonly Kind[]): Promise<ProwJob[]> {
  const config = loaded(lines, kinds);
  expect(said(config)).toEqual([]);
  const repo = config.repositories.find((one) => one.repo === "ship");
  return Promise.all([
    ...(repo?.presubmits ?? []).map((job) => presubmitJob(job, refs, origin)),
    ...(repo?.postsubmits ?? []).map((job) => postsubmitJob(job, { ...refs, pulls: [] }, origin)),
    ...config.periodics.map((job) => periodicJob(job, { ...origin, webhook: false })),
  ]);
}
async function presubmitOf(lines: string): Promise<ProwJob> {
  const [job] = await made(lines, ["presubmits"]);
  if (!job) throw new Error("no job");
  return job;
}

describe("fields of every job", () => {
  const rows: readonly [line: string, shown: Record<string, unknown>][] = [
    ["labels: { team: sea }", { metadata: { labels: { team: "sea" } } }],
    ["annotations: { description: The sea }", { metadata: { annotations: { description: "The sea" } } }],
    ["max_concurrency: 3", { spec: { max_concurrency: 3 } }],
    ["job_queue_name: heavy", { spec: { job_queue_name: "heavy" } }],
    ["cluster: big", { spec: { cluster: "big" } }],
    ["namespace: default", { spec: { namespace: "default" } }],
    ["error_on_eviction: true", { spec: { error_on_eviction: true } }],
    ["hidden: true", { spec: { hidden: true } }],
    [
      "reporter_config: { slack: { channel: ci, job_states_to_report: [failure] } }",
      { spec: { reporter_config: { slack: { channel: "ci", job_states_to_report: ["failure"] } } } },
    ],
    [
      "rerun_auth_config: { github_users: [ada], github_orgs: [acme] }",
      { spec: { rerun_auth_config: { github_users: ["ada"], github_orgs: ["acme"] } } },
    ],
    ["prowjob_defaults: { tenant_id: blue }", { spec: { prowjob_defaults: { tenant_id: "blue" } } }],
    [
      "extra_refs: [{ org: acme, repo: keel, base_ref: main, workdir: true, path_alias: k, clone_depth: 1 }]",
      {
        spec: {
          extra_refs: [{ org: "acme", repo: "keel", base_ref: "main", workdir: true, path_alias: "k", clone_depth: 1 }],
        },
      },
    ],
    [
      "decoration_config: { timeout: 7m, grace_period: 3s, skip_cloning: true, censor_secrets: true }",
      { spec: { decoration_config: { timeout: "7m", grace_period: "3s", skip_cloning: true, censor_secrets: true } } },
    ],
    [
      "",
      {
        spec: {
          agent: "kubernetes",
          cluster: "default",
          namespace: "default",
          job: "unit",
          report: true,
          prowjob_defaults: { tenant_id: "GlobalDefaultID" },
          pod_spec: { containers: [{ image: "i", command: ["make"] }] },
          decoration_config: { timeout: "1h" },
        },
      },
    ],
  ];
  it.each(rows)("%s", async (line, shown) => {
    const jobs = await made(line);
    expect(jobs.map((job) => job.spec.type)).toEqual(["presubmit", "postsubmit", "periodic"]);
    for (const job of jobs) expect(job).toMatchObject(shown);
  });

  it("what is not set is not there", async () => {
    for (const { spec } of await made(""))
      for (const key of [
        "max_concurrency",
        "job_queue_name",
        "error_on_eviction",
        "hidden",
        "rerun_auth_config",
        "extra_refs",
      ])
        expect(spec).not.toHaveProperty(key);
  });
});

describe("fields of jobs with a repository of their own", () => {
  it.each([
    ["path_alias: k8s.io/ship", { path_alias: "k8s.io/ship" }],
    ["clone_uri: https://example.com/ship.git", { clone_uri: "https://example.com/ship.git" }],
    ["skip_submodules: true", { skip_submodules: true }],
    ["clone_depth: 5", { clone_depth: 5 }],
    ["skip_fetch_head: true", { skip_fetch_head: true }],
    ["decoration_config: { blobless_fetch: true }", { blobless_fetch: true }],
    ["decoration_config: { sparse_checkout_files: [a] }", { sparse_checkout_files: ["a"] }],
  ])("%s: on the ref under test", async (line, ref) => {
    for (const job of await made(line, ["presubmits", "postsubmits"])) expect(job.spec.refs).toMatchObject(ref);
  });

  it.each([
    ["context: ci/unit", { spec: { context: "ci/unit" } }],
    ["skip_report: true", { spec: { report: false } }],
  ])("%s", async (line, shown) => {
    for (const job of await made(line, ["presubmits", "postsubmits"])) expect(job).toMatchObject(shown);
  });
});

describe("fields of a presubmit", () => {
  it.each([
    ["", { spec: { rerun_command: "/test unit", context: "unit" } }],
    ["trigger: (?m)^/check\nrerun_command: /check", { spec: { rerun_command: "/check" } }],
    ["optional: true", { metadata: { labels: { "prow.k8s.io/is-optional": "true" } } }],
  ])("%s", async (line, shown) => {
    expect(await presubmitOf(line)).toMatchObject(shown);
  });

  const automatic: readonly [line: string, branch: string, files: readonly string[], runs: boolean][] = [
    ["always_run: true", "main", [], true],
    ["", "main", ["a.go"], false],
    ["run_before_merge: true", "main", ["a.go"], false],
    ["run_if_changed: '\\.go$'", "main", ["a.go"], true],
    ["run_if_changed: '\\.go$'", "main", ["a.md"], false],
    ["skip_if_only_changed: '\\.md$'", "main", ["a.md"], false],
    ["skip_if_only_changed: '\\.md$'", "main", ["a.md", "a.go"], true],
    ["skip_if_only_changed: '\\.md$'", "main", [], false],
    ["always_run: true\nbranches: [release-1]", "release-10", [], true],
    ["always_run: true\nbranches: [^release-1$]", "release-10", [], false],
    ["always_run: true\nskip_branches: [^dev]", "dev-2", [], false],
  ];
  it.each(automatic)("%s on %s with %j runs by itself: %s", async (line, branch, files, runs) => {
    const jobs = loaded(line, ["presubmits"]).repositories[0]?.presubmits ?? [];
    const chosen = await filterPresubmits(testAllFilter, jobs, branch, () => Promise.resolve(files));
    expect(chosen.length).toBe(runs ? 1 : 0);
  });

  it.each([
    ["", true],
    ["optional: true", false],
    ["skip_report: true", false],
  ])("%s: needed for a merge: %s", (line, needed) => {
    const [job] = loaded(line, ["presubmits"]).repositories[0]?.presubmits ?? [];
    expect(job && contextRequired(job)).toBe(needed);
  });

  it("run_before_merge is kept for tide", () => {
    expect(loaded("run_before_merge: true", ["presubmits"]).repositories[0]?.presubmits[0]?.run_before_merge).toBe(
      true,
    );
  });
});

describe("fields of a periodic", () => {
  it.each([
    ["interval: 6h", { interval: "6h" }],
    ["minimum_interval: 6h", { minimum_interval: "6h" }],
    ["minimum_interval: 6h\ntags: [a, b]", { tags: ["a", "b"] }],
    [
      "interval: 6h\nretry: { attempts: 2, interval: 5m, run_all: true }",
      { interval: "6h", retry: { attempts: 2, interval: "5m", run_all: true } },
    ],
  ])("%s", (line, shown) => {
    expect(loaded(line, ["periodics"]).periodics[0]).toMatchObject(shown);
  });

  it("its repository is the first of extra_refs; it has no context and no command", async () => {
    const [job] = await made("extra_refs: [{ org: acme, repo: keel, base_ref: main }]", ["periodics"]);
    expect(job?.metadata.labels).toMatchObject({ "prow.k8s.io/refs.org": "acme", "prow.k8s.io/refs.repo": "keel" });
    expect(job?.spec.refs).toBeUndefined();
    expect(job?.spec.context).toBeUndefined();
    expect(job?.spec.rerun_command).toBeUndefined();
  });
});

describe("what the fields mean while the job runs", () => {
  it("timeouts: the decoration's, else plank's", async () => {
    const own = await presubmitOf(
      "decoration_config: { timeout: 7m, pod_pending_timeout: 2m, pod_running_timeout: 3h }",
    );
    expect(runPolicy(own.spec, null)).toMatchObject({
      timeoutSeconds: 420,
      pendingSeconds: 120,
      runningSeconds: 10_800,
    });
    expect(runPolicy((await presubmitOf("")).spec, null)).toMatchObject({ timeoutSeconds: 3600, pendingSeconds: 600 });
  });

  it("error_on_eviction: an evicted job is not run anew", async () => {
    expect(runPolicy((await presubmitOf("error_on_eviction: true")).spec, null).errorOnEviction).toBe(true);
    expect(runPolicy((await presubmitOf("")).spec, null).errorOnEviction).toBe(false);
  });

  it("job_queue_name: waits for the queue's capacity", async () => {
    const { spec } = await presubmitOf("job_queue_name: heavy");
    const plank = { job_queue_capacities: { heavy: 2 }, max_concurrency: 0 };
    expect(placesOf(spec.job_queue_name, plank)).toMatchObject([{ queue: "heavy", capacity: 2 }]);
  });
});

describe("what is refused, with its place (spec jobs 1.9)", () => {
  const rows: readonly [line: string, kinds: readonly Kind[], message: RegExp][] = [
    ["max_concurrency: -1", ["presubmits"], /max_concurrency.*must not be negative/],
    ["job_queue_name: light", ["periodics"], /light is not in plank\.job_queue_capacities/],
    ["namespace: other", ["postsubmits"], /must be pod_namespace, which is default/],
    ["labels: { created-by-prow: 'true' }", ["presubmits"], /is reserved/],
    ["labels: { a: 'b c' }", ["presubmits"], /no label value/],
    ["annotations: { 'a b': c }", ["presubmits"], /no annotation name/],
    ["rerun_auth_config: { allow_anyone: true, github_users: [ada] }", ["presubmits"], /allow_anyone/],
    ["always_run: true\nrun_if_changed: a", ["presubmits"], /excludes run_if_changed/],
    ["always_run: true\nrun_if_changed: a", ["postsubmits"], /excludes run_if_changed/],
    ["run_if_changed: a\nskip_if_only_changed: b", ["presubmits"], /excludes skip_if_only_changed/],
    ["trigger: a", ["presubmits"], /needs the other of trigger and rerun_command/],
    ["trigger: ^/a$\nrerun_command: /b", ["presubmits"], /does not match the trigger/],
    ["run_if_changed: '('", ["presubmits"], /no regular expression/],
    ["branches: ['(?=a)']", ["presubmits"], /no regular expression/],
    ["skip_report: true\nlabels: { prow.k8s.io/gerrit-report-label: x }", ["presubmits"], /excludes the label/],
    ["interval: 1h\ncron: '@daily'", ["periodics"], /give exactly one of/],
    ["cron: '* * *'\ninterval: ''", ["periodics"], /interval|cron/],
    ["interval: soon", ["periodics"], /must be a duration/],
    ["agent: jenkins", ["presubmits"], /needs agent kubernetes, not jenkins/],
    ["agent: tekton-pipeline", ["presubmits"], /agent tekton-pipeline is not run here: use agent kubernetes/],
    ["clone_uri: 'https://ship:x'", ["presubmits"], /is no URL/],
    ["max_concurency: 1", ["presubmits"], /./],
  ];
  it.each(rows)("%s (%j)", (line, kinds, message) => {
    const config = loaded(line, kinds);
    const all = [...said(config), ...said(config, "warning")];
    expect(all.join("\n")).toMatch(message);
    expect(all[0]).toMatch(/^j\.yaml:[1-9]/);
  });
});
