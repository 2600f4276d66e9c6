/** A configuration as it is written: its files, parsed one by one, before defaults (spec jobs 1.1). */
import type { z } from "zod";
import { check, unknownKey } from "./check.ts";
import { readDocument, type Document, type Path } from "./document.ts";
import {
  PeriodicSchema,
  PostsubmitSchema,
  PresetSchema,
  PresubmitSchema,
  type RawPeriodic,
  type RawPostsubmit,
  type RawPresubmit,
} from "./job-schema.ts";
import type { Problem } from "./model.ts";
import { type PluginsConfig, PluginsSchema } from "./plugins-schema.ts";
import type { WrittenPreset } from "./presets.ts";
import { type ProwConfig, ProwSchema } from "./prow-schema.ts";
import { isMapping } from "./values.ts";
import { pluginsProblems } from "./validate-plugins.ts";
import { prowProblems } from "./validate-prow.ts";

/** A job with where it was written. */
export interface Written<T> {
  readonly job: T;
  readonly file: string;
  readonly line: number;
  /** In its document, e.g. `["presubmits", "org/repo", 3]`. */
  readonly path: Path;
}

export interface JobFile {
  readonly file: string;
  readonly presets: readonly WrittenPreset[];
  /** By `org/repo`. */
  readonly presubmits: Readonly<Record<string, readonly Written<RawPresubmit>[]>>;
  readonly postsubmits: Readonly<Record<string, readonly Written<RawPostsubmit>[]>>;
  readonly periodics: readonly Written<RawPeriodic>[];
}

export interface Read<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

const JOB_KEYS = ["presets", "presubmits", "postsubmits", "periodics", "decorate_all_jobs", "prow_ignored"];
const NO_JOBS = { presets: [], presubmits: {}, postsubmits: {}, periodics: [] };

/** The jobs of one document: a job file, or config.yaml's own. What is wrong stands in `problems`. */
class Jobs {
  readonly problems: Problem[] = [];
  readonly #document: Document;

  constructor(document: Document) {
    this.#document = document;
  }

  #items(value: unknown, path: Path): readonly unknown[] {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.problems.push(this.#document.problem("error", "invalid-value", path, `${path.join(" of ")} must be a list`));
    return [];
  }

  list<T>(schema: z.ZodType<T>, value: unknown, path: Path): Written<T>[] {
    const jobs: Written<T>[] = [];
    for (const [at, raw] of this.#items(value, path).entries()) {
      const where = [...path, at];
      const checked = check(schema, this.#document, raw, where);
      this.problems.push(...checked.problems);
      const { file } = this.#document;
      if (checked.value !== null)
        jobs.push({ job: checked.value, file, line: this.#document.lineOf(where), path: where });
    }
    return jobs;
  }

  byRepo<T>(schema: z.ZodType<T>, key: string, value: unknown): Record<string, Written<T>[]> {
    if (value === null || value === undefined) return {};
    if (!isMapping(value)) {
      const message = `${key} must map org/repo to a list of jobs`;
      this.problems.push(this.#document.problem("error", "invalid-value", [key], message));
      return {};
    }
    return Object.fromEntries(
      Object.entries(value).map(([repo, jobs]) => {
        if (!repo.includes("/")) {
          const message = `${repo} must be org/repo`;
          this.problems.push(this.#document.problem("error", "invalid-value", [key, repo], message));
        }
        return [repo, this.list(schema, jobs, [key, repo])];
      }),
    );
  }

  presets(value: unknown): WrittenPreset[] {
    return this.list(PresetSchema, value, ["presets"]).map(({ job, file, line }, at) => ({
      preset: job,
      file,
      line,
      at,
    }));
  }
}

function jobsOf(document: Document, root: Readonly<Record<string, unknown>>): Read<JobFile> {
  const jobs = new Jobs(document);
  const value: JobFile = {
    file: document.file,
    presets: jobs.presets(root["presets"]),
    presubmits: jobs.byRepo(PresubmitSchema, "presubmits", root["presubmits"]),
    postsubmits: jobs.byRepo(PostsubmitSchema, "postsubmits", root["postsubmits"]),
    periodics: jobs.list(PeriodicSchema, root["periodics"], ["periodics"]),
  };
  return { value, problems: jobs.problems };
}

/** A file of the job configuration. Never throws. */
export function readJobFile(file: string, text: string): Read<JobFile> {
  const { document, problems } = readDocument(file, text);
  const root = document.value;
  if (root === null) return { value: { file, ...NO_JOBS }, problems };
  if (!isMapping(root)) {
    const message = "must be a mapping with presubmits, postsubmits, periodics or presets";
    const problem = document.problem("error", "invalid-value", [], `The file ${message}`);
    return { value: { file, ...NO_JOBS }, problems: [...problems, problem] };
  }
  const unknown = Object.keys(root).filter((key) => !JOB_KEYS.includes(key));
  const ignored =
    root["decorate_all_jobs"] === undefined
      ? []
      : [
          document.problem(
            "warning",
            "unknown-fields",
            ["decorate_all_jobs"],
            "decorate_all_jobs counts in config.yaml only: it has no effect here",
          ),
        ];
  const read = jobsOf(document, root);
  const warnings = [...unknown.map((key) => unknownKey(document, [key])), ...ignored];
  return { value: read.value, problems: [...problems, ...warnings, ...read.problems] };
}

/** A file of in-repository configuration: lists of jobs, all of the one repository. */
export interface ProwYaml {
  readonly presets: readonly WrittenPreset[];
  readonly presubmits: readonly Written<RawPresubmit>[];
  readonly postsubmits: readonly Written<RawPostsubmit>[];
}

const PROW_YAML_KEYS = ["presets", "presubmits", "postsubmits", "prow_ignored"];

/** `.prow.yaml`, or a file of `.prow/` (spec jobs 1.11). Never throws. */
export function readProwYaml(file: string, text: string): Read<ProwYaml> {
  const { document, problems } = readDocument(file, text);
  const root = document.value ?? {};
  if (!isMapping(root)) {
    const message = "The file must be a mapping with presubmits, postsubmits or presets";
    const problem = document.problem("error", "invalid-value", [], message);
    return { value: { presets: [], presubmits: [], postsubmits: [] }, problems: [...problems, problem] };
  }
  const jobs = new Jobs(document);
  const value = {
    presets: jobs.presets(root["presets"]),
    presubmits: jobs.list(PresubmitSchema, root["presubmits"], ["presubmits"]),
    postsubmits: jobs.list(PostsubmitSchema, root["postsubmits"], ["postsubmits"]),
  };
  const unknown = Object.keys(root).filter((key) => !PROW_YAML_KEYS.includes(key));
  const warnings = unknown.map((key) =>
    JOB_KEYS.includes(key)
      ? document.problem(
          "error",
          "invalid-value",
          [key],
          `${key} belongs into the configuration, not into a repository`,
        )
      : unknownKey(document, [key]),
  );
  return { value, problems: [...problems, ...warnings, ...jobs.problems] };
}

export interface ProwFile {
  readonly prow: ProwConfig;
  readonly decorateAll: boolean;
  readonly jobs: JobFile;
}

/** config.yaml, with the jobs that it may hold itself; null when it cannot be used. `now` in milliseconds. */
export function readProwFile(file: string, text: string, now: number): Read<ProwFile | null> {
  const { document, problems } = readDocument(file, text);
  const root = document.value;
  if (!isMapping(root)) {
    const problem = document.problem("error", "invalid-value", [], "The file must be a mapping");
    return { value: null, problems: root === null ? problems : [...problems, problem] };
  }
  const rest = Object.fromEntries(Object.entries(root).filter(([key]) => !JOB_KEYS.includes(key)));
  const checked = check(ProwSchema, document, rest);
  const jobs = jobsOf(document, root);
  const all = [...problems, ...checked.problems, ...jobs.problems];
  const decorateAll = root["decorate_all_jobs"];
  if (decorateAll !== undefined && decorateAll !== null && typeof decorateAll !== "boolean")
    all.push(
      document.problem("error", "invalid-value", ["decorate_all_jobs"], "decorate_all_jobs must be true or false"),
    );
  if (checked.value === null) return { value: null, problems: all };
  all.push(...prowProblems(checked.value, document, now));
  return { value: { prow: checked.value, decorateAll: decorateAll === true, jobs: jobs.value }, problems: all };
}

/** plugins.yaml; null when it cannot be used. */
export function readPluginsFile(file: string, text: string): Read<PluginsConfig | null> {
  const { document, problems } = readDocument(file, text);
  if (document.value === null) return { value: null, problems };
  const checked = check(PluginsSchema, document, document.value);
  const all = [...problems, ...checked.problems];
  if (checked.value !== null) all.push(...pluginsProblems(checked.value, document));
  return { value: checked.value, problems: all };
}
