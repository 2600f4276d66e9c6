import { describe, expect, test } from "vitest";
import { file, pullEvent, type World } from "../fake-view.ts";
import { ownersOf } from "./owners-of.ts";
import { configOf, outcome } from "./said.ts";

const owners = ownersOf({
  OWNERS: "labels: [root]",
  "a/OWNERS": "labels: [area/A, kind/x]",
  "a/b/OWNERS": "options: {no_parent_owners: true}\nlabels: [unknown, area/b]",
});
const repoLabels = ["root", "Area/a", "kind/x", "area/b"];
const world = (files: readonly string[], over: Partial<World> = {}): Partial<World> => ({
  config: configOf("owners-label"),
  owners,
  repoLabels,
  files: files.map((name) => file(name)),
  ...over,
});

describe("owners-label (spec chatops 2.12)", () => {
  test.each<[string, readonly string[], Partial<World>, readonly string[]]>([
    ["all levels, of all files", ["a/x", "y"], {}, ["+area/A", "+kind/x", "+root"]],
    ["those that are missing", ["a/x"], { labels: ["AREA/A", "root"] }, ["+kind/x"]],
    ["only those that the repository has, up to no_parent_owners", ["a/b/x"], {}, ["+area/b"]],
    ["nothing is removed", ["y"], { labels: ["area/A", "root"] }, []],
    ["none", [], {}, []],
  ])("%s", async (_, files, over, expected) => {
    for (const action of ["opened", "reopened", "synchronize"]) {
      expect(await outcome(pullEvent(action), world(files, over))).toEqual(expected);
    }
  });

  test.each(["edited", "closed", "labeled"])("%s: nothing", async (action) => {
    expect(await outcome(pullEvent(action), world(["a/x"]))).toEqual([]);
  });
});
