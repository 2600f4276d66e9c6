import { describe, expect, test } from "vitest";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { comment, fakeView, issueFacts, pull, pullEvent, user, type World } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

type Over = Parameters<typeof comment>[1];
const on = (plugin: string, settings: object = {}) => configOf(plugin, { settings: settingsOf(settings) });
const author = user("author");
const collaborator = user("collaborator");
const issue = { isPullRequest: false } as const;

async function states(body: string, over: Over, world: Partial<World> = {}) {
  const effects = await effectsOf(comment(body, over), fakeView({ config: on("lifecycle"), ...world }));
  return effects.map((effect) => (effect.kind === "editIssue" ? JSON.stringify(effect.changes) : effect.kind));
}

describe("lifecycle: close and reopen (spec chatops 2.10)", () => {
  const closes = ['{"state":"closed"}'];
  const notPlanned = ['{"state":"closed","stateReason":"not_planned"}'];
  const reopens = ['{"state":"open"}'];
  const refused = ["comment"];
  test.each<[string, string, Over, readonly string[], readonly string[]]>([
    ["the author", "/close", { author }, [], closes],
    ["a collaborator", "/CLOSE", { author: collaborator }, [], closes],
    ["a stranger", "/close", {}, [], refused],
    ["a stranger, stale", "/close", {}, ["lifecycle/stale"], closes],
    ["a stranger, rotten", "/close", {}, ["lifecycle/rotten"], closes],
    ["what is closed", "/close", { author, state: "closed" }, [], []],
    ["an issue as not planned", "/close not-planned", { author, ...issue }, [], notPlanned],
    ["a pull request as not planned", "/close not-planned", { author }, [], refused],
    ["with other words", "/close now", { author }, [], []],
    ["reopen by the author", "/reopen", { author, state: "closed" }, [], reopens],
    ["reopen by a collaborator", "/reopen", { author: collaborator, state: "closed" }, [], reopens],
    ["reopen by a stranger", "/reopen", { state: "closed" }, ["lifecycle/stale"], refused],
    ["reopen what is open", "/reopen", { author }, [], []],
    ["edited", "/close", { author, action: "edited" }, [], []],
  ])("%s: %s", async (_, body, over, labels, expected) => {
    expect(await states(body, over, { labels })).toEqual(expected);
  });

  test("the answer is said once it is done; a refusal is GitHub's own sentence", async () => {
    const [effect] = await effectsOf(
      comment("/reopen", { author, state: "closed" }),
      fakeView({ config: on("lifecycle") }),
    );
    expect(effect).toMatchObject({ kind: "editIssue", onDone: [{ kind: "comment" }] });
    const { onRefused } = effect as { onRefused?: { before: string; after: string } };
    expect(onRefused?.before).toMatch(/^@author: /);
    expect(onRefused?.after).toContain("<details>");
  });

  test.each([
    ["close", "/close", "open", 1],
    ["close", "/reopen", "closed", 0],
    ["reopen", "/reopen", "closed", 1],
  ] as const)("%s of 2017 does its own command only: %s", async (plugin, body, state, count) => {
    expect(await outcome(comment(body, { author, state }), fakeView({ config: on(plugin) }))).toHaveLength(count);
  });

  test("beside lifecycle, close and reopen do nothing twice", async () => {
    const config = { ...on("lifecycle"), plugins: ["lifecycle", "close", "reopen"] };
    expect(await outcome(comment("/close", { author }), fakeView({ config }))).toHaveLength(1);
  });
});

describe("lifecycle: labels (spec chatops 2.10)", () => {
  test.each<[string, readonly string[], Over, readonly string[]]>([
    ["/lifecycle frozen", [], issue, ["+lifecycle/frozen"]],
    ["/lifecycle Frozen", [], issue, ["+lifecycle/frozen"]],
    ["/lifecycle stale", ["lifecycle/rotten"], {}, ["-lifecycle/rotten", "+lifecycle/stale"]],
    ["/remove-lifecycle stale", ["lifecycle/stale"], {}, ["-lifecycle/stale"]],
    ["/remove-lifecycle stale", [], {}, []],
    ["/lifecycle active", ["lifecycle/active"], {}, []],
    ["/lifecycle frozen stale", [], issue, []],
    ["/lifecycle nonsense", [], issue, []],
    ["/lifecycle", [], issue, []],
    ["/lifecycle stale\n/remove-lifecycle stale", [], {}, []],
    ["/lifecycle active", [], { state: "closed" }, ["+lifecycle/active"]],
  ])("%j with %j", async (body, labels, over, expected) => {
    expect(await outcome(comment(body, over), fakeView({ config: on("lifecycle"), labels }))).toEqual(expected);
  });

  test("frozen is not for pull requests, but may be taken from one", async () => {
    const [said] = await outcome(comment("/lifecycle frozen"), fakeView({ config: on("lifecycle") }));
    expect(said).toContain("`lifecycle/frozen` is for issues");
    const labels = ["lifecycle/frozen"];
    const view = fakeView({ config: on("lifecycle"), labels });
    expect(await outcome(comment("/remove-lifecycle frozen"), view)).toEqual(["-lifecycle/frozen"]);
  });
});

describe("stage (spec chatops 2.32)", () => {
  test.each([
    ["/stage alpha", [], ["+stage/alpha"]],
    ["/stage Beta", ["stage/alpha"], ["-stage/alpha", "+stage/beta"]],
    ["/remove-stage stable", ["stage/stable"], ["-stage/stable"]],
    ["/remove-stage stable", [], []],
    ["/stage gamma", [], []],
  ])("%j with %j", async (body, labels, expected) => {
    expect(await outcome(comment(body), fakeView({ config: on("stage"), labels }))).toEqual(expected);
  });
});

describe("retitle (spec chatops 2.26)", () => {
  const member = user("member");
  const say = (body: string, over: Over = { author: member }, settings: object = {}) =>
    states(body, over, { config: on("retitle", settings) });

  test.each<[string, string, Over, object, readonly string[]]>([
    ["trusted", "/retitle New title", { author: member }, {}, ['{"title":"New title"}']],
    ["with spaces around", "/retitle   New   title \r\n", { author: member }, {}, ['{"title":"New   title"}']],
    ["on an issue", "/retitle New", { author: member, ...issue }, {}, ['{"title":"New"}']],
    ["a stranger", "/retitle New", {}, {}, ["comment"]],
    ["no title", "/retitle", { author: member }, {}, ["comment"]],
    ["no title, then text", "/retitle\nsome text", { author: member }, {}, ["comment"]],
    ["a title that closes an issue", "/retitle Fixes #5", { author: member }, {}, ["comment"]],
    ["closed", "/retitle New", { author: member, state: "closed" }, {}, []],
    [
      "closed where that is allowed",
      "/retitle New",
      { author: member, state: "closed" },
      { retitle: { allow_closed_issues: true } },
      ['{"title":"New"}'],
    ],
    ["the same title", "/retitle Fix the thing", { author: member }, {}, []],
  ])("%s", async (_, body, over, settings, expected) => {
    expect(await say(body, over, settings)).toEqual(expected);
  });
});

describe("milestone family (spec chatops 2.11)", () => {
  const settings = { repo_milestone: { "": { maintainers_team: "release" } } };
  const world: Partial<World> = {
    teams: { "org/release": ["boss"] },
    milestones: [{ number: 3, title: "v1.2" }],
  };
  const boss = user("Boss");
  const say = (plugin: string, body: string, over: Over = { author: boss }, more: object = settings) =>
    states(body, over, { ...world, config: on(plugin, more) });

  test.each<[string, string, Over, readonly string[]]>([
    ["a maintainer", "/milestone v1.2", { author: boss }, ['{"milestone":3}']],
    ["clear", "/milestone clear", { author: boss }, ['{"milestone":null}']],
    ["an unknown title", "/milestone v9", { author: boss }, ["comment"]],
    ["another case of the title", "/milestone V1.2", { author: boss }, ["comment"]],
    ["somebody else", "/milestone v1.2", {}, ["comment"]],
    ["without a title", "/milestone", { author: boss }, []],
    ["the command in capitals", "/MILESTONE v1.2", { author: boss }, []],
    ["only the first counts", "/milestone v1.2\n/milestone clear", { author: boss }, ['{"milestone":3}']],
  ])("milestone: %s", async (_, body, over, expected) => {
    expect(await say("milestone", body, over)).toEqual(expected);
  });

  test("the team by its number", async () => {
    const more = { repo_milestone: { "org/repo": { maintainers_id: 42 } } };
    const effects = await states(
      "/milestone v1.2",
      { author: boss },
      { ...world, teamsById: { 42: ["boss"] }, config: on("milestone", more) },
    );
    expect(effects).toEqual(['{"milestone":3}']);
    expect(await say("milestone", "/milestone v1.2", { author: boss }, more)).toEqual(["comment"]);
  });

  test.each([
    ["/status approved-for-milestone", ["+status/approved-for-milestone"]],
    ["/status in-progress\n/status in-review", ["+status/in-progress", "+status/in-review"]],
    ["/status whatever", []],
  ])("milestonestatus: %j", async (body, expected) => {
    const view = fakeView({ ...world, config: on("milestonestatus", settings) });
    expect(await outcome(comment(body, { author: boss }), view)).toEqual(expected);
  });

  test("milestonestatus by somebody else is refused", async () => {
    expect(await say("milestonestatus", "/status in-review", {})).toEqual(["comment"]);
  });

  test.each<[string, Parameters<typeof pullEvent>, Partial<World>, number]>([
    ["merged", ["closed", { pullRequest: pull({ state: "closed", merged: true }) }], {}, 1],
    ["closed unmerged", ["closed", {}], {}, 0],
    ["opened on the default branch", ["opened", {}], {}, 0],
    [
      "opened on another mapped branch",
      ["opened", { pullRequest: pull({ base: { sha: "b", ref: "release" } }) }],
      {},
      1,
    ],
    ["opened on an unmapped branch", ["opened", { pullRequest: pull({ base: { sha: "b", ref: "other" } }) }], {}, 0],
    [
      "merged, equal already",
      ["closed", { pullRequest: pull({ state: "closed", merged: true }) }],
      { issue: issueFacts({ milestone: "v1.2" }) },
      0,
    ],
    [
      "merged, another before",
      ["closed", { pullRequest: pull({ state: "closed", merged: true }) }],
      { issue: issueFacts({ milestone: "v1" }) },
      1,
    ],
    [
      "merged, no such milestone",
      ["closed", { pullRequest: pull({ state: "closed", merged: true }) }],
      { milestones: [] },
      0,
    ],
  ])("milestoneapplier: %s", async (_, [action, over], more, count) => {
    const config = on("milestoneapplier", { milestone_applier: { "org/repo": { master: "v1.2", release: "v1.2" } } });
    expect(await effectsOf(pullEvent(action, over), fakeView({ ...world, config, ...more }))).toHaveLength(count);
  });
});
