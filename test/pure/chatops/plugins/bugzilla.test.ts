import { describe, expect, test } from "vitest";
import type { Effect } from "../../../../src/chatops/effects.ts";
import type { ChatEvent } from "../../../../src/chatops/events.ts";
import { bugIn, titleOf } from "../../../../src/chatops/plugins/bugzilla/subject.ts";
import { bugzilla } from "../../../../src/chatops/plugins/bugzilla.ts";
import { Bugzilla, type StoredBug } from "../../../harness/bugzilla.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { BOT, comment, fakeView, pull, pullEvent, timerEvent, user, type World } from "../fake-view.ts";
import { brief, configOf, effectsOf } from "./said.ts";

const URL = "https://bugs.example.com";
const HERE = "org/repo/pull/5";
const LINK = (id: number): string => `[Bugzilla bug ${id}](${URL}/show_bug.cgi?id=${id})`;
const named = (over: Parameters<typeof pull>[0] = {}) => pull({ title: "Bug 7: Fix the thing", ...over });

interface Scene {
  readonly options?: object;
  readonly bugs?: readonly StoredBug[];
  readonly links?: readonly string[];
  readonly world?: Partial<World>;
}

/** Runs an event, and carries out what it decides on a Bugzilla, follow-ups and all. */
async function play(
  event: ChatEvent,
  { options = {}, bugs = [{ id: 7, summary: "It breaks" }], links = [], world = {} }: Scene,
) {
  const tracker = new Bugzilla();
  for (const bug of bugs) tracker.add(bug, bug.id === 7 ? links : []);
  const settings = settingsOf({ bugzilla: { default: { "*": options } } });
  const at = "pullRequest" in event ? event.pullRequest : named();
  const view = fakeView({
    config: configOf("bugzilla", { settings }),
    pullRequest: at,
    outside: ({ method, path }) => {
      const { status, body } = tracker.answer(method, path);
      return {
        status,
        contentType: "application/json",
        length: null,
        url: `${URL}${path}`,
        body: JSON.stringify(body),
      };
    },
    ...world,
  });
  const done: Effect[] = [];
  const carryOut = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      done.push(effect);
      if (effect.kind !== "callService") continue;
      const { status } = tracker.answer(effect.method, effect.path, structuredClone(effect.body));
      expect(status, effect.path).toBe(200);
      carryOut(effect.onDone ?? []);
    }
  };
  carryOut(await effectsOf(event, view));
  const said = done.flatMap((effect) => (effect.kind === "comment" ? [effect.body] : []));
  const kinds = done.map((effect) => (effect.kind === "comment" ? "says" : brief(effect)));
  return { tracker, said: said.join("\n"), kinds, done, view };
}

const opened = (over: Parameters<typeof pull>[0] = {}) => pullEvent("opened", { pullRequest: named(over) });
const VALID = ["+bugzilla/valid-bug", "says"];
const INVALID = ["+bugzilla/invalid-bug", "says"];

describe("bugzilla: which bug (spec chatops 2.39)", () => {
  test.each([
    ["Bug 12: title", 12],
    ["bug 12: title", 12],
    ["[release-1] BUG  0012: title", 12],
    ["Bug 12 title", null],
    ["Bug 99999999999999999999: title", null],
    ["Bug 0: title", null],
    ["title", null],
  ])("%j names %j", (title, id) => {
    expect(bugIn(title)).toBe(id);
  });

  test("another bug takes its place in the title", () => {
    expect(titleOf("[x] bug 12: Bug 12 is bad", 34)).toBe("[x] bug 34: Bug 12 is bad");
  });
});

describe("bugzilla: when", () => {
  const retitled = (from: string, title: string) =>
    pullEvent("edited", {
      pullRequest: named({ title }),
      changes: { baseRefFrom: null, baseShaFrom: null, titleFrom: from, body: false },
    });
  const rebased = pullEvent("edited", {
    pullRequest: named(),
    changes: { baseRefFrom: "old", baseShaFrom: null, titleFrom: null, body: false },
  });
  test.each([
    ["opened", opened(), {}, VALID],
    ["opened without a bug", opened({ title: "x" }), {}, []],
    ["opened without a bug that is needed", opened({ title: "x" }), { validate_by_default: true }, ["says"]],
    ["reopened", pullEvent("reopened", { pullRequest: named() }), {}, VALID],
    ["a push", pullEvent("synchronize", { pullRequest: named() }), {}, []],
    ["another bug", retitled("Bug 8: x", "Bug 7: x"), {}, VALID],
    ["a first bug", retitled("x", "Bug 7: x"), {}, VALID],
    ["no bug any more", retitled("Bug 8: x", "x"), {}, ["says"]],
    ["the same bug in other words", retitled("Bug 7: y", "Bug 7: x"), {}, []],
    ["another base", rebased, {}, VALID],
    ["another description", pullEvent("edited", { pullRequest: named() }), {}, []],
  ])("%s", async (_, event, options, expected) => {
    expect((await play(event, { options })).kinds).toEqual(expected);
  });

  test.each([
    ["/bugzilla refresh", VALID],
    ["/Bugzilla REFRESH ", VALID],
    ["/bugzilla refresh now", []],
    ["/bugzilla", []],
    ["/bugzilla\nrefresh", []],
    ["/bugzilla cc-qa", VALID],
    ["/bugzilla assign-qa", VALID],
  ])("%j", async (body, expected) => {
    expect((await play(comment(body), {})).kinds).toEqual(expected);
  });

  test("on issues it says that it is for pull requests", async () => {
    const { said } = await play(comment("/bugzilla refresh", { isPullRequest: false }), {});
    expect(said).toContain("not to issues");
  });

  test.each([
    ["a bug that is not there", [], /Bugzilla has no bug 7/],
    ["a bug of a group that is not allowed", [{ id: 7, groups: ["secret"] }], /group whose bugs may not be named here/],
  ])("%s", async (_, bugs, words) => {
    const { said, kinds } = await play(opened(), { bugs, options: { allowed_groups: ["open"] } });
    expect(said).toMatch(words);
    expect(kinds).toEqual(["says"]);
  });

  test("a group that is not allowed is told once, not at every edit", async () => {
    const bugs = [{ id: 7, groups: ["secret"] }];
    expect((await play(retitled("x", "Bug 7: x"), { bugs, options: { allowed_groups: ["open"] } })).kinds).toEqual([]);
  });

  test("Bugzilla that does not answer is told", async () => {
    const world = { outside: () => ({ status: 0, contentType: "", length: null, body: "", url: "" }) };
    expect((await play(opened(), { world })).said).toContain("cannot be reached");
  });

  test("an error's own words are quoted, and do nothing", async () => {
    const body = JSON.stringify({ error: true, code: 102, message: "<b>@you</b> may not" });
    const world = { outside: () => ({ status: 401, contentType: "", length: null, body, url: "" }) };
    const { said } = await play(opened(), { world });
    expect(said).toContain("> 401: &lt;b>@\u200byou&lt;/b> may not");
  });
});

describe("bugzilla: what is valid", () => {
  const dependent = { id: 8, status: "ON_QA", target_release: ["2"], summary: "other" };
  test.each([
    ["nothing is asked", {}, {}, ""],
    ["open, and is", { is_open: true }, {}, ""],
    ["open, and is not", { is_open: true }, { is_open: false }, "should be open, but is closed"],
    ["closed, and is not", { is_open: false }, {}, "should be closed, but is open"],
    ["a target, and has it", { target_release: "1" }, { target_release: ["1"] }, ""],
    ["a target, and has none", { target_release: "1" }, {}, "has no target release"],
    ["a target, and has another", { target_release: "1" }, { target_release: ["2"] }, "targets 2"],
    ["a target told as one word", { target_release: "1" }, { target_release: "1" }, ""],
    ["a state, and is in it", { valid_states: [{ status: "NEW" }] }, {}, ""],
    ["a state, and is in another", { valid_states: [{ status: "POST" }] }, {}, "states POST, but is NEW"],
    [
      "a resolution, and has it",
      { valid_states: [{ resolution: "ERRATA" }] },
      { status: "CLOSED", resolution: "ERRATA" },
      "",
    ],
    [
      "a resolution, and has another",
      { valid_states: [{ status: "CLOSED", resolution: "ERRATA" }] },
      { status: "CLOSED", resolution: "WONTFIX" },
      "is CLOSED (WONTFIX)",
    ],
    ["statuses in the old spelling", { statuses: ["POST"] }, {}, "states POST, but is NEW"],
    [
      "the state that validation itself sets",
      { valid_states: [{ status: "POST" }], state_after_validation: { status: "NEW" } },
      {},
      "",
    ],
    ["dependents, and has none", { dependent_bug_states: [{ status: "ON_QA" }] }, {}, "but depends on none"],
    [
      "dependents of a release, and has none",
      { dependent_bug_target_releases: ["2"] },
      {},
      "targets one of 2, but depends on none",
    ],
    ["dependents in a state", { dependent_bug_states: [{ status: "ON_QA" }] }, { depends_on: [8] }, ""],
    ["dependents in another state", { dependent_bug_states: [{ status: "NEW" }] }, { depends_on: [8] }, "but is ON_QA"],
    ["dependents of a release", { dependent_bug_target_releases: ["2"] }, { depends_on: [8] }, ""],
    ["dependents of another release", { dependent_bug_target_releases: ["3"] }, { depends_on: [8] }, "but targets 2"],
    ["dependents that nobody shows", { dependent_bug_states: [] }, { depends_on: [9] }, "bug 9 is not shown"],
  ])("%s", async (_, options, fields, wrong) => {
    const { said, kinds } = await play(opened(), { options, bugs: [{ id: 7, ...fields }, dependent] });
    expect(kinds.includes("+bugzilla/valid-bug")).toBe(wrong === "");
    if (wrong) expect(said).toContain(wrong);
    else expect(said).toContain(`${LINK(7)}, which this pull request names, is valid.`);
  });

  test.each([
    ["urgent", [], ["+bugzilla/severity-urgent", "+bugzilla/valid-bug"]],
    ["unspecified", [], ["+bugzilla/severity-unspecified", "+bugzilla/valid-bug"]],
    ["strange", [], ["+bugzilla/valid-bug"]],
    ["low", ["bugzilla/severity-low", "bugzilla/valid-bug"], []],
    [
      "high",
      ["bugzilla/severity-low", "bugzilla/invalid-bug"],
      ["+bugzilla/severity-high", "-bugzilla/severity-low", "+bugzilla/valid-bug", "-bugzilla/invalid-bug"],
    ],
  ])("labels of a bug of severity %s beside %j", async (severity, labels, expected) => {
    const { kinds } = await play(opened(), { bugs: [{ id: 7, severity }], world: { labels } });
    expect(kinds).toEqual([...expected, "says"]);
  });

  test.each([
    ["somebody", "ada", ["says"], true],
    ["the bot", BOT, ["-bugzilla/valid-bug", "+bugzilla/invalid-bug", "says"], false],
  ])("a valid label that %s set, on a bug that is not", async (_, actor, expected, kept) => {
    const issueEvents = [{ event: "labeled", actor, label: "bugzilla/valid-bug", createdAt: "" }];
    const world = { labels: ["bugzilla/valid-bug"], issueEvents };
    const { kinds, said } = await play(opened(), { options: { is_open: false }, world });
    expect(kinds).toEqual(expected);
    expect(said.includes("by hand")).toBe(kept);
  });

  test("without a bug all its labels go", async () => {
    const labels = ["bugzilla/invalid-bug", "bugzilla/severity-low"];
    const { kinds } = await play(opened({ title: "x" }), { options: { validate_by_default: true }, world: { labels } });
    expect(kinds).toEqual(["-bugzilla/severity-low", "-bugzilla/invalid-bug", "says"]);
  });
});

describe("bugzilla: what becomes of a valid bug", () => {
  const options = { state_after_validation: { status: "POST" }, add_external_link: true };

  test("it moves on and refers to the pull request", async () => {
    const { tracker, said } = await play(opened(), { options });
    expect(tracker.bugs.get(7)?.["status"]).toBe("POST");
    expect(tracker.links.get(7)).toEqual([HERE]);
    expect(said).toContain("The bug is now POST. The bug now refers to this pull request.");
  });

  test("what it is already is not done again", async () => {
    const { tracker, kinds } = await play(opened(), { options, bugs: [{ id: 7, status: "POST" }], links: [HERE] });
    expect(tracker.writes).toEqual([]);
    expect(kinds).toEqual(VALID);
  });

  test("a refusal is told instead", async () => {
    const { done } = await play(opened(), { options });
    const write = done.find((effect) => effect.kind === "callService");
    expect(write?.onRefused?.before).toContain("Changing the bug failed");
    expect(write?.onDone).toHaveLength(1);
  });
});

describe("bugzilla: quality assurance", () => {
  const users = (...logins: readonly string[]) => ({
    graphql: () => ({ search: { edges: logins.map((login) => ({ node: { login } })) } }),
  });
  const contact = [{ id: 7, qa_contact_detail: { email: "qa@example.com" } }];
  test.each([
    ["/bugzilla cc-qa", contact, users("quinn"), ["asks quinn"], "QA contact `quinn`"],
    ["/bugzilla refresh", contact, users("quinn"), ["asks quinn"], "QA contact `quinn`"],
    ["/bugzilla assign-qa", contact, users("quinn"), ["asks quinn"], "old name"],
    ["/bugzilla cc-qa", contact, users(), [], "No account"],
    ["/bugzilla cc-qa", contact, users("a", "b"), [], "Several accounts"],
    ["/bugzilla cc-qa", contact, users("author"), [], "is valid"],
    ["/bugzilla cc-qa", [{ id: 7 }], users(), [], "has no QA contact"],
    ["/bugzilla refresh", [{ id: 7 }], users(), [], "is valid"],
    ["/bugzilla cc-qa", [{ id: 7, qa_contact_detail: { email: "" } }], users(), [], "shows no address"],
  ])("%s with %j", async (body, bugs, world, asks, words) => {
    const { kinds, said } = await play(comment(body), { bugs, world });
    expect(kinds).toEqual([...VALID, ...asks]);
    expect(said).toContain(words);
  });
});

describe("bugzilla: after the merge", () => {
  const options = { state_after_merge: { status: "MODIFIED" }, valid_states: [{ status: "POST" }] };
  const bugs = [{ id: 7, status: "POST" }];
  const merged = pullEvent("closed", { pullRequest: named({ merged: true, state: "closed" }) });
  const at = (state: "open" | "closed", isMerged = false) => ({ 6: pull({ number: 6, state, merged: isMerged }) });

  test.each([
    ["the only one", [HERE], {}, "MODIFIED", "All pull requests"],
    ["no links", [], {}, "MODIFIED", "is now MODIFIED"],
    ["another that is merged", [HERE, "org/repo/pull/6"], { pullRequests: at("closed", true) }, "MODIFIED", "All"],
    [
      "another that is open",
      ["org/repo/pull/6/files", HERE],
      { pullRequests: at("open") },
      "POST",
      "#6](https://github.com/org/repo/pull/6) is open",
    ],
    ["another that was closed", ["org/repo/pull/6"], { pullRequests: at("closed") }, "POST", "is closed"],
    ["one of strangers", [HERE, "else/where/pull/1"], {}, "MODIFIED", "All"],
    ["what is no pull request", [HERE, "org/repo/issues/6", "nonsense"], {}, "MODIFIED", "All"],
  ])("%s", async (_, links, world, status, words) => {
    const { tracker, said } = await play(merged, { options, bugs, links, world });
    expect(tracker.bugs.get(7)?.["status"]).toBe(status);
    expect(said).toContain(words);
  });

  test("one of another repository is asked for", async () => {
    const world = {
      issues: { "org/other#3": { ...(await fakeView().issue()), number: 3 } },
      graphql: () => ({ repository: { pullRequest: { merged: false, state: "OPEN" } } }),
    };
    const { said } = await play(merged, { options, bugs, links: ["org/other/pull/3"], world });
    expect(said).toContain("[org/other#3](https://github.com/org/other/pull/3) is open");
  });

  test("a bug that somebody moved stays", async () => {
    const { tracker, said } = await play(merged, { options, bugs: [{ id: 7, status: "CLOSED" }] });
    expect(tracker.writes).toEqual([]);
    expect(said).toContain("does not become MODIFIED");
  });

  test.each([
    ["no state is configured", {}, merged],
    ["no bug is named", options, pullEvent("closed", { pullRequest: pull({ merged: true, state: "closed" }) })],
  ])("nothing happens when %s", async (_, over, event) => {
    expect((await play(event, { options: over, bugs })).kinds).toEqual([]);
  });
});

describe("bugzilla: closed without a merge", () => {
  const options = { add_external_link: true, state_after_close: { status: "NEW" } };
  const closed = pullEvent("closed", { pullRequest: named({ state: "closed" }) });
  test.each([
    ["the last one", "POST", [HERE], "NEW", []],
    ["one of several", "POST", [HERE, "org/repo/pull/6"], "POST", ["org/repo/pull/6"]],
    ["a closed bug", "CLOSED", [HERE], "CLOSED", []],
  ])("%s", async (_, status, links, after, left) => {
    const { tracker, kinds } = await play(closed, { options, bugs: [{ id: 7, status }], links });
    expect(tracker.bugs.get(7)?.["status"]).toBe(after);
    expect(tracker.links.get(7)).toEqual(left);
    expect(tracker.comments.map(({ isPrivate }) => isPrivate)).toEqual(after === "NEW" ? [true] : []);
    expect(kinds.at(-1)).toBe("says");
  });

  test.each([
    ["it was not linked", options, []],
    ["links are not kept", {}, [HERE]],
  ])("nothing happens when %s", async (_, over, links) => {
    expect((await play(closed, { options: over, links })).kinds).toEqual([]);
  });
});

describe("bugzilla: cherry-picks", () => {
  const options = { enable_backporting: true, target_release: "1" };
  const body = "This is an automated cherry-pick of #4\n\n/assign somebody";
  const world = {
    pullRequests: { 4: pull({ number: 4, title: "Bug 7: Fix the thing", merged: true, state: "closed" }) },
  };
  const pick = opened({ title: "[release-1] Bug 7: Fix the thing", body });
  const bugs: StoredBug[] = [
    { id: 7, summary: "It breaks", blocks: [8], product: "P", component: ["C"], version: ["1"] },
  ];
  const other = { id: 8, summary: "Another", target_release: ["1"] };

  test("a clone is made, tied to the original, and named by the title", async () => {
    const first = await play(pick, { options, bugs: [...bugs, other], world });
    expect(first.tracker.bugs.get(9)).toMatchObject({
      summary: "It breaks",
      product: "P",
      component: ["C"],
      url: "https://github.com/org/repo/pull/5",
      description: "+++ This bug was initially created as a clone of Bug #7 +++\n\nIt breaks.",
    });
    expect(first.kinds).toEqual(["callService", "lookAgain"]);
    const made = first.tracker.bugs.get(9);
    if (!made) throw new Error("no clone");
    const look = first.done.find((effect) => effect.kind === "lookAgain");
    const timer = timerEvent("bugzilla", look?.note ?? "");
    const at = { ...world, pullRequest: pick.pullRequest };
    const { tracker, kinds, done, said } = await play(timer, { options, bugs: [...bugs, other, made], world: at });
    expect(tracker.bugs.get(9)).toMatchObject({ target_release: ["1"], depends_on: [7], blocks: [8] });
    expect(kinds).toEqual(["callService", "editIssue", "says"]);
    expect(done[1]).toEqual({ kind: "editIssue", changes: { title: "[release-1] Bug 9: Fix the thing" } });
    expect(said).toContain(`${LINK(7)} is cloned as ${LINK(9)}`);
  });

  test("a second delivery makes no second clone", async () => {
    const made = { id: 9, summary: "It breaks", url: "https://github.com/org/repo/pull/5" };
    const { tracker } = await play(pick, { options, bugs: [...bugs, other, made], world });
    expect(tracker.writes).toEqual(["PUT /rest/bug/9"]);
  });

  test("after a lost answer the clone is looked for first", async () => {
    const { done } = await play(pick, { options, bugs: [...bugs, other], world });
    const [create] = done;
    expect(create?.kind === "callService" && create.unless).toEqual({
      path: "/rest/bug?url=https%3A%2F%2Fgithub.com%2Forg%2Frepo%2Fpull%2F5",
      contains: "https://github.com/org/repo/pull/5",
    });
  });

  test("a clone for the branch that is there is taken", async () => {
    const clone = { id: 8, summary: "It breaks", target_release: ["1"] };
    const { tracker, done } = await play(pick, { options, bugs: [...bugs, clone], world });
    expect(tracker.writes).toEqual([]);
    expect(done[0]).toEqual({ kind: "editIssue", changes: { title: "[release-1] Bug 8: Fix the thing" } });
  });

  test("a clone that Bugzilla does not show is looked for again, then given up", async () => {
    const at = { ...world, pullRequest: pick.pullRequest };
    const scene = { options, bugs: [...bugs, other], world: at };
    expect((await play(timerEvent("bugzilla", "4 1"), scene)).kinds).toEqual(["lookAgain"]);
    expect((await play(timerEvent("bugzilla", "4 3"), scene)).said).toContain("shows no clone");
    expect((await play(timerEvent("bugzilla", "nonsense"), scene)).kinds).toEqual([]);
  });

  test.each([
    ["backporting is off", { target_release: "1" }, world, []],
    ["the picked one names no bug", options, { pullRequests: { 4: pull({ number: 4 }) } }, []],
    ["the picked one cannot be read", options, {}, ["says"]],
    ["the bug is in a foreign group", { ...options, allowed_groups: ["x"] }, world, []],
    ["no target release is configured", { enable_backporting: true }, world, VALID],
  ])("%s", async (_, over, around, expected) => {
    const scene = { options: over, bugs: [{ id: 7, summary: "It breaks", groups: ["g"] }], world: around };
    expect((await play(pick, scene)).kinds).toEqual(expected);
  });
});

describe("bugzilla: options by branch", () => {
  test.each([
    ["master", { kinds: VALID }],
    ["release-1", { kinds: INVALID }],
  ])("%s", async (ref, { kinds }) => {
    const settings = settingsOf({
      bugzilla: {
        default: { "*": { is_open: true } },
        orgs: { org: { default: { "release-1": { is_open: false } } } },
      },
    });
    const world = { config: configOf("bugzilla", { settings }) };
    expect((await play(opened({ base: { sha: "b", ref } }), { world })).kinds).toEqual(kinds);
    expect(bugzilla.help.config?.(world.config)).toContain("On release-1 bugs are valid that are closed.");
  });

  test("members of the object that holds them are no branches", async () => {
    expect((await play(opened({ base: { sha: "b", ref: "constructor" } }), {})).kinds).toEqual(VALID);
  });

  test("an edit by the bot has the new title's bug validated", async () => {
    const event = pullEvent("edited", {
      sender: user(BOT, "Bot"),
      pullRequest: named(),
      changes: { baseRefFrom: null, baseShaFrom: null, titleFrom: "Bug 3: x", body: false },
    });
    expect((await play(event, {})).kinds).toEqual(VALID);
  });
});
