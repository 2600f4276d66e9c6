/** Every setting of src/settings.ts as an operator meets it: where its value comes from and what it is for. */
import type { Settings } from "../../src/settings.ts";

export interface SettingGuide {
  readonly name: keyof Settings;
  /**
   * deploy: this command gives it its value. setup: the one-click GitHub App does. you: there is no good default.
   * optional: the default serves, or another setting takes its place.
   */
  readonly source: "deploy" | "setup" | "you" | "optional";
  /** A credential: `wrangler secret put` only. Others may stand in wrangler.toml's [vars] as well. */
  readonly secret: boolean;
  readonly purpose: string;
  /** Not asked for when one of these is set. */
  readonly insteadOf?: readonly (keyof Settings)[];
  /** A file to read the value from, where it has several lines. */
  readonly file?: string;
}

const APP = { source: "setup", insteadOf: ["GITHUB_TOKEN"] } as const;

export const SETTING_GUIDES: readonly SettingGuide[] = [
  { name: "PUBLIC_URL", source: "deploy", secret: false, purpose: "address of the dashboard; all links start with it" },
  { name: "SETUP_TOKEN", source: "deploy", secret: true, purpose: "opens /setup until the GitHub App is there" },
  {
    name: "COOKIE_SECRET",
    source: "deploy",
    secret: true,
    purpose: "signs and encrypts sessions; 32 characters or more",
  },
  { ...APP, name: "GITHUB_APP_ID", secret: false, purpose: "the GitHub App's number" },
  {
    ...APP,
    name: "GITHUB_APP_PRIVATE_KEY",
    secret: true,
    purpose: "the App's private key (PEM)",
    file: "app.private-key.pem",
  },
  {
    name: "GITHUB_WEBHOOK_SECRETS",
    source: "setup",
    secret: true,
    purpose: "what GitHub signs webhooks with: one secret, or Prow's YAML of several",
  },
  { name: "GITHUB_OAUTH_CLIENT_ID", source: "setup", secret: false, purpose: "sign-in: the App's client id" },
  { name: "GITHUB_OAUTH_CLIENT_SECRET", source: "setup", secret: true, purpose: "sign-in: the App's client secret" },
  {
    name: "RUNNER_TOKENS",
    source: "you",
    secret: false,
    purpose: "which runners may connect: JSON of SHA-256 digests by cluster",
  },
  { name: "CONFIG_REPO", source: "you", secret: false, purpose: "where Prow's configuration lies: org/repo@branch" },
  { name: "ADMINS", source: "you", secret: false, purpose: "GitHub logins of administrators, separated by commas" },
  {
    name: "ADMIN_TOKEN",
    source: "you",
    secret: true,
    purpose: "administers by API, before sign-in works and for `cutwater config push`; 16 characters or more",
  },
  {
    name: "ARTIFACTS_ORIGIN",
    source: "optional",
    secret: false,
    purpose: "a second address for artifacts, away from the cookies",
  },
  {
    name: "SERVICES",
    source: "optional",
    secret: true,
    purpose: "services that plugins use (slack, jira, bugzilla, pictures): JSON of url and headers by name",
  },
  {
    name: "ALERTS_CHANNEL",
    source: "optional",
    secret: false,
    purpose: "Slack channel that is told when GitHub calls run out; needs the service slack",
  },
  {
    name: "REPORTS",
    source: "optional",
    secret: false,
    purpose:
      "where weekly reports are posted: `org/repo#12`, `slack:#channel`, for one repository `org/repo=slack:#channel`",
  },
  {
    name: "EXTERNAL_PLUGIN_SECRET",
    source: "optional",
    secret: true,
    purpose: "signs what is sent to external plugins: their own webhook secret (Prow's hmac file)",
  },
  {
    name: "API_TOKENS",
    source: "optional",
    secret: true,
    purpose: "programs that may call /v1/executions: JSON of sha256, scopes, repositories and tenants by name",
  },
  {
    name: "GITHUB_CHECKS",
    source: "optional",
    secret: false,
    purpose: "`true`: each finished job also makes a check run with annotations of its log; needs an App",
  },
  {
    name: "GIT_TASKS_CLUSTER",
    source: "optional",
    secret: false,
    purpose: "cluster alias whose runner does git tasks: cherry-picks, linters, files of a merge",
  },
  {
    name: "GIT_TASKS_PERSONAL_TOKEN",
    source: "optional",
    secret: false,
    purpose: "`true`: without an App, that runner is handed the personal token for git tasks",
  },
  {
    name: "PERIODICS_JITTER",
    source: "optional",
    secret: false,
    purpose: "periodic jobs start up to this much later than due, each always by the same, spread evenly: `90s`",
  },
  {
    name: "STATUS_RECONCILER_DENYLIST",
    source: "optional",
    secret: false,
    purpose: "orgs and org/repos where a change of the configuration starts no new jobs on open pull requests",
  },
  {
    name: "STATUS_RECONCILER_DENYLIST_ALL",
    source: "optional",
    secret: false,
    purpose: "the same where it neither starts jobs nor retires or moves contexts",
  },
  {
    name: "VELODROME_REPOSITORIES",
    source: "optional",
    secret: false,
    purpose: "org/repos, separated by commas, whose issues, events and comments velodrome mirrors",
  },
  {
    name: "VELODROME_CONFIG",
    source: "optional",
    secret: false,
    purpose: "path in CONFIG_REPO of velodrome's config.yaml, which names the metrics",
  },
  {
    name: "BRANCH_PROTECTOR",
    source: "optional",
    secret: false,
    purpose:
      "`dry-run`: once a day the log says how GitHub's branch protection differs from `branch-protection`; `confirm`: it is written",
  },
  {
    name: "JOBS_MAX_AGE",
    source: "optional",
    secret: false,
    purpose: "how long after its end a job is kept, with its log, its artifacts and its row",
  },
  { name: "GITHUB_TOKEN", source: "optional", secret: true, purpose: "a personal access token, instead of an App" },
  { name: "GITHUB_API_URL", source: "optional", secret: false, purpose: "GitHub Enterprise: its REST API" },
  { name: "GITHUB_URL", source: "optional", secret: false, purpose: "GitHub Enterprise: its pages" },
  { name: "CONFIG_PATH", source: "optional", secret: false, purpose: "config.yaml within CONFIG_REPO" },
  { name: "PLUGIN_CONFIG_PATH", source: "optional", secret: false, purpose: "plugins.yaml within CONFIG_REPO" },
  { name: "JOB_CONFIG_PATH", source: "optional", secret: false, purpose: "folder or file of jobs within CONFIG_REPO" },
];

/** The settings that somebody still has to give a value, in the order in which to do it. */
export function stillUnset(present: ReadonlySet<string>): SettingGuide[] {
  return SETTING_GUIDES.filter(
    ({ name, source, insteadOf = [] }) =>
      (source === "setup" || source === "you") && !present.has(name) && !insteadOf.some((other) => present.has(other)),
  );
}

/** As src/routes/setup.ts sees it: with an App or a token named, `/setup` is gone. */
export const setupIsOver = (present: ReadonlySet<string>): boolean =>
  present.has("GITHUB_TOKEN") || present.has("GITHUB_APP_ID");

/** The line that sets it. `worker` is named where wrangler.toml names another. */
export function putLine(guide: SettingGuide, worker: string | null): string {
  const name = worker === null ? "" : ` --name ${worker}`;
  const file = guide.file === undefined ? "" : ` < ${guide.file}`;
  return `npx wrangler secret put ${guide.name}${name}${file}`;
}
