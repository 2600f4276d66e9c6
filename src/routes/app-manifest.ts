/** The GitHub App that Cutwater needs, as GitHub's manifest, and what GitHub answers when it is made of it. */
import * as z from "zod";

/** Rights and events: the table of docs/github-app.md. */
export const PERMISSIONS = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  statuses: "write",
  checks: "write",
  actions: "write",
  administration: "read",
  members: "read",
  organization_projects: "write",
} as const;
const EVENTS = [
  "issue_comment",
  "issues",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "status",
  "check_run",
  "repository",
  "label",
] as const;

/** GitHub's App manifest as JSON. */
export function appManifest(publicUrl: string): string {
  const host = new URL(publicUrl).host.replace(/[^\w-]+/g, "-");
  return JSON.stringify({
    name: `cutwater-${host}`.slice(0, 34),
    url: publicUrl,
    description: "ChatOps and CI: Prow's commands and jobs",
    hook_attributes: { url: `${publicUrl}/hook`, active: true },
    redirect_url: `${publicUrl}/setup/callback`,
    callback_urls: [`${publicUrl}/login/callback`],
    request_oauth_on_install: false,
    public: false,
    default_permissions: PERMISSIONS,
    default_events: EVENTS,
  });
}

/** The answer to `POST /app-manifests/{code}/conversions`. */
export const AppSecrets = z.object({
  id: z.int(),
  html_url: z.url({ protocol: /^https?$/ }),
  pem: z.string().min(1),
  webhook_secret: z.string().min(1),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
});
export type AppSecrets = z.infer<typeof AppSecrets>;

/** A value in single quotes for a POSIX shell. */
const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

/** Lines for a shell that set every secret of the App. */
export function secretCommands(app: AppSecrets): string {
  const values = {
    GITHUB_APP_ID: String(app.id),
    GITHUB_APP_PRIVATE_KEY: app.pem.trim(),
    GITHUB_WEBHOOK_SECRETS: app.webhook_secret,
    GITHUB_OAUTH_CLIENT_ID: app.client_id,
    GITHUB_OAUTH_CLIENT_SECRET: app.client_secret,
  };
  return Object.entries(values)
    .map(([name, value]) => `printf %s ${quoted(value)} | npx wrangler secret put ${name}`)
    .join("\n");
}
