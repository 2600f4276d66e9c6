/** A whole configuration from files in memory: what checkconfig does, and the reference for the worker's slices. */
import { Compiler } from "./compile.ts";
import { readDocument } from "./document.ts";
import { locator } from "./locate.ts";
import type { ConfigIndex, Periodic, Problem, RepoConfig } from "./model.ts";
import { enabledIn, isGitHubRepository, namesIn } from "./names.ts";
import { type PluginsConfig, PluginsSchema } from "./plugins-schema.ts";
import { indexPresets, repeatedLabels, type WrittenPreset } from "./presets.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { type JobFile, readJobFile, readPluginsFile, readProwFile } from "./source.ts";
import { tideIndexOf } from "./tide.ts";
import { withPluginsSupplement, withProwSupplement } from "./supplemental.ts";

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

export interface GlobalFiles {
  readonly prow: ConfigFile;
  /** Null: no plugin is enabled anywhere (checkconfig without --plugin-config). */
  readonly plugins: ConfigFile | null;
  readonly prowSupplements?: readonly ConfigFile[];
  readonly pluginsSupplements?: readonly ConfigFile[];
}

export interface ConfigFiles extends GlobalFiles {
  /** In lexical order of their paths. */
  readonly jobs: readonly ConfigFile[];
}

export interface Loaded {
  readonly index: ConfigIndex;
  readonly repositories: readonly RepoConfig[];
  readonly periodics: readonly Periodic[];
  /** Null when config.yaml or plugins.yaml cannot be used. */
  readonly globals: { readonly prow: ProwConfig; readonly plugins: PluginsConfig } | null;
}

const NO_PLUGINS = PluginsSchema.parse({});

const failure = (code: string, file: string, line: number, path: string, message: string): Problem => ({
  severity: "error",
  code,
  file,
  line,
  path,
  message,
});

/** Job files in Prow live side by side in one map: their base names must differ (spec jobs 1.1). */
export function duplicatedBasenames(paths: readonly string[]): readonly Problem[] {
  const groups = Map.groupBy(paths, (path) => path.slice(path.lastIndexOf("/") + 1));
  return [...groups.values()].flatMap(([first = "", ...more]) =>
    more.map((file) =>
      failure("basename", file, 1, "", `duplicated basename: ${first} has the same file name; rename one of them`),
    ),
  );
}

/** Label pairs that more than one preset claims (spec jobs 1.8). */
export const presetProblems = (presets: readonly WrittenPreset[]): readonly Problem[] =>
  repeatedLabels(presets).map(({ later, earlier, pair }) =>
    failure(
      "preset",
      later.file,
      later.line,
      `presets[${later.at}].labels`,
      `the preset label ${pair} is that of another preset at ${earlier.file}:${earlier.line}`,
    ),
  );

/** Repositories of jobs that are not GitHub's: read and held, but nothing runs them here. */
export const foreignRepositories = (file: JobFile): readonly Problem[] =>
  [...Object.entries(file.presubmits), ...Object.entries(file.postsubmits)]
    .filter(([name, jobs]) => name.includes("://") && jobs.length > 0)
    .map(([name, [first]]) => ({
      ...failure("gerrit", file.file, first?.line ?? 0, "", `${name} is no repository of GitHub: its jobs never run`),
      severity: "warning" as const,
    }));

export interface Globals {
  readonly prow: ProwConfig;
  readonly plugins: PluginsConfig;
  readonly decorateAll: boolean;
  /** The jobs of config.yaml itself. */
  readonly jobs: JobFile;
}

/** config.yaml and plugins.yaml with their supplements; null when one cannot be used. `now` in milliseconds. */
export function readGlobals(files: GlobalFiles, now: number): { globals: Globals | null; problems: Problem[] } {
  const prow = readProwFile(files.prow.path, files.prow.text, now);
  const plugins = files.plugins
    ? readPluginsFile(files.plugins.path, files.plugins.text)
    : { value: NO_PLUGINS, problems: [] };
  const problems = [...prow.problems, ...plugins.problems];
  if (!prow.value || !plugins.value) return { globals: null, problems };
  let merged: ProwConfig = prow.value.prow;
  for (const { path, text } of files.prowSupplements ?? []) {
    const next = withProwSupplement(merged, path, text, now);
    merged = next.value;
    problems.push(...next.problems);
  }
  let enabled: PluginsConfig = plugins.value;
  for (const { path, text } of files.pluginsSupplements ?? []) {
    const next = withPluginsSupplement(enabled, path, text);
    enabled = next.value;
    problems.push(...next.problems);
  }
  if (files.plugins && Object.keys(enabled.plugins ?? {}).length === 0) {
    const document = readDocument(files.plugins.path, files.plugins.text).document;
    problems.push(document.problem("warning", "no-plugins", [], "No plugin is enabled anywhere"));
  }
  const { decorateAll, jobs } = prow.value;
  return { globals: { prow: merged, plugins: enabled, decorateAll, jobs }, problems };
}

/** Groups by repository whatever its case, in the order of the files. */
function byRepository<T>(
  maps: readonly Readonly<Record<string, readonly T[]>>[],
): Map<string, { name: string; jobs: T[] }> {
  const groups = new Map<string, { name: string; jobs: T[] }>();
  for (const map of maps) {
    for (const [name, jobs] of Object.entries(map)) {
      const group = groups.get(name.toLowerCase());
      if (group) group.jobs.push(...jobs);
      else groups.set(name.toLowerCase(), { name, jobs: [...jobs] });
    }
  }
  return groups;
}

/** Loads, defaults, validates and compiles. Never throws; `index.problems` says whether it may be used. */
export function loadConfig(files: ConfigFiles, version: string, commit: string | null, now: number): Loaded {
  const { globals, problems } = readGlobals(files, now);
  problems.push(...duplicatedBasenames(files.jobs.map((file) => file.path)));
  const jobFiles: JobFile[] = globals ? [globals.jobs] : [];
  for (const { path, text } of files.jobs) {
    const read = readJobFile(path, text);
    problems.push(...read.problems, ...foreignRepositories(read.value));
    jobFiles.push(read.value);
  }
  const presets = jobFiles.flatMap((file) => file.presets);
  problems.push(...presetProblems(presets));
  const nothing = { counts: { presubmits: 0, postsubmits: 0, periodics: 0 }, repositories: [], orgs: [] };
  const index = { version, createdAt: now, commit, ...nothing, problems };
  if (!globals) return { index, repositories: [], periodics: [], globals: null };
  const texts = new Map([files.prow, ...files.jobs].map((file) => [file.path, file.text]));
  const compiler = new Compiler(
    { ...globals, presets: indexPresets(presets.map((one) => one.preset)), version },
    locator((file) => texts.get(file) ?? null),
  );
  const presubmits = byRepository(jobFiles.map((file) => file.presubmits));
  const postsubmits = byRepository(jobFiles.map((file) => file.postsubmits));
  const ofJobs = [...presubmits.values(), ...postsubmits.values()].map((group) => group.name);
  const { repositories: names, orgs } = namesIn(globals.prow, globals.plugins, ofJobs);
  const counts = { presubmits: 0, postsubmits: 0, periodics: 0 };
  const repositories: RepoConfig[] = [];
  const foreign = ofJobs.filter((name) => !isGitHubRepository(name));
  for (const name of [...names, ...new Set(foreign)]) {
    const key = name.toLowerCase();
    const compiled = compiler.repository(name, presubmits.get(key)?.jobs ?? [], postsubmits.get(key)?.jobs ?? []);
    problems.push(...compiled.problems);
    counts.presubmits += compiled.config.presubmits.length;
    counts.postsubmits += compiled.config.postsubmits.length;
    if (isGitHubRepository(name)) repositories.push(compiled.config);
  }
  for (const org of orgs) repositories.push(compiler.repository(`${org}/`, [], []).config);
  const ofPeriodics = compiler.periodics(
    jobFiles.flatMap((file) => file.periodics),
    new Map(),
  );
  problems.push(...ofPeriodics.problems);
  counts.periodics = ofPeriodics.periodics.length;
  return {
    index: {
      ...index,
      counts,
      repositories: names,
      orgs,
      enabled: enabledIn(globals.plugins),
      tide: tideIndexOf(globals.prow),
    },
    repositories,
    periodics: ofPeriodics.periodics,
    globals: { prow: globals.prow, plugins: globals.plugins },
  };
}
