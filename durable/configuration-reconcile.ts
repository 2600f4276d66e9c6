/** After a switch: the open pull requests of repositories whose jobs changed are looked at again (spec jobs 4.9). */
import { reconcileNote, RECONCILER } from "../src/chatops/plugins/trigger/reconcile.ts";
import { repositoryOf } from "../src/chatops/repository.ts";
import { configAt } from "../src/config/current.ts";
import type { ConfigIndex } from "../src/config/model.ts";
import { type Env, settings } from "../src/env.ts";
import { GitHubError } from "../src/github/index.ts";
import { reconciliation } from "../src/jobs/reconcile.ts";

/** Repositories that are compared in one turn. */
const A_SLICE = 10;

/** Compares some repositories of two versions, from `at` on. Answers where to go on, or null. */
export async function reconcileSome(env: Env, before: string, after: string, at: number): Promise<number | null> {
  const index = await env.ARTIFACTS.get(`config/${before}/index.json`);
  // Repositories that were not there before have nothing to reconcile.
  const { repositories } = index ? await index.json<ConfigIndex>() : { repositories: [] };
  for (const name of repositories.slice(at, at + A_SLICE)) await reconcileOne(env, before, after, name);
  return at + A_SLICE < repositories.length ? at + A_SLICE : null;
}

async function reconcileOne(env: Env, before: string, after: string, name: string): Promise<void> {
  const [owner = "", repo = ""] = name.split("/");
  if (isListed(settings(env).STATUS_RECONCILER_DENYLIST_ALL, owner, name)) return;
  const [then, now] = [await configAt(env, before, owner, repo), await configAt(env, after, owner, repo)];
  if (!then || !now?.plugins.includes(RECONCILER)) return;
  const all = reconciliation(then.presubmits, now.presubmits);
  if (!all) return;
  const quiet = isListed(settings(env).STATUS_RECONCILER_DENYLIST, owner, name);
  const what = quiet ? { ...all, trigger: [] } : all;
  const guid = `reconcile-${after}`;
  try {
    const repository = await repositoryOf(env, owner, repo, guid);
    await env.REPOSITORY.getByName(name.toLowerCase()).wake({
      repository,
      number: 0,
      sender: "",
      plugin: RECONCILER,
      note: reconcileNote(what),
      afterMs: 0,
      guid,
    });
  } catch (error) {
    // Repositories that we may not see, or that are gone, hinder no others.
    if (!(error instanceof GitHubError) || error.passing) throw error;
  }
}

const isListed = (list: string, owner: string, name: string): boolean =>
  list
    .toLowerCase()
    .split(",")
    .map((one) => one.trim())
    .some((one) => one === owner.toLowerCase() || one === name.toLowerCase());
