/** A git task as a ProwJob: it goes the way of every job to a runner, and comes back as an outcome. Pure. */
import type { Refs } from "../config/model.ts";
import { GitTask, GitTaskOutcome } from "./git-task.ts";
import type { FinishReport } from "./protocol.ts";
import type { ProwJob, ProwJobSpec } from "./prowjob.ts";

const AGENT = "git-task";
/** A task is short: what takes longer hangs. */
const TIMEOUT = "20m";

export const isGitTask = (spec: Pick<ProwJobSpec, "agent">): boolean => spec.agent === AGENT;

/** The task that a job carries; null when it carries none. */
export function gitTaskOf(job: ProwJob): GitTask | null {
  if (!isGitTask(job.spec)) return null;
  return GitTask.safeParse(job.spec.git_task).data ?? null;
}

/** Hidden, unreported, without labels: only whoever asked for it hears of it. `now` in milliseconds. */
export function gitTaskJob(
  id: string,
  task: GitTask,
  { cluster, publicUrl, now }: { readonly cluster: string; readonly publicUrl: string; readonly now: number },
): ProwJob {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  const refs = refsOf(task);
  return {
    apiVersion: "prow.k8s.io/v1",
    kind: "ProwJob",
    metadata: { name: id, namespace: "default", labels: {}, annotations: {}, creationTimestamp: time },
    spec: {
      type: "periodic",
      agent: AGENT,
      cluster,
      namespace: "default",
      job: `${AGENT}-${task.kind}`,
      ...(refs ? { refs } : {}),
      report: false,
      hidden: true,
      decoration_config: { timeout: TIMEOUT, skip_cloning: true },
      git_task: task,
    },
    status: { startTime: time, state: "triggered", url: `${publicUrl}/jobs/${id}` },
  };
}

function refsOf(task: GitTask): Refs | null {
  if (task.kind === "forward") return null;
  const { owner: org, repo } = task;
  if (task.kind === "cherry-pick") return { org, repo, base_ref: task.target };
  return task.kind === "lint" ? { org, repo, base_sha: task.headSha } : { org, repo, base_sha: task.baseSha };
}

/** How a task ended: the runner's word, or why there is none. */
export function outcomeOf(finish: FinishReport | null, description: string): GitTaskOutcome {
  const said = GitTaskOutcome.safeParse(finish?.metadata);
  if (said.success) return said.data;
  return {
    state: "failed",
    message: (finish?.message || description || "The task ended without a result.").slice(0, 8192),
  };
}
