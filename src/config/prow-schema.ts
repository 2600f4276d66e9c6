/** config.yaml (spec jobs 1.10). Blocks of components that run elsewhere are read so that mistakes in them show. */
import * as z from "zod";
import { DecorationSchema, ProwJobDefaults, RerunAuthSchema, SLACK_FIELDS } from "./job-schema.ts";
import { BranchProtectionSchema, GerritSchema, TideSchema } from "./tide-schema.ts";
import { Duration, Flag, listOf, mapOf, StringMap, Strings, StringsMap, Text, unset } from "./values.ts";

/** `[{ repo, cluster, config }]`: later matching entries win. */
const entries = <T extends z.ZodType>(config: T) =>
  listOf(z.strictObject({ repo: unset(Text), cluster: unset(Text), config: unset(config) }));

const controller = {
  job_url_template: unset(Text),
  report_template: unset(Text),
  report_templates: unset(StringMap),
  max_concurrency: unset(z.int().min(0, { error: "must not be negative" })),
  max_goroutines: unset(z.int().min(0, { error: "must be positive" })),
};

const Plank = z.strictObject({
  ...controller,
  job_url_prefix_config: unset(StringMap),
  jobURLPrefixDisableAppendStorageProvider: unset(Flag),
  pod_pending_timeout: unset(Duration),
  pod_running_timeout: unset(Duration),
  pod_unscheduled_timeout: unset(Duration),
  max_revivals: unset(z.int()),
  default_decoration_config_entries: unset(entries(DecorationSchema)),
  default_decoration_configs: unset(mapOf(DecorationSchema)),
  job_queue_capacities: unset(mapOf(z.int())),
  build_cluster_status_file: unset(Text),
});

const Lens = z.strictObject({
  required_files: unset(Strings),
  optional_files: unset(Strings),
  lens: z.strictObject({ name: Text, config: unset(z.unknown()) }),
  remote_config: unset(
    z.strictObject({
      endpoint: unset(Text),
      static_root: unset(Text),
      title: unset(Text),
      priority: unset(z.int()),
      hide_title: unset(Flag),
    }),
  ),
});

const Spyglass = z.strictObject({
  lenses: unset(listOf(Lens)),
  viewers: unset(StringsMap),
  size_limit: unset(z.int().min(0, { error: "must not be negative" })),
  gcs_browser_prefix: unset(Text),
  gcs_browser_prefixes: unset(StringMap),
  gcs_browser_prefixes_by_bucket: unset(StringMap),
  announcement: unset(Text),
  testgrid_config: unset(Text),
  testgrid_root: unset(Text),
  hide_pr_history_link: unset(Flag),
  pr_history_link_template: unset(Text),
  bucket_aliases: unset(StringMap),
});

const Deck = z.strictObject({
  spyglass: unset(Spyglass),
  tide_update_period: unset(Duration),
  hidden_repos: unset(Strings),
  external_agent_logs: unset(
    listOf(z.strictObject({ agent: unset(Text), selector: unset(Text), url_template: unset(Text) })),
  ),
  branding: unset(
    z.strictObject({
      logo: unset(Text),
      favicon: unset(Text),
      background_color: unset(Text),
      header_color: unset(Text),
    }),
  ),
  google_analytics: unset(Text),
  rerun_auth_configs: unset(mapOf(RerunAuthSchema)),
  default_rerun_auth_configs: unset(
    listOf(z.strictObject({ repo: unset(Text), cluster: unset(Text), rerun_auth_configs: unset(RerunAuthSchema) })),
  ),
  skip_storage_path_validation: unset(Flag),
  additional_allowed_buckets: unset(Strings),
});

const GitHubReporter = z.strictObject({
  job_types_to_report: unset(listOf(z.enum(["presubmit", "postsubmit"], { error: "must be presubmit or postsubmit" }))),
  no_comment_repos: unset(Strings),
  summary_comment_repos: unset(Strings),
});

const Scheduler = z.strictObject({
  enabled: unset(Flag),
  failover: unset(z.strictObject({ mappings: unset(StringMap) })),
  external: unset(
    z.strictObject({
      url: unset(Text),
      cache: unset(z.strictObject({ entry_timeout_interval: unset(Duration), cleanup_interval: unset(Duration) })),
    }),
  ),
});

const Gangway = z.strictObject({
  allowed_api_clients: unset(
    listOf(
      z.strictObject({
        gcp: unset(
          z.strictObject({ endpoint_api_consumer_type: unset(Text), endpoint_api_consumer_number: unset(Text) }),
        ),
        allowed_jobs_filters: unset(listOf(z.strictObject({ tenant_id: unset(Text) }))),
      }),
    ),
  ),
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
  tide: unset(TideSchema),
  "branch-protection": unset(BranchProtectionSchema),
  in_repo_config: unset(z.strictObject({ enabled: unset(mapOf(z.boolean())), allowed_clusters: unset(StringsMap) })),
  github_reporter: unset(GitHubReporter),
  slack_reporter_configs: unset(mapOf(z.strictObject({ job_types_to_report: unset(Strings), ...SLACK_FIELDS }))),
  gerrit: unset(GerritSchema),
  github: unset(z.strictObject({ link_url: unset(Text) })),
  scheduler: unset(Scheduler),
  pipeline: unset(z.strictObject({ allow_concurrent_postsubmit_jobs: unset(Flag) })),
  prowjob_default_entries: unset(entries(ProwJobDefaults)),
  push_gateway: unset(z.strictObject({ endpoint: unset(Text), interval: unset(Duration), serve_metrics: unset(Flag) })),
  owners_dir_denylist: unset(
    z.strictObject({
      repos: unset(StringsMap),
      default: unset(Strings),
      ignore_preconfigured_defaults: unset(Flag),
    }),
  ),
  managed_webhooks: unset(
    z.strictObject({
      respect_legacy_global_token: unset(Flag),
      auto_accept_invitation: unset(Flag),
      org_repo_config: unset(mapOf(z.strictObject({ token_created_after: unset(Text) }))),
    }),
  ),
  pubsub_subscriptions: unset(StringsMap),
  pubsub_triggers: unset(
    listOf(
      z.strictObject({
        project: unset(Text),
        topics: unset(Strings),
        allowed_clusters: unset(Strings),
        max_outstanding_messages: unset(z.int()),
      }),
    ),
  ),
  gangway: unset(Gangway),
  moonraker: unset(z.strictObject({ client_timeout: unset(Duration) })),
  jenkins_operators: unset(listOf(z.strictObject({ ...controller, label_selector: unset(Text) }))),
});
export type ProwConfig = z.output<typeof ProwSchema>;
