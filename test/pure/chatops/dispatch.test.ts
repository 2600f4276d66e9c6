import { describe, expect, test } from "vitest";
import { dispatch, HandlerTimeout } from "../../../src/chatops/dispatch.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import type { PullRequest } from "../../../src/chatops/events.ts";
import { reply } from "../../../src/chatops/messages.ts";
import type { Decision, Plugin } from "../../../src/chatops/plugin.ts";
import { BOT, comment, fakeView, pull, pullEvent, repoConfig, user } from "./fake-view.ts";

const help = { description: "", commands: [] };
const decide = (...effects: Effect[]): Promise<Decision> => Promise.resolve({ effects, why: "because" });
const add = (label: string): Effect => ({ kind: "addLabel", label });
const remove = (label: string): Effect => ({ kind: "removeLabel", label });
const only = (plugins: readonly Plugin[]) => repoConfig({ plugins: plugins.map(({ name }) => name) });
const effectsOf = (dispatched: Awaited<ReturnType<typeof dispatch>>) => dispatched.effects.map(({ effect }) => effect);

function says(name: string, ...effects: Effect[]): Plugin {
  return { name, help, comment: () => decide(...effects) };
}

async function run(plugins: readonly Plugin[], labels: readonly string[] = [], events = [comment("/x")]) {
  return dispatch(events, fakeView({ config: only(plugins), labels }), { plugins });
}

describe("order and overlay (design 10)", () => {
  test("commands first, then the pull request's handlers, then rules; each in registry order", async () => {
    const order: string[] = [];
    const record = (what: string): Promise<Decision> => {
      order.push(what);
      return decide();
    };
    const plugin = (name: string): Plugin => ({
      name,
      help,
      comment: () => record(`${name} comment`),
      pullRequest: () => record(`${name} pull`),
      rule: () => record(`${name} rule`),
    });
    const plugins = [plugin("b"), plugin("a")];
    const view = fakeView({ config: only(plugins.toReversed()) });
    await dispatch([pullEvent("opened"), comment("/x", { source: "pull_request" })], view, { plugins });
    expect(order).toEqual(["b comment", "a comment", "b pull", "a pull", "b rule", "a rule"]);
  });

  test("later handlers and rules see the labels that were decided before", async () => {
    const seen: (readonly string[])[] = [];
    const first: Plugin = { name: "first", help, comment: () => decide(add("new"), remove("old")) };
    const second: Plugin = {
      name: "second",
      help,
      rule: async (_, view) => {
        seen.push(await view.labels());
        return decide();
      },
    };
    const view = fakeView({ config: only([first, second]), labels: ["OLD", "kept"] });
    await dispatch([comment("/x"), pullEvent("opened")], view, { plugins: [first, second] });
    expect(seen).toEqual([["kept", "new"]]);
  });

  test("whoever is assigned or asked already is not named again, once somebody asked GitHub", async () => {
    const people: Effect[] = [
      { kind: "assign", logins: ["a", "b"] },
      { kind: "unassign", logins: ["c"] },
      { kind: "requestReview", users: ["r"], teams: [] },
    ];
    const view = (of: readonly Plugin[]) =>
      fakeView({ config: only(of), pullRequest: pull({ assignees: ["A"], requestedReviewers: ["r"] }) });
    const blind = [says("blind", ...people)];
    expect(effectsOf(await dispatch(comment("/x"), view(blind), { plugins: blind }))).toEqual(people);
    const looks: Plugin = {
      name: "looks",
      help,
      comment: async (_, seen) => decide(...((await seen.pullRequest()).number > 0 ? people : [])),
    };
    const effects = effectsOf(await dispatch(comment("/x"), view([looks]), { plugins: [looks] }));
    expect(effects).toEqual([{ kind: "assign", logins: ["b"] }]);
  });

  test("on the same label the later wins, and the earlier is audited", async () => {
    const { effects, runs } = await run([says("a", add("x")), says("b", remove("X"))], ["x"]);
    expect(effects.map(({ effect, cause }) => [effect, cause.plugin])).toEqual([[remove("X"), "b"]]);
    expect(runs[0]?.why).toBe("because; adding the label x is overruled by b (removing the label X)");
  });

  test("an effect that holds already is not sent, and that is audited", async () => {
    const { effects, runs } = await run([says("a", add("X"), remove("y"), add("z"))], ["x"]);
    expect(effects.map(({ effect }) => effect)).toEqual([add("z")]);
    expect(runs[0]).toMatchObject({ outcome: "effects" });
    expect(runs[0]?.why).toContain("adding the label X holds already");
    expect(runs[0]?.why).toContain("removing the label y holds already");
  });

  test("a rule sees the newer of what the event and GitHub say", async () => {
    const titles: string[] = [];
    const look = ({ title }: PullRequest): Promise<Decision> => {
      titles.push(title);
      return decide();
    };
    const rule: Plugin = { name: "r", help, rule: look };
    const at = (title: string, updatedAt: string) => pull({ title, updatedAt });
    const now = at("newer", "2026-01-02T00:00:00Z");
    const [before, same, after] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"] as const;
    for (const said of [at("older", before), at("of the same second", same), at("newest", after)]) {
      const view = fakeView({ config: only([rule]), pullRequest: now });
      await dispatch(pullEvent("edited", { pullRequest: said }), view, { plugins: [rule] });
    }
    expect(titles).toEqual(["newer", "newer", "newest"]);
  });

  test("rules look after what changes the pull request, not after labels or reviews", async () => {
    let looks = 0;
    const look = (): Promise<Decision> => {
      looks += 1;
      return decide();
    };
    const rule: Plugin = { name: "r", help, rule: look };
    const view = fakeView({ config: only([rule]) });
    for (const action of ["labeled", "closed", "assigned", "review_requested"]) {
      await dispatch(pullEvent(action), view, { plugins: [rule] });
    }
    expect(looks).toBe(0);
    await dispatch(pullEvent("synchronize"), view, { plugins: [rule] });
    expect(looks).toBe(1);
  });
});

describe("isolation (spec chatops 1.12)", () => {
  const boom: Plugin = {
    name: "boom",
    help,
    comment: () => {
      throw new TypeError("no\nsuch thing");
    },
  };
  const stuck: Plugin = { name: "stuck", help, comment: () => new Promise(() => {}) };

  test("one that throws, and one that never answers, do not stop their siblings", async () => {
    const plugins = [boom, stuck, says("fine", add("x"))];
    const view = fakeView({ config: only(plugins) });
    const { runs, effects, errors } = await dispatch(comment("/x"), view, { plugins, timeoutMs: 20 });
    expect(effects.map(({ effect }) => effect)).toEqual([add("x")]);
    expect(runs.map(({ plugin, outcome }) => [plugin, outcome])).toEqual([
      ["boom", "error"],
      ["stuck", "timeout"],
      ["fine", "effects"],
    ]);
    expect(runs[0]?.why).toBe("TypeError: no such thing");
    expect(errors[0]).toBeInstanceOf(TypeError);
    expect(errors[1]).toBeInstanceOf(HandlerTimeout);
  });

  test("when GitHub does not tell the labels, effects go out unfiltered", async () => {
    const plugins = [says("a", add("x"))];
    const view = fakeView({ config: only(plugins), labels: ["x"] }, ["labels"]);
    expect(effectsOf(await dispatch(comment("/x"), view, { plugins }))).toEqual([add("x")]);
  });
});

describe("who is heard", () => {
  test("only enabled plugins run; a command of another one is explained", async () => {
    const config = repoConfig({ plugins: ["wip"] });
    const { runs, effects } = await dispatch(comment("/hold\n/lgtm"), fakeView({ config }));
    expect(effects).toEqual([]);
    expect(runs.map(({ plugin, why }) => `${plugin}: ${why}`)).toEqual([
      "lgtm: /lgtm was said, but plugins.yaml does not enable lgtm for org/repo",
      "hold: /hold was said, but plugins.yaml does not enable hold for org/repo",
    ]);
  });

  test("the bot's own comments do nothing, under both of its names; its descriptions count", async () => {
    const plugins = [says("a", add("x"))];
    const view = fakeView({ config: only(plugins) });
    const own = comment("/x", { author: user(BOT, "Bot") });
    expect(effectsOf(await dispatch(own, view, { plugins }))).toEqual([]);
    expect(effectsOf(await dispatch({ ...own, source: "pull_request" }, view, { plugins }))).toEqual([add("x")]);
    // A person may have the name of the App: only `slug[bot]` is the App.
    const person = comment("/x", { author: user("cutwater") });
    expect(effectsOf(await dispatch(person, view, { plugins }))).toEqual([add("x")]);
  });

  test("other bots are heard but get no replies, so that two bots never talk for ever", async () => {
    const bot = comment("/x", { author: user("other[bot]", "Bot") });
    const view = fakeView();
    const answer: Effect = {
      kind: "comment",
      body: reply({ login: "other[bot]", body: "/x", htmlUrl: "u" }, view, "no."),
    };
    const plugins = [says("a", add("x"), answer, { kind: "comment", body: "a notice" })];
    const effects = effectsOf(await run(plugins, [], [bot]));
    expect(effects).toEqual([add("x"), { kind: "comment", body: "a notice" }]);
    const refused = { before: "no: ", after: "" };
    const later: Effect = { kind: "pinIssue", onDone: [answer, add("pinned")], onRefused: refused };
    const followed = effectsOf(await run([says("a", later)], [], [bot]));
    expect(followed, "nor when GitHub's answer is there").toEqual([{ kind: "pinIssue", onDone: [add("pinned")] }]);
    const [assign] = effectsOf(await dispatch({ ...bot, body: "/assign nobody" }, view));
    expect(assign).toEqual({ kind: "assign", logins: ["nobody"] });
  });

  test("nor are bots answered after GitHub's answer: what follows keeps its deeds and loses its replies", async () => {
    const bot = comment("/x", { author: user("other[bot]", "Bot") });
    const body = reply({ login: "other[bot]", body: "/x", htmlUrl: "u" }, fakeView(), "no.");
    const saying = { before: "refused: ", after: body };
    const said: Effect = { kind: "comment", body };
    const inner: Effect = { kind: "editIssue", changes: {}, onDone: [said, remove("y")], onRefused: saying };
    const pull = { kind: "createPullRequest", head: "h", base: "b", title: "t", body: "", labels: [], assignees: [] };
    const plugins = [
      says(
        "a",
        { kind: "editIssue", changes: { state: "closed" }, onDone: [said, inner, add("x")], onRefused: saying },
        { ...pull, kind: "createPullRequest", onOpened: saying, onRefused: saying },
      ),
    ];
    const quiet = effectsOf(await run(plugins, [], [bot]));
    expect(quiet).toEqual([
      {
        kind: "editIssue",
        changes: { state: "closed" },
        onDone: [{ kind: "editIssue", changes: {}, onDone: [remove("y")] }, add("x")],
      },
      pull,
    ]);
    expect(JSON.stringify(quiet)).not.toContain("no.");
    expect(JSON.stringify(effectsOf(await run(plugins))), "people are answered").toContain("no.");
  });

  test("an effect's cause names delivery, plugin, command and actor", async () => {
    const { effects } = await dispatch(comment("/HOLD\n/kind bug"), fakeView());
    expect(effects.find(({ cause }) => cause.plugin === "hold")?.cause).toEqual({
      delivery: "11111111-2222-3333-4444-555555555555",
      plugin: "hold",
      rule: "/hold",
      actor: { kind: "user", login: "commenter" },
    });
  });

  test("twenty commands in one comment all count, once each", async () => {
    const body = Array.from({ length: 10 }, (_, index) => `/assign u${index}\n/hold`).join("\r\n");
    const effects = effectsOf(await dispatch(comment(body), fakeView()));
    expect(effects.map(({ kind }) => kind)).toEqual(["assign", "addLabel"]);
  });
});
