/** The short-lived token with which a runner clones a private repository (design 10, Private clones). */
import type { Refs } from "../src/config/model.ts";
import { settings } from "../src/env.ts";
import type { Env } from "../src/env.ts";

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

/** What is not known counts as private: a token too many does no harm, one too few fails the job. */
async function isPublic(env: Env, { org, repo }: Refs): Promise<boolean> {
  const query = env.DB.prepare("SELECT private FROM repository WHERE full_name = ?");
  const row = await query
    .bind(`${org}/${repo}`.toLowerCase())
    .first<{ private: number }>()
    .catch(() => null);
  return row?.private === 0;
}
