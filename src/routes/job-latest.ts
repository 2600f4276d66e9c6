/** A stored job as the current configuration would make it (spec jobs 4.7, `mode=latest`). */
import { currentConfig } from "../config/current.ts";
import { currentPeriodics } from "../config/periodics.ts";
import { type Env, settings } from "../env.ts";
import { type ConfiguredJob, configuredJobs, jobOf, pickJob } from "../jobs/configured.ts";
import type { ProwJob } from "../jobs/prowjob.ts";

/** Labels of the original that its successor keeps. */
const KEPT = ["event-GUID", "created-by-tide"];

/** Jobs of a repository, or the periodics when `org` is empty. */
export async function jobsOf(env: Env, org: string, repo: string): Promise<readonly ConfiguredJob[]> {
  if (org === "") return configuredJobs([], await currentPeriodics(env));
  const config = await currentConfig(env, org, repo);
  return config === null ? [] : configuredJobs([config], []);
}

/** Or a sentence that says why there is none. */
export async function latestRun(env: Env, stored: ProwJob): Promise<ProwJob | string> {
  const { type, refs, job: name } = stored.spec;
  if (type === "batch") return "A batch cannot be made anew from the configuration.";
  if (type !== "periodic" && refs === undefined) return "This job does not say which repository it is of.";
  const { org, repo } = refs ?? { org: "", repo: "" };
  const found = pickJob(await jobsOf(env, type === "periodic" ? "" : org, repo), {
    name,
    repository: null,
    baseRef: refs?.base_ref ?? null,
    type,
  });
  if (typeof found === "string") return `${found}.`;
  const config = org === "" ? null : await currentConfig(env, org, repo);
  const { prowjob_namespace, link_url } = config?.prow ?? {
    prowjob_namespace: stored.metadata.namespace,
    link_url: settings(env).GITHUB_URL,
  };
  const kept = Object.entries(stored.metadata.labels).filter(([key]) => KEPT.includes(key));
  return jobOf(
    found,
    refs ?? null,
    {
      guid: stored.metadata.name,
      webhook: false,
      now: Date.now(),
      publicUrl: settings(env).PUBLIC_URL,
      settings: { prowjob_namespace, link_url },
    },
    Object.fromEntries(kept),
  );
}
