/** gangway's API: `/v1/executions`, with tokens of the setting API_TOKENS (spec jobs 4.15). */
import * as z from "zod";
import { repoJobs } from "../chatops/world-jobs.ts";
import { currentConfig } from "../config/current.ts";
import type { RepoConfig } from "../config/model.ts";
import { type Env, settings } from "../env.ts";
import { flushUsage, GitHubError, githubClient } from "../github/index.ts";
import { type ConfiguredJob, configuredJobs, jobOf, pickJob } from "../jobs/configured.ts";
import {
  BulkUpdate,
  type BulkUpdated,
  clientAllows,
  ExecutionRequest,
  ExecutionStates,
  executionOf,
  toldRefs,
  withOptions,
} from "../jobs/gangway.ts";
import type { ProwJob } from "../jobs/prowjob.ts";
import { type Bulk, jobsToChange, MOST_CHANGED } from "../store/job-bulk.ts";
import { JOB_STATES, JOB_TYPES, listJobs } from "../store/job-list.ts";
import { createApp } from "./app.ts";
import { admitted, askedOf, type Caller, fault, NOT_THERE, sees } from "./gangway-caller.ts";
import { documentsOf, storedJob } from "./job-documents.ts";
import { jobsOf } from "./job-latest.ts";
import { submit } from "./job-submit.ts";
import { broken } from "./surroundings.ts";

export const gangway = createApp();

const LISTED = 100;
const AT_ONCE = 20;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

gangway.post("/v1/executions", async (c) => {
  const caller = await admitted(c, "jobs:start");
  if (caller instanceof Response) return caller;
  const asked = await askedOf(c, ExecutionRequest);
  if (asked instanceof Response) return asked;
  const job = await made(c.env, asked, caller, c.req.header("idempotency-key"));
  if (typeof job === "string") {
    const { refs } = asked;
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

function bulkOf({ job_status_change: { current }, job_type, cluster, refs, ...times }: BulkUpdate): Bulk {
  const at = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  return {
    state: JOB_STATES.find((state) => state.toUpperCase() === current) ?? "triggered",
    type: JOB_TYPES.find((type) => type.toUpperCase() === job_type),
    cluster,
    org: refs?.org,
    repo: refs?.repo,
    baseRef: refs?.base_ref,
    pull: refs?.pulls?.[0]?.number,
    from: at(times.started_after),
    before: at(times.started_before),
  };
}

/** Ends many jobs at once: at most so many a call, the oldest first; the answer says where to go on. */
gangway.post("/v1/bulk-job-status-update", async (c) => {
  const caller = await admitted(c, "jobs:abort");
  if (caller instanceof Response) return caller;
  const asked = await askedOf(c, BulkUpdate);
  if (asked instanceof Response) return asked;
  const rows = await jobsToChange(c.env.DB, bulkOf(asked));
  // An administrator's are all theirs: their documents need not be read.
  const theirs = caller.client === null ? rows : (await documentsOf(c.env, rows)).filter((job) => sees(caller, job));
  const ids = theirs.map((one) => ("id" in one ? one.id : one.metadata.name));
  const reason = `Aborted by ${caller.name}, with others.`;
  const ended: boolean[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    const calls = some.map((id) => c.env.JOB.getByName(`job:${id}`).abort(reason, caller.name, false));
    ended.push(...(await Promise.all(calls)));
  }
  const last = rows.length === MOST_CHANGED ? rows.at(-1) : undefined;
  const answer: BulkUpdated = {
    changed: ended.filter(Boolean).length,
    started_after: last ? new Date(last.startTime).toISOString() : null,
  };
  return c.json(answer, 200, { "cache-control": "no-store" });
});

gangway.onError((error, c) => broken(c, error));

/** The ProwJob that a request asks for, or a sentence that says why there is none. The same key: the same job. */
async function made(env: Env, asked: ExecutionRequest, { name }: Caller, key: string | undefined) {
  const { job_name: jobName, refs: given, pod_spec_options: options } = asked;
  const [org, repo] = given ? [given.org, given.repo] : ["", ""];
  const baseRef = given?.base_ref ?? null;
  const types = { PERIODIC: "periodic", POSTSUBMIT: "postsubmit", PRESUBMIT: "presubmit" } as const;
  const type = types[asked.job_execution_type];
  const config = given ? await currentConfig(env, org, repo) : null;
  const { jobs, problem } = given && config ? await jobsAt(env, config, given) : await periodics(env);
  const found = pickJob(jobs, { name: jobName, repository: null, baseRef, type });
  if (typeof found === "string") return `${found}.${problem}`;
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

interface Looked {
  readonly jobs: readonly ConfiguredJob[];
  /** Why the repository's own jobs are not among them; or nothing. */
  readonly problem: string;
}

const periodics = async (env: Env): Promise<Looked> => ({ jobs: await jobsOf(env, "", ""), problem: "" });

/** The configured jobs and those that the repository brings itself, at the commits that the request names. */
async function jobsAt(env: Env, config: RepoConfig, refs: NonNullable<ExecutionRequest["refs"]>): Promise<Looked> {
  const { org: owner, repo, base_sha: baseSha, pulls = [] } = refs;
  const client = githubClient(env, { owner, repo, delivery: crypto.randomUUID(), consumer: "gangway" });
  const [pull] = pulls;
  const head = pull ? { sha: pull.sha, number: pull.number } : null;
  try {
    const own = await repoJobs(env, client, { owner, repo }, config, { baseSha, head });
    const [first] = own.problems;
    const problem = first ? ` Of the repository's own jobs: ${first.file}: ${first.message}.` : "";
    return { jobs: configuredJobs([{ ...config, org: owner, repo, ...own }], []), problem };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return { jobs: configuredJobs([config], []), problem: " The repository's own jobs could not be read from GitHub." };
  } finally {
    await flushUsage(env);
  }
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
