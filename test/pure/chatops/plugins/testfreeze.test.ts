import { describe, expect, test } from "vitest";
import type { Outside, OutsideRequest } from "../../../../src/chatops/reads.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { fakeView, pull, pullEvent, type World } from "../fake-view.ts";
import { configOf, effectsOf } from "./said.ts";

const GONE: Outside = { status: 0, contentType: "", length: null, body: "", url: "" };
const ok = (body: string): Outside => ({ ...GONE, status: 200, body });

const settings = settingsOf({ cutwater: { "org/repo": { freeze_branch: "master" } } });
const config = configOf("testfreeze", { settings });
const tide = (branches: readonly string[], repo = "org/repo"): string =>
  JSON.stringify({ tide: { queries: [{ repos: ["other/repo"] }, { repos: [repo], excludedBranches: branches }] } });
const FINISHED = JSON.stringify({ timestamp: 1_780_000_000, passed: true, result: "SUCCESS" });

interface Release {
  readonly excluded?: readonly string[];
  /** Instead of the configuration. */
  readonly config?: string | null;
  readonly tags?: readonly string[];
  readonly branches?: readonly string[];
  readonly finished?: string;
}

const view = (release: Release, over: Partial<World> = {}) =>
  fakeView({
    config,
    branches: release.branches ?? ["release-1.9", "release-1.35", "release-1.36", "release-1.36-rc", "release-x"],
    tags: release.tags ?? [],
    outside: ({ service, path }: OutsideRequest) => {
      if (service === "freeze")
        return release.config === null ? GONE : ok(release.config ?? tide(release.excluded ?? []));
      return ok(path === "/latest-build.txt" ? "42\n" : (release.finished ?? FINISHED));
    },
    ...over,
  });

const said = async (release: Release, over: Partial<World> = {}, action = "opened"): Promise<string> => {
  const effects = await effectsOf(pullEvent(action), view(release, over));
  return effects.map((effect) => (effect.kind === "comment" ? effect.body : effect.kind)).join();
};
const has = (body: string): string =>
  [/Code Freeze/, /Test Freeze/, /also in/, /\*\*may\*\*/, /milestone/]
    .filter((words) => words.test(body))
    .map(({ source }) => source.replaceAll("\\*", ""))
    .join(", ");

describe("testfreeze (spec chatops 2.35)", () => {
  test.each([
    ["both freezes", { excluded: ["release-1.36"] }, [], "Code Freeze, Test Freeze, also in, milestone"],
    [
      "code freeze of the next release, before its branch",
      { excluded: ["release-1.37"], tags: ["v1.36.0"] },
      [],
      "Code Freeze, milestone",
    ],
    [
      "code freeze of the released branch",
      { excluded: ["release-1.36"], tags: ["v1.36.0"] },
      [],
      "Code Freeze, milestone",
    ],
    [
      "a bug in code freeze hears the softer words",
      { excluded: ["release-1.36"] },
      ["kind/bug"],
      "Code Freeze, Test Freeze, also in, may",
    ],
    ["test freeze only, after the thaw", {}, [], "Test Freeze"],
    ["a bug in test freeze", {}, ["kind/bug"], "Test Freeze"],
    ["no freeze", { tags: ["v1.36.0"] }, [], ""],
    ["a tag that only begins like it", { tags: ["v1.36.0-rc.1"] }, [], "Test Freeze"],
    ["no release branch", { branches: ["release-next"] }, [], ""],
    ["another repository's exclusion", { config: tide(["release-1.36"], "other/repo") }, [], "Test Freeze"],
    ["no configuration, released", { config: null, tags: ["v1.36.0"] }, [], ""],
    ["no configuration, not released", { config: null }, [], "Test Freeze"],
    ["a configuration that is none", { config: "a: [", tags: ["v1.36.0"] }, [], ""],
  ] as const)("%s", async (_, release, labels, expected) => {
    expect(has(await said(release, { labels }))).toBe(expected);
  });

  test.each([
    ["the newest branch by number", {}, "`release-1.36`"],
    ["the release to come", {}, "v1.36.0"],
    ["when the last fast forward was", {}, "2026-05-28T20:26:40Z"],
    ["a failed one", { finished: JSON.stringify({ timestamp: 1, passed: false }) }, "unknown"],
    ["one that nobody can read", { finished: "<html>" }, "unknown"],
  ] as const)("tells %s", async (_, release, words) => {
    expect(await said(release)).toContain(words);
  });

  test.each([
    ["pushes", { over: {}, action: "synchronize" }],
    ["edits", { over: {}, action: "edited" }],
    ["other branches", { over: { pullRequest: pull({ base: { sha: "b", ref: "release-1.36" } }) }, action: "opened" }],
  ] as const)("%s are told nothing", async (_, { over, action }) => {
    const event = pullEvent(action, "pullRequest" in over ? { pullRequest: over.pullRequest } : {});
    expect(await effectsOf(event, view({ excluded: ["release-1.36"] }, over))).toEqual([]);
  });

  test.each([
    ["kubernetes", "kubernetes", 1],
    ["Kubernetes", "kubernetes", 1],
    ["kubernetes", "test-infra", 0],
    ["other", "kubernetes", 0],
  ])("without an option it watches master of kubernetes/kubernetes: %s/%s", async (org, repo, comments) => {
    const plain = configOf("testfreeze", { org, repo, settings: settingsOf({}, org, repo) });
    const effects = await effectsOf(pullEvent("reopened"), view({ excluded: ["release-1.36"] }, { config: plain }));
    expect(effects).toHaveLength(comments);
  });
});
