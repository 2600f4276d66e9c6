/** Settings of the worker: variables and secrets, one schema for parsing, docs and deploy. */
import * as z from "zod";
import { durationSeconds } from "./config/values.ts";
import { ApiClient } from "./jobs/gangway.ts";
import { destinationsOf } from "./velodrome/reports/destinations.ts";

const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ""));
const optional = z.string().min(1).optional();

const Service = z.object({ url, headers: z.record(z.string(), z.string()).default({}) });

/** Settings are Worker variables and secrets of these names. */
export const Settings = z.object({
  /** Where users reach this worker; every link in comments and statuses starts with it. */
  PUBLIC_URL: url.default("http://127.0.0.1:8787"),
  /** A second origin for artifacts, so that HTML from jobs never runs beside the dashboard's cookies. */
  ARTIFACTS_ORIGIN: url.optional(),
  GITHUB_API_URL: url.default("https://api.github.com"),
  GITHUB_URL: url.default("https://github.com"),
  GITHUB_APP_ID: optional,
  /** PEM, PKCS#1 or PKCS#8. */
  GITHUB_APP_PRIVATE_KEY: optional,
  /** A personal access token, when there is no App. */
  GITHUB_TOKEN: optional,
  /** Prow's HMAC file: one secret, or YAML of `org/repo`, `org` or `*` to a list of `{ value, created_at }`. */
  GITHUB_WEBHOOK_SECRETS: optional,
  GITHUB_OAUTH_CLIENT_ID: optional,
  GITHUB_OAUTH_CLIENT_SECRET: optional,
  /** At least 32 characters; signs and encrypts sessions. */
  COOKIE_SECRET: z.string().min(32).optional(),
  ADMIN_TOKEN: z.string().min(16).optional(),
  SETUP_TOKEN: z.string().min(16).optional(),
  /** Logins of administrators, separated by commas. */
  ADMINS: z.string().default(""),
  /** Repository of Prow's configuration: `org/repo@branch`. */
  CONFIG_REPO: z
    .string()
    .regex(/^[^/\s]+\/[^/\s@]+@\S+$/)
    .optional(),
  CONFIG_PATH: z.string().default("config/prow/config.yaml"),
  PLUGIN_CONFIG_PATH: z.string().default("config/prow/plugins.yaml"),
  JOB_CONFIG_PATH: z.string().default("config/jobs"),
  /**
   * JSON: services outside of GitHub that plugins use, by name (slack, bugzilla, jira, cat, dog, goose, pony, joke, freeze, fast-forward):
   * `{"jira":{"url":"https://jira.example.com","headers":{"authorization":"Bearer ..."}}}`. A secret.
   */
  SERVICES: z
    .string()
    .default("{}")
    .transform((value, context) => {
      try {
        return z.record(z.string(), Service).parse(JSON.parse(value));
      } catch {
        context.addIssue('must be JSON such as {"slack":{"url":"https://slack.com/api","headers":{}}}');
        return z.NEVER;
      }
    }),
  /** Slack channel that is told when GitHub calls run out (with the service slack). */
  ALERTS_CHANNEL: z.string().min(1).max(80).optional(),
  /** Where weekly reports are posted, separated by commas: `org/repo#12`, `slack:#channel`, `org/repo=slack:#channel`. */
  REPORTS: z
    .string()
    .refine((value) => destinationsOf(value) !== null, {
      error: "must be org/repo#12, slack:#channel, or org/repo=slack:#channel for one repository",
    })
    .default(""),
  /** Signs what is sent to external plugins: their own webhook secret (Prow's hmac file). A secret. */
  EXTERNAL_PLUGIN_SECRET: optional,
  /** `true`: each finished job also makes a check run with annotations of its log. Needs an App. */
  GITHUB_CHECKS: z.enum(["true", "false"]).default("false"),
  /** The cluster alias whose runner carries out git tasks: cherry-picks, linters, files of a merge. */
  GIT_TASKS_CLUSTER: z.string().min(1).max(253).default("default"),
  /** `true`: without an App, the personal token is handed to that runner for git tasks. */
  GIT_TASKS_PERSONAL_TOKEN: z.enum(["true", "false"]).default("false"),
  /** A Go duration: periodic jobs start up to this much later than due, each always by the same, spread evenly. */
  PERIODICS_JITTER: z
    .string()
    .refine((value) => (durationSeconds(value) ?? -1) >= 0, { error: "must be a duration such as 90s or 5m" })
    .default("0s"),
  /** Orgs and org/repos, separated by commas, where a change of the configuration starts no jobs on open pull requests. */
  STATUS_RECONCILER_DENYLIST: z.string().default(""),
  /** The same where it does nothing to open pull requests. */
  STATUS_RECONCILER_DENYLIST_ALL: z.string().default(""),
  /** Whether the worker compares branch protection with `branch-protection` of config.yaml once a day, and writes it. */
  BRANCH_PROTECTOR: z.enum(["off", "dry-run", "confirm"]).default("off"),
  /** `org/repo`s, separated by commas, whose issues velodrome mirrors. */
  VELODROME_REPOSITORIES: z
    .string()
    .regex(/^(?:\s*[\w.-]+\/[\w.-]+\s*(?:,|$))*$/, { error: "must be org/repo, org/repo" })
    .default(""),
  /** Path in CONFIG_REPO of velodrome's config.yaml; empty: its default metrics for every mirrored repository. */
  VELODROME_CONFIG: z.string().max(500).default(""),
  /** JSON: programs that may call `/v1/executions`, by their name. */
  API_TOKENS: z
    .string()
    .default("{}")
    .transform((value, context) => {
      try {
        return z.record(z.string(), ApiClient).parse(JSON.parse(value));
      } catch {
        context.addIssue(
          'must be JSON such as {"robot":{"sha256":"<hex>","scopes":["jobs:start"],"repositories":["org"]}}',
        );
        return z.NEVER;
      }
    }),
  /** A Go duration: so long after its end a job is kept, with its log, its artifacts and its row. */
  JOBS_MAX_AGE: z
    .string()
    .refine((value) => (durationSeconds(value) ?? 0) >= 3600, { error: "must be a duration of an hour or more: 720h" })
    .default("2160h"),
  /** JSON: cluster alias to a list of one or two SHA-256 digests (hex) of runner tokens. */
  RUNNER_TOKENS: z
    .string()
    .default("{}")
    .transform((value, context) => {
      try {
        return z.record(z.string(), z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(2)).parse(JSON.parse(value));
      } catch {
        context.addIssue('must be JSON such as {"default":["<sha256 of the token, hex>"]}');
        return z.NEVER;
      }
    }),
});
export type Settings = z.infer<typeof Settings>;
