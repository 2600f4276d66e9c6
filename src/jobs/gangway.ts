/** gangway: programs start jobs and read their state (spec jobs 4.15). Schemas, who may what, and the documents. Pure. */
import * as z from "zod";
import type { JsonObject, Refs } from "../config/model.ts";
import { tenantOf } from "./hidden.ts";
import { mainRefs } from "./refs.ts";
import type { ProwJob, ProwJobSpec } from "./prowjob.ts";

const name = z.string().regex(/^[\w.-]{1,100}$/);
const sha = z.string().regex(/^[0-9a-f]{40}$/, "must be 40 hexadecimal digits");
const text = z.string().max(1000);

const PullOf = z.object({
  number: z.int().min(1),
  author: name,
  sha,
  title: text.optional(),
  head_ref: text.optional(),
  link: text.optional(),
});

const RefsOf = z.object({
  org: name,
  repo: name,
  base_ref: z.string().min(1).max(300),
  base_sha: sha,
  pulls: z.array(PullOf).max(20).optional(),
});

/** Labels and annotations of our own say what a job is: nobody else sets them. */
const key = z
  .string()
  .max(300)
  .regex(
    /^(?!created-by-prow$|created-by-tide$|event-GUID$|(?:[\w.-]+\.)?prow\.k8s\.io\/)[\w./-]+$/,
    "is reserved or no key",
  );
const labelValue = z.string().regex(/^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, "is no label value");

const JobTypes = z.enum(["PERIODIC", "POSTSUBMIT", "PRESUBMIT"]);

/** `POST /v1/executions`. */
export const ExecutionRequest = z
  .strictObject({
    job_name: z.string().regex(/^[\w.-]{1,300}$/),
    job_execution_type: JobTypes,
    refs: RefsOf.optional(),
    pod_spec_options: z
      .strictObject({
        envs: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(32_768)).optional(),
        labels: z.record(key, labelValue).optional(),
        annotations: z.record(key, z.string().max(10_000)).optional(),
      })
      .optional(),
  })
  .superRefine(({ job_execution_type: type, refs }, context) => {
    const fault =
      type === "PERIODIC"
        ? refs && "a periodic must have no refs"
        : !refs
          ? "names the repository and the commit"
          : type === "PRESUBMIT"
            ? (refs.pulls?.length ?? 0) < 1 && "a presubmit needs at least one pull request in refs.pulls"
            : (refs.pulls?.length ?? 0) > 0 && "a postsubmit has no pull requests";
    if (fault) context.addIssue({ code: "custom", path: ["refs"], message: fault });
  });
export type ExecutionRequest = z.output<typeof ExecutionRequest>;

export const ExecutionStates = z.enum(["SCHEDULING", "TRIGGERED", "PENDING", "SUCCESS", "FAILURE", "ABORTED", "ERROR"]);

/** What is told of a job. */
export const Execution = z.object({
  id: z.string(),
  job_name: z.string(),
  job_type: z.enum(["PERIODIC", "POSTSUBMIT", "PRESUBMIT", "BATCH"]),
  job_status: ExecutionStates,
  refs: z.record(z.string(), z.unknown()).optional(),
  create_time: z.iso.datetime(),
  completion_time: z.iso.datetime().optional(),
  job_url: z.string(),
});
export const Executions = z.object({ job_execution: z.array(Execution) });

/** States from which a job can be ended, and the one that is asked for: the others are not the API's to say. */
const Running = z.enum(["SCHEDULING", "TRIGGERED", "PENDING"]);

/** `POST /v1/bulk-job-status-update`: which jobs, by all that is given. */
export const BulkUpdate = z.strictObject({
  job_status_change: z.strictObject({ current: Running, desired: z.literal("ABORTED") }),
  cluster: z.string().min(1).max(253).optional(),
  started_before: z.iso.datetime({ offset: true }).optional(),
  started_after: z.iso.datetime({ offset: true }).optional(),
  job_type: z.enum(["PERIODIC", "POSTSUBMIT", "PRESUBMIT", "BATCH"]).optional(),
  refs: z
    .strictObject({
      org: name,
      repo: name.optional(),
      base_ref: z.string().min(1).max(300).optional(),
      pulls: z
        .array(z.strictObject({ number: z.int().min(1) }))
        .length(1)
        .optional(),
    })
    .optional(),
});
export type BulkUpdate = z.output<typeof BulkUpdate>;

/** `started_after` is not null when there may be more: ask again with it. */
export const BulkUpdated = z.object({ changed: z.int(), started_after: z.iso.datetime().nullable() });
export type BulkUpdated = z.output<typeof BulkUpdated>;

export const SCOPES = ["jobs:start", "jobs:read", "jobs:abort"] as const;
export type Scope = (typeof SCOPES)[number];

/** A program that the setting API_TOKENS lets in. */
export const ApiClient = z.strictObject({
  /** SHA-256 of the token, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(SCOPES)),
  /** `*`, `org` or `org/repo`; `*` is needed for jobs of no repository. */
  repositories: z.array(z.string()).default([]),
  /** Jobs with one of these tenant_ids, whatever their repository. */
  tenants: z.array(z.string()).default([]),
});
export type ApiClient = z.output<typeof ApiClient>;

/** Whether a client may have to do with a job. A tenant's job is its clients' alone; a hidden one is nobody's. */
export function clientAllows(
  { repositories, tenants }: Pick<ApiClient, "repositories" | "tenants">,
  spec: Pick<ProwJobSpec, "refs" | "extra_refs" | "hidden" | "prowjob_defaults">,
): boolean {
  if (spec.hidden === true) return false;
  const tenant = tenantOf(spec);
  if (tenant !== "") return tenants.includes(tenant);
  const all = [...(spec.refs ? [spec.refs] : []), ...(spec.extra_refs ?? [])];
  const within = ({ org, repo }: Refs): boolean =>
    repositories.some((one) => ["*", org.toLowerCase(), `${org}/${repo}`.toLowerCase()].includes(one.toLowerCase()));
  return all.length === 0 ? repositories.includes("*") : all.every(within);
}

/** The job with what the request adds: variables behind those of every container, annotations over the job's. */
export function withOptions(job: ProwJob, { pod_spec_options: options }: ExecutionRequest): ProwJob {
  const added = Object.entries(options?.envs ?? {}).map(([variable, value]) => ({ name: variable, value }));
  const containers = job.spec.pod_spec?.["containers"];
  const pod =
    job.spec.pod_spec && added.length > 0 && Array.isArray(containers)
      ? { ...job.spec.pod_spec, containers: containers.map((one: JsonObject) => withEnv(one, added)) }
      : job.spec.pod_spec;
  return {
    ...job,
    metadata: { ...job.metadata, annotations: { ...job.metadata.annotations, ...options?.annotations } },
    spec: { ...job.spec, ...(pod === undefined ? {} : { pod_spec: pod }) },
  };
}

function withEnv(container: JsonObject, added: readonly JsonObject[]): JsonObject {
  const own = container["env"];
  return { ...container, env: [...(Array.isArray(own) ? own : []), ...added] };
}

interface Told {
  readonly id: string;
  readonly job: string;
  readonly type: ProwJobSpec["type"];
  readonly state: ProwJob["status"]["state"];
  readonly startTime: number;
  readonly completionTime: number | null;
}

/** A job as the API tells of it. Times in milliseconds. */
export function executionOf(told: Told, refs: Refs | null, publicUrl: string): z.input<typeof Execution> {
  return {
    id: told.id,
    job_name: told.job,
    job_type: Execution.shape.job_type.parse(told.type.toUpperCase()),
    job_status: ExecutionStates.parse(told.state.toUpperCase()),
    ...(refs ? { refs: { ...refs } } : {}),
    create_time: new Date(told.startTime).toISOString(),
    ...(told.completionTime === null ? {} : { completion_time: new Date(told.completionTime).toISOString() }),
    job_url: `${publicUrl}/jobs/${told.id}`,
  };
}

/** The refs that a job is told by. */
export const toldRefs = ({ spec }: ProwJob): Refs | null => (spec.type === "periodic" ? null : mainRefs(spec));
