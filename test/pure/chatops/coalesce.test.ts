import { describe, expect, test } from "vitest";
import { coalesce } from "../../../src/chatops/coalesce.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import type { Known } from "../../../src/chatops/known.ts";
import { intoRows, thingOf } from "../../../src/chatops/outgoing.ts";
import { presubmitJob, pullRequestRefs } from "../../../src/jobs/create.ts";
import { GUID, NOW, presubmit, pull } from "./fake-view.ts";

const cause = { delivery: GUID, plugin: "p", rule: "r", actor: { kind: "system" } } as const;

const NOTHING: Known = { labels: null, assignees: null, reviewers: null };

function result(effects: readonly Effect[], known: Partial<Known> = {}) {
  return coalesce(
    effects.map((effect) => ({ effect, cause })),
    { ...NOTHING, ...known },
  ).effects.map(({ effect }) => effect);
}

const assign = (...logins: string[]): Effect => ({ kind: "assign", logins });
const unassign = (...logins: string[]): Effect => ({ kind: "unassign", logins });
const ask = (...users: string[]): Effect => ({ kind: "requestReview", users, teams: [] });

async function start(...names: string[]): Promise<Effect> {
  const settings = { prowjob_namespace: "n", link_url: "https://github.com" };
  const refs = pullRequestRefs({ owner: "o", repo: "r" }, pull(), "b", settings.link_url);
  const origin = { guid: GUID, now: NOW, publicUrl: "https://p", settings };
  return {
    kind: "startJobs",
    jobs: await Promise.all(names.map((name) => presubmitJob(presubmit(name), refs, origin))),
  };
}

describe("effects of one event are coalesced (design 1.8)", () => {
  test("people are joined, without doubles", () => {
    expect(result([assign("a", "b"), assign("B", "c")])).toEqual([assign("a", "b", "c")]);
    expect(result([ask("a"), ask("b")])).toEqual([ask("a", "b")]);
    expect(result([unassign("a"), unassign("b")])).toEqual([unassign("a", "b")]);
  });

  test("of contrary wishes about one person the last counts", () => {
    expect(result([assign("a"), unassign("A"), assign("a")])).toEqual([assign("a")]);
    expect(result([assign("a", "b"), unassign("a")])).toEqual([assign("b"), unassign("a")]);
    const drop: Effect = { kind: "removeReviewRequest", users: ["B"], teams: ["t"] };
    expect(result([ask("a", "b"), drop])).toEqual([ask("a"), drop]);
    expect(result([ask("b"), drop])).toEqual([drop]);
  });

  test("one call assigns for two plugins, and each keeps its words about those whom it asked for", () => {
    const reply = { before: "x", after: "y" };
    const other: Effect = { kind: "assign", logins: ["b"], onMissing: reply };
    const about = (...names: string[]) => ({ names, reply });
    expect(result([assign("a"), other])).toEqual([{ ...assign("a", "b"), missing: [about("b")] }]);
    expect(result([other, { ...other, logins: ["c"] }])).toEqual([{ ...other, logins: ["b", "c"] }]);
    const second = { before: "z", after: "" };
    const both = result([other, { ...other, logins: ["b", "c"], onMissing: second }]);
    expect(both).toEqual([{ ...assign("b", "c"), missing: [about("b"), { names: ["b", "c"], reply: second }] }]);
    const review: Effect = { kind: "requestReview", users: ["a"], teams: ["t"], onMissing: reply };
    expect(result([ask("b"), review])).toEqual([
      { kind: "requestReview", users: ["b", "a"], teams: ["t"], missing: [about("a", "t")] },
    ]);
  });

  test("who is there already is not asked again, and who is not there not taken off", () => {
    const effects = [assign("a", "B"), unassign("c"), ask("d", "e")];
    expect(result(effects, { assignees: ["b"], reviewers: ["D"] })).toEqual([assign("a"), ask("e")]);
    expect(result(effects, { assignees: ["A", "b", "C"], reviewers: ["d", "e"] })).toEqual([unassign("c")]);
    expect(result(effects)).toEqual(effects);
  });

  test("changes of several fields are one call; a field changed twice with words about it is not", () => {
    const edit = (changes: object, more: object = {}): Effect => ({ kind: "editIssue", changes, ...more });
    const said: Effect = { kind: "comment", body: "closed" };
    const refused = { before: "no", after: "" };
    expect(result([edit({ title: "a" }), edit({ milestone: 1 }), edit({ title: "b" })])).toEqual([
      edit({ title: "b", milestone: 1 }),
    ]);
    const close = edit({ state: "closed" }, { onDone: [said], onRefused: refused });
    expect(result([edit({ title: "a" }), close])).toEqual([
      edit({ title: "a", state: "closed" }, { onDone: [said], onRefused: refused }),
    ]);
    const open = edit({ state: "open" }, { onDone: [said] });
    expect(result([edit({ title: "a" }), open, close])).toEqual([
      edit({ title: "a", state: "open" }, { onDone: [said] }),
      close,
    ]);
  });

  test("line comments of two plugins are one review", () => {
    const review = (sha: string, line: number): Effect => {
      return { kind: "review", sha, body: `b${line}`, comments: [{ path: "p", line, body: "c" }] };
    };
    const [one, ...more] = result([review("s", 1), review("s", 2), review("t", 3)]);
    expect(one).toMatchObject({ body: "b1\n\nb2", comments: [{ line: 1 }, { line: 2 }] });
    expect(more).toEqual([review("t", 3)]);
  });

  test.each<[string, Effect, Effect]>([
    ["pins", { kind: "pinIssue" }, { kind: "unpinIssue" }],
    ["transfers", { kind: "transferIssue", repo: "a" }, { kind: "transferIssue", repo: "b" }],
    ["columns", { kind: "project", projectId: "p", status: "a" }, { kind: "project", projectId: "p", status: null }],
    ["branches", { kind: "deleteBranch", branch: "b" }, { kind: "deleteBranch", branch: "b" }],
    ["reports", { kind: "reportAgain" }, { kind: "reportAgain" }],
    [
      "timers",
      { kind: "lookAgain", plugin: "p", note: "", afterMs: 1 },
      { kind: "lookAgain", plugin: "p", note: "", afterMs: 2 },
    ],
    ["messages", { kind: "slack", channel: "c", text: "t" }, { kind: "slack", channel: "c", text: "t" }],
    ["reactions", { kind: "react", to: null, content: "heart" }, { kind: "react", to: null, content: "heart" }],
    [
      "rewritten comments",
      { kind: "editComment", to: { source: "issue_comment", id: 1 }, body: "a" },
      { kind: "editComment", to: { source: "issue_comment", id: 1 }, body: "b" },
    ],
  ])("%s: the last counts", (_, first, last) => {
    expect(result([first, last])).toEqual([last]);
  });

  test("different messages, reactions and columns stay", () => {
    const effects: Effect[] = [
      { kind: "slack", channel: "c", text: "t" },
      { kind: "slack", channel: "d", text: "t" },
      { kind: "react", to: null, content: "heart" },
      { kind: "react", to: null, content: "eyes" },
      { kind: "project", projectId: "p", status: "a" },
      { kind: "project", projectId: "q", status: "a" },
    ];
    expect(result(effects)).toEqual(effects);
  });

  test("across events, what waits is replaced by what is newer of the same thing, unless words follow it", () => {
    const column: Effect = { kind: "project", projectId: "p", status: "a" };
    expect(thingOf(column)).toBe(thingOf({ ...column, status: "b" }));
    expect(thingOf({ ...column, onDone: [{ kind: "comment", body: "moved" }] })).toBe("");
    expect(thingOf(assign("a"))).toBe("");
    expect(intoRows([{ effect: column, cause }])).toHaveLength(1);
  });

  test("a job is started once, however many plugins want it", async () => {
    const [effect, ...more] = result([await start("a", "b"), await start("b", "c")]);
    expect(more).toEqual([]);
    expect(effect?.kind === "startJobs" && effect.jobs.map((job) => job.spec.job)).toEqual(["a", "b", "c"]);
  });

  test("an abort stays before the start", async () => {
    const abort: Effect = { kind: "abortJobs", type: "presubmit", reason: "x" };
    expect(result([abort, await start("a"), abort]).map(({ kind }) => kind)).toEqual([
      "abortJobs",
      "startJobs",
      "abortJobs",
    ]);
    expect(result([abort, abort])).toEqual([abort]);
  });

  test("the last word counts for labels, statuses and maintained comments; the same comment is said once", () => {
    const status = (description: string): Effect => ({
      kind: "setStatus",
      sha: "s",
      context: "c",
      state: "success",
      targetUrl: "",
      description,
    });
    const say = (body: string): Effect => ({ kind: "comment", body });
    const upsert = (body: string): Effect => ({ kind: "upsertComment", marker: "m", body });
    const gone: Effect = { kind: "deleteComments", marker: "m" };
    expect(result([status("1"), status("2")])).toEqual([status("2")]);
    expect(result([upsert("1"), gone])).toEqual([gone]);
    expect(result([gone, upsert("2")])).toEqual([upsert("2")]);
    expect(result([say("a"), say("b"), say("a")])).toEqual([say("b"), say("a")]);
  });

  test("labels that are as wanted need no call; without knowledge all are sent", () => {
    const effects: Effect[] = [
      { kind: "addLabel", label: "Bug" },
      { kind: "removeLabel", label: "gone" },
    ];
    expect(result(effects, { labels: ["bug"] })).toEqual([]);
    expect(result(effects)).toEqual(effects);
  });
});
