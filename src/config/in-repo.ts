/**
 * In-repository configuration: jobs that a repository brings itself, in `.prow.yaml` or `.prow/` (spec jobs 1.11). Pure:
 * which files count, what a merge makes of them, and how they become jobs beside those of the configuration.
 */
import { Compiler } from "./compile.ts";
import type { Preset } from "./job-schema.ts";
import { locator } from "./locate.ts";
import type { Postsubmit, Presubmit, Problem, RepoConfig } from "./model.ts";
import { PluginsSchema } from "./plugins-schema.ts";
import { indexPresets, repeatedLabels } from "./presets.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { ignoredBy } from "./prowignore.ts";
import { readProwYaml } from "./source.ts";

/** What a version of the configuration keeps for compiling such jobs: `config/<version>/base.json` in R2. */
export interface ConfigBase {
  readonly version: string;
  readonly prow: ProwConfig;
  readonly decorateAll: boolean;
  readonly presets: readonly Preset[];
}

interface ProwFile {
  readonly path: string;
  readonly text: string;
}

export interface RepoJobs {
  /** Those of the configuration and, unless there is a problem, the repository's own. */
  readonly presubmits: readonly Presubmit[];
  readonly postsubmits: readonly Postsubmit[];
  /** Why the repository's own do not count; errors only. */
  readonly problems: readonly Problem[];
  /** Whether the pull request changes them. */
  readonly changed: boolean;
}

type OwnJobs = Omit<RepoJobs, "changed">;

const FILE = ".prow.yaml";
const FOLDER = ".prow/";
const NO_PLUGINS = PluginsSchema.parse({});

/** Whether the configuration lets a repository bring jobs. */
export const bringsJobs = ({ prow }: RepoConfig): boolean => prow.in_repo_config?.enabled === true;

/** Whether a file may be part of it. */
export const isProwFile = (path: string): boolean =>
  path === FILE || (path.startsWith(FOLDER) && (/\.ya?ml$/.test(path) || path.endsWith("/.prowignore")));

/** Content by path, named by hash. */
export type Tree = ReadonlyMap<string, string>;

/**
 * What merging a head into its base leaves of these files, from both and their merge base: where only one side changed a
 * file, that side's. `conflicts`: files that both changed, each otherwise: whoever has their texts may merge those.
 */
export function mergedTree(base: Tree, head: Tree, ancestor: Tree): { tree: Tree; conflicts: readonly string[] } {
  const tree = new Map<string, string>();
  const conflicts: string[] = [];
  for (const path of new Set([...base.keys(), ...head.keys()])) {
    const [ours, theirs, before] = [base.get(path), head.get(path), ancestor.get(path)];
    if (ours !== theirs && ours !== before && theirs !== before) conflicts.push(path);
    const merged = ours === before ? theirs : ours;
    if (merged !== undefined) tree.set(path, merged);
  }
  return { tree, conflicts };
}

/** The files that are read, in order: those of the folder when it is there, else the one file. */
export function filesToRead(tree: Tree): readonly string[] {
  const inFolder = [...tree.keys()].filter((path) => path.startsWith(FOLDER));
  return inFolder.length > 0 ? inFolder.sort() : tree.has(FILE) ? [FILE] : [];
}

/** Compiles and validates them together with the jobs of the configuration. `files`: of {@link filesToRead}. */
export function compileInRepo(base: ConfigBase, config: RepoConfig, files: readonly ProwFile[]): OwnJobs {
  const { presubmits, postsubmits } = config;
  const ignored = ignoredBy(files.filter(({ path }) => path.endsWith(".prowignore")));
  const read = files
    .filter(({ path }) => /\.ya?ml$/.test(path) && !ignored(path))
    .map(({ path, text }) => readProwYaml(path, text));
  const presets = read.flatMap(({ value }) => value.presets);
  const problems: Problem[] = read.flatMap((file) => file.problems);
  for (const { later, earlier, pair } of repeatedLabels(presets)) {
    const message = `the preset label ${pair} is that of another preset at ${earlier.file}:${earlier.line}`;
    problems.push({ severity: "error", code: "preset", file: later.file, line: later.line, path: "presets", message });
  }
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const all = [...presets.map((one) => one.preset), ...base.presets];
  const compiler = new Compiler(
    { ...base, plugins: NO_PLUGINS, presets: indexPresets(all) },
    locator((file) => texts.get(file) ?? null),
  );
  const compiled = compiler.repository(
    `${config.org}/${config.repo}`,
    read.flatMap(({ value }) => value.presubmits),
    read.flatMap(({ value }) => value.postsubmits),
    config,
  );
  const own = compiled.config;
  problems.push(...compiled.problems, ...foreignClusters(config, [...own.presubmits, ...own.postsubmits]));
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return { presubmits, postsubmits, problems: errors };
  return {
    presubmits: [...presubmits, ...own.presubmits],
    postsubmits: [...postsubmits, ...own.postsubmits],
    problems: [],
  };
}

/** Jobs for build clusters that the repository's own jobs may not use: whoever may change the files chose them. */
function foreignClusters(config: RepoConfig, jobs: readonly (Presubmit | Postsubmit)[]): Problem[] {
  const allowed = config.prow.in_repo_config?.allowed_clusters ?? [];
  const list = allowed.length > 0 ? `it may use ${allowed.join(", ")}` : "it may use none";
  return jobs
    .filter(({ cluster }) => !allowed.includes(cluster))
    .map(({ name, cluster, source }) => ({
      severity: "error",
      code: "cluster",
      file: source.path,
      line: source.line,
      path: "cluster",
      message: `job ${name}: cluster ${cluster} is not allowed for ${config.org}/${config.repo}: ${list} (in_repo_config.allowed_clusters)`,
    }));
}
