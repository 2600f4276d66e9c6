/** `cutwater checkconfig`: loads a Prow configuration as the worker would, and says what is wrong (Prow's flag names). */
import { defineCommand } from "citty";
import { loadConfig } from "../src/config/load.ts";
import { readConfigFiles } from "./local/config-files.ts";

export const checkconfig = defineCommand({
  meta: {
    name: "checkconfig",
    description:
      "Checks config.yaml, plugins.yaml and job files. Exit status 1 when there are errors; counts on the last line",
  },
  args: {
    "config-path": { type: "string", description: "Prow's config.yaml", required: true },
    "plugin-config": { type: "string", description: "plugins.yaml", required: true },
    "job-config-path": { type: "string", description: "A job file, or the folder of all of them", required: true },
    strict: { type: "boolean", description: "Warnings are errors", default: false },
  },
  async run({ args }) {
    const files = await readConfigFiles({
      config: args["config-path"],
      plugins: args["plugin-config"],
      jobs: args["job-config-path"],
    });
    const { index } = loadConfig(files, "checkconfig", null, Date.now());
    for (const { severity, file, line, path, message } of index.problems)
      console.log(`${severity}: ${file}:${line}: ${path ? `${path}: ` : ""}${message}`);
    const errors = index.problems.filter((problem) => args.strict || problem.severity === "error").length;
    const { presubmits, postsubmits, periodics } = index.counts;
    console.log(
      `${presubmits} presubmits, ${postsubmits} postsubmits, ${periodics} periodics in ${index.repositories.length} repositories: ${errors} errors, ${index.problems.length - errors} warnings`,
    );
    process.exitCode = errors > 0 ? 1 : 0;
  },
});
