/** gangway's API: `/v1/executions`, with tokens of the setting API_TOKENS (spec jobs 4.15). */
import type { Context } from "hono";
import * as z from "zod";
import { currentConfig } from "../config/current.ts";
import { type Env, settings } from "../env.ts";
import { jobOf, pickJob } from "../jobs/configured.ts";
import { bearerOf, isKnownToken } from "../jobs/credential.ts";
import {
  type ApiClient,
  clientAllows,
  ExecutionRequest,
  ExecutionStates,
  executionOf,
  type Scope,
  toldRefs,
  withOptions,
} from "../jobs/gangway.ts";
import type { ProwJob } from "../jobs/prowjob.ts";
import { JOB_STATES, listJobs } from "../store/job-list.ts";
import { type AppEnv, createApp } from "./app.ts";
import { readBody } from "./body.ts";
import { documentsOf, storedJob } from "./job-documents.ts";
import { jobsOf } from "./job-latest.ts";
import { submit } from "./job-submit.ts";
import { broken } from "./surroundings.ts";
import { viewerOf } from "./viewer.ts";

export const gangway = createApp();

const BODY_BYTES = 256 * 1024;
const LISTED = 100;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Caller {
  readonly name: string;
  /** Null: an administrator. */
  readonly client: ApiClient | null;
}

const fault = (c: Context<AppEnv>, status: 400 | 401 | 403 | 404 | 413, code: string, message: string): Response =>
  c.json({ error: { code, message } }, status, { "cache-control": "no-store" });

async function callerOf(c: Context<AppEnv>): Promise<Caller | null> {
  const header = c.req.header("authorization");
  // A cookie is no token: what a browser sends by itself starts nothing here.
  if (header === undefined) return null;
  const token = bearerOf(header);
  for (const [name, client] of Object.entries(settings(c.env).API_TOKENS))
    if (await isKnownToken(token, [client.sha256])) return { name, client };
  const viewer = await viewerOf(c);
  return viewer.kind === "admin" ? { name: viewer.login, client: null } : null;
}

/** The caller when the token is good for a scope, else the answer that says why not. */
async function admitted(c: Context<AppEnv>, scope: Scope): Promise<Caller | Response> {
  const caller = await callerOf(c);
  if (caller === null)
    return fault(c, 401, "unauthorized", "Send Authorization: Bearer <token>, one of the setting API_TOKENS.");
  if (caller.client !== null && !caller.client.scopes.includes(scope))
    return fault(c, 403, "forbidden", `The token of ${caller.name} lacks the scope ${scope}.`);
  return caller;
}

const sees = ({ client }: Caller, job: ProwJob): boolean => client === null || clientAllows(client, job.spec);

const NOT_THERE = "There is no such job, or it is not this token's to see.";

gangway.post("/v1/executions", async (c) => {
  const caller = await admitted(c, "jobs:start");
  if (caller instanceof Response) return caller;
  const bytes = await readBody(c.req.raw, BODY_BYTES);
  if (bytes === null) return fault(c, 413, "too-large", `The body may have ${BODY_BYTES} bytes at most.`);
  const asked = ExecutionRequest.safeParse(jsonOf(bytes));
  if (!asked.success) return fault(c, 400, "bad-request", z.prettifyError(asked.error).slice(0, 2000));
  const job = await made(c.env, asked.data, caller, c.req.header("idempotency-key"));
  if (typeof job === "string") {
    const { refs } = asked.data;
    const known = caller.client === null || clientAllows(caller.client, refs ? { refs: stripped(refs) } : {});
    return known ? fault(c, 400, "no-such-job", job) : fault(c, 404, "not-found", NOT_THERE);
  }
  if (!sees(caller, job)) return fault(c, 404, "not-found", NOT_THERE);
  await submit(c.env, job, caller.name);
  return c.json(told(c.env, job), 200, { "cache-control": "no-store" });
});

gangway.get("/v1/executions/:id", async (c) => {
  const caller = await admitted(c, "jobs:read");
  if (caller instanceof Response) return caller;
  const id = c.req.param("id");
  const job = UUID.test(id) ? await storedJob(c.env, id) : null;
  if (job === null || !sees(caller, job)) return fault(c, 404, "not-found", NOT_THERE);
  return c.json(told(c.env, job), 200, { "cache-control": "no-store" });
});

export const ExecutionQuery = z.object({
  job_name: z.string().min(1).max(300),
  status: ExecutionStates.optional(),
});

gangway.get("/v1/executions", async (c) => {
  const caller = await admitted(c, "jobs:read");
  if (caller instanceof Response) return caller;
  const asked = ExecutionQuery.safeParse(c.req.query());
  if (!asked.success) return fault(c, 400, "bad-request", z.prettifyError(asked.error).slice(0, 2000));
  const { job_name: job, status } = asked.data;
  const state = JOB_STATES.find((one) => one.toUpperCase() === status);
  // A name with a star would be a pattern to the list.
  const filter = { job: job.replaceAll("*", ""), ...(state ? { state } : {}) };
  const { rows } = await listJobs(c.env.DB, { everything: true }, filter, null, LISTED);
  const jobs = (await documentsOf(c.env, rows)).filter((one) => sees(caller, one));
  return c.json({ job_execution: jobs.map((one) => told(c.env, one)) }, 200, { "cache-control": "no-store" });
});

gangway.onError((error, c) => broken(c, error));

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** The ProwJob that a request asks for, or a sentence that says why there is none. The same key: the same job. */
async function made(env: Env, asked: ExecutionRequest, { name }: Caller, key: string | undefined) {
  const { job_name: jobName, refs: given, pod_spec_options: options } = asked;
  const [org, repo] = given ? [given.org, given.repo] : ["", ""];
  const baseRef = given?.base_ref ?? null;
  const types = { PERIODIC: "periodic", POSTSUBMIT: "postsubmit", PRESUBMIT: "presubmit" } as const;
  const type = types[asked.job_execution_type];
  const found = pickJob(await jobsOf(env, org, repo), { name: jobName, repository: null, baseRef, type });
  if (typeof found === "string") return `${found}.`;
  const config = given ? await currentConfig(env, org, repo) : null;
  const linkUrl = config?.prow.link_url ?? settings(env).GITHUB_URL;
  const guid = `gangway:${name}:${key === undefined ? crypto.randomUUID() : key.slice(0, 200)}`;
  const { prowjob_namespace } = config?.prow ?? { prowjob_namespace: "default" };
  const origin = {
    guid,
    webhook: false,
    now: Date.now(),
    publicUrl: settings(env).PUBLIC_URL,
    settings: { prowjob_namespace, link_url: linkUrl },
  };
  const refs = given ? { ...stripped(given), repo_link: `${linkUrl}/${org}/${repo}` } : null;
  return withOptions(await jobOf(found, refs, origin, options?.labels), asked);
}

/** Without members that are not there. */
function stripped({ pulls = [], ...rest }: NonNullable<ExecutionRequest["refs"]>) {
  const set = pulls.map(({ title, head_ref, link, ...pull }) => ({
    ...pull,
    ...(title === undefined ? {} : { title }),
    ...(head_ref === undefined ? {} : { head_ref }),
    ...(link === undefined ? {} : { link }),
  }));
  return set.length === 0 ? rest : { ...rest, pulls: set };
}

const timeOf = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text));

function told(env: Env, job: ProwJob): object {
  const { metadata, spec, status } = job;
  return executionOf(
    {
      id: metadata.name,
      job: spec.job,
      type: spec.type,
      state: status.state,
      startTime: Date.parse(status.startTime),
      completionTime: timeOf(status.completionTime),
    },
    toldRefs(job),
    settings(env).PUBLIC_URL,
  );
}
