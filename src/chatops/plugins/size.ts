/** `size`: labels a pull request by its lines changed, generated files aside (spec chatops 2.8). A rule. */
import type { RepoConfig, SizeConfig } from "../../config/model.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { PullRequest } from "../events.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { generatedFiles } from "./size/generated.ts";

const DEFAULTS: SizeConfig = { s: 10, m: 30, l: 100, xl: 500, xxl: 1000 };

/** The thresholds in use: the configured ones only if all five are set. */
function thresholds({ size }: RepoConfig): SizeConfig {
  return size.s > 0 && size.m > 0 && size.l > 0 && size.xl > 0 && size.xxl > 0 ? size : DEFAULTS;
}

/** The label for a number of changed lines. */
export function sizeLabel(lines: number, { s, m, l, xl, xxl }: SizeConfig): string {
  if (lines < s) return "size/XS";
  if (lines < m) return "size/S";
  if (lines < l) return "size/M";
  if (lines < xl) return "size/L";
  return lines < xxl ? "size/XL" : "size/XXL";
}

async function rule(pullRequest: PullRequest, view: View): Promise<Decision> {
  if (pullRequest.state === "closed") return nothing("the pull request is closed");
  const [files, isGenerated] = await Promise.all([view.files(), generatedFiles(view, pullRequest.base.sha)]);
  const counted = files.filter((file) => !isGenerated(file.filename));
  const lines = counted.reduce((sum, file) => sum + file.additions + file.deletions, 0);
  const wanted = sizeLabel(lines, thresholds(view.config));
  const sizes = (await view.labels()).filter((label) => label.toLowerCase().startsWith("size/"));
  const has = (label: string): boolean => label.toLowerCase() === wanted.toLowerCase();
  const effects: Effect[] = [];
  if (!sizes.some(has)) effects.push({ kind: "addLabel", label: wanted });
  for (const label of sizes) if (!has(label)) effects.push({ kind: "removeLabel", label });
  const why = `${lines} lines in ${counted.length} of ${files.length} files: ${wanted}`;
  return { effects, why };
}

export const size: Plugin = {
  name: "size",
  help: {
    description:
      "The size plugin labels pull requests by the lines that they add and delete. Files that `.generated_files` or " +
      "`linguist-generated=true` in `.gitattributes` name do not count.",
    commands: [],
    snippet: "size:\n  s: 10\n  m: 30\n  l: 100\n  xl: 500\n  xxl: 1000",
    config: (config) => {
      const { s, m, l, xl, xxl } = thresholds(config);
      return `Sizes by lines changed: XS below ${s}, S below ${m}, M below ${l}, L below ${xl}, XL below ${xxl}, then XXL.`;
    },
  },
  rule,
  ruleActions: ["opened", "reopened", "synchronize", "edited"],
};
