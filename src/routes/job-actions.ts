/** Rerun and abort, by whoever may (spec jobs 2.6, 4.7). */
import { currentConfig } from "../config/current.ts";
import { settings } from "../env.ts";
import type { Env } from "../env.ts";
import { rerunJob } from "../jobs/create.ts";
import type { ProwJob } from "../jobs/prowjob.ts";
import { mayRerun, rerunAtOnce } from "../jobs/rerun-auth.ts";
import type { RerunCase } from "../jobs/rerun-auth.ts";
import { uuidV5 } from "../jobs/uuid.ts";
import type { JobView } from "../jobs/view.ts";
import { storedJob } from "./job-documents.ts";
import { submit } from "./job-submit.ts";
import { rerunQuestions } from "./rerun-questions.ts";
import type { Viewer } from "./viewer.ts";

/** Two clicks within this time are one rerun. */
const ONE_CLICK_MS = 5_000;
/** The login that stands for somebody who need not sign in. */
const ANYBODY = "anybody";

async function rerunCase(env: Env, viewer: Viewer, job: JobView, stored: ProwJob): Promise<RerunCase> {
  const config = job.org === "" ? null : await currentConfig(env, job.org, job.repo);
  const isPresubmit = job.type === "presubmit" && job.pull !== null && config?.plugins.includes("trigger");
  return {
    login: viewer.kind === "anonymous" ? null : viewer.login,
    org: job.org,
    job: stored.spec.rerun_auth_config ?? null,
    deck: config?.prow.rerun_auth_config ?? null,
    presubmit: config && isPresubmit ? { author: job.author, trigger: config.trigger } : null,
  };
}

/** Whether a button is shown: also when GitHub would have to be asked, which happens once it is pressed. */
export async function mayPerhapsAct(env: Env, viewer: Viewer, job: JobView): Promise<boolean> {
  if (viewer.kind === "admin") return true;
  const stored = await storedJob(env, job.id);
  return stored !== null && rerunAtOnce(await rerunCase(env, viewer, job, stored)) !== "no";
}

/** The stored job when the viewer may rerun and abort it, else null. Rejects when GitHub cannot be asked. */
export async function actable(env: Env, viewer: Viewer, job: JobView): Promise<ProwJob | null> {
  const stored = await storedJob(env, job.id);
  if (stored === null || viewer.kind === "admin") return stored;
  const asked = await rerunCase(env, viewer, job, stored);
  if (viewer.kind === "anonymous") return rerunAtOnce(asked) === "yes" ? stored : null;
  return (await mayRerun(asked, rerunQuestions(env, viewer.token, viewer.login, job))) ? stored : null;
}

/** The login that is recorded as the cause. */
export const actorOf = (viewer: Viewer): string => (viewer.kind === "anonymous" ? ANYBODY : viewer.login);

/** Starts a new run of a stored job through the object that reports it. Answers the new job's id. */
export async function rerun(env: Env, stored: ProwJob, job: JobView, by: string): Promise<string> {
  const now = Date.now();
  const id = await uuidV5(JSON.stringify(["rerun", job.id, by, Math.floor(now / ONE_CLICK_MS)]));
  const fresh = rerunJob(stored, { id, by, now, publicUrl: settings(env).PUBLIC_URL });
  await submit(env, fresh, by);
  return id;
}

/** Marks a job aborted; false when it is over already. */
export function abort(env: Env, job: JobView, by: string): Promise<boolean> {
  return env.JOB.getByName(`job:${job.id}`).abort(`Aborted by ${by}.`, by, false);
}
