/** `golint`: runs golint on the Go files of a pull request (spec chatops 2.33). */
import { lintPlugin } from "./lint/plugin.ts";
import { generatedFiles } from "./size/generated.ts";

export const golint = lintPlugin({
  linter: "golint",
  verbs: ["lint"],
  does: "Runs golint on the Go files that the pull request changes, and comments on the lines that it adds.",
  help: {
    description: "The golint plugin comments on the lines of Go that a pull request adds.",
    snippet: "golint:\n  minimum_confidence: 0.8",
    config: ({ settings }) =>
      `Findings with a confidence of at least ${settings.golint.minimum_confidence} are told here.`,
  },
  relevant: async (files, view) => {
    const go = files.filter(({ filename }) => filename.endsWith(".go") && !/(?:^|\/)vendor\//.test(filename));
    if (go.length === 0) return go;
    const isGenerated = await generatedFiles(view, (await view.pullRequest()).base.sha);
    return go.filter(({ filename }) => !isGenerated(filename));
  },
});
