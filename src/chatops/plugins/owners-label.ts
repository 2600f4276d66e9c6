/** `owners-label`: labels that OWNERS files give to what changes (spec chatops 2.12). A rule that only adds. */
import { nothing } from "../decide.ts";
import type { PullRequest } from "../events.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

async function rule({ base }: PullRequest, view: View): Promise<Decision> {
  const [files, owners] = await Promise.all([view.files(), view.branchSha(base.ref).then((tip) => view.owners(tip))]);
  const wanted = new Map<string, string>();
  for (const { filename } of files) {
    for (const label of owners.labels(filename)) wanted.set(label.toLowerCase(), label);
  }
  if (wanted.size === 0) return nothing("no OWNERS file gives labels to what changes");
  const [labels, known] = await Promise.all([view.labels(), view.repoLabels()]);
  const missing = [...wanted.values()].filter((label) => !hasLabel(labels, label)).sort();
  if (missing.length === 0) return nothing(`it has ${[...wanted.values()].sort().join(", ")}`);
  const unknown = missing.filter((label) => !hasLabel(known, label));
  const added = missing.filter((label) => hasLabel(known, label));
  const why = [
    ...(added.length > 0 ? [`OWNERS files say ${added.join(", ")}`] : []),
    ...(unknown.length > 0 ? [`the repository has no label ${unknown.join(", ")}`] : []),
  ];
  return { effects: added.map((label) => ({ kind: "addLabel", label })), why: why.join("; ") };
}

export const ownersLabel: Plugin = {
  name: "owners-label",
  help: {
    description:
      "The owners-label plugin adds the labels that the OWNERS files of the changed files list, as far as the repository has them. It never removes one.",
    commands: [],
    config: () => "The labels stand in OWNERS files, under `labels`.",
  },
  rule,
  ruleActions: ["opened", "reopened", "synchronize"],
};
