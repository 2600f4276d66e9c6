/** A build as the metrics count it (spec velodrome 2.1), made of a row of the job index. */

/** One run of a job that ended. */
export interface Build {
  /** The job's name; with `pr:` before it when it ran for pull requests. */
  readonly job: string;
  readonly type: string;
  /** `org/repo` in lower case; empty for what belongs to none. */
  readonly repository: string;
  /** Head of the (first) pull request, or the commit of the base; empty when it is not known. */
  readonly commit: string;
  /** Of the one pull request that it tested; null for batches and all else. */
  readonly pull: number | null;
  readonly passed: boolean;
  /** Seconds. */
  readonly elapsed: number;
}

/** Columns of `prow_job`, times in milliseconds. */
export interface JobIndexRow {
  readonly id: string;
  readonly job: string;
  readonly type: string;
  readonly org: string;
  readonly repo: string;
  readonly pull: number | null;
  readonly base_sha: string;
  readonly head_sha: string;
  readonly state: string;
  readonly build_id: string;
  readonly hidden: number;
  readonly start_time: number;
  readonly pending_time: number | null;
  readonly completion_time: number | null;
}

const ofPulls = (type: string): boolean => type === "presubmit" || type === "batch";

export const nameOf = (type: string, job: string): string => (ofPulls(type) ? `pr:${job}` : job);

export const hasEnded = (row: JobIndexRow): boolean => row.completion_time !== null;

/** Null for what is none: it never began, has not ended, or is hidden. */
export function buildOf(row: JobIndexRow): Build | null {
  const { type, org, repo, completion_time: end, pending_time: began, start_time: asked } = row;
  if (end === null || row.build_id === "" || row.hidden !== 0) return null;
  return {
    job: nameOf(type, row.job),
    type,
    repository: org === "" && repo === "" ? "" : `${org}/${repo}`.toLowerCase(),
    commit: ofPulls(type) ? row.head_sha : row.base_sha,
    pull: type === "presubmit" ? row.pull : null,
    passed: row.state === "success",
    elapsed: Math.max(0, end - (began ?? asked)) / 1000,
  };
}

/** Whether flakes are counted of it: its commit is known, and it tested one pull request or none. */
export const isSerial = ({ commit, type, pull }: Build): boolean =>
  commit !== "" && type !== "batch" && (type !== "presubmit" || pull !== null);
