import { describe, expect, test } from "vitest";
import type { ChatEvent, TaskEvent } from "../../../../src/chatops/events.ts";
import { GitTask, type GitTaskOutcome } from "../../../../src/jobs/git-task.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { BOT, comment, commit, GUID, pull, pullEvent, user, type World } from "../fake-view.ts";
import { brief, configOf, effectsOf, outcome } from "./said.ts";

const MERGE = "e".repeat(40);
const merged = pull({ state: "closed", merged: true, mergeCommitSha: MERGE });

function world(over: Partial<World> = {}, cherrypicker: object = {}): Partial<World> {
  const settings = settingsOf({ cutwater: { "org/repo": { cherrypicker } } });
  return {
    config: configOf("cherrypicker", { settings }),
    pullRequest: merged,
    commits: [commit("1".repeat(40), "one"), commit("2".repeat(40), "two")],
    ...over,
  };
}
const say = (login: string, body: string, id = 1): World["comments"][number] => {
  return { id, author: login, body, createdAt: "2026-09-01T11:00:00Z", updatedAt: "2026-09-01T11:00:00Z" };
};
const by = (login: string, body: string, over: Parameters<typeof comment>[1] = {}) =>
  comment(body, { author: user(login), ...over });

/** Picks by target, and what is said. */
async function picks(event: ChatEvent, of: Partial<World>): Promise<readonly string[]> {
  const effects = await effectsOf(event, of);
  return effects.map((effect) =>
    effect.kind === "gitTask" && effect.task.kind === "cherry-pick" ? `picks ${effect.task.target}` : brief(effect),
  );
}
const says = (text: string): unknown => expect.stringContaining(text);

describe("/cherrypick (spec chatops 2.40)", () => {
  test.each<[string, string, readonly string[]]>([
    ["a branch", "/cherrypick v1", ["picks v1"]],
    ["the other spelling, a chain, white space", "hi\r\n/cherry-pick  v1\tv0 \r\n", ["picks v1"]],
    ["two commands, sorted", "/cherrypick v2\n/cherrypick v1", ["picks v1", "picks v2"]],
    ["the same branch twice", "/cherrypick v1\n/cherry-pick v1 v0", ["picks v1"]],
    ["another case", "/Cherrypick v1", []],
    ["no branch", "/cherrypick ", []],
    ["in a fence", "```\n/cherrypick v1\n```", []],
  ])("%s", async (_, body, expected) => expect(await picks(by("member", body), world())).toEqual(expected));

  test("the task: a description that the runner takes, one id for one delivery", async () => {
    const [effect] = await effectsOf(by("member", "/cherrypick release-1.2"), world());
    const task = {
      kind: "cherry-pick",
      owner: "org",
      repo: "repo",
      number: 5,
      mergeSha: MERGE,
      commits: 2,
      target: "release-1.2",
      branch: "cherry-pick-5-to-release-1.2",
    };
    expect(effect).toMatchObject({ kind: "gitTask", plugin: "cherrypicker", task });
    expect(GitTask.parse(task)).toEqual(task);
    expect(await effectsOf(by("member", "/cherrypick release-1.2"), world())).toEqual([effect]);
  });

  test.each<[string, string, Partial<World>, readonly unknown[]]>([
    ["the base branch", "/cherrypick master", {}, [says("cannot be cherry-picked")]],
    ["the base branch among others", "/cherrypick master\n/cherrypick v1", {}, [says("cannot be"), "picks v1"]],
    ["what is no branch", "/cherrypick -x..y", {}, [says("cannot be names of branches: `-x..y`")]],
    [
      "not merged",
      "/cherrypick v1",
      { pullRequest: pull() },
      [says("once this is merged, I will cherry-pick it to `v1`")],
    ],
    ["not merged, base", "/cherrypick master", { pullRequest: pull() }, [says("cannot be cherry-picked")]],
    ["closed", "/cherrypick v1", { pullRequest: pull({ state: "closed" }) }, [says("without being merged")]],
    [
      "an open pick",
      "/cherrypick v1",
      {
        searches: {
          "repo:org/repo is:pr is:open head:cherry-pick-5-to-v1 base:v1": [{ number: 77, isPullRequest: true }],
        },
      },
      [says("open as #77")],
    ],
  ])("%s", async (_, body, over, expected) => expect(await picks(by("member", body), world(over))).toEqual(expected));

  test("not merged, base among others: one reply that says both", async () => {
    const effects = await effectsOf(by("member", "/cherrypick master\n/cherrypick v1"), world({ pullRequest: pull() }));
    expect(effects).toHaveLength(1);
    expect(effects[0]).toMatchObject({ body: expect.stringMatching(/`master`[^]*`v1`/) });
  });

  test("only members may, merged or not; all where it is allowed", async () => {
    for (const pullRequest of [merged, pull()]) {
      expect(await picks(by("outsider", "/cherrypick v1"), world({ pullRequest }))).toEqual([
        says("only members of `org`"),
      ]);
    }
    expect(await picks(by("outsider", "/cherrypick v1"), world({}, { allow_all: true }))).toEqual(["picks v1"]);
  });

  test.each<[string, Parameters<typeof comment>[1]]>([
    ["on issues", { isPullRequest: false }],
    ["edited", { action: "edited" }],
    ["in reviews", { source: "pull_request_review" }],
    ["in the description", { source: "pull_request" }],
  ])("not %s", async (_, over) => expect(await picks(by("member", "/cherrypick v1", over), world())).toEqual([]));
});

describe("the merge", () => {
  const closed = pullEvent("closed", { pullRequest: merged });

  test("and a comment right after it, of which it knows: one task, whichever is handled first", async () => {
    const said = say("member", "/cherrypick v1", 9);
    const asked = by("member", said.body, { commentId: said.id, htmlUrl: `${merged.htmlUrl}#issuecomment-${said.id}` });
    const [first] = await effectsOf(asked, world({ comments: [said] }));
    const [again] = await effectsOf(closed, world({ comments: [said], guid: "of-the-merge" }));
    expect(again).toEqual(first);
  });

  test.each<[string, Partial<World>, object, readonly string[]]>([
    [
      "comments",
      { comments: [say("member", "/cherrypick v2"), say("member", "/cherrypick v1")] },
      {},
      ["picks v1", "picks v2"],
    ],
    ["of strangers too, who may not", { comments: [say("outsider", "/cherrypick v1")] }, {}, []],
    ["allowed to all", { comments: [say("outsider", "/cherrypick v1")] }, { allow_all: true }, ["picks v1"]],
    ["what the bot said", { comments: [say(BOT, "/cherrypick v1")] }, {}, []],
    [
      "the description",
      { pullRequest: { ...merged, author: user("member"), body: "/cherrypick v1" } },
      {},
      ["picks v1"],
    ],
    [
      "labels, of an author who is a member",
      { pullRequest: { ...merged, author: user("member") }, labels: ["cherrypick/v1", "x"] },
      {},
      ["picks v1"],
    ],
    ["labels, of another author", { labels: ["cherrypick/v1"] }, {}, []],
    [
      "labels of another prefix",
      { pullRequest: { ...merged, author: user("member") }, labels: ["pick:v1"] },
      { label_prefix: "pick:" },
      ["picks v1"],
    ],
    ["nothing", {}, {}, []],
  ])("%s", async (_, over, config, expected) => {
    const event = pullEvent("closed", { pullRequest: over.pullRequest ?? merged });
    expect(await picks(event, world(over, config))).toEqual(expected);
  });

  test("closed without a merge", async () => {
    const pullRequest = pull({ state: "closed" });
    const of = world({ pullRequest, comments: [say("member", "/cherrypick v1")] });
    expect(await picks(pullEvent("closed", { pullRequest }), of)).toEqual([]);
  });

  test("a pick of ours goes on with its chain, for whom it names", async () => {
    const ours = { ...merged, author: user(BOT, "Bot") };
    const of = (body: string) => world({ pullRequest: { ...ours, body } });
    const event = pullEvent("closed", { pullRequest: ours });
    expect(await picks(event, of("x\n\n/assign member\n\n/cherrypick v1 v0"))).toEqual([]);
    const told = (body: string) => pullEvent("closed", { pullRequest: { ...ours, body } });
    expect(await picks(told("/assign member\n\n/cherrypick v1 v0"), of("/assign member\n\n/cherrypick v1 v0"))).toEqual(
      ["picks v1"],
    );
    expect(await picks(told("/assign outsider\n/cherrypick v1"), of("/assign outsider\n/cherrypick v1"))).toEqual([]);
    expect(await picks(told("/cherrypick v1"), of("/cherrypick v1"))).toEqual(["picks v1"]);
  });

  test("a label on what is merged asks at once, for that branch only", async () => {
    const pullRequest = { ...merged, author: user("member") };
    const of = world({
      pullRequest,
      labels: ["cherrypick/v1", "cherrypick/v2"],
      comments: [say("member", "/cherrypick v3")],
    });
    const event = (label: string) => pullEvent("labeled", { pullRequest, label, sender: user("outsider") });
    expect(await picks(event("cherrypick/v2"), of)).toEqual(["picks v2"]);
    expect(await picks(event("bug"), of)).toEqual([]);
    expect(await picks(pullEvent("labeled", { label: "cherrypick/v2" }), { ...of, pullRequest: pull() })).toEqual([]);
    expect(await picks(closed, world({ labels: [] }))).toEqual([]);
  });
});

describe("what the runner answers", () => {
  const task: GitTask = {
    kind: "cherry-pick",
    owner: "org",
    repo: "repo",
    number: 5,
    mergeSha: MERGE,
    commits: 1,
    target: "v1",
    branch: "cherry-pick-5-to-v1",
  };
  const done = (outcome: GitTaskOutcome): TaskEvent => {
    return { kind: "task", guid: GUID, sender: user(BOT, "Bot"), plugin: "cherrypicker", id: "1", task, outcome };
  };
  const asked = [say("outsider", "/cherrypick v1"), say("member", "please\n/cherrypick v1 v0 w", 2)];
  const yes: GitTaskOutcome = { state: "picked", sha: MERGE };

  test("picked: a pull request that carries all on", async () => {
    const body = "Fixes it\n```release-note\nIt works now\n```";
    const pullRequest = { ...merged, title: "[master] Fix [master] it", body };
    const of = world(
      { comments: asked, pullRequest, labels: ["kind/bug", "area/x", "kind/api-change"] },
      { labels: ["pick"] },
    );
    const [effect] = await effectsOf(done(yes), of);
    expect(effect).toMatchObject({
      kind: "createPullRequest",
      head: "cherry-pick-5-to-v1",
      base: "v1",
      title: "[v1] Fix [master] it",
      body: "This is an automated cherry-pick of #5\n\n/assign member\n\n```release-note\nIt works now\n```\n\n/cherrypick v0 w\n\n/kind api-change\n/kind bug",
      labels: ["pick"],
      assignees: ["member"],
      onOpened: {
        before: expect.stringContaining("@member: the cherry-pick to `v1` is "),
        after: expect.stringMatching(/^\.\n/),
      },
    });
  });

  test("without assignments", async () => {
    const [effect] = await effectsOf(done(yes), world({ comments: asked }, { use_prow_assignments: false }));
    expect(effect).toMatchObject({ assignees: [], body: expect.not.stringContaining("/assign") });
  });

  test.each<[string, GitTaskOutcome, string]>([
    ["a conflict", { state: "conflict", output: "CONFLICT in a.go ```" }, "#5 does not apply to `v1`"],
    ["no such branch", { state: "no-target", output: "gone" }, "cannot find the branch `v1`"],
    ["a failure", { state: "failed", message: "no runner" }, "failed: `no runner`"],
  ])("%s is said", async (_, answer, text) => {
    expect(await outcome(done(answer), world({ comments: asked }))).toEqual([says(text)]);
  });

  test("a conflict becomes an issue where that is wished", async () => {
    const of = world({ comments: asked }, { create_issue_on_conflict: true });
    const [, issue] = await effectsOf(done({ state: "conflict", output: "CONFLICT" }), of);
    expect(issue).toMatchObject({ kind: "createIssue", title: "#5 does not apply to v1", assignees: ["member"] });
  });

  test("nobody asks any more", async () => {
    expect(await outcome(done(yes), world())).toEqual([]);
  });
});
