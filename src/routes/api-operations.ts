/** The public API, operation by operation: what its OpenAPI document and its reference page are made of. */
import * as z from "zod";
import { BulkUpdate, BulkUpdated, Execution, ExecutionRequest, Executions } from "../jobs/gangway.ts";
import * as answers from "./api-answers.ts";
import { ExplainRequest } from "./explain-data.ts";
import { ExecutionQuery } from "./gangway.ts";
import { DeliveryQuery, JobQuery } from "./list-query.ts";

export interface Operation {
  readonly method: "get" | "post";
  /** With `{name}` for its parameters. */
  readonly path: string;
  readonly summary: string;
  /** `token`: of API_TOKENS, with this scope; `viewer`: whoever sees it; `admin`. */
  readonly who: { readonly kind: "viewer" | "admin" } | { readonly kind: "token"; readonly scope: string };
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer?: z.ZodType;
  /** Of an answer that is no JSON. */
  readonly type?: string;
  readonly status: number;
}

const Badge = z.object({ jobs: z.string().describe("Names or patterns with *, separated by commas") });
const ProwJobsQuery = z.object({
  org: z.string().optional(),
  repo: z.string().optional(),
  owner: z.string().describe("Author of a pull request").optional(),
  omit: z.string().describe("annotations, labels, decoration_config, pod_spec, separated by commas").optional(),
  var: z.string().describe("Answer `var name = ...;` with public jobs only").optional(),
});
const LogQuery = z.object({ job: z.string(), id: z.string().describe("The build id") });
const ProwJobQuery = z.object({ prowjob: z.string().describe("Id of the job") });
const RerunQuery = ProwJobQuery.extend({ mode: z.enum(["latest"]).optional() });
const viewer = { kind: "viewer" } as const;
const token = (scope: string) => ({ kind: "token", scope }) as const;

export const OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/executions",
    summary: "Start a configured job. With the header Idempotency-Key, the same request again starts nothing.",
    who: token("jobs:start"),
    body: ExecutionRequest,
    answer: Execution,
    status: 200,
  },
  {
    method: "get",
    path: "/v1/executions",
    summary: "The newest runs of a job",
    who: token("jobs:read"),
    query: ExecutionQuery,
    answer: Executions,
    status: 200,
  },
  {
    method: "get",
    path: "/v1/executions/{id}",
    summary: "The state of one run",
    who: token("jobs:read"),
    answer: Execution,
    status: 200,
  },
  {
    method: "post",
    path: "/v1/bulk-job-status-update",
    summary: "End many jobs: the oldest first, some at a call; the answer says where to go on",
    who: token("jobs:abort"),
    body: BulkUpdate,
    answer: BulkUpdated,
    status: 200,
  },
  {
    method: "get",
    path: "/api/jobs",
    summary: "Jobs, newest first, page by page",
    who: viewer,
    query: JobQuery,
    answer: answers.JobList,
    status: 200,
  },
  {
    method: "post",
    path: "/api/jobs",
    summary: "Start a ProwJob, as mkpj --submit does",
    who: { kind: "admin" },
    answer: answers.Started,
    status: 201,
  },
  { method: "get", path: "/api/jobs/{id}", summary: "One job", who: viewer, answer: answers.Job, status: 200 },
  {
    method: "post",
    path: "/api/jobs/{id}/rerun",
    summary: "Run it again",
    who: viewer,
    answer: answers.Started,
    status: 201,
  },
  {
    method: "post",
    path: "/api/jobs/{id}/abort",
    summary: "Stop it",
    who: viewer,
    answer: answers.Aborted,
    status: 202,
  },
  {
    method: "get",
    path: "/jobs/{id}/log",
    summary: "Its log; Range, or ?offset=",
    who: viewer,
    type: "text/plain",
    status: 200,
  },
  {
    method: "get",
    path: "/jobs/{id}/artifacts/",
    summary: "Its files, page by page",
    who: viewer,
    answer: answers.Artifacts,
    status: 200,
  },
  {
    method: "get",
    path: "/jobs/{id}/artifacts/{path}",
    summary: "One file; Range",
    who: viewer,
    type: "*/*",
    status: 200,
  },
  {
    method: "get",
    path: "/api/deliveries",
    summary: "Webhook deliveries, newest first, page by page",
    who: viewer,
    query: DeliveryQuery,
    answer: answers.DeliveryList,
    status: 200,
  },
  {
    method: "get",
    path: "/api/deliveries/{guid}",
    summary: "One delivery and what came of it",
    who: viewer,
    answer: answers.Delivery,
    status: 200,
  },
  {
    method: "post",
    path: "/api/deliveries/{guid}/redeliver",
    summary: "Handle it again",
    who: { kind: "admin" },
    answer: answers.Redelivered,
    status: 202,
  },
  {
    method: "post",
    path: "/api/explain",
    summary: "What a comment would do, without making it",
    who: viewer,
    body: ExplainRequest,
    answer: answers.Explained,
    status: 200,
  },
  {
    method: "get",
    path: "/plugin-help",
    summary: "Plugins and their commands, as Prow's hook tells them",
    who: viewer,
    answer: answers.PluginHelp,
    status: 200,
  },
  {
    method: "get",
    path: "/data.js",
    summary: "Deck: the newest jobs",
    who: viewer,
    answer: answers.LegacyJobs,
    status: 200,
  },
  {
    method: "get",
    path: "/prowjobs.js",
    summary: "Deck: the newest ProwJobs",
    who: viewer,
    query: ProwJobsQuery,
    answer: answers.ProwJobs,
    status: 200,
  },
  {
    method: "get",
    path: "/badge.svg",
    summary: "Deck: a badge over the newest runs",
    who: viewer,
    query: Badge,
    type: "image/svg+xml",
    status: 200,
  },
  {
    method: "get",
    path: "/log",
    summary: "Deck: the log of a build",
    who: viewer,
    query: LogQuery,
    type: "text/plain",
    status: 200,
  },
  {
    method: "get",
    path: "/prowjob",
    summary: "Deck: a ProwJob as YAML",
    who: viewer,
    query: ProwJobQuery,
    type: "text/plain",
    status: 200,
  },
  {
    method: "get",
    path: "/rerun",
    summary: "Deck: what a rerun would be, as YAML",
    who: viewer,
    query: RerunQuery,
    type: "text/plain",
    status: 200,
  },
  {
    method: "post",
    path: "/rerun",
    summary: "Deck: run it again",
    who: viewer,
    query: RerunQuery,
    answer: answers.Started,
    status: 201,
  },
  {
    method: "post",
    path: "/abort",
    summary: "Deck: stop it",
    who: viewer,
    query: ProwJobQuery,
    answer: answers.Aborted,
    status: 202,
  },
  {
    method: "get",
    path: "/job-history/{job}",
    summary: "Deck: the builds of a job, twenty a page",
    who: viewer,
    query: z.object({ buildId: z.string().describe("The page's first").optional() }),
    answer: answers.JobHistory,
    status: 200,
  },
  {
    method: "get",
    path: "/pr-history",
    summary: "Deck: the builds of a pull request by commit",
    who: viewer,
    query: z.object({ org: z.string(), repo: z.string(), pr: z.string() }),
    answer: answers.PullHistory,
    status: 200,
  },
  {
    method: "get",
    path: "/config",
    summary: "Deck: config.yaml as it is in use",
    who: viewer,
    query: z.object({ key: z.enum(["disabled-clusters"]).optional() }),
    type: "text/plain",
    status: 200,
  },
  {
    method: "get",
    path: "/plugin-config",
    summary: "Deck: plugins.yaml as it is in use",
    who: viewer,
    type: "text/plain",
    status: 200,
  },
  { method: "get", path: "/metrics", summary: "For Prometheus", who: viewer, type: "text/plain", status: 200 },
];
