/** One load of a configuration, step by step: unpack, read the job files, compile the repositories (design 4 and 10). */
import { Compiler } from "../src/config/compile.ts";
import { baseKey, documentKey, periodicsKey, pluginsKey } from "../src/config/current.ts";
import type { ConfigBase } from "../src/config/in-repo.ts";
import type { RawPeriodic, RawPostsubmit, RawPresubmit } from "../src/config/job-schema.ts";
import {
  duplicatedBasenames,
  foreignRepositories,
  type Globals,
  presetProblems,
  readGlobals,
} from "../src/config/load.ts";
import { locator } from "../src/config/locate.ts";
import type { ConfigIndex, Problem } from "../src/config/model.ts";
import { enabledIn, isGitHubRepository, namesIn } from "../src/config/names.ts";
import { tideIndexOf } from "../src/config/tide.ts";
import { indexPresets } from "../src/config/presets.ts";
import { ignoredBy } from "../src/config/prowignore.ts";
import { readJobFile } from "../src/config/source.ts";
import { configFiles, type ConfigPaths } from "../src/config/tarball.ts";
import { Staging } from "./configuration-staging.ts";

/** What is read in one turn: keeps the object answering, and its heap small. */
const FILES_A_SLICE = 25;
const CHARACTERS_A_SLICE = 256 * 1024;
const PERIODICS_A_BATCH = 100;
const PROBLEMS_SHOWN = 200;

export const loadProblem = (file: string, message: string): Problem => ({
  severity: "error",
  code: "load",
  file,
  line: 0,
  path: "",
  message,
});

/** Every step can be done again after a crash; the tables say how far it came. */
export class Loading {
  readonly #staging: Staging;
  readonly #bucket: R2Bucket;
  /** Of the load under way; made again after a restart. */
  #made: { readonly version: string; readonly compiler: Compiler } | null = null;

  constructor(sql: SqlStorage, bucket: R2Bucket) {
    this.#staging = new Staging(sql);
    this.#bucket = bucket;
  }

  clear(): void {
    this.#staging.clear();
    this.#made = null;
  }

  counts(): { done: number; total: number } {
    return this.#staging.counts();
  }

  problems(): Problem[] {
    return this.#staging.problems(PROBLEMS_SHOWN);
  }

  hasErrors(): boolean {
    return this.#staging.hasErrors();
  }

  /** Every file that matters into the tables. `goesOn` is asked between files. */
  async unpack(archive: ReadableStream<Uint8Array>, paths: ConfigPaths, goesOn: () => boolean): Promise<void> {
    this.clear();
    for await (const file of configFiles(archive, paths)) {
      if (!goesOn()) return;
      this.#staging.putFile(file.path, file.kind, file.text);
    }
    const staged = this.#staging;
    for (const path of [paths.prow, paths.plugins].filter((one) => staged.textOf(one) === null))
      staged.putProblems([loadProblem(path, `${path} is not in the archive`)]);
    for (const path of staged.paths("jobs").filter(ignoredBy(staged.files("ignore")))) staged.dropFile(path);
    const jobs = staged.paths("jobs");
    staged.putProblems(duplicatedBasenames(jobs));
    if (jobs.length === 0) {
      const message = `There is no .yaml file below ${paths.jobs}`;
      staged.putProblems([{ ...loadProblem(paths.jobs, message), severity: "warning", code: "no-jobs" }]);
    }
  }

  /** Some of the job files. True: there are more. */
  readFiles(): boolean {
    const staged = this.#staging;
    const first = staged.counts().done === 0;
    if (first) this.#readProwJobs();
    for (const path of staged.undoneFiles(FILES_A_SLICE, CHARACTERS_A_SLICE)) {
      const { value, problems } = readJobFile(path, staged.textOf(path) ?? "");
      staged.putProblems([...problems, ...foreignRepositories(value)]);
      staged.putJobs(value);
    }
    const { done, total } = staged.counts();
    return done < total;
  }

  /** The jobs of config.yaml itself come first, as in Prow. */
  #readProwJobs(): void {
    const { globals, problems } = this.#globals();
    this.#staging.putProblems(problems);
    const kinds = ["presubmit", "postsubmit", "periodic"] as const;
    if (globals && kinds.every((kind) => this.#staging.jobCount(kind) === 0)) this.#staging.putJobs(globals.jobs);
  }

  /** After the last file: what spans files, and which repositories there are. */
  gather(): void {
    const staged = this.#staging;
    const { globals } = this.#globals();
    staged.putProblems(presetProblems(staged.presets()));
    if (!globals) return;
    const ofJobs = staged.jobRepositories();
    const { repositories, orgs } = namesIn(globals.prow, globals.plugins, ofJobs);
    const foreign = ofJobs.filter((name) => !isGitHubRepository(name));
    staged.putRepositories([...repositories, ...orgs.map((org) => `${org}/`), ...foreign]);
  }

  /** One repository, into the bucket. True: there are more. */
  async compileNext(version: string): Promise<boolean> {
    const staged = this.#staging;
    const name = staged.undoneRepository();
    const compiler = this.#compiler(version);
    if (name === null || !compiler) return false;
    const presubmits = staged.jobs<RawPresubmit>("presubmit", name);
    const postsubmits = staged.jobs<RawPostsubmit>("postsubmit", name);
    const { config, problems } = compiler.repository(name, presubmits, postsubmits);
    // What nobody may use need not be stored: all that a faulty configuration still yields is its faults.
    const ours = isGitHubRepository(name) || name.endsWith("/");
    if (ours && !staged.hasErrors())
      await this.#bucket.put(documentKey(version, config.org, config.repo), JSON.stringify(config));
    staged.putProblems(problems);
    staged.repositoryDone(name);
    return true;
  }

  async compilePeriodics(version: string): Promise<void> {
    const compiler = this.#compiler(version);
    if (!compiler) return;
    const seen = new Map<string, string>();
    const parts: string[] = [];
    for (let after = 0; ; ) {
      const { jobs, last } = this.#staging.periodics<RawPeriodic>(after, PERIODICS_A_BATCH);
      if (jobs.length === 0) break;
      const { periodics, problems } = compiler.periodics(jobs, seen);
      this.#staging.putProblems(problems);
      for (const job of periodics) parts.push(`${parts.length === 0 ? "" : ",\n"}${JSON.stringify(job)}`);
      after = last;
      await scheduler.wait(0);
    }
    if (this.#staging.hasErrors()) return;
    // What holds where no repository is named: periodics may belong to none.
    const { config } = compiler.repository("/", [], []);
    await this.#bucket.put(documentKey(version, "", ""), JSON.stringify(config));
    const { prow, decorateAll } = compiler;
    const base: ConfigBase = { version, prow, decorateAll, presets: this.#staging.presets().map((one) => one.preset) };
    await this.#bucket.put(baseKey(version), JSON.stringify(base));
    await this.#bucket.put(pluginsKey(version), JSON.stringify(compiler.plugins));
    await this.#bucket.put(periodicsKey(version), new Blob(["[", ...parts, "]"]));
  }

  index(version: string, commit: string | null, now: number): ConfigIndex {
    const staged = this.#staging;
    const names = staged.repositories();
    const { globals } = this.#globals();
    return {
      version,
      createdAt: now,
      commit,
      counts: {
        presubmits: staged.jobCount("presubmit"),
        postsubmits: staged.jobCount("postsubmit"),
        periodics: staged.jobCount("periodic"),
      },
      repositories: names.filter((name) => isGitHubRepository(name)),
      orgs: names.filter((name) => name.endsWith("/")).map((name) => name.slice(0, -1)),
      ...(globals ? { enabled: enabledIn(globals.plugins), tide: tideIndexOf(globals.prow) } : {}),
      problems: this.problems(),
    };
  }

  #globals(): { globals: Globals | null; problems: Problem[] } {
    const staged = this.#staging;
    const [prow, plugins] = [staged.files("prow")[0], staged.files("plugins")[0]];
    if (!prow || !plugins) return { globals: null, problems: [] };
    const prowSupplements = staged.files("prow-supplement");
    const pluginsSupplements = staged.files("plugins-supplement");
    return readGlobals({ prow, plugins, prowSupplements, pluginsSupplements }, Date.now());
  }

  #compiler(version: string): Compiler | null {
    if (this.#made?.version === version) return this.#made.compiler;
    const { globals } = this.#globals();
    if (!globals) return null;
    const presets = indexPresets(this.#staging.presets().map((one) => one.preset));
    const compiler = new Compiler(
      { ...globals, presets, version },
      locator((file) => this.#staging.textOf(file)),
    );
    this.#made = { version, compiler };
    return compiler;
  }
}
