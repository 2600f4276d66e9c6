import { describe, expect, test } from "vitest";
import { changedLines, filesToBlame } from "../../../../src/chatops/plugins/rifle/blame.ts";
import { scores } from "../../../../src/chatops/plugins/rifle/score.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { BASE, comment, file, NOW, pullEvent, type World } from "../fake-view.ts";
import { ownersOf } from "./owners-of.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const OWNERS = ownersOf({ OWNERS: "reviewers: [root]", "a/OWNERS": "reviewers: [al, ann, author]\napprovers: [app]" });
const DAY = 24 * 3600_000;
const range = (startingLine: number, endingLine: number, login: string | null, days = 10) => ({
  startingLine,
  endingLine,
  commit: {
    committedDate: new Date(NOW - days * DAY).toISOString(),
    author: { user: login === null ? null : { login } },
  },
});
const PATCH = "@@ -10,4 +10,4 @@ func f()\n same\n-old\n-older\n+new\n same";

interface Asked {
  query: string;
  variables: Readonly<Record<string, unknown>>;
}
function world(ranges: readonly unknown[], over: Partial<World> = {}, asked: Asked[] = []): Partial<World> {
  const graphql: World["graphql"] = (query, variables) => {
    asked.push({ query, variables });
    return { repository: { object: { f0: { ranges } } } };
  };
  const config = configOf("rifle", { settings: settingsOf({ rifle: { request_count: 1 } }) });
  return { config, owners: OWNERS, files: [file("a/x.go")], patches: { "a/x.go": PATCH }, graphql, ...over };
}

describe("whom rifle asks (spec chatops 2.14)", () => {
  const opened = pullEvent("opened");

  test.each<[string, readonly unknown[], readonly string[]]>([
    ["who wrote most of what changes", [range(1, 11, "Ann"), range(12, 12, "al", 1), range(11, 11, "al")], ["asks al"]],
    ["the newer one where lines are equal", [range(11, 11, "ann", 100), range(12, 12, "al", 1)], ["asks al"]],
    ["never the author", [range(1, 100, "author"), range(11, 11, "ann")], ["asks ann"]],
    ["nobody whom OWNERS do not name", [range(1, 11, "stranger"), range(12, 12, "ann")], ["asks ann"]],
    ["people without an account do not count", [range(1, 11, null), range(12, 12, "al")], ["asks al"]],
  ])("%s", async (_, ranges, expected) => expect(await outcome(opened, world(ranges))).toEqual(expected));

  test.each<[string, Partial<World>]>([
    ["no lines of theirs", { graphql: () => ({ repository: { object: { f0: { ranges: [range(1, 2, "ann")] } } } }) }],
    ["no diff", { patches: {} }],
    ["only new files", { files: [file("a/x.go", { status: "added" })] }],
    ["GitHub does not tell", { graphql: () => ({ nonsense: true }) }],
  ])("%s: by chance, as blunderbuss", async (_, over) => {
    expect(await outcome(opened, world([], over))).toEqual([expect.stringMatching(/^asks (al|ann)$/)]);
  });

  test("too few: those without a score, then wider layers, then approvers", async () => {
    const config = configOf("rifle", { settings: settingsOf({ rifle: { request_count: 4 } }) });
    const [effect] = await effectsOf(opened, world([range(11, 11, "ann")], { config }));
    expect(effect).toMatchObject({ users: ["ann", "al", "root", "app"] });
  });

  test("the history is that of the merge base, in one call; of the base where there is none; by the old name", async () => {
    const asked: Asked[] = [];
    const files = [file("a/x.go", { status: "renamed", previousFilename: "a/y.go" })];
    await outcome(comment("/auto-cc"), world([], { files, mergeBase: "m".repeat(40) }, asked));
    await outcome(comment("/auto-cc"), world([], { mergeBase: null }, asked));
    expect(asked.map(({ variables }) => [variables["oid"], variables["p0"]])).toEqual([
      ["m".repeat(40), "a/y.go"],
      [BASE, "a/x.go"],
    ]);
    expect(asked[0]?.query).toContain("f0: blame(path: $p0)");
  });
});

describe("parts of it", () => {
  test("lines of the old side; around what is only added", () => {
    expect(changedLines(PATCH)).toEqual([11, 12]);
    expect(changedLines("@@ -1,2 +1,3 @@\n a\n+b\n c\n@@ -9 +10,0 @@\n-x")).toEqual([1, 2, 9]);
    expect(changedLines("no diff\n-at all")).toEqual([]);
  });

  test("twenty files, folder by folder, removed and new ones aside", () => {
    const many = Array.from({ length: 50 }, (_, n) => file(`big/${n}`));
    const picked = filesToBlame([...many, file("small/x"), file("gone", { status: "removed" }), file("b/y")]);
    expect(picked).toHaveLength(20);
    expect(picked.slice(0, 3).map(({ filename }) => filename)).toEqual(["big/0", "small/x", "b/y"]);
  });

  test("ten a line, five for today, three or two for the role", () => {
    const wrote = [
      { login: "al", lines: 2, at: NOW },
      { login: "al", lines: 1, at: NOW - 50 * DAY },
      { login: "ann", lines: 1, at: NOW - 4 * DAY },
    ];
    expect([...scores(wrote, new Set(["al"]), NOW)]).toEqual([
      ["al", 38],
      ["ann", 13],
    ]);
  });
});
