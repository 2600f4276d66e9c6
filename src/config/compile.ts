/** From what is written to what the hot path reads: one document per repository (design 4). */
import { duplicates } from "./duplicates.ts";
import { type Globals, makePeriodic, makePostsubmit, makePresubmit } from "./defaults.ts";
import type { RawPeriodic, RawPostsubmit, RawPresubmit } from "./job-schema.ts";
import type { JobBase, Periodic, Postsubmit, Presubmit, Problem, RepoConfig } from "./model.ts";
import { pathText } from "./document.ts";
import type { PluginsConfig } from "./plugins-schema.ts";
import { plankOf, repoSettings } from "./settings.ts";
import type { Written } from "./source.ts";
import { type Finding, periodicFindings, postsubmitFindings, presubmitFindings } from "./validate-job.ts";

export interface Compiler extends Globals {
  readonly plugins: PluginsConfig;
  readonly version: string;
}

const settingsOf = (compiler: Compiler) => ({
  pod_namespace: compiler.prow.pod_namespace ?? "default",
  plank: { ...plankOf(compiler.prow), report_template: "" },
});

function error(job: JobBase, path: Finding["path"], message: string): Problem {
  return {
    severity: "error",
    code: "invalid-job",
    file: job.source.path,
    line: job.source.line,
    path: pathText([job.name, ...path]),
    message: `Job ${job.name}: ${message}`,
  };
}

function judged(job: JobBase, conflicts: readonly string[], findings: Iterable<Finding>): Problem[] {
  return [
    ...conflicts.map((message) => error(job, ["spec"], message)),
    ...[...findings].map(({ path, message }) => error(job, path, `${path.join(".")} ${message}`)),
  ];
}

/** One repository. `org/repo` as the configuration spells it. */
export function compileRepo(
  compiler: Compiler,
  fullName: string,
  presubmits: readonly Written<RawPresubmit>[],
  postsubmits: readonly Written<RawPostsubmit>[],
): { config: RepoConfig; problems: readonly Problem[] } {
  const [org = "", repo = ""] = fullName.split("/");
  const settings = settingsOf(compiler);
  const problems: Problem[] = [];
  const pre: Presubmit[] = presubmits.map((written) => {
    const { job, conflicts } = makePresubmit(written, fullName, compiler);
    const given = { trigger: Boolean(written.job.trigger), rerunCommand: Boolean(written.job.rerun_command) };
    problems.push(...judged(job, conflicts, presubmitFindings(job, settings, given)));
    return job;
  });
  const post: Postsubmit[] = postsubmits.map((written) => {
    const { job, conflicts } = makePostsubmit(written, fullName, compiler);
    problems.push(...judged(job, conflicts, postsubmitFindings(job, settings)));
    return job;
  });
  for (const { job, message } of [...duplicates(pre), ...duplicates(post)]) problems.push(error(job, [], message));
  const config: RepoConfig = {
    version: compiler.version,
    ...repoSettings(compiler.prow, compiler.plugins, org, repo),
    presubmits: pre,
    postsubmits: post,
  };
  return { config, problems };
}

/** All periodic jobs. Names must be unique over the whole configuration. */
export function compilePeriodics(
  compiler: Compiler,
  periodics: readonly Written<RawPeriodic>[],
): { periodics: readonly Periodic[]; problems: readonly Problem[] } {
  const settings = settingsOf(compiler);
  const problems: Problem[] = [];
  const seen = new Map<string, Periodic>();
  const made = periodics.map((written) => {
    const { job, conflicts } = makePeriodic(written, compiler);
    problems.push(...judged(job, conflicts, periodicFindings(job, settings)));
    const earlier = seen.get(job.name);
    if (earlier)
      problems.push(
        error(job, [], `a periodic of that name is defined at ${earlier.source.path}:${earlier.source.line} already`),
      );
    seen.set(job.name, job);
    return job;
  });
  return { periodics: made, problems };
}
