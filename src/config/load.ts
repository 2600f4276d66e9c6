/** A whole configuration from files in memory: what checkconfig does, and the reference for the worker's slices. */
import { type Compiler, compilePeriodics, compileRepo } from "./compile.ts";
import type { ConfigIndex, Periodic, Problem, RepoConfig } from "./model.ts";
import { repeatedPresetLabels } from "./presets.ts";
import { type JobFile, readJobFile, readPluginsFile, readProwFile } from "./source.ts";
import { pluginsProblems } from "./validate-plugins.ts";

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

export interface ConfigFiles {
  readonly prow: ConfigFile;
  readonly plugins: ConfigFile;
  /** In lexical order of their paths. */
  readonly jobs: readonly ConfigFile[];
}

export interface Loaded {
  readonly index: ConfigIndex;
  readonly repositories: readonly RepoConfig[];
  readonly periodics: readonly Periodic[];
}

/** Job files in Prow live side by side in one map: their base names must differ (spec jobs 1.1). */
export function duplicatedBasenames(paths: readonly string[]): readonly Problem[] {
  const groups = Map.groupBy(paths, (path) => path.slice(path.lastIndexOf("/") + 1));
  return [...groups.values()].flatMap(([first, ...more]) =>
    more.map((file) => ({
      severity: "error" as const,
      code: "basename",
      file,
      line: 0,
      path: "",
      message: `duplicated basename: ${first ?? ""} has the same file name; rename one of them`,
    })),
  );
}

/** `org/repo` of every repository that jobs or plugins name, and the organisations of plugins.yaml. */
export function namesIn(
  files: readonly JobFile[],
  plugins: Compiler["plugins"],
): { repositories: string[]; orgs: string[] } {
  const keys = [...Object.keys(plugins.plugins ?? {}), ...Object.keys(plugins.external_plugins ?? {})];
  const ofJobs = files.flatMap((file) => [...Object.keys(file.presubmits), ...Object.keys(file.postsubmits)]);
  const repositories = new Set([...ofJobs, ...keys.filter((key) => key.includes("/"))]);
  return {
    repositories: [...repositories].sort(),
    orgs: [...new Set(keys.filter((key) => !key.includes("/")))].sort(),
  };
}

export interface Globals {
  readonly compiler: Compiler | null;
  readonly jobs: JobFile | null;
  readonly problems: readonly Problem[];
}

/** config.yaml and plugins.yaml; `compiler` (without presets yet) is null when one cannot be used. */
export function readGlobals(prowFile: ConfigFile, pluginsFile: ConfigFile, version: string): Globals {
  const prow = readProwFile(prowFile.path, prowFile.text);
  const plugins = readPluginsFile(pluginsFile.path, pluginsFile.text);
  const problems = [...prow.problems, ...plugins.problems];
  if (!prow.value || !plugins.value) return { compiler: null, jobs: null, problems };
  problems.push(...pluginsProblems(plugins.value.plugins, plugins.value.document));
  const { prow: config, decorateAll, jobs } = prow.value;
  return {
    compiler: { prow: config, decorateAll, presets: jobs.presets, plugins: plugins.value.plugins, version },
    jobs,
    problems,
  };
}

export const presetProblems = (files: readonly JobFile[]): readonly Problem[] =>
  repeatedPresetLabels(files.flatMap((file) => file.presets)).map((pair) => ({
    severity: "error",
    code: "preset",
    file:
      files.find((file) =>
        file.presets.some((preset) =>
          Object.entries(preset.labels ?? {}).some(([key, value]) => `${key}:${value}` === pair),
        ),
      )?.file ?? "",
    line: 0,
    path: "presets",
    message: `Two presets have the label ${pair}`,
  }));

/** Loads, defaults, validates and compiles. Never throws; `index.problems` says whether it may be used. */
export function loadConfig(files: ConfigFiles, version: string, commit: string | null, now: number): Loaded {
  const globals = readGlobals(files.prow, files.plugins, version);
  const read = files.jobs.map(({ path, text }) => readJobFile(path, text));
  const jobFiles = [...(globals.jobs ? [globals.jobs] : []), ...read.map((one) => one.value)];
  const problems: Problem[] = [
    ...globals.problems,
    ...duplicatedBasenames(files.jobs.map((file) => file.path)),
    ...read.flatMap((one) => one.problems),
    ...presetProblems(jobFiles),
  ];
  const empty = {
    version,
    createdAt: now,
    commit,
    counts: { presubmits: 0, postsubmits: 0, periodics: 0 },
    repositories: [],
    orgs: [],
  };
  if (!globals.compiler) return { index: { ...empty, problems }, repositories: [], periodics: [] };
  const compiler: Compiler = { ...globals.compiler, presets: jobFiles.flatMap((file) => file.presets) };
  const { repositories: names, orgs } = namesIn(jobFiles, compiler.plugins);
  const repositories = names.map((name) => {
    const compiled = compileRepo(
      compiler,
      name,
      jobFiles.flatMap((file) => file.presubmits[name] ?? []),
      jobFiles.flatMap((file) => file.postsubmits[name] ?? []),
    );
    problems.push(...compiled.problems);
    return compiled.config;
  });
  const { periodics, problems: ofPeriodics } = compilePeriodics(
    compiler,
    jobFiles.flatMap((file) => file.periodics),
  );
  problems.push(...ofPeriodics);
  const count = (pick: (config: RepoConfig) => readonly unknown[]): number =>
    repositories.reduce((sum, config) => sum + pick(config).length, 0);
  const counts = {
    presubmits: count((one) => one.presubmits),
    postsubmits: count((one) => one.postsubmits),
    periodics: periodics.length,
  };
  return {
    index: { version, createdAt: now, commit, counts, repositories: names, orgs, problems },
    repositories,
    periodics,
  };
}
