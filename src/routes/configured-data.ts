/** Configured jobs for the pages: definitions of what the viewer may see (spec jobs 4.7, `/configured-jobs`). */
import { stringify } from "yaml";
import type { ConfiguredJobRow, ConfiguredJobsPageProps } from "../../ui/pages/configured-jobs.tsx";
import { currentConfig } from "../config/current.ts";
import { currentPeriodics } from "../config/periodics.ts";
import type { JsonObject } from "../config/model.ts";
import type { Env } from "../env.ts";
import { type ConfiguredJob, configuredJobs } from "../jobs/configured.ts";
import { isHidden } from "../jobs/hidden.ts";
import { namedRepositories } from "./help-data.ts";
import { canSee, isAdmin, type Viewer } from "./viewer.ts";

/** An organisation with more repositories than this lists them without their jobs, as Deck does. */
const REPOSITORIES_WITH_JOBS = 10;

type Answer = Pick<ConfiguredJobsPageProps, "org" | "repo" | "repositories" | "jobs" | "periodics">;

function whenOf(found: ConfiguredJob): string {
  if (found.type === "periodic") {
    const { cron, interval, minimum_interval: least } = found.job;
    return cron ? `at ${cron}` : interval ? `every ${interval}` : `${least ?? "some time"} after the last`;
  }
  const { job } = found;
  if (job.run_if_changed) return `when ${job.run_if_changed} changes`;
  if (job.skip_if_only_changed) return `unless only ${job.skip_if_only_changed} changes`;
  if (found.type === "postsubmit") return job.always_run === false ? "by hand" : "on every push";
  return found.job.always_run ? `always${found.job.optional ? ", optional" : ""}` : found.job.rerun_command;
}

function rowOf(found: ConfiguredJob): ConfiguredJobRow {
  const { source, ...definition } = found.job;
  const shown: object = definition;
  return {
    name: found.job.name,
    type: found.type,
    when: whenOf(found),
    cluster: found.job.cluster,
    source: `${source.path}:${source.line}`,
    yaml: stringify(shown, { aliasDuplicateObjects: false }),
  };
}

/** The jobs of a list that the viewer may know of. */
const shownTo = (viewer: Viewer, env: Env, jobs: readonly ConfiguredJob[]): readonly ConfiguredJob[] =>
  isAdmin(env, viewer) ? jobs : jobs.filter(({ job }) => !isHidden(hiddenFields(job)));

const hiddenFields = (job: ConfiguredJob["job"]): { hidden: boolean; prowjob_defaults?: JsonObject } => ({
  hidden: job.hidden,
  ...(job.prowjob_defaults ? { prowjob_defaults: job.prowjob_defaults } : {}),
});

async function ofRepository(env: Env, viewer: Viewer, name: string): Promise<readonly ConfiguredJobRow[]> {
  const [org = "", repo = ""] = name.split("/");
  const config = await currentConfig(env, org, repo);
  if (config === null || (config.prow.hidden && !isAdmin(env, viewer))) return [];
  const periodics = (await currentPeriodics(env)).filter(
    ({ extra_refs: [main] = [] }) => main?.org === org && main.repo === repo,
  );
  return shownTo(viewer, env, configuredJobs([config], periodics)).map(rowOf);
}

/** Null when there is no such organisation or repository for the viewer. */
export async function configuredOverview(env: Env, viewer: Viewer, org: string, repo: string): Promise<Answer | null> {
  const { index } = await env.CONFIGURATION.getByName("installation").state();
  const visible = await namedRepositories(env, viewer, index);
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  if (repo !== "") {
    const name = visible.find((one) => same(one, `${org}/${repo}`));
    if (name === undefined) return null;
    const jobs = [{ repository: name, jobs: await ofRepository(env, viewer, name) }];
    return { org, repo, repositories: [], jobs, periodics: [] };
  }
  if (org !== "") {
    const repositories = visible.filter((one) => same(one.slice(0, one.indexOf("/")), org));
    if (repositories.length === 0) return null;
    const few = repositories.length <= REPOSITORIES_WITH_JOBS;
    const jobs = few
      ? await Promise.all(
          repositories.map(async (name) => ({ repository: name, jobs: await ofRepository(env, viewer, name) })),
        )
      : null;
    return { org, repo, repositories, jobs, periodics: [] };
  }
  const loose = (await canSee(env, viewer, "", ""))
    ? (await currentPeriodics(env)).filter(({ extra_refs: refs = [] }) => refs.length === 0)
    : [];
  const periodics = shownTo(viewer, env, configuredJobs([], loose)).map(rowOf);
  return { org, repo, repositories: visible, jobs: null, periodics };
}
