/** `docs-no-retest`: marks changes of documents alone (spec chatops 2.43; a plugin of 2017). */
import type { PullRequest } from "../events.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const LABEL = "retest-not-required-docs-only";
const DOCUMENT = /^(?:.*\.(?:md|png|svg|dia)|OWNERS|LICENSE)$/;

async function rule(_: PullRequest, view: View): Promise<Decision> {
  const files = await view.files();
  const only = files.length > 0 && files.every(({ filename }) => DOCUMENT.test(filename.split("/").at(-1) ?? ""));
  const has = hasLabel(await view.labels(), LABEL);
  const why = only ? "it changes documents only" : "it changes more than documents";
  if (only === has) return { effects: [], why };
  return { effects: [{ kind: only ? "addLabel" : "removeLabel", label: LABEL }], why };
}

export const docsNoRetest: Plugin = {
  name: "docs-no-retest",
  help: {
    description: `The docs-no-retest plugin adds \`${LABEL}\` to pull requests that change nothing but documents.`,
    commands: [],
  },
  rule,
  ruleActions: ["opened", "reopened", "synchronize"],
};
