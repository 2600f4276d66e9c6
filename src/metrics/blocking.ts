/** Which jobs block merges: asked of the configuration, where the original had a list in its query. */
import { currentConfig } from "../config/current.ts";
import type { RepoConfig } from "../config/model.ts";
import type { Env } from "../env.ts";
import { contextRequired, needsExplicitTrigger } from "../jobs/triggering.ts";
import { type Build, nameOf } from "./build.ts";

/** Repositories whose configuration is read. */
const MOST = 400;

/** Names, as builds have them, of presubmits that run by themselves and have to pass. */
export const blockingJobs = ({ presubmits }: RepoConfig): readonly string[] =>
  presubmits
    .filter((job) => contextRequired(job) && !needsExplicitTrigger(job))
    .map(({ name }) => nameOf("presubmit", name));

/** Tells of builds whether their job blocks merges of their repository today. */
export async function blockingIn(env: Env, builds: readonly Build[]): Promise<(build: Build) => boolean> {
  const repositories = [...new Set(builds.flatMap(({ type, repository }) => (type === "presubmit" ? repository : [])))];
  const blocking = new Map<string, ReadonlySet<string>>();
  for (const repository of repositories.slice(0, MOST)) {
    const [org = "", repo = ""] = repository.split("/");
    const config = await currentConfig(env, org, repo);
    if (config !== null) blocking.set(repository, new Set(blockingJobs(config)));
  }
  return ({ repository, job }) => blocking.get(repository)?.has(job) ?? false;
}
