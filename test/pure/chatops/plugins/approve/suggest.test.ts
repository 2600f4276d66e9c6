import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Area, areasOf } from "../../../../../src/chatops/plugins/approve/areas.ts";
import { suggest } from "../../../../../src/chatops/plugins/approve/suggest.ts";
import { ownersOf } from "../owners-of.ts";

const directories = (files: readonly string[], owners: Readonly<Record<string, string>>): string[] =>
  areasOf(files, ownersOf(owners)).map(({ directory }) => directory);

describe("what has to be approved (spec chatops 2.2.4)", () => {
  const auto = "options: {auto_approve_unowned_subfolders: true}\napprovers: [a]";

  test.each<[string, readonly string[], Readonly<Record<string, string>>, readonly string[]]>([
    [
      "ancestors stand for what is below them",
      ["a/x", "a/b/c/x", "d/e/x", "d/e/f/x"],
      {
        "a/OWNERS": "approvers: [a]",
        "a/b/c/OWNERS": "approvers: [c]",
        "d/e/OWNERS": "approvers: [e]",
        "d/e/f/OWNERS": "approvers: [f]",
      },
      ["a", "d/e"],
    ],
    [
      "no_parent_owners keeps both",
      ["a/x", "a/b/x"],
      { "a/OWNERS": "approvers: [a]", "a/b/OWNERS": "options: {no_parent_owners: true}\napprovers: [b, a]" },
      ["a", "a/b"],
    ],
    [
      "no_parent_owners on the way keeps both",
      ["a/x", "a/b/c/x"],
      {
        "a/OWNERS": "approvers: [a]",
        "a/b/OWNERS": "options: {no_parent_owners: true}\napprovers: [b]",
        "a/b/c/OWNERS": "approvers: [c]",
      },
      ["a", "a/b/c"],
    ],
    [
      "a name that only begins alike is no ancestor",
      ["a/x", "ab/x"],
      { "a/OWNERS": "approvers: [a]", "ab/OWNERS": "approvers: [b]" },
      ["a", "ab"],
    ],
    ["a file directly in the folder needs approval", ["a/x"], { "a/OWNERS": auto }, ["a"]],
    ["one in an unowned folder below does not", ["a/b/x", "a/b/c/d/x"], { "a/OWNERS": auto }, []],
    [
      "a folder with its own approvers needs them",
      ["a/b/x"],
      { "a/OWNERS": auto, "a/b/OWNERS": "approvers: [b]" },
      ["a/b"],
    ],
    [
      "a folder whose OWNERS name no approver does not",
      ["a/b/x"],
      { "a/OWNERS": auto, "a/b/OWNERS": "reviewers: [b]" },
      [],
    ],
    ["at the root too: its own files need approval, folders do not", ["x", "b/x"], { OWNERS: auto }, [""]],
    ["no OWNERS at all", ["b/x"], {}, [""]],
  ])("%s", (_, files, owners, expected) => expect(directories(files, owners)).toEqual(expected));

  test("each file counts: an approver of some patterns above does not clear the files below", () => {
    const owners = ownersOf({
      "a/OWNERS": "filters:\n  '\\.go$':\n    approvers: [gopher]\n  '\\.md$':\n    approvers: [writer]",
      "a/b/OWNERS": "approvers: [b]",
    });
    const areas = areasOf(["a/x.go", "a/b/x.md", "a/b/x.go"], owners);
    expect(areas.map(({ directory, all }) => [directory, [...all].sort()])).toEqual([
      ["a", ["gopher"]],
      ["a/b", ["b", "writer"]],
    ]);
  });
});

const none: ReadonlySet<string> = new Set();
const person = fc.constantFrom(..."abcdefghij".split(""));
/** Small worlds of areas: those who own an area, and others above them. */
const areas: fc.Arbitrary<readonly Area[]> = fc
  .array(fc.tuple(fc.uniqueArray(person, { minLength: 1, maxLength: 4 }), fc.uniqueArray(person, { maxLength: 3 })), {
    maxLength: 7,
  })
  .map((list) =>
    list.map(([leaf, above], index): Area => {
      return { directory: `d${index}`, leaf: new Set(leaf), all: new Set([...leaf, ...above]), isFile: false };
    }),
  );
const some = fc.uniqueArray(person, { maxLength: 4 }).map((list): ReadonlySet<string> => new Set(list));
const covers = (all: readonly Area[], people: ReadonlySet<string>): boolean =>
  all.every((area) => [...area.all].some((login) => people.has(login)));

/** The fewest people of the nearest layers who cover all, by trying every set. */
function fewest(all: readonly Area[]): number {
  const people = [...new Set(all.flatMap(({ leaf }) => [...leaf]))];
  let best = people.length;
  for (let bits = 0; bits < 1 << people.length; bits += 1) {
    const set = new Set(people.filter((_, index) => bits & (1 << index)));
    if (set.size < best && covers(all, set)) best = set.size;
  }
  return best;
}

describe("whom to ask (spec chatops 2.2.5)", () => {
  const run = (all: readonly Area[], n: number, c = none, s = none) => suggest(all, n, c, s);

  test("all files are covered by those asked and those who approved", () => {
    fc.assert(
      fc.property(areas, fc.nat(), some, some, (all, n, approved, assignees) => {
        const { assigned, others } = run(all, n, approved, assignees);
        expect(covers(all, new Set([...approved, ...assigned, ...others]))).toBe(true);
      }),
    );
  });

  test("few are asked: no more than a greedy cover may need, and never more than there are areas", () => {
    fc.assert(
      fc.property(areas, fc.nat(), (all, n) => {
        const { assigned, others } = run(all, n);
        expect(assigned).toEqual([]);
        const harmonic = all.reduce((sum, _, index) => sum + 1 / (index + 1), 0);
        expect(others.length).toBeLessThanOrEqual(all.length);
        expect(others.length).toBeLessThanOrEqual(Math.floor(fewest(all) * Math.max(1, harmonic)));
      }),
    );
  });

  test("the same for one pull request, in whatever order the files come; sorted; nobody twice or in vain", () => {
    fc.assert(
      fc.property(areas, fc.nat(), some, some, (all, n, approved, assignees) => {
        const once = run(all, n, approved, assignees);
        expect(run(all.toReversed(), n, approved, assignees)).toEqual(once);
        const asked = [...once.assigned, ...once.others];
        expect(new Set(asked).size).toBe(asked.length);
        for (const list of [once.assigned, once.others]) expect(list).toEqual([...list].sort());
        for (const login of once.assigned) expect(assignees.has(login)).toBe(true);
        for (const login of asked) expect(approved.has(login)).toBe(false);
        if (covers(all, approved)) expect(asked).toEqual([]);
      }),
    );
  });

  test("other pull requests ask others", () => {
    const all = [{ directory: "d", leaf: new Set("abcdefghij"), all: new Set("abcdefghij"), isFile: false }];
    const asked = new Set(Array.from({ length: 200 }, (_, n) => run(all, n).others.join()));
    expect(asked.size).toBe(10);
  });

  test("one who covers more is asked before several who cover less", () => {
    const of = (directory: string, ...leaf: string[]) => ({
      directory,
      leaf: new Set(leaf),
      all: new Set(leaf),
      isFile: false,
    });
    const all = [of("1", "a", "z"), of("2", "b", "z"), of("3", "c", "z", "y"), of("4", "d", "y")];
    for (let n = 0; n < 50; n += 1) expect(run(all, n).others).toContain("z");
  });

  test("an assigned approver of the root is asked instead of anybody new", () => {
    const all = [{ directory: "d", leaf: new Set(["a", "b"]), all: new Set(["a", "b", "root"]), isFile: false }];
    expect(run(all, 1, none, new Set(["root"]))).toEqual({ assigned: ["root"], others: [] });
  });

  test("3,000 areas and 3,000 people in little time", () => {
    const all = Array.from({ length: 3000 }, (_, n): Area => {
      const leaf = new Set([`u${n}`, `u${(n * 7) % 3000}`]);
      return { directory: `d${n}`, leaf, all: leaf, isFile: false };
    });
    const start = performance.now();
    expect(covers(all, new Set(run(all, 5).others))).toBe(true);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
