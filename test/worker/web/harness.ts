/** Viewers, rows and a GitHub that answers them, for the tests of the pages. */
import { env } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { vi } from "vitest";
import worker from "../../../src/worker.ts";
import type { Env } from "../../../src/env.ts";
import { seal } from "../../../src/routes/viewer-seal.ts";

export const ORIGIN = "https://cutwater.test";
export const COOKIE_SECRET = "a cookie secret of more than thirty-two characters";
export const ADMIN_TOKEN = "an admin token for tests";
export const SETUP_TOKEN = "a setup token for tests";

/** Settings of an installation with sign-in; override what a test is about. */
export const SETTINGS = {
  PUBLIC_URL: ORIGIN,
  GITHUB_URL: "https://github.test",
  GITHUB_API_URL: "https://api.github.test",
  GITHUB_OAUTH_CLIENT_ID: "client",
  GITHUB_OAUTH_CLIENT_SECRET: "client secret",
  COOKIE_SECRET,
  ADMIN_TOKEN,
  ADMINS: "Harbormaster",
} as const;

export type TestSettings = Readonly<Record<string, string>>;

/** Calls the worker with its bindings and these settings. Redirects are not followed. */
export async function call(path: string, init: RequestInit = {}, settings: TestSettings = SETTINGS): Promise<Response> {
  const context = createExecutionContext();
  const bindings: Env = { ...env, ...settings };
  const request = new Request(`${ORIGIN}${path}`, { redirect: "manual", ...init });
  const answer = await worker.fetch(request, bindings, context);
  await waitOnExecutionContext(context);
  return answer;
}

/** The cookie of somebody who signed in with GitHub; their token is `token of <login>`. */
export async function cookieOf(login: string): Promise<string> {
  const session = { kind: "user", login, userId: 7, token: `token of ${login}` };
  return `__Host-cutwater=${await seal(COOKIE_SECRET, "session", session, Date.now() + 60_000)}`;
}

/** A request as a browser of ours makes it. `login` null: a stranger. */
export async function as(login: string | null, init: RequestInit = {}): Promise<RequestInit> {
  const headers = new Headers(init.headers);
  if (login !== null) headers.set("cookie", await cookieOf(login));
  if (init.method !== undefined) headers.set("origin", ORIGIN);
  return { ...init, headers };
}

export const asPage = (init: RequestInit): RequestInit => {
  const headers = new Headers(init.headers);
  headers.set("accept", "text/html");
  return { ...init, headers };
};

/** Makes GitHub answer: `answers` by method and path; everything else is 404. Answers the list of what was asked. */
export function gitHub(
  answers: Readonly<Record<string, (request: Request) => Response | Promise<Response>>>,
): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const key = `${request.method} ${url.pathname}`;
    asked.push(`${key} ${request.headers.get("authorization") ?? ""}`.trim());
    return (await answers[key]?.(request)) ?? Response.json({ message: "Not Found" }, { status: 404 });
  });
  return asked;
}

export interface TestJob {
  readonly id: string;
  readonly job: string;
  readonly org: string;
  readonly repo: string;
  readonly hidden: number;
  readonly startTime: number;
  readonly state: string;
  readonly type: string;
  readonly pull: number | null;
  readonly author: string;
  readonly cluster: string;
  readonly buildId: string;
  readonly headSha: string;
  readonly completionTime: number | null;
}

/** A row of D1's job index. */
export async function addJob(over: Partial<TestJob> & { readonly id: string }): Promise<void> {
  const job: TestJob = {
    job: "pull-widgets-unit",
    org: "harbor",
    repo: "widgets",
    hidden: 0,
    startTime: Date.now(),
    state: "success",
    type: "presubmit",
    pull: 5,
    author: "mara",
    cluster: "default",
    buildId: "1",
    headSha: "head",
    completionTime: null,
    ...over,
  };
  await env.DB.prepare(
    `INSERT INTO prow_job (id, version, build_id, job, type, org, repo, pull, author, base_ref, base_sha, head_sha, cluster,
       context, state, description, url, storage_path, hidden, start_time, pending_time, completion_time)
     VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, 'main', 'base', ?, ?, 'ctx', ?, '', '', '', ?, ?, NULL, ?)`,
  )
    .bind(
      job.id,
      job.buildId,
      job.job,
      job.type,
      job.org,
      job.repo,
      job.pull,
      job.author,
      job.headSha,
      job.cluster,
      job.state,
      job.hidden,
      job.startTime,
      job.completionTime,
    )
    .run();
}

export async function addRepository(fullName: string, isPrivate: boolean): Promise<void> {
  await env.DB.prepare("INSERT OR REPLACE INTO repository (full_name, private, updated_at) VALUES (?, ?, 0)")
    .bind(fullName, isPrivate ? 1 : 0)
    .run();
}

export async function addDelivery(guid: string, org: string, repo: string, object: string): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO delivery (guid, version, object, event, action, org, repo, number, sender, received_at, state, effects, summary)
     VALUES (?, 1, ?, 'issue_comment', 'created', ?, ?, 5, 'mara', ?, 'handled', 0, 'Nothing to do.')`,
  )
    .bind(guid, object, org, repo, Date.now())
    .run();
}
