import { describe, expect, test } from "vitest";
import { sizeLabel } from "../../../../src/chatops/plugins/size.ts";
import { globPattern, parseAttributes, parseGeneratedFiles } from "../../../../src/chatops/plugins/size/generated.ts";
import { goRegExp } from "../../../../src/config/goregexp.ts";
import { BASE, comment, file, pull, pullEvent } from "../fake-view.ts";
import { configOf, outcome } from "./said.ts";

const WIP = "do-not-merge/work-in-progress";

describe("wip (spec chatops 2.7)", () => {
  const look = (over: Parameters<typeof pull>[0], labels: readonly string[], action = "edited") => {
    const pullRequest = pull(over);
    return outcome(pullEvent(action, { pullRequest }), { config: configOf("wip"), pullRequest, labels });
  };

  test.each(["WIP x", "WIP: x", "[WIP] x", "(wip) x", "<WIP> x", "🚧WIP x"])(
    "%s is work in progress",
    async (title) => {
      expect(await look({ title }, [])).toEqual([`+${WIP}`]);
      expect(await look({ title }, [WIP])).toEqual([]);
    },
  );

  test.each(["Wipe out x", "x WIP", "WIP", "[[WIP]] x", "WIPx"])("%s is not", async (title) => {
    expect(await look({ title }, [])).toEqual([]);
    expect(await look({ title }, [WIP])).toEqual([`-${WIP}`]);
  });

  test("a draft is, whatever its title", async () => {
    expect(await look({ draft: true }, [], "converted_to_draft")).toEqual([`+${WIP}`]);
    expect(await look({ draft: false }, [WIP], "ready_for_review")).toEqual([`-${WIP}`]);
  });

  test("a missed event heals at the next look", async () => {
    expect(await look({ title: "WIP x" }, [], "synchronize")).toEqual([`+${WIP}`]);
  });

  test("labels and closing are no reason to look", async () => {
    expect(await look({ title: "WIP x" }, [], "labeled")).toEqual([]);
    expect(await look({ title: "WIP x" }, [], "closed")).toEqual([]);
  });
});

describe("size (spec chatops 2.8)", () => {
  const defaults = { s: 10, m: 30, l: 100, xl: 500, xxl: 1000 };
  test.each([
    [0, "XS"],
    [9, "XS"],
    [10, "S"],
    [29, "S"],
    [30, "M"],
    [99, "M"],
    [100, "L"],
    [499, "L"],
    [500, "XL"],
    [999, "XL"],
    [1000, "XXL"],
  ])("%d lines are size/%s", (lines, expected) => expect(sizeLabel(lines, defaults)).toBe(`size/${expected}`));

  const look = (
    files: ReturnType<typeof file>[],
    labels: readonly string[] = [],
    texts: Record<string, string> = {},
    action = "synchronize",
    size = defaults,
  ) => outcome(pullEvent(action), { config: configOf("size", { size }), files, labels, texts });

  test("a new size replaces the old one and leaves other labels alone", async () => {
    const files = [file("a.go", { additions: 8, deletions: 7 })];
    expect(await look(files, ["size/XS", "kind/bug"])).toEqual(["+size/S", "-size/XS"]);
    expect(await look(files, ["size/S", "kind/bug"])).toEqual([]);
    expect(await look(files, ["size/S", "size/XXL"])).toEqual(["-size/XXL"]);
  });

  test("closing does nothing; an edit may be a new base", async () => {
    const files = [file("a.go")];
    expect(await look(files, [], {}, "closed")).toEqual([]);
    expect(await look(files, [], {}, "edited")).toEqual(["+size/XS"]);
  });

  test("thresholds count only if all five are set", async () => {
    const files = [file("a.go", { additions: 5 })];
    const tiny = { s: 1, m: 2, l: 3, xl: 4, xxl: 5 };
    expect(await look(files, [], {}, "opened", tiny)).toEqual(["+size/XXL"]);
    expect(await look(files, [], {}, "opened", { ...tiny, m: 0 })).toEqual(["+size/XS"]);
  });

  test("generated files do not count: both files, at the base commit", async () => {
    const big = (name: string) => file(name, { additions: 5000 });
    const texts = {
      [`.generated_files@${BASE}`]: [
        "# comment",
        "prefix vendor/",
        "path-prefix docs/api/",
        "file-prefix zz_generated.",
        "file-name types.pb.go",
        "path pkg/exact/file.go",
        "paths-from-repo hack/.list",
        "nonsense",
      ].join("\n"),
      [`hack/.list@${BASE}`]: "listed/one.go\n\nlisted/two.go\n",
      [`.gitattributes@${BASE}`]: "*.snap linguist-generated=true\nkept.txt linguist-generated\n",
    };
    const generated = [
      "vendor/a/b.go",
      "docs/api/x.md",
      "pkg/zz_generated.deepcopy.go",
      "a/types.pb.go",
      "pkg/exact/file.go",
      "listed/two.go",
      "ui/page.snap",
    ];
    expect(await look([...generated.map(big), file("real.go", { additions: 12 })], [], texts)).toEqual(["+size/S"]);
    for (const name of ["pkg/exact/other.go", "hack/.list", "kept.txt"]) {
      expect(await look([big(name)], [], texts)).toEqual(["+size/XXL"]);
    }
  });

  test("malformed lines are left out", () => {
    expect(parseGeneratedFiles("prefix\nprefix a b\nfile-name x\n")).toMatchObject({
      prefixes: [],
      names: new Set(["x"]),
    });
    expect(parseAttributes("[z-a] linguist-generated=true\n*.x linguist-generated=true\n")).toHaveLength(1);
  });

  test.each([
    ["*.pb.go", "a/b/c.pb.go", true],
    ["*.pb.go", "a.pb.gox", false],
    ["vendor/*", "vendor/a/b.go", true],
    ["/vendor/**", "vendor/a/b.go", true],
    ["**/gen/*.go", "gen/a.go", true],
    ["**/gen/*.go", "x/gen/a.go", true],
    ["vendor/*", "x/vendor/a.go", false],
    ["file?.[ch]", "dir/file1.c", true],
    ["file?.[!ch]", "dir/file1.c", false],
    ["a+(b).go", "a+(b).go", true],
    ["go.sum", "x/go.sum", true],
    ["go.sum", "gozsum", false],
  ])("the glob %s on %s: %s", (glob, path, expected) => expect(goRegExp(globPattern(glob)).test(path)).toBe(expected));
});

describe("help (spec chatops 2.28)", () => {
  const HELP = "help wanted";
  const FIRST = "good first issue";
  const wantedNote =
    "says: this issue now waits for somebody to take it up. Please check that it meets the [guidelines](https://example.com/guide).";
  const firstNote =
    "says: this issue is now marked as fit for newcomers. Please check that it meets the [guidelines](https://example.com/guide).";
  const [unhelp, unfirst] = ["deletes <!-- help wanted -->", "deletes <!-- good first issue -->"];
  const say = (body: string, labels: readonly string[] = [], over: Parameters<typeof comment>[1] = {}) =>
    outcome(comment(body, { isPullRequest: false, ...over }), { config: configOf("help"), labels });

  test.each([
    ["/help", [], [wantedNote, `+${HELP}`]],
    ["/HELP \r\n", [], [wantedNote, `+${HELP}`]],
    ["/help", [HELP], []],
    ["/help me please", [], []],
    ["/good-first-issue", [], [firstNote, `+${FIRST}`, `+${HELP}`]],
    ["/good-first-issue", [HELP], [firstNote, `+${FIRST}`]],
    ["/good-first-issue", [FIRST, HELP], []],
    ["/remove-help", [HELP], [`-${HELP}`, unhelp, unfirst]],
    ["/remove-help", [HELP, FIRST], [`-${HELP}`, `-${FIRST}`, unhelp, unfirst]],
    ["/remove-help", [], []],
    ["/remove-good-first-issue", [FIRST, HELP], [`-${FIRST}`, unfirst]],
    ["/remove-good-first-issue", [], []],
    // One action per comment: the first row whose condition holds.
    ["/help\n/remove-help", [HELP], [`-${HELP}`, unhelp, unfirst]],
    ["/help\n/remove-help", [], [wantedNote, `+${HELP}`]],
    ["/help\n/good-first-issue", [], [firstNote, `+${FIRST}`, `+${HELP}`]],
  ])("%j on %j: %j", async (body, labels, expected) => expect(await say(body, labels)).toEqual(expected));

  test("only open issues, only new comments", async () => {
    expect(await say("/help", [], { isPullRequest: true })).toEqual([]);
    expect(await say("/help", [], { state: "closed" })).toEqual([]);
    expect(await say("/help", [], { action: "edited" })).toEqual([]);
  });
});
