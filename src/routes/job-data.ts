/** A job as the page and the API show it. */
import type { JobData } from "../../ui/parts/job-body.tsx";
import { settings } from "../env.ts";
import type { Env } from "../env.ts";
import { podViewOf } from "../jobs/pod-info.ts";
import { POD_INFO_BYTES } from "../jobs/protocol.ts";
import type { ArtifactRow, JobView, PodView } from "../jobs/view.ts";
import { mayPerhapsAct } from "./job-actions.ts";
import { canSeeJob } from "./viewer.ts";
import type { Viewer } from "./viewer.ts";

/** One listing of R2: what lies beyond is said, not shown. */
const LISTED = 1_000;
const POD_INFO = "podinfo.json";
const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A job that the viewer may see; null when there is none, or none for them. */
export async function visibleJob(env: Env, viewer: Viewer, id: string): Promise<JobView | null> {
  if (!JOB_ID.test(id)) return null;
  const job = await env.JOB.getByName(`job:${id}`).view();
  return job !== null && (await canSeeJob(env, viewer, job)) ? job : null;
}

/** Files below the build's folder, in order of their names. */
async function artifactsOf(env: Env, job: JobView): Promise<{ artifacts: readonly ArtifactRow[]; more: boolean }> {
  if (job.storagePath === "") return { artifacts: [], more: false };
  const prefix = `${job.storagePath}/`;
  const listed = await env.ARTIFACTS.list({ prefix, limit: LISTED, include: ["httpMetadata"] });
  const artifacts = listed.objects.map((object) => ({
    path: object.key.slice(prefix.length),
    size: object.size,
    contentType: object.httpMetadata?.contentType ?? "application/octet-stream",
  }));
  return { artifacts, more: listed.truncated };
}

async function podOf(env: Env, job: JobView): Promise<PodView | null> {
  const file = await env.ARTIFACTS.get(`${job.storagePath}/${POD_INFO}`);
  return file === null || file.size > POD_INFO_BYTES ? null : podViewOf(await file.text());
}

/** What the job page shows above the log, and `/api/jobs/:id` answers. */
export async function jobData(env: Env, viewer: Viewer, job: JobView): Promise<JobData> {
  const [{ artifacts, more }, may] = await Promise.all([artifactsOf(env, job), mayPerhapsAct(env, viewer, job)]);
  const hasPodInfo = more || artifacts.some(({ path }) => path === POD_INFO);
  return {
    job,
    artifacts,
    moreArtifacts: more,
    pod: hasPodInfo ? await podOf(env, job) : null,
    actions: { rerun: may, abort: may },
    github: settings(env).GITHUB_URL,
    now: Date.now(),
  };
}
