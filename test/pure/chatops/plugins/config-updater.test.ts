import { describe, expect, test } from "vitest";
import { changedKeys } from "../../../../src/chatops/plugins/config-updater.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { fakeView, file, pull, pullEvent, repoConfig, timerEvent, type World } from "../fake-view.ts";
import { configOf, effectsOf } from "./said.ts";

const MERGE = "e".repeat(40);
const merged = pull({ state: "closed", merged: true, mergeCommitSha: MERGE });
const CONFIG = file("config/prow/config.yaml");

function world(over: Partial<World> = {}, yaml: object = {}): Partial<World> {
  const config = configOf("config-updater", { settings: settingsOf(yaml) });
  return { config, pullRequest: merged, files: [CONFIG, file("main.go")], ...over };
}

const waits = async (
  over: Partial<World>,
  event = pullEvent("closed", { pullRequest: over.pullRequest ?? merged }),
  yaml = {},
) =>
  (await effectsOf(event, fakeView(world(over, yaml)))).map((effect) =>
    effect.kind === "lookAgain" ? `${effect.note} in ${effect.afterMs / 1000}` : effect.kind,
  );

describe("config-updater: which merges (spec chatops 2.20)", () => {
  test.each<[string, Partial<World>, readonly string[]]>([
    ["a merge that changes configuration", {}, ["0 in 5"]],
    ["no configuration", { files: [file("main.go")] }, []],
    ["not merged", { pullRequest: pull({ state: "closed" }) }, []],
    ["another branch", { pullRequest: { ...merged, base: { ...merged.base, ref: "release-1" } } }, []],
    ["no merge sha", { pullRequest: { ...merged, mergeCommitSha: "" } }, []],
  ])("%s", async (_, over, expected) => expect(await waits(over)).toEqual(expected));

  test("opening does nothing; a repository that may not is left alone", async () => {
    expect(await waits({}, pullEvent("opened"))).toEqual([]);
    const maps = { "config/prow/*.yaml": { name: "config", denied_repos: ["org/repo"] } };
    expect(await waits({}, undefined, { config_updater: { maps } })).toEqual([]);
  });
});

describe("config-updater: which keys (spec chatops 2.20)", () => {
  const keys = (maps: object, ...files: Parameters<typeof changedKeys>[1]) =>
    changedKeys(settingsOf({ config_updater: { maps } }).config_updater, files).map(
      ({ map, key, removed }) => `${removed ? "-" : "+"}${map}/${key}`,
    );
  const jobs = { "config/jobs/**/*.yaml": { name: "jobs" } };

  test.each<[string, object, readonly ReturnType<typeof file>[], readonly string[]]>([
    ["base name", jobs, [file("config/jobs/org/repo/a.yaml")], ["+jobs/a.yaml"]],
    ["** is any depth, also none", jobs, [file("config/jobs/a.yaml")], ["+jobs/a.yaml"]],
    ["* stays within a name", { "config/*.yaml": { name: "c" } }, [file("config/jobs/a.yaml")], []],
    ["alternatives", { "c/{a,b}.yaml": { name: "c" } }, [file("c/b.yaml"), file("c/c.yaml")], ["+c/b.yaml"]],
    ["a dot is a dot", jobs, [file("config/jobs/aXyaml")], []],
    ["a key of its own", { "a.yaml": { name: "c", key: "k" } }, [file("a.yaml")], ["+c/k"]],
    ["the full path", { "a/**": { name: "c", use_full_path_as_key: true } }, [file("a/b/c.yaml")], ["+c/a-b-c.yaml"]],
    ["removed", jobs, [file("config/jobs/a.yaml", { status: "removed" })], ["-jobs/a.yaml"]],
    [
      "renamed",
      jobs,
      [file("config/jobs/new.yaml", { status: "renamed", previousFilename: "config/jobs/old.yaml" })],
      ["-jobs/old.yaml", "+jobs/new.yaml"],
    ],
    [
      "renamed, the same key",
      jobs,
      [file("config/jobs/b/a.yaml", { status: "renamed", previousFilename: "config/jobs/a.yaml" })],
      ["+jobs/a.yaml"],
    ],
    ["partitions", { "a/*": { partitioned_names: ["p-0", "p-1"] } }, [file("a/x")], ["+p-0, p-1/x"]],
  ])("%s", (_, maps, files, expected) => expect(keys(maps, ...files)).toEqual(expected));

  test("the default maps are Prow's two", () => {
    const specs = settingsOf().config_updater;
    expect(specs.map(({ glob, name }) => [glob, name])).toEqual([
      ["config/prow/config.yaml", "config"],
      ["config/prow/plugins.yaml", "plugins"],
    ]);
  });
});

describe("config-updater: the verdict", () => {
  const status = (state: string, description: string) => ({ context: "cutwater/config", state, description });
  const at = async (round: number, statuses: World["statuses"]) => {
    const view = fakeView(world({ statuses }));
    const [effect] = await effectsOf(timerEvent("config-updater", String(round)), view);
    return effect?.kind === "comment" ? effect.body.split("\n", 1)[0] : effect?.kind;
  };

  test.each<[string, number, World["statuses"], string]>([
    ["loaded", 0, [status("success", "In use")], `The configuration of ${MERGE} is loaded: In use.`],
    ["being loaded", 0, [status("pending", "Loading the configuration")], "lookAgain"],
    ["not begun", 0, [], "lookAgain"],
    ["another context", 1, [{ ...status("success", ""), context: "ci" }], "lookAgain"],
    [
      "never begun",
      3,
      [],
      `Nobody loads the configuration of ${MERGE}: the setting CONFIG_REPO does not name this repository and branch.`,
    ],
    [
      "waits for confirmation",
      0,
      [status("pending", "Waits for an administrator")],
      `The configuration of ${MERGE} is not in use yet: Waits for an administrator.`,
    ],
    [
      "refused",
      2,
      [status("failure", "a.yaml:3: wrong")],
      `The configuration of ${MERGE} was refused; the one before stays in use. a.yaml:3: wrong`,
    ],
    [
      "gives up",
      17,
      [status("pending", "Loading the configuration")],
      `The configuration of ${MERGE} is not in use yet: Loading the configuration.`,
    ],
  ])("%s", async (_, round, statuses, expected) => expect(await at(round, statuses)).toBe(expected));

  test("it lists the files", async () => {
    const [effect] = await effectsOf(
      timerEvent("config-updater", "0"),
      fakeView(world({ statuses: [status("success", "In use")] })),
    );
    expect(effect).toMatchObject({ kind: "comment" });
    expect(JSON.stringify(effect)).toContain("- with `config/prow/config.yaml` (key `config.yaml` of `config`)");
    expect(JSON.stringify(effect)).not.toContain("main.go");
  });

  test("a timer of another plugin is none of its business", async () => {
    expect(
      await effectsOf(
        timerEvent("needs-rebase", "0"),
        fakeView(world({ config: repoConfig({ plugins: ["config-updater"] }) })),
      ),
    ).toEqual([]);
  });
});
