import type { Refs, RepoConfig } from "../../../src/config/model.ts";
import { settingsOf } from "../config/plugin-defaults.ts";
import type { RunPolicy } from "../../../src/jobs/policy.ts";
import type { ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import type { JobSummary } from "../../../src/jobs/rpc.ts";

export const BASE = "b".repeat(40);
export const HEAD = "a".repeat(40);

export const refs: Refs = {
  org: "kubernetes",
  repo: "test-infra",
  base_ref: "master",
  base_sha: BASE,
  pulls: [{ number: 42, author: "ixdy", sha: HEAD, title: "Fix it", head_ref: "fix" }],
};

export function jobSpec(over: Partial<ProwJobSpec> = {}): ProwJobSpec {
  return {
    type: "presubmit",
    agent: "kubernetes",
    cluster: "default",
    namespace: "default",
    job: "pull-unit",
    refs,
    report: true,
    context: "pull-unit",
    ...over,
  };
}

export const policy: RunPolicy = {
  timeoutSeconds: 7200,
  graceSeconds: 15,
  unscheduledSeconds: 300,
  pendingSeconds: 600,
  runningSeconds: 48 * 3600,
  maxRevivals: 3,
  errorOnEviction: false,
};

export function summary(over: Partial<JobSummary> = {}): JobSummary {
  return {
    id: "id-1",
    version: 3,
    job: "pull-unit",
    type: "presubmit",
    context: "pull-unit",
    rerunCommand: "/test unit",
    state: "failure",
    complete: true,
    description: "Job failed.",
    url: "https://cutwater.test/jobs/id-1",
    buildId: "1000000000000000001",
    sha: HEAD,
    baseSha: BASE,
    baseRef: "master",
    report: true,
    optional: false,
    startTime: 1000,
    ...over,
  };
}

type Prow = RepoConfig["prow"];

export function repoConfig(over: { template?: string; reporter?: Partial<Prow["github_reporter"]> } = {}): RepoConfig {
  const empty = { prominent: { disabled: false, merged_pr_threshold: 0, message: "" } };
  return {
    version: "1",
    org: "kubernetes",
    repo: "test-infra",
    presubmits: [],
    postsubmits: [],
    plugins: ["trigger"],
    externalPlugins: [],
    trigger: {
      trusted_apps: [],
      trusted_org: "",
      join_org_url: "",
      only_org_members: false,
      ignore_ok_to_test: false,
      trigger_github_workflows: false,
      org_invite: empty,
    },
    lgtm: { review_acts_as_lgtm: false, store_tree_hash: false, trusted_team_for_sticky_lgtm: "" },
    label: { additional_labels: [], restricted_labels: [] },
    size: { s: 10, m: 30, l: 100, xl: 500, xxl: 1000 },
    help: { help_guidelines_url: "", help_guidelines_summary: "" },
    owners: {
      skip_collaborators: false,
      mdyaml: false,
      labels_denylist: [],
      filenames: { owners: "OWNERS", owners_aliases: "OWNERS_ALIASES" },
      dir_denylist: [],
    },
    settings: settingsOf(),
    prow: {
      prowjob_namespace: "default",
      pod_namespace: "default",
      link_url: "https://github.com",
      plank: {
        max_concurrency: 0,
        pod_pending_timeout: 600,
        pod_running_timeout: 172800,
        pod_unscheduled_timeout: 300,
        max_revivals: 3,
        job_queue_capacities: {},
        report_template: over.template ?? "",
      },
      github_reporter: {
        job_types_to_report: ["presubmit", "postsubmit"],
        no_comment: false,
        summary_comment: false,
        ...over.reporter,
      },
      rerun_auth_config: null,
      hidden: false,
    },
  };
}
