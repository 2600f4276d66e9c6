/** `cutwater checkconfig`: Prow's command of that name (spec jobs 4.12). Exit status 1 when Prow would not take it. */
import { defineCommand } from "citty";
import { loadConfig, type Loaded } from "../src/config/load.ts";
import type { Problem } from "../src/config/model.ts";
import { configWarnings, DEFAULT_WARNINGS, needsMore, WARNINGS } from "../src/config/warnings.ts";
import { ConfigFilesError, textOf } from "./config-files.ts";
import { CONFIG_FLAGS, type ConfigFlags, type RawConfig, readConfig, repeatable } from "./config-flags.ts";

/** `file:line: path: message`, as editors and people read it. */
export const problemLine = ({ severity, file, line, path, message, code }: Problem): string =>
  [`${severity}: ${file}:${line}`, ...(path === "" ? [] : [path]), `${message} [${code}]`].join(": ");

/** Each thing counted, `s` where it is not one. */
export const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${count === 1 ? what : `${what.replace(/y$/, "ie")}s`}`)
    .join(", ");

export async function loadRaw(raw: RawConfig): Promise<Loaded> {
  const files = {
    prow: await textOf(raw.prow),
    plugins: raw.plugins && (await textOf(raw.plugins)),
    jobs: await Promise.all(raw.jobs.map(textOf)),
    prowSupplements: await Promise.all(raw.prowSupplements.map(textOf)),
    pluginsSupplements: await Promise.all(raw.pluginsSupplements.map(textOf)),
  };
  return loadConfig(files, "checkconfig", null, Date.now());
}

export interface CheckOptions {
  readonly warnings: readonly string[];
  readonly exclude: readonly string[];
  readonly includeDefaults: boolean;
  readonly requiredAnnotations: readonly string[];
  readonly configPath: string;
}

/** Which named warnings count. Throws {@link ConfigFilesError} for a name that there is not. */
function warningsAsked({ warnings, exclude, includeDefaults }: CheckOptions): string[] {
  for (const name of [...warnings, ...exclude].filter((one) => !WARNINGS.includes(one)))
    throw new ConfigFilesError(`There is no warning named ${name}. There are: ${WARNINGS.join(", ")}`);
  const asked = warnings.length === 0 || includeDefaults ? [...DEFAULT_WARNINGS, ...warnings] : warnings;
  return [...new Set(asked)].filter((name) => !exclude.includes(name));
}

/** Errors first, then what was asked to be warned of, each in the order found. */
export function checkProblems(loaded: Loaded, options: CheckOptions): { problems: Problem[]; skipped: string[] } {
  const asked = warningsAsked(options);
  const unknown = asked.includes("unknown-fields") || asked.includes("unknown-fields-all");
  const found = loaded.index.problems.filter(({ code }) => code !== "unknown-fields" || unknown);
  const { requiredAnnotations, configPath } = options;
  const named = loaded.globals
    ? configWarnings({ loaded, ...loaded.globals, requiredAnnotations }, asked, configPath)
    : [];
  const all = [...found, ...named];
  const errors = all.filter((problem) => problem.severity === "error");
  return {
    problems: [...errors, ...all.filter((problem) => problem.severity === "warning")],
    skipped: asked.filter(needsMore),
  };
}

export const checkconfig = defineCommand({
  meta: {
    name: "checkconfig",
    description: "Check a Prow configuration; exit status 1 on errors, and with --strict on warnings too",
  },
  args: {
    ...CONFIG_FLAGS,
    warnings: { type: "string", description: `Warnings to look for; repeatable. All of: ${WARNINGS.join(", ")}` },
    "exclude-warning": { type: "string", description: "Warnings to leave out; repeatable" },
    "include-default-warnings": { type: "boolean", default: false, description: "The usual ones beside --warnings" },
    "required-job-annotations": { type: "string", description: "Annotations that every job must have; repeatable" },
    strict: { type: "boolean", default: false, description: "Warnings count as errors" },
  },
  async run({ args, rawArgs }) {
    const flags: ConfigFlags = args;
    try {
      const loaded = await loadRaw(await readConfig(flags, rawArgs));
      const { problems, skipped } = checkProblems(loaded, {
        warnings: repeatable(rawArgs, "warnings"),
        exclude: repeatable(rawArgs, "exclude-warning"),
        includeDefaults: args["include-default-warnings"],
        requiredAnnotations: repeatable(rawArgs, "required-job-annotations"),
        configPath: args["config-path"],
      });
      for (const problem of problems) console.log(problemLine(problem));
      for (const name of skipped) console.error(`not checked: ${name} needs GitHub, a bucket or a checkout`);
      const errors = problems.filter((problem) => problem.severity === "error").length;
      const warnings = problems.length - errors;
      const { presubmits, postsubmits, periodics } = loaded.index.counts;
      const jobs = { presubmit: presubmits, postsubmit: postsubmits, periodic: periodics };
      const repositories = { repository: loaded.index.repositories.length };
      console.log(counted({ ...jobs, ...repositories, error: errors, warning: warnings }));
      if (errors > 0 || (args.strict && warnings > 0)) process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof ConfigFilesError)) throw error;
      console.error(`error: ${error.message}`);
      process.exitCode = 1;
    }
  },
});
