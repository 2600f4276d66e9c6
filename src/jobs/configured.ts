/** Jobs as they are configured, by name: what mkpj, gangway and the configured-jobs page look up. */
import type { Periodic, Postsubmit, Presubmit, Refs } from "../config/model.ts";
import { type Origin, periodicJob, postsubmitJob, presubmitJob } from "./create.ts";
import type { ProwJob } from "./prowjob.ts";
import { couldRun } from "./triggering.ts";

export type ConfiguredJob =
  | { readonly type: "presubmit"; readonly org: string; readonly repo: string; readonly job: Presubmit }
  | { readonly type: "postsubmit"; readonly org: string; readonly repo: string; readonly job: Postsubmit }
  | { readonly type: "periodic"; readonly job: Periodic };

interface RepositoryJobs {
  readonly org: string;
  readonly repo: string;
  readonly presubmits: readonly Presubmit[];
  readonly postsubmits: readonly Postsubmit[];
}

/** Every job of some repositories and of the periodics. */
export function configuredJobs(
  repositories: readonly RepositoryJobs[],
  periodics: readonly Periodic[],
): readonly ConfiguredJob[] {
  return [
    ...repositories.flatMap(({ org, repo, presubmits, postsubmits }) => [
      ...presubmits.map((job): ConfiguredJob => ({ type: "presubmit", org, repo, job })),
      ...postsubmits.map((job): ConfiguredJob => ({ type: "postsubmit", org, repo, job })),
    ]),
    ...periodics.map((job): ConfiguredJob => ({ type: "periodic", job })),
  ];
}

export interface JobQuestion {
  readonly name: string;
  /** `org/repo`; null: of any. */
  readonly repository: string | null;
  /** A branch that the job must run on; null: any. */
  readonly baseRef: string | null;
  readonly type?: ConfiguredJob["type"];
}

export const repositoryOf = (found: ConfiguredJob): string =>
  found.type === "periodic" ? "" : `${found.org}/${found.repo}`;

/** The one job that is meant, or a sentence that says which there are. */
export function pickJob(
  jobs: readonly ConfiguredJob[],
  { name, repository, baseRef, type }: JobQuestion,
): ConfiguredJob | string {
  const named = jobs.filter((one) => one.job.name === name && (type === undefined || one.type === type));
  if (named.length === 0) return `There is no ${type ?? "job"} named ${name}`;
  const fitting = named.filter(
    (one) =>
      one.type === "periodic" ||
      ((repository === null || repositoryOf(one).toLowerCase() === repository.toLowerCase()) &&
        (baseRef === null || couldRun(one.job, baseRef))),
  );
  const [only, second] = fitting;
  if (only && !second) return only;
  const places = (list: readonly ConfiguredJob[]): string =>
    list
      .slice(0, 10)
      .map((one) => {
        const branches = one.type === "periodic" ? [] : (one.job.branches ?? []);
        const on = branches.length > 0 ? ` on ${branches.join(", ")}` : "";
        return `${one.type} ${repositoryOf(one)}${on} (${one.job.source.path}:${one.job.source.line})`;
      })
      .join("; ");
  return only
    ? `${name} names ${fitting.length} jobs; say which repository and base ref: ${places(fitting)}`
    : `${name} does not run there. There are: ${places(named)}`;
}

/** The ProwJob of a configured job. `refs`: of presubmits and postsubmits. Throws when they are not there. */
export function jobOf(
  found: ConfiguredJob,
  refs: Refs | null,
  origin: Origin,
  labels: Readonly<Record<string, string>> = {},
): Promise<ProwJob> {
  if (found.type === "periodic") return periodicJob(found.job, origin, labels);
  if (refs === null) throw new Error(`${found.type} ${found.job.name} needs refs`);
  return found.type === "presubmit"
    ? presubmitJob(found.job, refs, origin, labels)
    : postsubmitJob(found.job, refs, origin, labels);
}
