import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keysIn, withLinks } from "../../../../src/chatops/plugins/jira/keys.ts";
import type { Outside, OutsideRequest } from "../../../../src/chatops/reads.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { BOT, comment, fakeView, issueFacts, user, type World } from "../fake-view.ts";
import { configOf, effectsOf } from "./said.ts";

const JIRA = "https://jira.example.com/sub";
const settings = settingsOf({ jira: { disabled_jira_projects: ["Enterprise"] } });
const config = configOf("jira", { settings });
const TITLE = "org/repo#5: Fix the thing";
const HERE = "https://github.com/org/repo/pull/5";

/** A Jira with some issues, and with links of each. */
const jira =
  (issues: readonly string[], links: readonly unknown[] = []) =>
  ({ service, path }: OutsideRequest): Outside => {
    const answer = { contentType: "application/json", length: null, url: `${JIRA}${path}` };
    const [, key = ""] = /^\/rest\/api\/2\/issue\/([A-Za-z]+-\d+)(?:\?fields=summary|\/remotelink)$/.exec(path) ?? [];
    if (service !== "jira" || !issues.includes(key)) return { ...answer, status: 404, body: "{}" };
    return { ...answer, status: 200, body: JSON.stringify(path.endsWith("/remotelink") ? links : { key }) };
  };
const world = (issues: readonly string[], over: Partial<World> = {}) =>
  fakeView({ config, outside: jira(issues), ...over });

const link = (key: string): string => `[${key}](${JIRA}/browse/${key})`;

describe("jira (spec chatops 2.38)", () => {
  test("an issue's key in a comment becomes a link, and the issue is linked to the pull request", async () => {
    expect(await effectsOf(comment("See ABC-123."), world([]))).toEqual([]);
    expect(await effectsOf(comment("See ABC-123: it is fixed"), world(["ABC-123"]))).toEqual([
      {
        kind: "callService",
        service: "jira",
        method: "POST",
        path: "/rest/api/2/issue/ABC-123/remotelink",
        body: {
          globalId: HERE,
          object: { url: HERE, title: TITLE, icon: { url16x16: "https://github.com/favicon.ico", title: "GitHub" } },
        },
      },
      {
        kind: "editComment",
        to: { source: "issue_comment", id: 9 },
        body: `See ${link("ABC-123")}: it is fixed`,
      },
    ]);
  });

  test.each([
    ["created", comment("ABC-1"), ["callService", "editComment"]],
    ["edited", comment("ABC-1", { action: "edited" }), ["callService", "editComment"]],
    ["deleted", comment("ABC-1", { action: "deleted" }), []],
    ["edited by the bot", comment("ABC-1", { action: "edited", sender: user(BOT, "Bot") }), []],
    ["a key in the title only", comment("hello", { issueTitle: "ABC-1: a change" }), ["callService"]],
    ["a disabled project", comment("ENTERPRISE-7 and enterprise-8"), []],
    ["an issue that Jira does not have", comment("UTF-8"), []],
    ["no key", comment("hello"), []],
    ["a review comment", comment("ABC-1", { source: "pull_request_review_comment" }), ["callService", "editComment"]],
    ["a linked key", comment(link("ABC-1")), ["callService"]],
    ["a key in code", comment("```\nABC-1\n```"), ["callService"]],
  ])("%s", async (_, event, kinds) => {
    const effects = await effectsOf(event, world(["ABC-1", "ENTERPRISE-7"]));
    expect(effects.map(({ kind }) => kind)).toEqual(kinds);
  });

  test.each([["pull_request"], ["issues"], ["pull_request_review"]] as const)(
    "a text of the kind %s has the description edited, as it is now",
    async (source) => {
      const event = comment("ABC-1", { source, commentId: null });
      const effects = await effectsOf(event, world(["ABC-1"], { issue: issueFacts({ body: "Now: ABC-1" }) }));
      expect(effects.at(-1)).toEqual({ kind: "editIssue", changes: { body: `Now: ${link("ABC-1")}` } });
    },
  );

  test.each([
    ["is right", TITLE, []],
    ["has an old title", "org/repo#5: Old", ["PUT /rest/api/2/issue/ABC-1/remotelink/77"]],
  ])("a link that %s", async (_, title, expected) => {
    const outside = jira(["ABC-1"], [{ id: 77, object: { url: HERE, title } }]);
    const effects = await effectsOf(comment("x", { issueTitle: "Fix the thing", body: link("ABC-1") }), {
      config,
      outside,
    });
    expect(effects.map((one) => (one.kind === "callService" ? `${one.method} ${one.path}` : one.kind))).toEqual(
      expected,
    );
  });

  test("Jira that does not answer changes nothing", async () => {
    expect(await effectsOf(comment("ABC-1"), { config })).toEqual([]);
  });
});

describe("keys in texts", () => {
  test.each([
    ["ABC-1", ["ABC-1"]],
    ["ABC-1: and (abc-2) and [Abc-3]", ["ABC-1", "abc-2", "Abc-3"]],
    ["ABC-1, ABC-2.", []],
    ["ABC-1 ABC-1\nABC-2", ["ABC-1", "ABC-2"]],
    ["enterprise-1 enterprises-1", ["enterprises-1"]],
    ["a_ABC-1", []],
  ])("%j", (text, keys) => {
    expect(keysIn([text], ["ENTERPRISE"])).toEqual(keys);
  });

  test("at most twenty count", () => {
    expect(keysIn([Array.from({ length: 99 }, (_, nth) => `A-${nth}`).join(" ")], [])).toHaveLength(20);
  });

  const A = link("A-1");
  test.each([
    ["A-1", A],
    ["(A-1)", `(${A})`],
    ["A-1 and A-1", `${A} and ${A}`],
    ["A-12 BA-1 1A-1 A-1a", "A-12 BA-1 1A-1 A-1a"],
    ["-A-1 /A-1 [A-1]", "-A-1 /A-1 [A-1]"],
    ["`A-1` `a A-1 b` A-1", `\`A-1\` \`a A-1 b\` ${A}`],
    ["[see A-1](https://x.test) [wip A-1]", `[see A-1](https://x.test) [wip ${A}]`],
    ["https://x.test/A-1?a=A-1 <a href=A-1>", "https://x.test/A-1?a=A-1 <a href=A-1>"],
    ["    A-1", "    A-1"],
    ["```\nA-1\n```\nA-1", `\`\`\`\nA-1\n\`\`\`\n${A}`],
    ["~~~\nA-1", "~~~\nA-1"],
    [A, A],
  ])("%j with links", (text, expected) => {
    expect(withLinks(text, new Set(["A-1"]), JIRA)).toBe(expected);
  });

  test("a second pass changes nothing", () => {
    const piece = fc.constantFrom(
      "A-1",
      "`",
      "[",
      "]",
      "(",
      ")",
      "<",
      ">",
      " ",
      "\n",
      "https://",
      "/",
      "-",
      "```",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const keys = new Set(["A-1"]);
        const once = withLinks(pieces.join(""), keys, JIRA);
        expect(withLinks(once, keys, JIRA)).toBe(once);
      }),
    );
  });

  test.each(["A-1 ", "[", "[A-1", "`", "``` `", "<", "https://", "a", "A-", "1", "[a](", "\n"])(
    "a full comment of %j takes linear time",
    (piece) => {
      const text = piece.repeat(Math.ceil(65_536 / piece.length));
      const started = performance.now();
      withLinks(text, new Set(keysIn([text], [])), JIRA);
      expect(performance.now() - started).toBeLessThan(1000);
    },
  );
});
