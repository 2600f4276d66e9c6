import { describe, expect, test } from "vitest";
import { BOT, comment, fakeView, user } from "../fake-view.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { configOf, outcome } from "./said.ts";

const repoLabels = ["sig/node", "sig/testing", "kind/bug", "kind/feature", "kind/api-change", "kind/design"];
const member = user("member");

const say = (body: string, over: Parameters<typeof comment>[1] = { author: member }, labels: readonly string[] = []) =>
  outcome(comment(body, over), fakeView({ config: configOf("sigmention"), repoLabels, labels }));

describe("sigmention (spec chatops 2.31)", () => {
  test.each([
    ["@kubernetes/sig-node-misc", ["+sig/node"]],
    ["@kubernetes/sig-node-bugs", ["+sig/node", "+kind/bug"]],
    ["@kubernetes/sig-node-feature-requests", ["+sig/node", "+kind/feature"]],
    ["@kubernetes/sig-node-api-reviews", ["+sig/node", "+kind/api-change"]],
    ["@kubernetes/sig-node-proposals", ["+sig/node", "+kind/design"]],
    ["@kubernetes/sig-node-pr-reviews", ["+sig/node"]],
    ["@kubernetes/sig-node-test-failures", ["+sig/node"]],
    ["@kubernetes/sig-node-bugs and @kubernetes/sig-testing-bugs", ["+sig/node", "+kind/bug", "+sig/testing"]],
    ["> @kubernetes/sig-node-misc", ["+sig/node"]],
    ["`@kubernetes/sig-node-misc`", ["+sig/node"]],
    ["@kubernetes/sig-unknown-bugs", []],
    ["@kubernetes/sig-node", []],
    ["@other/sig-node-misc", []],
  ])("a member says %j", async (body, expected) => {
    expect(await say(body)).toEqual(expected);
  });

  test("who is no member is repeated, so that the teams hear", async () => {
    const [label, said] = await say("@kubernetes/sig-node-misc", { author: user("stranger") });
    expect(label).toBe("+sig/node");
    expect(said).toContain("@kubernetes/sig-node-misc");
  });

  test("an unknown group is neither labelled nor repeated", async () => {
    expect(await say("@kubernetes/sig-unknown-misc", { author: user("stranger") })).toEqual([]);
  });

  test("what is set already is not set again", async () => {
    expect(await say("@kubernetes/sig-node-bugs", { author: member }, ["sig/node"])).toEqual(["+kind/bug"]);
  });

  test("the bot, and edits, change nothing", async () => {
    expect(await say("@kubernetes/sig-node-misc", { author: user(BOT, "Bot") })).toEqual([]);
    expect(await say("@kubernetes/sig-node-misc", { author: member, action: "edited" })).toEqual([]);
  });

  test("an organisation's own pattern", async () => {
    const settings = settingsOf({ sigmention: { regexp: "(?m)@org/team-([a-z]*)" } });
    const config = configOf("sigmention", { settings });
    const view = fakeView({ config, repoLabels });
    expect(await outcome(comment("@org/team-node", { author: member }), view)).toEqual(["+sig/node"]);
  });
});
