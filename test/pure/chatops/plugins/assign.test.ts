import { describe, expect, test } from "vitest";
import { comment } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const world = { config: configOf("assign") };
const say = (body: string, over: Parameters<typeof comment>[1] = {}) => outcome(comment(body, over), world);

describe("assign (spec chatops 2.4)", () => {
  test.each([
    ["/assign", ["assigns commenter"]],
    ["/unassign", ["unassigns commenter"]],
    ["/assign @fejta ", ["assigns fejta"]],
    ["/assign fejta", ["assigns fejta"]],
    ["/ASSIGN fejta", ["assigns fejta"]],
    ["/UNASSIGN fejta", ["unassigns fejta"]],
    ["/assign @hello-world @allow_underscore", ["assigns hello-world allow_underscore"]],
    ["/assign @Invalid$User", []],
    ["/assign @ok @in$valid", []],
    ["/assign a, b", []],
    ["/assign a  b", []],
    ["/assign org/team", []],
    ["/assigned a", []],
    ["> /assign a", []],
    ["/unassign @a @b \r\n", ["unassigns a b"]],
    ["/assign @a\n/unassign @A", ["unassigns A"]],
    ["/unassign @a\n/assign @a", ["assigns a"]],
    ["/assign @a\n/unassign @b", ["unassigns b", "assigns a"]],
  ])("%j: %j", async (body, expected) => expect(await say(body)).toEqual(expected));

  test("on issues, in any state; edits do nothing", async () => {
    expect(await say("/assign", { isPullRequest: false, state: "closed" })).toEqual(["assigns commenter"]);
    expect(await say("/assign", { action: "edited" })).toEqual([]);
  });

  test("thirteen names go out together; the reply about those whom GitHub leaves out is prepared", async () => {
    const names = Array.from({ length: 13 }, (_, index) => `user${index}`);
    const [effect] = await effectsOf(comment(`/assign ${names.join(" ")}`), world);
    expect(effect).toMatchObject({
      kind: "assign",
      logins: names,
      onMissing: { before: "@commenter: GitHub did not let me assign " },
    });
  });
});

describe("cc (spec chatops 2.4)", () => {
  test.each([
    ["/cc", ["asks commenter"]],
    ["/uncc", ["unasks commenter"]],
    ["/cc @a", ["asks a"]],
    ["/CC   a   @b", ["asks a b"]],
    ["/UNCC a", ["unasks a"]],
    ["/cc @org/sig-testing-misc", ["asks team:sig-testing-misc"]],
    ["/cc @ORG/misc @a", ["asks a team:misc"]],
    ["/cc a, b", []],
    ["/cc\n/uncc @x", ["unasks x", "asks commenter"]],
    ["/cc @a\n/uncc @A", ["unasks A"]],
    ["/assign @a\n/unassign @b @c\n/uncc @d\n/cc @c", ["unassigns b c", "assigns a", "unasks d", "asks c"]],
  ])("%j: %j", async (body, expected) => expect(await say(body)).toEqual(expected));

  test("only on pull requests", async () => {
    expect(await say("/cc @a", { isPullRequest: false })).toEqual([]);
    expect(await say("/cc @a\n/assign @b", { isPullRequest: false })).toEqual(["assigns b"]);
  });

  test("another organisation's team cannot be asked, and that is said", async () => {
    const said = "says: I can ask only teams of `org` for a review, as `org/team`. I left out `other/team`.";
    expect(await say("/cc @other/team @a")).toEqual(["asks a", said]);
  });
});
