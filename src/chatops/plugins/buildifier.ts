/** `buildifier`: looks at the form of Bazel's files (spec chatops 2.33). */
import { lintPlugin } from "./lint/plugin.ts";

const BAZEL = /(?:^|\/)(?:BUILD|BUILD\.bazel|WORKSPACE|[^/]*\.bzl)$/;

export const buildifier = lintPlugin({
  linter: "buildifier",
  verbs: ["buildify", "buildifier"],
  does: "Runs buildifier on the files of Bazel that the pull request changes, and comments on the lines that it adds.",
  help: { description: "The buildifier plugin comments on the form of files of Bazel that a pull request changes." },
  relevant: (files) => Promise.resolve(files.filter(({ filename }) => BAZEL.test(filename))),
});
