/** The short-lived token with which a runner clones a private repository (design 10, Private clones). */
import type { Refs } from "../src/config/model.ts";
import { settings } from "../src/env.ts";
import type { Env } from "../src/env.ts";
import { usesApp } from "../src/github/app.ts";
import type { GitTask } from "../src/jobs/git-task.ts";

/**
 * A read token of this one repository; null when it is public, or when there is no App: a personal token never leaves
 * the worker. Rejects when GitHub gives none.
 */
export async function cloneToken(env: Env, refs: Refs | null): Promise<string | null> {
  const { GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY } = settings(env);
  if (refs === null || !GITHUB_APP_ID || !GITHUB_APP_PRIVATE_KEY || (await isPublic(env, refs))) return null;
  const installation = await env.GITHUB_BUDGET.getByName("app").installationOf(refs.org, refs.repo);
  return env.GITHUB_BUDGET.getByName(`installation:${installation}`).cloneToken(refs.org, refs.repo);
}

export interface TaskAccess {
  readonly token: string | null;
  /** Why the task cannot be done with it, or empty. */
  readonly problem: string;
}

/** The token with which the runner does a git task: of the one repository, and no wider than the task needs. */
export async function taskToken(env: Env, task: GitTask): Promise<TaskAccess> {
  if (task.kind === "forward") return { token: null, problem: "" };
  const { owner, repo } = task;
  if (usesApp(env)) {
    if (task.kind !== "cherry-pick") return { token: await cloneToken(env, { org: owner, repo }), problem: "" };
    const installation = await env.GITHUB_BUDGET.getByName("app").installationOf(owner, repo);
    const token = await env.GITHUB_BUDGET.getByName(`installation:${installation}`).pushToken(owner, repo);
    return { token, problem: "" };
  }
  const { GITHUB_TOKEN = null, GIT_TASKS_PERSONAL_TOKEN } = settings(env);
  if (GIT_TASKS_PERSONAL_TOKEN === "true") return { token: GITHUB_TOKEN, problem: "" };
  const problem =
    task.kind === "cherry-pick"
      ? "Pushing needs a GitHub App, whose token can be narrowed to this repository. With a personal token, set GIT_TASKS_PERSONAL_TOKEN to true to hand it to the runner."
      : "";
  return { token: null, problem };
}

/** What is not known counts as private: a token too many does no harm, one too few fails the job. */
async function isPublic(env: Env, { org, repo }: Refs): Promise<boolean> {
  const query = env.DB.prepare("SELECT private FROM repository WHERE full_name = ?");
  const row = await query
    .bind(`${org}/${repo}`.toLowerCase())
    .first<{ private: number }>()
    .catch(() => null);
  return row?.private === 0;
}
