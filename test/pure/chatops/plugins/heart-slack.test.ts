import { describe, expect, test } from "vitest";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { BOT, comment, fakeView, file, pullEvent, push, user } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

describe("heart (spec chatops 2.36)", () => {
  const settings = settingsOf({ heart: { adorees: ["merge-robot"], commentregexp: ".*merging.*" } });
  const config = configOf("heart", { settings });
  const robot = user("merge-robot");

  test.each([
    ["an adored one's matching words", { author: robot }, "automatically merging", ["react"]],
    ["other words of it", { author: robot }, "waiting", []],
    ["somebody else's words", { author: user("other") }, "merging", []],
    ["on an issue", { author: robot, isPullRequest: false }, "merging", []],
    ["in a review", { author: robot, source: "pull_request_review", commentId: null }, "merging", []],
    ["edited", { author: robot, action: "edited" }, "merging", []],
  ] as const)("%s", async (_, over, body, expected) => {
    expect(await outcome(comment(body, over), fakeView({ config }))).toEqual(expected);
  });

  test.each([
    ["new owners", "opened", file("pkg/OWNERS", { additions: 1 }), ["react"]],
    ["new aliases", "opened", file("OWNERS_ALIASES", { additions: 3 }), ["react"]],
    ["owners who leave", "opened", file("OWNERS", { additions: 0 }), []],
    ["other files", "opened", file("OWNERS.md"), []],
    ["a later push", "synchronize", file("OWNERS"), []],
  ] as const)("%s", async (_, action, changed, expected) => {
    expect(await outcome(pullEvent(action), fakeView({ config, files: [changed] }))).toEqual(expected);
  });

  test("handled again it reacts the same", async () => {
    const once = () => effectsOf(comment("merging", { author: robot }), fakeView({ config }));
    expect(await once()).toEqual(await once());
  });
});

describe("slackevents (spec chatops 2.34)", () => {
  const warning = {
    repos: ["org/repo"],
    channels: ["alerts", "more"],
    exempt_users: ["Robot"],
    exempt_branches: { "release-1": ["manager"] },
  };
  const settings = settingsOf({ slack: { mentionchannels: ["sig-node"], mergewarnings: [warning] } });
  const config = configOf("slackevents", { settings });
  const said = async (event: Parameters<typeof effectsOf>[0]) =>
    (await effectsOf(event, fakeView({ config }))).map((effect) =>
      effect.kind === "slack" ? `${effect.channel}: ${effect.text}` : effect.kind,
    );

  test.each([
    ["a mention with a channel", "@kubernetes/sig-node-bugs", 1],
    ["twice the same", "@kubernetes/sig-node-bugs @kubernetes/sig-node-misc", 1],
    ["a mention without one", "@kubernetes/sig-testing-bugs", 0],
  ])("%s", async (_, body, count) => {
    expect(await said(comment(body))).toHaveLength(count);
  });

  test("what somebody says cannot become Slack's markup", async () => {
    const [text] = await said(comment("@kubernetes/sig-node-bugs <!channel> & <https://evil|x>"));
    expect(text).toContain("&lt;!channel&gt; &amp; &lt;https://evil|x&gt;");
  });

  test("the bot's own mention is not told", async () => {
    expect(await said(comment("@kubernetes/sig-node-bugs", { author: user(BOT, "Bot") }))).toEqual([]);
  });

  test.each([
    ["commits", push({ commits: 2 }), /merged 2 commits by hand into master/],
    ["one commit", push({ commits: 1 }), /merged 1 commit by hand/],
    ["a new branch", push({ created: true }), /made the branch master/],
    ["a deletion", push({ deleted: true }), /deleted the branch/],
    ["a forced push", push({ forced: true }), /force-pushed/],
  ])("%s by hand warns every channel", async (_, event, words) => {
    const texts = await said(event);
    expect(texts.map((text) => text.split(":")[0])).toEqual(["alerts", "more"]);
    expect(texts[0]).toMatch(words);
  });

  test.each([
    ["an exempt pusher", push({ pusher: "robot" })],
    ["an exempt sender", push({ sender: user("ROBOT") })],
    ["who is exempt on this branch", push({ ref: "refs/heads/release-1", pusher: "Manager" })],
  ])("%s is fine", async (_, event) => {
    expect(await said(event)).toEqual([]);
  });

  test("nobody is warned where nothing is configured", async () => {
    expect(await effectsOf(push(), fakeView({ config: configOf("slackevents") }))).toEqual([]);
  });
});
