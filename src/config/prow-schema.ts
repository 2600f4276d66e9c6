/** config.yaml (spec jobs 1.10). Blocks of components that run elsewhere are checked for their keys only. */
import * as z from "zod";
import { DecorationSchema, RerunAuthSchema } from "./job-schema.ts";
import { Duration, Flag, Passed, StringMap, Strings, Text, unset } from "./values.ts";

/** `[{ repo, cluster, config }]`: later matching entries win. */
const entries = <T extends z.ZodType>(config: T) =>
  z.array(z.strictObject({ repo: unset(Text), cluster: unset(Text), config: unset(config) }));

const Plank = z.strictObject({
  job_url_template: unset(Text),
  job_url_prefix_config: unset(StringMap),
  jobURLPrefixDisableAppendStorageProvider: unset(Flag),
  report_template: unset(Text),
  report_templates: unset(StringMap),
  max_concurrency: unset(z.int().min(0, { error: "must not be negative" })),
  max_goroutines: unset(z.int().min(0)),
  pod_pending_timeout: unset(Duration),
  pod_running_timeout: unset(Duration),
  pod_unscheduled_timeout: unset(Duration),
  max_revivals: unset(z.int().min(0)),
  default_decoration_config_entries: unset(entries(DecorationSchema)),
  default_decoration_configs: unset(z.record(z.string(), DecorationSchema)),
  job_queue_capacities: unset(z.record(z.string(), z.int())),
  build_cluster_status_file: unset(Text),
});

const Deck = z.strictObject({
  spyglass: unset(Passed),
  tide_update_period: unset(Duration),
  hidden_repos: unset(Strings),
  external_agent_logs: unset(z.array(Passed)),
  branding: unset(Passed),
  google_analytics: unset(Text),
  rerun_auth_configs: unset(z.record(z.string(), RerunAuthSchema)),
  default_rerun_auth_configs: unset(
    z.array(
      z.strictObject({
        repo: unset(Text),
        cluster: unset(Text),
        rerun_auth_configs: unset(RerunAuthSchema),
        config: unset(RerunAuthSchema),
      }),
    ),
  ),
  skip_storage_path_validation: unset(Flag),
  additional_allowed_buckets: unset(Strings),
});

const GitHubReporter = z.strictObject({
  job_types_to_report: unset(
    z.array(z.enum(["presubmit", "postsubmit"], { error: "only presubmit and postsubmit jobs can be reported" })),
  ),
  no_comment_repos: unset(Strings),
  summary_comment_repos: unset(Strings),
});

export const ProwSchema = z.strictObject({
  prowjob_namespace: unset(Text),
  pod_namespace: unset(Text),
  log_level: unset(z.enum(["trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"])),
  default_job_timeout: unset(Duration),
  status_error_link: unset(Text),
  disabled_clusters: unset(Strings),
  config_version_sha: unset(Text),
  plank: unset(Plank),
  sinker: unset(
    z.strictObject({
      resync_period: unset(Duration),
      max_prowjob_age: unset(Duration),
      max_pod_age: unset(Duration),
      terminated_pod_ttl: unset(Duration),
      exclude_clusters: unset(Strings),
    }),
  ),
  horologium: unset(z.strictObject({ tick_interval: unset(Duration) })),
  deck: unset(Deck),
  tide: unset(Passed),
  "branch-protection": unset(Passed),
  in_repo_config: unset(
    z.strictObject({
      enabled: unset(z.record(z.string(), z.boolean())),
      allowed_clusters: unset(z.record(z.string(), Strings)),
    }),
  ),
  github_reporter: unset(GitHubReporter),
  slack_reporter_configs: unset(z.record(z.string(), Passed)),
  slack_reporter: unset(Passed),
  gerrit: unset(Passed),
  github: unset(z.strictObject({ link_url: unset(Text) })),
  scheduler: unset(Passed),
  pipeline: unset(Passed),
  prowjob_default_entries: unset(entries(Passed)),
  push_gateway: unset(Passed),
  owners_dir_denylist: unset(
    z.strictObject({
      repos: unset(z.record(z.string(), Strings)),
      default: unset(Strings),
      ignore_preconfigured_defaults: unset(Flag),
    }),
  ),
  managed_webhooks: unset(Passed),
  pubsub_subscriptions: unset(Passed),
  pubsub_triggers: unset(z.array(Passed)),
  gangway: unset(Passed),
  moonraker: unset(Passed),
  jenkins_operators: unset(z.array(Passed)),
  job_config: unset(Passed),
});
export type ProwConfig = z.output<typeof ProwSchema>;
