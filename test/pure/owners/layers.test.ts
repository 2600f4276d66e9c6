import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OwnersConfig } from "../../../src/config/model.ts";
import { loadOwners } from "../../../src/owners/index.ts";

const config: OwnersConfig = {
  skip_collaborators: false,
  mdyaml: true,
  labels_denylist: [],
  filenames: { owners: "OWNERS", owners_aliases: "OWNERS_ALIASES" },
  dir_denylist: [],
};
const load = (files: Record<string, string>) =>
  loadOwners(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    config,
  );
const lists = (layers: readonly ReadonlySet<string>[]): string[][] => layers.map((layer) => [...layer].toSorted());

describe("layers, the nearest first (spec chatops 3.2)", () => {
  const owners = load({
    OWNERS: "approvers: [root]\nreviewers: [rr]",
    "a/OWNERS": "filters:\n  '\\.go$':\n    approvers: [gopher, golem]\n  '^b/':\n    approvers: [bee]",
    "a/b/OWNERS": "reviewers: [rb]",
    "a/c/OWNERS": "options: {no_parent_owners: true}\napprovers: [sea]",
    "a/c/d/OWNERS": "approvers: [dee]",
    "a/c/note.md": "---\napprovers: [writer]\noptions: {no_parent_owners: true}\n---\n",
  });

  test.each<[string, string[][], string[][]]>([
    ["a/x.go", [["golem", "gopher"], ["root"]], [["rr"]]],
    ["a/x.txt", [["root"]], [["rr"]]],
    ["a/b/x.go", [["bee", "golem", "gopher"], ["root"]], [["rb"], ["rr"]]],
    ["a/b/x.txt", [["bee"], ["root"]], [["rb"], ["rr"]]],
    ["a/c/d/x.go", [["dee"], ["sea"]], [["rr"]]],
    ["a/c/note.md", [["writer"]], [["rr"]]],
    ["a/c/other.md", [["sea"]], [["rr"]]],
    ["z", [["root"]], [["rr"]]],
  ])("%s", (path, approvers, reviewers) => {
    expect(lists(owners.layers("approvers", path))).toEqual(approvers);
    expect(lists(owners.layers("reviewers", path))).toEqual(reviewers);
  });
});

describe("whatever the files say", () => {
  const login = fc.constantFrom("a", "b", "c", "d");
  const directory = fc.constantFrom("", "x/", "x/y/", "x/y/z/", "w/");
  const text = fc.record({
    approvers: fc.uniqueArray(login, { maxLength: 3 }),
    reviewers: fc.uniqueArray(login, { maxLength: 3 }),
    alone: fc.boolean(),
    pattern: fc.option(fc.constantFrom("\\.go$", "^y/", ".*", "nothing")),
  });
  const world = fc.array(fc.tuple(directory, text), { maxLength: 6 }).map((list) => {
    const files = list.map(([place, { approvers, reviewers, alone, pattern }]): [string, string] => {
      const people = { approvers, reviewers };
      const options = { no_parent_owners: alone };
      const body = pattern === null ? { options, ...people } : { options, filters: { [pattern]: people } };
      return [`${place}OWNERS`, JSON.stringify(body)];
    });
    return load(Object.fromEntries(files));
  });
  const path = fc.constantFrom("f.go", "x/f.go", "x/f", "x/y/f.go", "x/y/z/f", "x/y/z/q/f.go", "w/f", "v/f.go");

  test("all are the union of the layers, the leaf is the first of them, and its directory is above the path", () => {
    fc.assert(
      fc.property(world, path, (owners, file) => {
        expect(owners.problems).toEqual([]);
        const layers = owners.layers("approvers", file);
        expect(owners.approvers(file)).toEqual(new Set(layers.flatMap((layer) => [...layer])));
        expect(owners.leafApprovers(file)).toEqual(layers[0] ?? new Set());
        const place = owners.approversDirectory(file);
        expect(place === "" || file.startsWith(`${place}/`)).toBe(true);
        expect([...owners.allApprovers()]).toEqual(expect.arrayContaining([...owners.approvers(file)]));
        expect([...owners.allReviewers()]).toEqual(expect.arrayContaining([...owners.leafReviewers(file)]));
      }),
    );
  });

  test("what is below no_parent_owners never asks anybody above it", () => {
    fc.assert(
      fc.property(login, login, path, (inner, outer, file) => {
        const owners = load({
          OWNERS: `approvers: [${outer}-outside]`,
          "x/OWNERS": `options: {no_parent_owners: true}\napprovers: [${inner}]`,
        });
        expect([...owners.approvers(file)]).toEqual([file.startsWith("x/") ? inner : `${outer}-outside`]);
      }),
    );
  });
});
