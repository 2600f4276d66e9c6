import { describe, expect, test } from "vitest";
import { mergeMethod, mergeMethodsOf } from "../../../../src/config/merge-method.ts";
import { PluginsSchema } from "../../../../src/config/plugins-schema.ts";
import { pluginSettings } from "../../../../src/config/plugin-settings-of.ts";
import { ProwSchema } from "../../../../src/config/prow-schema.ts";
import { commit, fakeView, pull, pullEvent } from "../fake-view.ts";
import { configOf, effectsOf } from "./said.ts";

async function said(tide: object, commits = 2, action = "opened", base = "master") {
  const prow = ProwSchema.parse({ tide });
  const settings = pluginSettings(prow, PluginsSchema.parse({}), { org: "org", repo: "repo" });
  const pullRequest = pull({ base: { sha: "b".repeat(40), ref: base } });
  const view = fakeView({
    config: configOf("merge-method-comment", { settings }),
    commits: Array.from({ length: commits }, (_, index) => commit(String(index), "m")),
    pullRequest,
  });
  const effects = await effectsOf(pullEvent(action, { pullRequest }), view);
  return effects.map((effect) => (effect.kind === "upsertComment" ? effect.body.split("\n", 1)[0] : effect.kind));
}

const start = (method: string) => `This pull request has several commits, and they are merged here by: ${method}.`;

describe("merge-method-comment (spec chatops 2.30)", () => {
  test.each<[string, object, readonly string[]]>([
    [
      "merge, with a label to squash",
      { squash_label: "s" },
      [`${start("merge")} The label \`s\` asks for them to be squashed.`],
    ],
    [
      "merge, without",
      {},
      [`${start("merge")} Commits will be merged, since no label is configured to ask otherwise.`],
    ],
    [
      "squash, with a label to merge",
      { merge_method: { org: "squash" }, merge_label: "m" },
      [`${start("squash")} The label \`m\` asks for them to be merged.`],
    ],
    [
      "squash, without",
      { merge_method: { "org/repo": "squash" } },
      [`${start("squash")} Commits will be squashed, since no label is configured to ask otherwise.`],
    ],
    ["rebase", { merge_method: { org: "rebase" } }, [start("rebase")]],
  ])("%s", async (_, tide, expected) => expect(await said(tide)).toEqual(expected));

  test("one commit needs no word; neither do events that change no commits", async () => {
    expect(await said({}, 1)).toEqual([]);
    expect(await said({}, 2, "labeled")).toEqual([]);
    for (const action of ["reopened", "synchronize", "edited"]) expect(await said({}, 2, action)).toHaveLength(1);
  });
});

describe("tide's merge method of a branch (spec jobs 5.2)", () => {
  const merge_method = {
    "org/repo@exact": "rebase",
    org: { repo: { "main|master": "squash", "release-.*": "rebase" }, "*": { ".*": "squash" }, plain: "rebase" },
    "org/repo": "merge",
    flat: "squash",
  };
  test.each([
    ["org", "repo", "exact", "rebase"],
    ["ORG", "Repo", "master", "squash"],
    ["org", "repo", "release-1", "rebase"],
    ["org", "repo", "other", "merge"],
    ["org", "new", "anything", "squash"],
    ["org", "plain", "x", "rebase"],
    ["flat", "any", "x", "squash"],
    ["unknown", "any", "x", "merge"],
  ])("%s/%s@%s: %s", (org, repo, branch, expected) => {
    const { tide } = ProwSchema.parse({ tide: { merge_method } });
    expect(mergeMethod(mergeMethodsOf(tide, { org, repo }), branch)).toBe(expected);
  });
});
