import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OwnersConfig } from "../../../src/config/model.ts";
import { isIgnoredDirectory, loadOwners, ownersPaths } from "../../../src/owners/index.ts";

const config: OwnersConfig = {
  skip_collaborators: false,
  mdyaml: false,
  labels_denylist: [],
  filenames: { owners: "OWNERS", owners_aliases: "OWNERS_ALIASES" },
  dir_denylist: ["\\.git$", "_output$", "vendor/.*/.*"],
};
const load = (files: Record<string, string>, over: Partial<OwnersConfig> = {}, collaborators?: readonly string[]) =>
  loadOwners(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    { ...config, ...over },
    collaborators ? new Set(collaborators) : null,
  );
const sorted = (people: ReadonlySet<string>): string[] => [...people].sort();

describe("who owns a path (spec chatops 3.2)", () => {
  const owners = load({
    OWNERS: "approvers: [cjwagner]",
    "src/OWNERS": "approvers: [best]",
    "src/dir/OWNERS": "filters:\n  '.*':\n    approvers: [alice, bob]\n  '\\.go$':\n    approvers: [conformers]",
    "src/dir/conformance/OWNERS": "options:\n  no_parent_owners: true\napprovers: [mikedanese]",
    "src/dir/filtered/OWNERS": "options:\n  no_parent_owners: true\nfilters:\n  '\\.md$':\n    approvers: [writer]",
    "only/options/OWNERS": "options:\n  no_parent_owners: true",
  });

  test.each([
    ["src/dir/x.go", ["alice", "bob", "conformers"], ["alice", "best", "bob", "cjwagner", "conformers"]],
    ["src/dir/x.md", ["alice", "bob"], ["alice", "best", "bob", "cjwagner"]],
    ["src/x.go", ["best"], ["best", "cjwagner"]],
    ["README", ["cjwagner"], ["cjwagner"]],
    ["src/dir/conformance/x.go", ["mikedanese"], ["mikedanese"]],
    ["src/dir/conformance/deep/er/x", ["mikedanese"], ["mikedanese"]],
    // The filter does not match: the directory is skipped, and its option too, as nothing was found.
    ["src/dir/filtered/x.go", ["alice", "bob", "conformers"], ["alice", "best", "bob", "cjwagner", "conformers"]],
    ["src/dir/filtered/x.md", ["writer"], ["writer"]],
    ["only/options/x", ["cjwagner"], ["cjwagner"]],
    ["no/such/dir/x", ["cjwagner"], ["cjwagner"]],
    ["src/dir", ["alice", "bob"], ["alice", "best", "bob", "cjwagner"]],
    ["./src/dir/", ["alice", "bob"], ["alice", "best", "bob", "cjwagner"]],
    ["/src//x.go", ["best"], ["best", "cjwagner"]],
    ["", ["cjwagner"], ["cjwagner"]],
  ])("%s", (path, leaf, all) => {
    expect(sorted(owners.leafApprovers(path))).toEqual(leaf);
    expect(sorted(owners.approvers(path))).toEqual(all);
  });

  test("paths are sensitive to case", () => expect(sorted(owners.approvers("SRC/x"))).toEqual(["cjwagner"]));

  test("the deepest directory that names somebody, whatever no_parent_owners says; the root otherwise", () => {
    expect(owners.approversDirectory("src/dir/conformance/x")).toBe("src/dir/conformance");
    expect(owners.approversDirectory("src/dir/filtered/x.go")).toBe("src/dir");
    expect(owners.approversDirectory("x")).toBe("");
    expect(owners.reviewersDirectory("src/dir/x")).toBe("");
    expect(load({}).approversDirectory("a/b")).toBe("");
  });

  test("options are a directory's own", () => {
    expect(owners.options("src/dir/conformance")).toEqual({
      no_parent_owners: true,
      auto_approve_unowned_subfolders: false,
    });
    expect(owners.options("src/dir/conformance/deep").no_parent_owners).toBe(false);
    expect(owners.options("./only/options/").no_parent_owners).toBe(true);
  });

  test("everybody", () => {
    expect(sorted(owners.allApprovers())).toEqual([
      "alice",
      "best",
      "bob",
      "cjwagner",
      "conformers",
      "mikedanese",
      "writer",
    ]);
    expect(sorted(owners.allReviewers())).toEqual([]);
  });

  test("each role has layers of its own; no_parent_owners stops a role only where it names somebody", () => {
    const owners = load({
      OWNERS: "approvers: [root]\nreviewers: [rr]\nrequired_reviewers: [must]\nlabels: [Area/Root]",
      "a/OWNERS": "options: {no_parent_owners: true}\napprovers: [a]\nlabels: [area/a]",
    });
    expect(sorted(owners.approvers("a/x"))).toEqual(["a"]);
    expect(sorted(owners.reviewers("a/x"))).toEqual(["rr"]);
    expect(sorted(owners.leafReviewers("a/x"))).toEqual(["rr"]);
    expect(sorted(owners.requiredReviewers("a/x"))).toEqual(["must"]);
    expect(sorted(owners.labels("a/x"))).toEqual(["area/a"]);
    expect(sorted(owners.labels("x"))).toEqual(["Area/Root"]);
    expect(owners.labelsDirectory("a/x")).toBe("a");
  });
});

describe("OWNERS files (spec chatops 3.1)", () => {
  test("logins lose case and @; what looks like a number is a login too", () => {
    expect(sorted(load({ OWNERS: "approvers:\n- '@Alice'\n- BOB\n- 1234\n" }).approvers("x"))).toEqual([
      "1234",
      "alice",
      "bob",
    ]);
  });

  test("lists at the top and filters: the filters are lost", () => {
    const text = "approvers: [a]\nfilters:\n  '.*':\n    approvers: [b]";
    expect(sorted(load({ OWNERS: text }).approvers("x"))).toEqual(["a"]);
  });

  test("empty lists at the top: the filters count, unions of all that match, relative to their directory", () => {
    const text = [
      "approvers: []",
      "filters:",
      "  '^x':",
      "    approvers: [starts]",
      "  'go':",
      "    approvers: [holds]",
      "  '':",
      "    reviewers: [everything]",
      "  'nobody':",
    ].join("\n");
    const owners = load({ "dir/OWNERS": text });
    expect(sorted(owners.approvers("dir/x.go"))).toEqual(["holds", "starts"]);
    expect(sorted(owners.approvers("dir/sub/x.go"))).toEqual(["holds"]);
    expect(sorted(owners.reviewers("dir/y"))).toEqual(["everything"]);
  });

  test("a filter that is no regular expression is skipped and told; the others count", () => {
    const owners = load({ OWNERS: "filters:\n  '(':\n    approvers: [a]\n  '.*':\n    approvers: [b]" });
    expect(sorted(owners.approvers("x"))).toEqual(["b"]);
    expect(owners.problems).toEqual([{ path: "OWNERS", message: 'filter "(" is no regular expression of Go' }]);
  });

  test.each([
    ["not: [closed", /./],
    ["approvers: alice", /approvers/],
    ["approvers: [{a: b}]", /approvers/],
    ["options: [x]", /options/],
    ["- just\n- a list", /./],
    [`a: &a [x,x]\n${Array.from({ length: 12 }, (_, n) => `b${n}: &b${n} [*a,*a,*a]`).join("\n")}`, null],
  ])("a malformed file is skipped and told, others are used: %j", (text, message) => {
    const owners = load({ OWNERS: "approvers: [root]", "a/OWNERS": text });
    expect(sorted(owners.approvers("a/x"))).toEqual(["root"]);
    if (message) expect(owners.problems).toEqual([{ path: "a/OWNERS", message: expect.stringMatching(message) }]);
  });

  test("unknown keys are ignored, an empty file names nobody", () => {
    expect(load({ OWNERS: "emeritus_approvers: [old]\napprovers: [new]" }).problems).toEqual([]);
    expect(load({ OWNERS: "" }).problems).toEqual([]);
    expect(load({ OWNERS: "# nothing\n" }).problems).toEqual([]);
  });

  test("auto_approve_unowned_subfolders", () => {
    const owners = load({ OWNERS: "options:\n  auto_approve_unowned_subfolders: true\n" });
    expect(owners.options("").auto_approve_unowned_subfolders).toBe(true);
  });
});

describe("OWNERS_ALIASES", () => {
  const use = (aliases: string) => load({ OWNERS_ALIASES: aliases, OWNERS: "approvers: [Team, solo]" });

  test.each([
    ["a block list", "aliases:\n  team:\n  - A\n  - '@b'\n", ["a", "b", "solo"]],
    ["a flow list", "aliases:\n  TEAM: [a]\n", ["a", "solo"]],
    ["a flow mapping", "aliases:\n  team: {a, b}\n", ["a", "b", "solo"]],
    ["null: nobody", "aliases:\n  team:\n", ["solo"]],
    ["empty: nobody", "aliases:\n  team: []\n", ["solo"]],
    ["unknown: stays a login", "aliases:\n  other: [a]\n", ["solo", "team"]],
    ["one pass: an alias inside an alias stays", "aliases:\n  team: [inner]\n  inner: [a]\n", ["inner", "solo"]],
    ["a scalar makes the whole file invalid", "aliases:\n  team: a\n  other: [b]\n", ["solo", "team"]],
  ])("%s", (_, aliases, expected) => expect(sorted(use(aliases).approvers("x"))).toEqual(expected));

  test("an invalid file is told", () => {
    expect(use("aliases:\n  team: a\n").problems).toMatchObject([{ path: "OWNERS_ALIASES" }]);
  });

  test("only at the root", () => {
    const owners = load({ "a/OWNERS_ALIASES": "aliases: {team: [a]}", OWNERS: "approvers: [team]" });
    expect(sorted(owners.approvers("x"))).toEqual(["team"]);
  });
});

describe("Markdown front matter", () => {
  const files = {
    OWNERS: "approvers: [root]",
    "docs/guide.md": "---\napprovers: [writer]\nlabels: [kind/docs]\n---\n# Guide\n\n---\nmore\n---\n",
    "docs/plain.md": "# Plain\n---\napprovers: [nobody]\n---\n",
    "docs/bad.md": "---\napprovers: [\n---\n",
    "docs/open.md": "---\napprovers: [x]\n",
  };

  test("counts for that file only, below its directory, where it is enabled", () => {
    const owners = load(files, { mdyaml: true });
    expect(sorted(owners.approvers("docs/guide.md"))).toEqual(["root", "writer"]);
    expect(sorted(owners.leafApprovers("docs/guide.md"))).toEqual(["writer"]);
    for (const path of ["docs/plain.md", "docs/other.md", "docs/bad.md", "docs/open.md"]) {
      expect(sorted(owners.approvers(path))).toEqual(["root"]);
    }
    expect(owners.problems).toMatchObject([{ path: "docs/bad.md" }]);
    expect(sorted(load(files).approvers("docs/guide.md"))).toEqual(["root"]);
  });
});

describe("which files count", () => {
  test("names are configurable", () => {
    const filenames = { owners: "OWNERS_EXTRA", owners_aliases: "" };
    const owners = load({ OWNERS: "approvers: [a]", OWNERS_EXTRA: "approvers: [b]" }, { filenames });
    expect(sorted(owners.approvers("x"))).toEqual(["b"]);
  });

  test.each([
    [".git", true],
    ["a/.git/b", true],
    ["_output", true],
    ["my_output", true],
    ["_output2", false],
    ["vendor/a", false],
    ["vendor/a/b", true],
    ["", false],
  ])("the directory %j is ignored: %s", (directory, ignored) => {
    expect(isIgnoredDirectory(directory, config)).toBe(ignored);
  });

  test("files in ignored directories name nobody", () => {
    const owners = load({ OWNERS: "approvers: [root]", "vendor/a/b/OWNERS": "approvers: [x]" });
    expect(sorted(owners.approvers("vendor/a/b/c"))).toEqual(["root"]);
  });

  test("of a tree only what is about owners has to be read", () => {
    const paths = [
      "OWNERS",
      "OWNERS_ALIASES",
      "a/OWNERS",
      "a/OWNERS_ALIASES",
      "README.md",
      "vendor/x/y/OWNERS",
      "MYOWNERS",
    ];
    expect(ownersPaths(paths, config)).toEqual(["OWNERS", "OWNERS_ALIASES", "a/OWNERS"]);
    expect(ownersPaths(paths, { ...config, mdyaml: true })).toContain("README.md");
  });
});

describe("collaborators (spec chatops 3.2)", () => {
  test("who is none does not count; a directory that lost everybody is its parents'", () => {
    const owners = load(
      { OWNERS: "approvers: [root]\nrequired_reviewers: [must]", "a/OWNERS": "approvers: [gone]" },
      {},
      ["root"],
    );
    expect(sorted(owners.leafApprovers("a/x"))).toEqual(["root"]);
    expect(owners.approversDirectory("a/x")).toBe("");
    expect(sorted(owners.requiredReviewers("a/x"))).toEqual(["must"]);
  });
});

describe("hostile input", () => {
  test("no text makes the loader throw", () => {
    const line = fc.constantFrom(
      "approvers:",
      "- a",
      "  - b",
      "filters:",
      "  '.*':",
      "options:",
      "---",
      "aliases:",
      "&a",
      "*a",
      "{",
      "[",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string())), fc.string(), (lines, path) => {
        const text = lines.join("\n");
        const owners = load({ OWNERS: text, "a/OWNERS": text, "x.md": text, OWNERS_ALIASES: text }, { mdyaml: true });
        expect(owners.approvers(path)).toBeInstanceOf(Set);
      }),
      { numRuns: 200 },
    );
  });
});
