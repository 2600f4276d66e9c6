/** ProwJobs from configured jobs and events (spec jobs 2.1, 2.2, 2.6). Ids are deterministic: the same event makes the same job. */
import type {
  Json,
  JsonObject,
  JobBase,
  Periodic,
  Postsubmit,
  Presubmit,
  ProwSettings,
  Pull,
  Refs,
} from "../config/model.ts";
import { annotationsFor, labelsFor } from "./labels.ts";
import type { ProwJob, ProwJobSpec } from "./prowjob.ts";
import { uuidV5 } from "./uuid.ts";

/** What every new job needs beside its configuration. */
export interface Origin {
  /** What caused it: a webhook delivery, unless `webhook` is false; then anything that names the cause alone. */
  readonly guid: string;
  readonly webhook?: boolean;
  /** Milliseconds. */
  readonly now: number;
  /** Where the job's page will be, without a trailing slash. */
  readonly publicUrl: string;
  readonly settings: Pick<ProwSettings, "prowjob_namespace" | "link_url">;
}

/** The part of a pull request that goes into refs. */
export interface PullSource {
  readonly number: number;
  readonly title: string;
  readonly htmlUrl: string;
  readonly author: { readonly login: string };
  readonly head: { readonly sha: string; readonly ref: string };
  readonly base: { readonly ref: string };
}

/** The id of the job that an event starts: a UUID (version 5) of delivery, job name and base ref. */
export function jobId(guid: string, job: string, baseRef: string): Promise<string> {
  return uuidV5(JSON.stringify([guid, job, baseRef]));
}

/** Refs of a presubmit: one pull request on the given tip of its base branch. */
export function pullRequestRefs(
  repository: { readonly owner: string; readonly repo: string },
  pull: PullSource,
  baseSha: string,
  linkUrl: string,
): Refs {
  const repoLink = `${linkUrl}/${repository.owner}/${repository.repo}`;
  const entry: Pull = {
    number: pull.number,
    author: pull.author.login,
    sha: pull.head.sha,
    title: pull.title,
    head_ref: pull.head.ref,
    link: pull.htmlUrl,
    commit_link: `${repoLink}/pull/${pull.number}/commits/${pull.head.sha}`,
    author_link: `${linkUrl}/${pull.author.login}`,
  };
  return {
    org: repository.owner,
    repo: repository.repo,
    repo_link: repoLink,
    base_ref: pull.base.ref,
    base_sha: baseSha,
    base_link: `${repoLink}/commit/${baseSha}`,
    pulls: [entry],
  };
}

/**
 * The ProwJob of a presubmit. `labels` are extra ones, above the job's own, e.g. `prow.k8s.io/retest`.
 * `refs` come from {@link pullRequestRefs}.
 */
export async function presubmitJob(
  job: Presubmit,
  refs: Refs,
  origin: Origin,
  labels: Readonly<Record<string, string>> = {},
): Promise<ProwJob> {
  const spec: ProwJobSpec = {
    ...specOfBase(job),
    type: "presubmit",
    refs: completePrimaryRefs(refs, job),
    report: !job.skip_report,
    context: job.context,
    rerun_command: job.rerun_command,
  };
  return newProwJob(job, spec, origin, { ...labels, "prow.k8s.io/is-optional": String(job.optional) });
}

/** The ProwJob of a presubmit over several pull requests, in the order of `refs.pulls`. It reports nothing (spec jobs 5.7). */
export async function batchJob(
  job: Presubmit,
  refs: Refs,
  origin: Origin,
  labels: Readonly<Record<string, string>> = {},
): Promise<ProwJob> {
  const single = await presubmitJob(job, refs, origin, labels);
  const spec: ProwJobSpec = { ...single.spec, type: "batch", report: false };
  return newProwJob(job, spec, origin, { ...labels, "prow.k8s.io/is-optional": String(job.optional) });
}

/** The ProwJob of a postsubmit. `refs`: base ref, base sha (`after` of the push) and the compare link; no pulls. */
export async function postsubmitJob(
  job: Postsubmit,
  refs: Refs,
  origin: Origin,
  labels: Readonly<Record<string, string>> = {},
): Promise<ProwJob> {
  const spec: ProwJobSpec = {
    ...specOfBase(job),
    type: "postsubmit",
    refs: completePrimaryRefs(refs, job),
    report: !job.skip_report,
    context: job.context,
  };
  return newProwJob(job, spec, origin, labels);
}

/** The ProwJob of a periodic. Its repositories are those of its extra_refs. */
export async function periodicJob(
  job: Periodic,
  origin: Origin,
  labels: Readonly<Record<string, string>> = {},
): Promise<ProwJob> {
  return newProwJob(job, { ...specOfBase(job), type: "periodic", report: true }, origin, labels);
}

/** Counts the retries of a periodic. */
export const RETRY_LABEL = "prow.k8s.io/re-run";

export const retryNumberOf = ({ metadata }: ProwJob): number => Number(metadata.labels[RETRY_LABEL] ?? 0) || 0;

/**
 * A new run of a stored job: same spec, labels and annotations, a new id and a fresh status whose description says who
 * asked. `now` in milliseconds; the page's address follows the stored one unless `publicUrl` is given.
 */
export function rerunJob(
  stored: ProwJob,
  run: { readonly id: string; readonly by: string; readonly now: number; readonly publicUrl?: string },
): ProwJob {
  const time = timestamp(run.now);
  const base = run.publicUrl ?? stored.status.url?.replace(/\/jobs\/[^/]*$/, "");
  const labels = Object.entries(stored.metadata.labels).filter(([key]) => !OF_ONE_RUN.has(key));
  return {
    ...stored,
    metadata: { ...stored.metadata, name: run.id, labels: Object.fromEntries(labels), creationTimestamp: time },
    status: {
      startTime: time,
      state: "triggered",
      description: `${run.by} asked for a rerun.`,
      ...(base === undefined ? {} : { url: `${base}/jobs/${run.id}` }),
    },
  };
}

/** Labels that name one run and would lie on another. */
const OF_ONE_RUN: ReadonlySet<string> = new Set([
  "prow.k8s.io/id",
  "prow.k8s.io/build-id",
  "prow.k8s.io/plank-version",
]);

async function newProwJob(
  job: JobBase,
  spec: ProwJobSpec,
  origin: Origin,
  labels: Readonly<Record<string, string>>,
): Promise<ProwJob> {
  const id = await jobId(origin.guid, job.name, spec.refs?.base_ref ?? "");
  const time = timestamp(origin.now);
  return {
    apiVersion: "prow.k8s.io/v1",
    kind: "ProwJob",
    metadata: {
      name: id,
      namespace: origin.settings.prowjob_namespace,
      labels: labelsFor(spec, {
        ...job.labels,
        ...labels,
        ...(origin.webhook === false ? {} : { "event-GUID": origin.guid }),
      }),
      annotations: annotationsFor(spec, job.annotations ?? {}),
      creationTimestamp: time,
    },
    spec,
    status: { startTime: time, state: "triggered", url: `${origin.publicUrl}/jobs/${id}` },
  };
}

type BaseSpec = Omit<ProwJobSpec, "type" | "report">;

function specOfBase(job: JobBase): BaseSpec {
  const extraRefs = job.extra_refs?.map((refs) => bloblessByDefault(refs, job));
  return {
    agent: job.agent,
    cluster: job.cluster,
    namespace: job.namespace,
    job: job.name,
    ...(extraRefs?.length ? { extra_refs: extraRefs } : {}),
    ...(job.max_concurrency > 0 ? { max_concurrency: job.max_concurrency } : {}),
    ...(job.job_queue_name ? { job_queue_name: job.job_queue_name } : {}),
    ...(job.error_on_eviction ? { error_on_eviction: true } : {}),
    ...(job.hidden ? { hidden: true } : {}),
    ...(job.spec ? { pod_spec: job.spec } : {}),
    ...(job.jenkins_spec ? { jenkins_spec: job.jenkins_spec } : {}),
    ...(job.decoration_config ? { decoration_config: job.decoration_config } : {}),
    ...(job.reporter_config ? { reporter_config: job.reporter_config } : {}),
    ...(job.rerun_auth_config ? { rerun_auth_config: job.rerun_auth_config } : {}),
    ...(job.prowjob_defaults ? { prowjob_defaults: job.prowjob_defaults } : {}),
  };
}

/** The job's cloning fields override the primary ref's; two more come from the decoration. */
function completePrimaryRefs(refs: Refs, job: JobBase): Refs {
  const sparse = strings(job.decoration_config?.["sparse_checkout_files"]);
  return {
    ...bloblessByDefault(refs, job),
    ...(job.path_alias ? { path_alias: job.path_alias } : {}),
    ...(job.clone_uri ? { clone_uri: job.clone_uri } : {}),
    ...(job.skip_submodules ? { skip_submodules: true } : {}),
    ...(job.clone_depth ? { clone_depth: job.clone_depth } : {}),
    ...(job.skip_fetch_head ? { skip_fetch_head: true } : {}),
    ...(sparse.length > 0 ? { sparse_checkout_files: sparse } : {}),
  };
}

function bloblessByDefault(refs: Refs, job: { readonly decoration_config?: JsonObject }): Refs {
  const blobless = job.decoration_config?.["blobless_fetch"];
  return refs.blobless_fetch === undefined && typeof blobless === "boolean"
    ? { ...refs, blobless_fetch: blobless }
    : refs;
}

function strings(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

/** RFC 3339 in whole seconds, as Kubernetes writes it. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
