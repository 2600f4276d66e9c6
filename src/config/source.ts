/** A configuration as it is written: its files, parsed one by one, before defaults (spec jobs 1.1). */
import { check } from "./check.ts";
import { readDocument, type Document } from "./document.ts";
import {
  PeriodicSchema,
  PostsubmitSchema,
  PresetSchema,
  PresubmitSchema,
  type Preset,
  type RawPeriodic,
  type RawPostsubmit,
  type RawPresubmit,
} from "./job-schema.ts";
import type { Problem } from "./model.ts";
import { type ProwConfig, ProwSchema } from "./prow-schema.ts";
import { type PluginsConfig, PluginsSchema } from "./plugins-schema.ts";
import type { z } from "zod";

/** A job with where it was written. */
export interface Written<T> {
  readonly job: T;
  readonly file: string;
  readonly line: number;
}

export interface JobFile {
  readonly file: string;
  readonly presets: readonly Preset[];
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
type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function lineFinder(text: string): (name: string, from: { at: number }) => number {
  // Names come in the order of the text: finding them forward costs one pass, positions of a whole parse would cost many.
  const starts: number[] = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  return (name, from) => {
    const pattern = new RegExp(`name: *["']?${name.replaceAll(/[^\w-]/g, "\\$&")}["']?[ \\t]*(?:#.*)?$`, "gm");
    pattern.lastIndex = from.at;
    const found = pattern.exec(text) ?? new RegExp(pattern.source, "m").exec(text);
    if (!found) return 0;
    from.at = found.index + 1;
    return lineOf(found.index);
  };
}

/** The jobs of one document: a job file, or config.yaml's own. Never throws. */
export function jobsOf(document: Document, text: string): Read<JobFile> {
  const problems: Problem[] = [];
  const root: Mapping = isMapping(document.value) ? document.value : {};
  const find = lineFinder(text);
  const jobs = <T extends { name: string }>(
    schema: z.ZodType<T>,
    value: unknown,
    path: readonly string[],
  ): Written<T>[] => {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) {
      problems.push(document.problem("error", "invalid-value", path, "must be a list of jobs"));
      return [];
    }
    const from = { at: 0 };
    return value.flatMap((raw: unknown, at) => {
      const checked = check(schema, document, raw, [...path, at]);
      problems.push(...checked.problems);
      return checked.value ? [{ job: checked.value, file: document.file, line: find(checked.value.name, from) }] : [];
    });
  };
  const byRepo = <T extends { name: string }>(schema: z.ZodType<T>, key: string): Record<string, Written<T>[]> => {
    const value = root[key];
    if (value === null || value === undefined) return {};
    if (isMapping(value))
      return Object.fromEntries(Object.entries(value).map(([repo, list]) => [repo, jobs(schema, list, [key, repo])]));
    problems.push(document.problem("error", "invalid-value", [key], "must map org/repo to a list of jobs"));
    return {};
  };
  const presets = Array.isArray(root["presets"]) ? root["presets"] : [];
  const value: JobFile = {
    file: document.file,
    presets: presets.flatMap((raw: unknown, at) => {
      const checked = check(PresetSchema, document, raw, ["presets", at]);
      problems.push(...checked.problems);
      return checked.value ? [checked.value] : [];
    }),
    presubmits: byRepo(PresubmitSchema, "presubmits"),
    postsubmits: byRepo(PostsubmitSchema, "postsubmits"),
    periodics: jobs(PeriodicSchema, root["periodics"], ["periodics"]),
  };
  return { value, problems };
}

/** A file below the job configuration's folder. Never throws: what is wrong is in `problems`. */
export function readJobFile(file: string, text: string): Read<JobFile> {
  const { document, problems } = readDocument(file, text);
  if (!isMapping(document.value) && document.value !== null) {
    const problem = document.problem(
      "error",
      "invalid-value",
      [],
      "must be a mapping with presubmits, postsubmits, periodics or presets",
    );
    return { value: { file, presets: [], presubmits: {}, postsubmits: {}, periodics: [] }, problems: [problem] };
  }
  const unknown = Object.keys(document.value ?? {}).filter((key) => !JOB_KEYS.includes(key));
  const warnings = unknown.map((key) =>
    document.problem("warning", "unknown-fields", [key], `Unknown key ${key}: it has no effect`),
  );
  const read = jobsOf(document, text);
  return { value: read.value, problems: [...problems, ...warnings, ...read.problems] };
}

/** config.yaml, with the jobs that it may hold itself. Null when it cannot be used. */
export function readProwFile(
  file: string,
  text: string,
): Read<{ prow: ProwConfig; decorateAll: boolean; jobs: JobFile } | null> {
  const { document, problems } = readDocument(file, text);
  if (problems.length > 0) return { value: null, problems };
  const root = isMapping(document.value) ? document.value : {};
  const rest = Object.fromEntries(Object.entries(root).filter(([key]) => !JOB_KEYS.includes(key)));
  const checked = check(ProwSchema, document, rest);
  const jobs = jobsOf(document, text);
  const all = [...checked.problems, ...jobs.problems];
  if (checked.value === null) return { value: null, problems: all };
  return {
    value: { prow: checked.value, decorateAll: root["decorate_all_jobs"] === true, jobs: jobs.value },
    problems: all,
  };
}

/** plugins.yaml; null when it cannot be used. */
export function readPluginsFile(
  file: string,
  text: string,
): Read<{ plugins: PluginsConfig; document: Document } | null> {
  const { document, problems } = readDocument(file, text);
  if (problems.length > 0) return { value: null, problems };
  const checked = check(PluginsSchema, document, document.value);
  return { value: checked.value && { plugins: checked.value, document }, problems: checked.problems };
}
