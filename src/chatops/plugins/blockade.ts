/** `blockade`: files that a pull request may not change (spec chatops 2.16). A rule. */
import { goRegExp } from "../../config/goregexp.ts";
import type { RepoConfig } from "../../config/model.ts";
import type { BlockadeConfig } from "../../config/plugin-settings.ts";
import { nothing } from "../decide.ts";
import type { PullRequest } from "../events.ts";
import { BLOCKADE_MARKER, blockedPaths } from "../messages-owners.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const LABEL = "do-not-merge/blocked-paths";

/** Files by explanation: a file that several entries block stands under each. */
function blockedBy(entries: readonly BlockadeConfig[], files: readonly string[]): ReadonlyMap<string, string[]> {
  const blocked = new Map<string, string[]>();
  for (const { blockregexps, exceptionregexps, explanation } of entries) {
    const blocks = blockregexps.map(goRegExp);
    const exceptions = exceptionregexps.map(goRegExp);
    const hit = files.filter(
      (file) => blocks.some((one) => one.test(file)) && !exceptions.some((one) => one.test(file)),
    );
    if (hit.length > 0) blocked.set(explanation, [...new Set([...(blocked.get(explanation) ?? []), ...hit])]);
  }
  return blocked;
}

async function rule({ base }: PullRequest, view: View): Promise<Decision> {
  const entries = view.config.settings.blockades.filter(
    ({ branchregexp }) => branchregexp === "" || goRegExp(branchregexp).test(base.ref),
  );
  const files = entries.length > 0 ? (await view.files()).map(({ filename }) => filename) : [];
  const blocked = blockedBy(entries, files);
  const has = hasLabel(await view.labels(), LABEL);
  if (blocked.size > 0) {
    const body = blockedPaths(LABEL, blocked);
    const count = new Set([...blocked.values()].flat()).size;
    return {
      effects: [
        { kind: "addLabel", label: LABEL },
        { kind: "upsertComment", marker: BLOCKADE_MARKER, body },
      ],
      why: `${count} protected files change`,
    };
  }
  if (!has) return nothing("no protected file changes");
  return {
    effects: [
      { kind: "removeLabel", label: LABEL },
      { kind: "deleteComments", marker: BLOCKADE_MARKER },
    ],
    why: "no protected file changes any more",
  };
}

function describe({ settings: { blockades } }: RepoConfig): string {
  if (blockades.length === 0) return "No files are protected.";
  const each = blockades.map(({ branchregexp, blockregexps, exceptionregexps }) => {
    const branch = branchregexp ? ` on branches that match ${branchregexp}` : "";
    const but = exceptionregexps.length > 0 ? `, but not ${exceptionregexps.join(", ")}` : "";
    return `${blockregexps.join(", ")}${but}${branch}`;
  });
  return `Protected: ${each.join("; ")}.`;
}

export const blockade: Plugin = {
  name: "blockade",
  help: {
    description: `The blockade plugin keeps the \`${LABEL}\` label on pull requests that change protected files, and tells which.`,
    commands: [],
    snippet: [
      "blockades:",
      "- repos:",
      "  - org/repo",
      "  branchregexp: ^release-",
      "  blockregexps:",
      "  - ^vendor/",
      "  exceptionregexps:",
      "  - \\.md$",
      "  explanation: Vendored code is changed by a script.",
    ].join("\n"),
    config: describe,
  },
  rule,
  ruleActions: ["opened", "reopened", "synchronize", "edited"],
};
