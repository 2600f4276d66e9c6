/** Which jobs only administrators see (spec jobs 4.7, visibility). */
import type { ProwJobSpec } from "./prowjob.ts";

/** The tenant of jobs that name none. */
const GLOBAL_TENANT = "GlobalDefaultID";

/** The job's tenant; empty for the one that everybody shares. */
export function tenantOf({ prowjob_defaults: defaults }: Pick<ProwJobSpec, "prowjob_defaults">): string {
  const tenant = defaults?.["tenant_id"];
  return typeof tenant === "string" && tenant !== GLOBAL_TENANT ? tenant : "";
}

/** Hidden by its own word, or by belonging to a tenant, as for a Deck that was told of none. */
export const isHidden = (spec: Pick<ProwJobSpec, "hidden" | "prowjob_defaults">): boolean =>
  spec.hidden === true || tenantOf(spec) !== "";

/** Names of jobs for whoever may read; hidden ones are counted. `all`: the repository is one of `deck.hidden_repos`. */
export function namesShown(
  jobs: readonly (Pick<ProwJobSpec, "prowjob_defaults"> & { readonly name: string; readonly hidden: boolean })[],
  all: boolean,
): string {
  const shown = all ? [] : jobs.filter((job) => !isHidden(job)).map(({ name }) => name);
  const others = jobs.length - shown.length;
  return [...shown, ...(others > 0 ? [`${others} hidden`] : [])].join(", ");
}
