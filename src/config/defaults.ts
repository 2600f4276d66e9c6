/** Raw jobs to compiled ones: defaults, decoration, presets, in that order (spec jobs 1.1 finalise). */
import { defaultsFor, decorationEntries, mergeDecoration } from "./decoration.ts";
import type { Preset, RawJob, RawPeriodic, RawPostsubmit, RawPresubmit } from "./job-schema.ts";
import type { JobBase, JsonObject, Periodic, Postsubmit, Presubmit } from "./model.ts";
import { withPresets } from "./presets.ts";
import type { ProwConfig } from "./prow-schema.ts";
import type { Written } from "./source.ts";

/** What of a configuration every job's defaults depend on. */
export interface Globals {
  readonly prow: ProwConfig;
  readonly decorateAll: boolean;
  readonly presets: readonly Preset[];
}

/** Drops what is undefined, so that compiled documents hold only what is set. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

const deepCompact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(deepCompact);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[key, deepCompact(one)]])),
  );
};

/** The fields of every job. `repo` is `org/repo`, or empty for a periodic without extra_refs. */
function base(
  { job, file, line }: Written<RawJob>,
  repo: string,
  globals: Globals,
): { base: JobBase; conflicts: readonly string[] } {
  const cluster = job.cluster ?? "default";
  const decorate = job.decorate ?? globals.decorateAll;
  const own = job.decoration_config && (deepCompact(job.decoration_config) as JsonObject);
  const decoration = decorate
    ? mergeDecoration(defaultsFor(decorationEntries(globals.prow), repo, cluster), own ?? {})
    : own;
  const defaults = defaultsFor(globals.prow.prowjob_default_entries ?? [], repo, cluster);
  const applied = job.spec ? withPresets(job.spec, job.labels ?? {}, globals.presets) : null;
  const { pipeline_run_spec: _pipeline, tekton_pipeline_run_spec: _tekton, ...rest } = job;
  const made: JobBase = compact({
    ...(deepCompact(rest) as typeof rest),
    max_concurrency: job.max_concurrency ?? 0,
    agent: job.agent ?? "kubernetes",
    cluster,
    namespace: job.namespace ?? globals.prow.pod_namespace ?? "default",
    error_on_eviction: job.error_on_eviction ?? false,
    hidden: job.hidden ?? false,
    decorate,
    decoration_config: decoration && (deepCompact(decoration) as JsonObject),
    prowjob_defaults: { ...defaults, ...job.prowjob_defaults },
    spec: applied?.spec,
    source: { path: file, line },
  }) as JobBase;
  return { base: made, conflicts: applied?.conflicts ?? [] };
}

export interface Made<T> {
  readonly job: T;
  /** Preset conflicts, as sentences. */
  readonly conflicts: readonly string[];
}

export function makePresubmit(written: Written<RawPresubmit>, repo: string, globals: Globals): Made<Presubmit> {
  const { job } = written;
  const { base: made, conflicts } = base(written, repo, globals);
  return {
    job: {
      ...made,
      always_run: job.always_run ?? false,
      optional: job.optional ?? false,
      skip_report: job.skip_report ?? false,
      context: job.context ?? job.name,
      trigger: job.trigger ?? `(?m)^/test( | .* )${job.name},?($|\\s.*)`,
      rerun_command: job.rerun_command ?? `/test ${job.name}`,
      run_before_merge: job.run_before_merge ?? false,
    },
    conflicts,
  };
}

export function makePostsubmit(written: Written<RawPostsubmit>, repo: string, globals: Globals): Made<Postsubmit> {
  const { job } = written;
  const { base: made, conflicts } = base(written, repo, globals);
  return { job: { ...made, skip_report: job.skip_report ?? false, context: job.context ?? job.name }, conflicts };
}

export function makePeriodic(written: Written<RawPeriodic>, globals: Globals): Made<Periodic> {
  const first = written.job.extra_refs?.[0];
  const { base: made, conflicts } = base(written, first ? `${first.org}/${first.repo}` : "", globals);
  return { job: made, conflicts };
}
