/** Raw jobs to compiled ones: defaults, decoration, prowjob_defaults, presets, in that order (spec jobs 1.1 finalise). */
import { type DefaultEntry, decorationEntries, defaultsFor, mergeDefaults, set } from "./decoration.ts";
import type { RawJob, RawPeriodic, RawPostsubmit, RawPresubmit, RawRefs } from "./job-schema.ts";
import type { JobBase, JsonObject, Periodic, Postsubmit, Presubmit, Pull, Refs } from "./model.ts";
import { textPodSpec } from "./pod-spec.ts";
import { type PresetIndex, withPresets } from "./presets.ts";
import type { ProwConfig } from "./prow-schema.ts";
import type { Written } from "./source.ts";

/** Whom a job belongs to that names nobody (spec jobs 1.2). */
const DEFAULT_TENANT = "GlobalDefaultID";

/** What of a configuration every job's defaults depend on. */
export class Defaults {
  readonly podNamespace: string;
  readonly #decorateAll: boolean;
  readonly #presets: PresetIndex;
  readonly #decoration: readonly DefaultEntry[];
  readonly #prowjob: readonly DefaultEntry[];
  readonly #known = new Map<string, { decoration: JsonObject; prowjob: JsonObject }>();

  constructor(prow: ProwConfig, decorateAll: boolean, presets: PresetIndex) {
    this.podNamespace = prow.pod_namespace || "default";
    this.#decorateAll = decorateAll;
    this.#presets = presets;
    this.#decoration = decorationEntries(prow);
    this.#prowjob = prow.prowjob_default_entries ?? [];
  }

  #of(repo: string, cluster: string): { decoration: JsonObject; prowjob: JsonObject } {
    const key = `${repo} ${cluster}`;
    const known = this.#known.get(key);
    if (known) return known;
    const made = {
      decoration: defaultsFor(this.#decoration, repo, cluster),
      prowjob: defaultsFor(this.#prowjob, repo, cluster),
    };
    this.#known.set(key, made);
    return made;
  }

  /** The fields of every job. `repo` is `org/repo`, or empty for a periodic without extra_refs. */
  base({ job, file, line }: Written<RawJob>, repo: string): Made<JobBase> {
    const cluster = job.cluster || "default";
    const { decoration, prowjob } = this.#of(repo, cluster);
    const decorate = job.decorate ?? this.#decorateAll;
    const own = job.decoration_config && set(job.decoration_config);
    const merged = mergeDefaults(prowjob, set(job.prowjob_defaults ?? {}));
    const applied = job.spec && withPresets(textPodSpec(job.spec), job.labels ?? {}, this.#presets);
    const {
      spec: _spec,
      pipeline_run_spec: _pipeline,
      tekton_pipeline_run_spec: _tekton,
      extra_refs,
      reporter_config,
      rerun_auth_config,
      jenkins_spec,
      ...rest
    } = { jenkins_spec: undefined, ...job };
    const made = compact<JobBase>({
      ...rest,
      max_concurrency: job.max_concurrency ?? 0,
      agent: job.agent || "kubernetes",
      cluster,
      namespace: job.namespace || this.podNamespace,
      error_on_eviction: job.error_on_eviction ?? false,
      hidden: job.hidden ?? false,
      decorate,
      decoration_config: decorate ? mergeDefaults(decoration, own ?? {}) : own,
      prowjob_defaults: { ...merged, tenant_id: merged["tenant_id"] || DEFAULT_TENANT },
      spec: applied?.spec,
      jenkins_spec: jenkins_spec && set(jenkins_spec),
      extra_refs: extra_refs?.map((ref) => refs(ref)),
      reporter_config: reporter_config && set(reporter_config),
      rerun_auth_config: rerun_auth_config && set(rerun_auth_config),
      source: { path: file, line },
    });
    return { job: made, conflicts: applied?.conflicts ?? [] };
  }
}

const refs = (raw: RawRefs): Refs => compact<Refs>({ ...raw, pulls: raw.pulls?.map((pull) => compact<Pull>(pull)) });

/** Drops what is undefined, so that compiled documents hold only what is set. */
function compact<T extends object>(value: { readonly [Key in keyof T]: T[Key] | undefined }): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only optional fields take undefined, and may go
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

export interface Made<T> {
  readonly job: T;
  /** Preset conflicts, as sentences. */
  readonly conflicts: readonly string[];
}

/** What Prow matches comments against when a presubmit names nothing. The name goes in unescaped, as in Prow. */
export const defaultTrigger = (name: string): string => `(?m)^/test( | .* )${name},?($|\\s.*)`;

export function makePresubmit(written: Written<RawPresubmit>, repo: string, defaults: Defaults): Made<Presubmit> {
  const { job } = written;
  const { job: made, conflicts } = defaults.base(written, repo);
  const neither = !job.trigger && !job.rerun_command;
  return {
    job: {
      ...made,
      always_run: job.always_run ?? false,
      optional: job.optional ?? false,
      skip_report: job.skip_report ?? false,
      context: job.context || job.name,
      trigger: neither ? defaultTrigger(job.name) : (job.trigger ?? ""),
      rerun_command: neither ? `/test ${job.name}` : (job.rerun_command ?? ""),
      run_before_merge: job.run_before_merge ?? false,
    },
    conflicts,
  };
}

export function makePostsubmit(written: Written<RawPostsubmit>, repo: string, defaults: Defaults): Made<Postsubmit> {
  const { job } = written;
  const { job: made, conflicts } = defaults.base(written, repo);
  return { job: { ...made, skip_report: job.skip_report ?? false, context: job.context || job.name }, conflicts };
}

export function makePeriodic(written: Written<RawPeriodic>, defaults: Defaults): Made<Periodic> {
  const first = written.job.extra_refs?.[0];
  return defaults.base(written, first ? `${first.org}/${first.repo}` : "");
}
