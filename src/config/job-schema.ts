/** Job files: presubmits, postsubmits, periodics, presets (spec jobs 1.1 to 1.8). Pod specs pass as they are. */
import * as z from "zod";
import { Duration, Flag, listOf, Passed, StringMap, Strings, Text, unset } from "./values.ts";

const PullSchema = z.strictObject({
  number: z.int(),
  author: Text.default(""),
  sha: Text.default(""),
  title: unset(Text),
  ref: unset(Text),
  head_ref: unset(Text),
  link: unset(Text),
  commit_link: unset(Text),
  author_link: unset(Text),
});

const RefsSchema = z.strictObject({
  org: Text,
  repo: Text,
  repo_link: unset(Text),
  base_ref: unset(Text),
  base_sha: unset(Text),
  base_link: unset(Text),
  pulls: unset(listOf(PullSchema)),
  path_alias: unset(Text),
  workdir: unset(Flag),
  auxiliary: unset(Flag),
  clone_uri: unset(Text),
  skip_submodules: unset(Flag),
  clone_depth: unset(z.int()),
  skip_fetch_head: unset(Flag),
  blobless_fetch: unset(Flag),
  sparse_checkout_files: unset(Strings),
});

export const RerunAuthSchema = z
  .strictObject({
    allow_anyone: unset(Flag),
    github_team_ids: unset(listOf(z.int())),
    github_team_slugs: unset(listOf(z.strictObject({ org: Text, slug: Text }))),
    github_users: unset(Strings),
    github_orgs: unset(Strings),
  })
  .refine(
    ({ allow_anyone, ...lists }) => !(allow_anyone && Object.values(lists).some((list) => (list?.length ?? 0) > 0)),
    { error: "allow_anyone excludes every allow list" },
  );

export const SLACK_FIELDS = {
  host: unset(Text),
  channel: unset(Text),
  job_states_to_report: unset(Strings),
  report_template: unset(Text),
  report: unset(Flag),
};

export const ProwJobDefaults = z.strictObject({
  resultstore_config: unset(z.strictObject({ project_id: unset(Text) })),
  tenant_id: unset(Text),
});

const UTILITIES = ["clonerefs", "initupload", "place_entrypoint", "sidecar"] as const;
const secretKey = z.strictObject({ name: unset(Text), key: unset(Text) });

/** Of a job, or the defaults of plank (spec jobs 1.4). */
export const DecorationSchema = z.strictObject({
  timeout: unset(Duration),
  grace_period: unset(Duration),
  utility_images: unset(
    z.strictObject({ clonerefs: unset(Text), initupload: unset(Text), entrypoint: unset(Text), sidecar: unset(Text) }),
  ),
  resources: unset(z.partialRecord(z.enum(UTILITIES), Passed)),
  gcs_configuration: unset(
    z.strictObject({
      bucket: unset(Text),
      path_prefix: unset(Text),
      path_strategy: unset(Text),
      default_org: unset(Text),
      default_repo: unset(Text),
      mediaTypes: unset(StringMap),
      job_url_prefix: unset(Text),
      local_output_dir: unset(Text),
      compress_file_types: unset(Strings),
    }),
  ),
  gcs_credentials_secret: unset(Text),
  s3_credentials_secret: unset(Text),
  default_service_account_name: unset(Text),
  ssh_key_secrets: unset(Strings),
  ssh_host_fingerprints: unset(Strings),
  cookiefile_secret: unset(Text),
  oauth_token_secret: unset(secretKey),
  github_api_endpoints: unset(Strings),
  github_app_id: unset(Text),
  github_app_private_key_secret: unset(secretKey),
  blobless_fetch: unset(Flag),
  sparse_checkout_files: unset(Strings),
  skip_cloning: unset(Flag),
  censor_secrets: unset(Flag),
  censoring_options: unset(
    z.strictObject({
      censoring_concurrency: unset(z.int()),
      censoring_buffer_size: unset(z.int()),
      include_directories: unset(Strings),
      exclude_directories: unset(Strings),
      minimum_secret_length: unset(z.int()),
    }),
  ),
  upload_ignores_interrupts: unset(Flag),
  set_limit_equals_memory_request: unset(Flag),
  default_memory_request: unset(Text),
  scheduling_options: unset(z.strictObject({ affinity: unset(Passed), tolerations: unset(listOf(Passed)) })),
  pod_pending_timeout: unset(Duration),
  pod_running_timeout: unset(Duration),
  pod_unscheduled_timeout: unset(Duration),
  run_as_user: unset(z.int()),
  run_as_group: unset(z.int()),
  fs_group: unset(z.int()),
});

const base = {
  name: Text,
  labels: unset(StringMap),
  annotations: unset(StringMap),
  max_concurrency: unset(z.int().min(0, { error: "must not be negative" })),
  job_queue_name: unset(Text),
  agent: unset(Text),
  cluster: unset(Text),
  namespace: unset(Text),
  error_on_eviction: unset(Flag),
  spec: unset(Passed),
  pipeline_run_spec: unset(Passed),
  tekton_pipeline_run_spec: unset(z.strictObject({ v1beta1: unset(Passed) })),
  reporter_config: unset(z.strictObject({ slack: unset(z.strictObject(SLACK_FIELDS)) })),
  rerun_auth_config: unset(RerunAuthSchema),
  hidden: unset(Flag),
  prowjob_defaults: unset(ProwJobDefaults),
  decorate: unset(Flag),
  path_alias: unset(Text),
  clone_uri: unset(Text),
  skip_submodules: unset(Flag),
  clone_depth: unset(z.int()),
  skip_fetch_head: unset(Flag),
  extra_refs: unset(listOf(RefsSchema)),
  decoration_config: unset(DecorationSchema),
};
const brancher = { branches: unset(Strings), skip_branches: unset(Strings) };
const changes = { run_if_changed: unset(Text), skip_if_only_changed: unset(Text) };
const jenkins = { jenkins_spec: unset(z.strictObject({ github_branch_source_job: unset(Flag) })) };

export const PresubmitSchema = z.strictObject({
  ...base,
  ...brancher,
  ...changes,
  ...jenkins,
  always_run: unset(Flag),
  optional: unset(Flag),
  skip_report: unset(Flag),
  context: unset(Text),
  trigger: unset(Text),
  rerun_command: unset(Text),
  run_before_merge: unset(Flag),
});
export const PostsubmitSchema = z.strictObject({
  ...base,
  ...brancher,
  ...changes,
  ...jenkins,
  always_run: unset(Flag),
  skip_report: unset(Flag),
  context: unset(Text),
});
export const PeriodicSchema = z.strictObject({
  ...base,
  interval: unset(Duration),
  minimum_interval: unset(Duration),
  cron: unset(Text),
  tags: unset(Strings),
  retry: unset(z.strictObject({ attempts: unset(z.int()), interval: unset(Duration), run_all: unset(Flag) })),
});
export const PresetSchema = z.strictObject({
  labels: unset(StringMap),
  env: unset(listOf(Passed)),
  volumes: unset(listOf(Passed)),
  volumeMounts: unset(listOf(Passed)),
  tolerations: unset(listOf(Passed)),
});

export type RawPresubmit = z.output<typeof PresubmitSchema>;
export type RawPostsubmit = z.output<typeof PostsubmitSchema>;
export type RawPeriodic = z.output<typeof PeriodicSchema>;
export type RawJob = RawPresubmit | RawPostsubmit | RawPeriodic;
export type RawRefs = z.output<typeof RefsSchema>;
export type Preset = z.output<typeof PresetSchema>;
