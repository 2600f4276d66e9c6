import { describe, expect, test } from "vitest";
import { ownersconfig } from "../../../../src/chatops/plugins/ownersconfig.ts";
import { fakeView, file, pull, pullEvent, repoConfig, type World } from "../fake-view.ts";
import { ownersOf } from "./owners-of.ts";
import { configOf, effectsOf } from "./said.ts";

const MERGE = "e".repeat(40);
const merged = pull({ state: "closed", merged: true, mergeCommitSha: MERGE });
const before = ownersOf({ OWNERS: "approvers: [old]\nreviewers: [rest]" });
const after = ownersOf({ OWNERS: "approvers: [old, rest, New]", "a/OWNERS": "reviewers: [other]" });

async function thanked(over: Partial<World>, action = "closed", pullRequest = merged): Promise<readonly string[]> {
  const config = configOf("reward-owners");
  const view = fakeView({ config, pullRequest, files: [file("a/OWNERS")], ...over });
  const owners = (sha: string) => Promise.resolve(sha === MERGE ? after : before);
  const effects = await effectsOf(pullEvent(action, { pullRequest }), { ...view, owners });
  return effects.map((effect) => (effect.kind === "upsertComment" ? effect.body : effect.kind));
}

describe("reward-owners (spec chatops 2.44)", () => {
  test("thanks people who own something for the first time", async () => {
    expect(await thanked({})).toEqual([expect.stringContaining(": @new, @other. ")]);
  });

  test.each<[string, Promise<readonly string[]>]>([
    ["no OWNERS file changes", thanked({ files: [file("a/x.go")] })],
    ["closed without a merge", thanked({}, "closed", pull({ state: "closed" }))],
    ["opened", thanked({}, "opened")],
  ])("%s: nothing", async (_, effects) => expect(await effects).toEqual([]));
});

describe("ownersconfig", () => {
  test("tells the names in use", () => {
    const owners = { ...repoConfig().owners, mdyaml: true, filenames: { owners: "OWN", owners_aliases: "ALIASES" } };
    expect(ownersconfig.help.config?.(repoConfig({ owners }))).toBe(
      "Owners stand in OWN, their aliases in ALIASES, and in front matter of Markdown files.",
    );
  });
});
