/** From what is written to what the hot path reads: one document per repository (design 4). */
import { Defaults, type Made, makePeriodic, makePostsubmit, makePresubmit } from "./defaults.ts";
import { pathText, type Path } from "./document.ts";
import { type Duplicate, duplicates } from "./duplicates.ts";
import type { RawPeriodic, RawPostsubmit, RawPresubmit } from "./job-schema.ts";
import type { JobBase, Periodic, Postsubmit, Presubmit, Problem, RepoConfig } from "./model.ts";
import type { PluginsConfig } from "./plugins-schema.ts";
import type { PresetIndex } from "./presets.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { repoSettings } from "./settings.ts";
import type { Written } from "./source.ts";
import {
  type AsWritten,
  type JobRules,
  periodicFindings,
  postsubmitFindings,
  presubmitFindings,
} from "./validate-job.ts";
import type { Finding } from "./validate-pod.ts";

/** 1-based line of a place in a file that was read before; 0 when it cannot be told. */
export type LineOf = (file: string, path: Path) => number;

/** Everything that jobs are compiled against: the whole of config.yaml, plugins.yaml, and the presets of all files. */
export class Compiler {
  readonly prow: ProwConfig;
  readonly plugins: PluginsConfig;
  readonly version: string;
  readonly decorateAll: boolean;
  readonly #defaults: Defaults;
  readonly #rules: JobRules;
  readonly #lineOf: LineOf;

  constructor(
    of: { prow: ProwConfig; plugins: PluginsConfig; decorateAll: boolean; presets: PresetIndex; version: string },
    lineOf: LineOf,
  ) {
    this.prow = of.prow;
    this.plugins = of.plugins;
    this.version = of.version;
    this.decorateAll = of.decorateAll;
    this.#defaults = new Defaults(of.prow, of.decorateAll, of.presets);
    this.#rules = { podNamespace: this.#defaults.podNamespace, queues: of.prow.plank?.job_queue_capacities ?? {} };
    this.#lineOf = lineOf;
  }

  #problem(
    { file, line, path }: Written<unknown>,
    below: Path,
    message: string,
    severity: Problem["severity"] = "error",
  ): Problem {
    const whole = [...path, ...below];
    return {
      severity,
      code: "invalid-job",
      file,
      line: below.length === 0 ? line : this.#lineOf(file, whole) || line,
      path: pathText(whole),
      message,
    };
  }

  #judge<T extends JobBase>(written: Written<{ name: string }>, made: Made<T>, findings: Iterable<Finding>): Problem[] {
    const { name } = written.job;
    const said = ({ path, message, severity }: Finding): Problem => {
      const place = path.length > 0 ? `${pathText(path)} ` : "";
      return this.#problem(written, path, `job ${name}: ${place}${message}`, severity);
    };
    return [...made.conflicts.map((message) => said({ path: ["spec"], message })), ...[...findings].map(said)];
  }

  #duplicates<T extends Presubmit | Postsubmit>(
    jobs: readonly T[],
    written: ReadonlyMap<T, Written<unknown>>,
  ): Problem[] {
    const text = ({ job, earlier, claim }: Duplicate<T>): string => {
      const where = `${earlier.source.path}:${earlier.source.line}`;
      return claim === "name"
        ? `job ${job.name}: there is a job of that name for the same branch at ${where}`
        : `job ${job.name}: reports to the context ${job.context}, as ${earlier.name} does for the same branch (${where})`;
    };
    return duplicates(jobs).flatMap((found) => {
      const of = written.get(found.job);
      return of ? [this.#problem(of, [found.claim === "name" ? "name" : "context"], text(found))] : [];
    });
  }

  #all<Raw extends { name: string } & AsWritten, T extends Presubmit | Postsubmit>(
    list: readonly Written<Raw>[],
    make: (written: Written<Raw>) => Made<T>,
    findings: (job: T, written: AsWritten, rules: JobRules) => Iterable<Finding>,
    beside: readonly T[],
  ): { jobs: T[]; problems: Problem[] } {
    const problems: Problem[] = [];
    const origins = new Map<T, Written<Raw>>();
    for (const written of list) {
      const made = make(written);
      origins.set(made.job, written);
      problems.push(...this.#judge(written, made, findings(made.job, written.job, this.#rules)));
    }
    const jobs = [...origins.keys()];
    problems.push(...this.#duplicates([...beside, ...jobs], origins));
    return { jobs, problems };
  }

  /**
   * One repository: `org/repo` as the configuration spells it, or `org/` for an organisation's other repositories.
   * `beside`: compiled jobs with which these may not clash.
   */
  repository(
    name: string,
    presubmits: readonly Written<RawPresubmit>[],
    postsubmits: readonly Written<RawPostsubmit>[],
    beside: Pick<RepoConfig, "presubmits" | "postsubmits"> = { presubmits: [], postsubmits: [] },
  ): { config: RepoConfig; problems: readonly Problem[] } {
    const slash = name.lastIndexOf("/");
    const defaults = this.#defaults;
    const presubmit = (one: Written<RawPresubmit>): Made<Presubmit> => makePresubmit(one, name, defaults);
    const postsubmit = (one: Written<RawPostsubmit>): Made<Postsubmit> => makePostsubmit(one, name, defaults);
    const pre = this.#all(presubmits, presubmit, presubmitFindings, beside.presubmits);
    const post = this.#all(postsubmits, postsubmit, postsubmitFindings, beside.postsubmits);
    const config: RepoConfig = {
      version: this.version,
      ...repoSettings(this.prow, this.plugins, { org: name.slice(0, slash), repo: name.slice(slash + 1) }),
      presubmits: pre.jobs,
      postsubmits: post.jobs,
    };
    return { config, problems: [...pre.problems, ...post.problems] };
  }

  /** Some of the periodic jobs. Names must be unique over all of them: `seen` goes from call to call. */
  periodics(
    list: readonly Written<RawPeriodic>[],
    seen: Map<string, string>,
  ): { periodics: readonly Periodic[]; problems: readonly Problem[] } {
    const problems: Problem[] = [];
    const periodics = list.map((written) => {
      const made = makePeriodic(written, this.#defaults);
      problems.push(...this.#judge(written, made, periodicFindings(made.job, written.job, this.#rules)));
      const { name, source } = made.job;
      const earlier = seen.get(name);
      if (earlier === undefined) seen.set(name, `${source.path}:${source.line}`);
      else
        problems.push(this.#problem(written, ["name"], `job ${name}: there is a periodic of that name at ${earlier}`));
      return made.job;
    });
    return { periodics, problems };
  }
}
