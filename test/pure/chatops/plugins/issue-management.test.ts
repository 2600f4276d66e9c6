import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withReferences } from "../../../../src/chatops/plugins/issue-management/fixes-line.ts";
import type { Owners } from "../../../../src/owners/index.ts";
import { comment, fakeView, issueFacts, pull, user, type World } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const member = user("member");
const issues: World["issues"] = {
  "org/repo#1": issueFacts({ number: 1 }),
  "org/repo#2": issueFacts({ number: 2 }),
  "org/repo#3": issueFacts({ number: 3, isPullRequest: true }),
  "other/place#9": issueFacts({ number: 9 }),
};

function world(body = "", over: Partial<World> = {}): Partial<World> {
  return { config: configOf("issue-management"), issues, pullRequest: pull({ body }), ...over };
}

async function edited(said: string, body = "") {
  const effects = await effectsOf(comment(said, { author: member }), world(body));
  return effects.map((effect) => {
    if (effect.kind === "editIssue") return effect.changes.body;
    return effect.kind === "comment" ? effect.body.split("\n").filter((line) => line.startsWith("- ")) : effect.kind;
  });
}

describe("link and unlink (spec chatops 2.25)", () => {
  test.each<[string, string, readonly unknown[]]>([
    ["/link-issue 1", "", ["Fixes #1"]],
    ["/link-issue #1", "What it does", ["What it does\n\nFixes #1"]],
    ["/link-issue 1 2", "A\n", ["A\n\nFixes #1, fixes #2"]],
    ["/LINK-ISSUE 1,#2", "A", ["A\n\nFixes #1, fixes #2"]],
    ["/link-issue other/place#9", "", ["Fixes other/place#9"]],
    ["/link-issue ORG/repo#1", "", ["Fixes #1"]],
    ["/link-issue 2", "fixes #1\nmore", ["Fixes #1, fixes #2\nmore"]],
    ["/link-issue 2", "A\r\nFixes #1 #5\r\nB", ["A\nFixes #1, fixes #5, fixes #2\nB"]],
    ["/link-issue 1 1\n/link-issue #1", "", ["Fixes #1"]],
    ["/link-issue 1", "Fixes #1", []],
    ["/link-issue 1", "Fixes the crash of #7", ["Fixes the crash of #7\n\nFixes #1"]],
    ["/unlink-issue 1", "Fixes #1, fixes #2", ["Fixes #2"]],
    ["/unlink-issue 1", "A\nFixes #1\nB", ["A\nB"]],
    ["/unlink-issue 1", "nothing here", []],
    ["/link-issue 2\n/unlink-issue 1", "Fixes #1", ["Fixes #2"]],
    ["/link-issue 3", "", [["- `#3` is a pull request."]]],
    ["/link-issue 77", "", [["- `#77` does not exist, or I may not see it."]]],
    [
      "/link-issue 1 x#y",
      "",
      ["Fixes #1", ["- `x#y` is no reference of an issue: say a number, or `org/repo#number`."]],
    ],
    ["/link-issue 0", "", [["- `0` is no reference of an issue: say a number, or `org/repo#number`."]]],
    ["/link-issue", "", []],
  ])("%j on %j", async (said, body, expected) => expect(await edited(said, body)).toEqual(expected));

  test("only members, only on pull requests, only new comments", async () => {
    const on = (over: Parameters<typeof comment>[1]) => outcome(comment("/link-issue 1", over), world());
    expect(await on({})).toEqual(["says: only members of `org` can use this command."]);
    expect(await on({ author: member, isPullRequest: false })).toEqual([
      "says: `/link-issue` and `/unlink-issue` are for pull requests.",
    ]);
    expect(await on({ author: member, action: "edited" })).toEqual([]);
  });

  test("linking and unlinking the same leaves nothing behind; doing it twice changes nothing more", () => {
    const reference = fc.integer({ min: 1, max: 99 }).map((number) => `#${number}`);
    fc.assert(
      fc.property(fc.string(), fc.uniqueArray(reference, { minLength: 1 }), (text, references) => {
        const once = withReferences(text, references, []);
        expect(withReferences(once, references, [])).toBe(once);
        for (const one of references) expect(once.toLowerCase()).toContain(`fixes ${one}`);
        expect(withReferences(once, [], references).toLowerCase()).not.toMatch(/^fixes #/m);
      }),
    );
  });
});

describe("pin and unpin (spec chatops 2.25)", () => {
  const owners = { leafApprovers: (path: string) => new Set(path === "" ? ["boss"] : []) } as unknown as Owners;
  const on = (said: string, over: Parameters<typeof comment>[1]) =>
    effectsOf(comment(said, { isPullRequest: false, ...over }), world("", { owners }));

  test.each([
    ["/pin-issue", "pinIssue"],
    ["/UNPIN-issue ", "unpinIssue"],
    ["/unpin-issue\n/pin-issue", "pinIssue"],
  ])("%j by an approver of the root: %s", async (said, kind) => {
    const [effect, ...more] = await on(said, { author: user("Boss") });
    expect(effect?.kind).toBe(kind);
    expect(effect).toMatchObject({ onDone: [{ kind: "comment" }] });
    expect(effect).toMatchObject({
      onRefused: { before: expect.stringMatching(/^@Boss: GitHub did not let me (un)?pin this issue: $/) },
    });
    expect(more).toEqual([]);
  });

  test("others are told who may; pull requests cannot be pinned, edits do nothing", async () => {
    const texts = async (over: Parameters<typeof comment>[1]) =>
      await outcome(comment("/pin-issue", { isPullRequest: false, ...over }), world("", { owners }));
    expect(await texts({ author: member })).toEqual([
      expect.stringContaining("says: only approvers of the OWNERS file"),
    ]);
    expect(await texts({ author: user("boss"), isPullRequest: true })).toEqual([
      "says: `/pin-issue` and `/unpin-issue` are for issues.",
    ]);
    expect(await texts({ author: user("boss"), action: "edited" })).toEqual([]);
    expect(await texts({ author: user("boss"), isPullRequest: true, action: "deleted" })).toEqual([]);
  });
});

describe("transfer (spec chatops 2.25)", () => {
  const repositories = ["org/repo", "org/test-infra"];
  const on = (said: string, over: Parameters<typeof comment>[1] = {}) =>
    effectsOf(comment(said, { isPullRequest: false, author: member, ...over }), fakeView(world("", { repositories })));

  test.each(["/transfer test-infra", "/transfer-issue test-infra", "/TRANSFER-issue  test-infra \r\n"])(
    "%j",
    async (said) => {
      expect(await on(said)).toMatchObject([{ kind: "transferIssue", repo: "test-infra" }]);
    },
  );

  test.each([
    ["/transfer", "please say exactly one repository"],
    ["/transfer a b", "please say exactly one repository"],
    ["/transfer org/test-infra", "please say exactly one repository"],
    ["/transfer nowhere", "there is no repository `org/nowhere`"],
  ])("%j: %s", async (said, text) => {
    const [effect, ...more] = await on(said);
    expect(effect).toMatchObject({ kind: "comment", body: expect.stringContaining(text) });
    expect(more).toEqual([]);
  });

  test("only members, only issues", async () => {
    const [stranger] = await on("/transfer test-infra", { author: user("stranger") });
    expect(stranger).toMatchObject({ kind: "comment", body: expect.stringContaining("only members of `org`") });
    const [onPull] = await on("/transfer test-infra", { isPullRequest: true });
    expect(onPull).toMatchObject({ kind: "comment", body: expect.stringContaining("is for issues") });
    expect(await on("/transfer test-infra", { action: "edited" })).toEqual([]);
  });
});
