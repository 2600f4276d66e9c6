/** What others are told of a job: its owner, the index, the pages, and the ProwJob document. Pure. */
import type { prowJob } from "../store/schema.ts";
import type { JobRecord } from "./lifecycle.ts";
import { isComplete } from "./lifecycle.ts";
import { storagePath } from "./paths.ts";
import type { ProwJob, ProwJobStatus } from "./prowjob.ts";
import { mainRefs } from "./refs.ts";
import type { JobSummary } from "./rpc.ts";
import type { JobView, TimelineEntry } from "./view.ts";

type JobIndexRow = typeof prowJob.$inferSelect;

/** For the Conversation or Repository that owns it. A superseded run is told of, but not to be reported. */
export function summaryOf(job: ProwJob, record: JobRecord): JobSummary {
  const { spec, metadata } = job;
  return {
    id: metadata.name,
    version: record.version,
    job: spec.job,
    type: spec.type,
    context: spec.context ?? "",
    rerunCommand: spec.rerun_command ?? "",
    state: record.state,
    complete: isComplete(record),
    description: record.description,
    url: job.status.url ?? "",
    buildId: record.buildId,
    sha: spec.refs?.pulls?.[0]?.sha ?? spec.refs?.base_sha ?? "",
    baseSha: spec.refs?.base_sha ?? "",
    baseRef: spec.refs?.base_ref ?? "",
    report: spec.report && !record.superseded && (spec.refs?.pulls?.length ?? 0) <= 1,
    optional: metadata.labels["prow.k8s.io/is-optional"] === "true",
    startTime: record.createdAt,
  };
}

/** `settled`: the configuration was asked; before that a job counts as hidden. */
interface Sight {
  readonly hidden: boolean;
  readonly settled: boolean;
}

/** The row of D1's index. */
export function indexRowOf(job: ProwJob, record: JobRecord, { hidden, settled }: Sight): JobIndexRow {
  const refs = mainRefs(job.spec);
  const pull = job.spec.refs?.pulls?.[0];
  return {
    id: job.metadata.name,
    version: record.version * 2 + (settled ? 1 : 0),
    buildId: record.buildId,
    job: job.spec.job,
    type: job.spec.type,
    org: refs?.org ?? "",
    repo: refs?.repo ?? "",
    pull: job.spec.type === "batch" ? null : (pull?.number ?? null),
    author: pull?.author ?? "",
    baseRef: refs?.base_ref ?? "",
    baseSha: refs?.base_sha ?? "",
    headSha: pull?.sha ?? refs?.base_sha ?? "",
    cluster: job.spec.cluster,
    context: job.spec.context ?? "",
    state: record.state,
    description: record.description,
    url: job.status.url ?? "",
    storagePath: record.buildId === "" ? "" : storagePath(job.spec, record.buildId),
    hidden: hidden ? 1 : 0,
    startTime: record.createdAt,
    pendingTime: record.pendingAt,
    completionTime: record.completedAt,
  };
}

/** The job page. */
export function viewOf(
  job: ProwJob,
  record: JobRecord,
  sight: Sight,
  timeline: readonly TimelineEntry[],
  logSize: number,
): JobView {
  const { version: _version, url: _url, hidden: _hidden, ...row } = indexRowOf(job, record, sight);
  return {
    ...row,
    type: job.spec.type,
    state: record.state,
    title: job.spec.refs?.pulls?.[0]?.title ?? "",
    attempt: record.attempt,
    runner: record.runner,
    node: record.node,
    rerunCommand: job.spec.rerun_command ?? "",
    optional: job.metadata.labels["prow.k8s.io/is-optional"] === "true",
    deliveryGuid: job.metadata.labels["event-GUID"] ?? "",
    timeline,
    log: { size: logSize, complete: isComplete(record) },
    hidden: sight.hidden,
  };
}

/** The ProwJob with its status as it is now. */
export function documentOf(job: ProwJob, record: JobRecord): ProwJob {
  const status: ProwJobStatus = {
    ...job.status,
    state: record.state,
    description: record.description,
    ...(record.pendingAt === null ? {} : { pendingTime: timestamp(record.pendingAt) }),
    ...(record.completedAt === null ? {} : { completionTime: timestamp(record.completedAt) }),
    ...(record.buildId === "" ? {} : { build_id: record.buildId, pod_name: job.metadata.name }),
    ...(record.revivals === 0 ? {} : { pod_revival_count: record.revivals }),
    ...(record.superseded ? { prev_report_states: { "github-reporter": "aborted" as const } } : {}),
  };
  return { ...job, status };
}

/** RFC 3339 in whole seconds. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
