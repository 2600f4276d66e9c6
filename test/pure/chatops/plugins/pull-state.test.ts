import { describe, expect, test } from "vitest";
import { settingsOf } from "../../config/plugin-defaults.ts";
import {
  comment,
  fakeView,
  issueEvent,
  issueFacts,
  presubmit,
  pull,
  pullEvent,
  push,
  timerEvent,
  user,
  type World,
} from "../fake-view.ts";
import { brief, configOf, effectsOf, outcome } from "./said.ts";

const on = (plugin: string, settings: object = {}) => configOf(plugin, { settings: settingsOf(settings) });

describe("branchcleaner (spec chatops 2.21)", () => {
  const settings = {
    branch_cleaner: { preserved_branches: { "org/repo": ["keep"], org: ["^release-.*"], "org/other": ["topic"] } },
  };
  const merged = (ref: string, fullName: string | null = "org/repo", is = true) =>
    pullEvent("closed", { pullRequest: pull({ state: "closed", merged: is, head: { sha: "a", ref, fullName } }) });
  test.each([
    ["merged", merged("topic"), 1],
    ["of another case", merged("topic", "Org/Repo"), 1],
    ["a fork's", merged("topic", "someone/repo"), 0],
    ["a deleted fork's", merged("topic", null), 0],
    ["unmerged", merged("topic", "org/repo", false), 0],
    ["preserved by name", merged("keep"), 0],
    ["preserved by expression", merged("release-1.2"), 0],
    ["the default branch", merged("master"), 0],
    ["opened", pullEvent("opened"), 0],
  ])("%s", async (_, event, count) => {
    expect(await effectsOf(event, fakeView({ config: on("branchcleaner", settings) }))).toHaveLength(count);
  });
});

describe("welcome (spec chatops 2.27)", () => {
  const query = "is:pr repo:org/repo author:newcomer";
  const opened = (author = user("newcomer")) => pullEvent("opened", { pullRequest: pull({ author }) });
  const hits = (...numbers: number[]) => ({ [query]: numbers.map((number) => ({ number, isPullRequest: true })) });
  test.each<[string, ReturnType<typeof opened>, Partial<World>, number]>([
    ["a newcomer", opened(), { searches: {} }, 1],
    ["a newcomer, with this one found", opened(), { searches: hits(5) }, 1],
    ["who was here before", opened(), { searches: hits(5, 3) }, 0],
    ["a member", opened(user("member")), {}, 0],
    ["a bot", opened(user("newcomer", "Bot")), {}, 0],
    ["a later push", pullEvent("synchronize"), {}, 0],
  ])("%s", async (_, event, world, count) => {
    expect(await effectsOf(event, fakeView({ config: on("welcome"), ...world }))).toHaveLength(count);
  });

  test("always_post greets everybody, by the template", async () => {
    const template = "Hi {{.AuthorLogin}} of {{ .Org }}/{{.Repo}} {{.Nonsense}}";
    const config = on("welcome", { welcome: [{ repos: ["org"], message_template: template, always_post: true }] });
    const [effect] = await effectsOf(opened(user("member")), fakeView({ config }));
    expect(effect).toEqual({ kind: "comment", body: "Hi member of org/repo {{.Nonsense}}" });
  });
});

describe("require-matching-label (spec chatops 2.17)", () => {
  const kind = {
    org: "org",
    prs: true,
    issues: true,
    regexp: "^kind/",
    missing_label: "needs-kind",
    missing_comment: "Please add a kind.",
    grace_period: "7s",
  };
  const world = (labels: readonly string[], entry: object = kind): Partial<World> => ({
    config: on("require-matching-label", { require_matching_label: [entry] }),
    labels,
    issue: issueFacts({ labels }),
  });
  const marks = ["+needs-kind", "upsertComment"];
  const unmarks = ["-needs-kind", "deletes <!-- missing needs-kind -->"];

  test.each([
    ["opened", pullEvent("opened")],
    ["an issue opened", issueEvent("opened")],
    ["reopened", pullEvent("reopened")],
    ["asked for", comment("/check-required-labels")],
  ])("%s: looks after the grace period", async (_, event) => {
    expect(await effectsOf(event, fakeView(world([])))).toMatchObject([{ kind: "lookAgain", afterMs: 7000 }]);
  });

  test.each([
    [[], marks],
    [["kind/bug"], []],
    [["needs-kind"], []],
    [["needs-kind", "kind/bug"], unmarks],
  ])("then, with %j", async (labels, expected) => {
    expect(await outcome(timerEvent("require-matching-label", "opened"), fakeView(world(labels)))).toEqual(expected);
  });

  test.each([
    ["labeled", "kind/bug", ["needs-kind", "kind/bug"], unmarks],
    ["unlabeled", "kind/bug", [], marks],
    ["labeled", "area/x", [], []],
  ])("%s %s", async (action, label, labels, expected) => {
    expect(await outcome(pullEvent(action, { label }), fakeView(world(labels)))).toEqual(expected);
    expect(await outcome(issueEvent(action, { label }), fakeView(world(labels)))).toEqual(expected);
  });

  test("another branch, and issues where only pull requests count", async () => {
    const entry = { ...kind, issues: false, branch: "release" };
    expect(await effectsOf(pullEvent("opened"), fakeView(world([], entry)))).toEqual([]);
    expect(await effectsOf(issueEvent("opened"), fakeView(world([], entry)))).toEqual([]);
  });
});

describe("skip (spec chatops 2.19)", () => {
  const jobs = [
    presubmit("optional", { optional: true }),
    presubmit("quiet", { skip_report: true }),
    presubmit("required"),
    presubmit("elsewhere", { optional: true, branches: ["release"] }),
  ];
  const say = async (
    body: string,
    states: Readonly<Record<string, string>>,
    over: Parameters<typeof comment>[1] = {},
  ) => {
    const statuses = Object.entries(states).map(([context, state]) => ({ context, state, description: "" }));
    const config = { ...on("skip"), presubmits: jobs };
    const effects = await effectsOf(comment(body, over), fakeView({ config, statuses }));
    return effects.map((effect) =>
      effect.kind === "setStatus" ? `${effect.context} ${effect.state}: ${effect.description}` : brief(effect),
    );
  };
  test.each<[string, Readonly<Record<string, string>>, Parameters<typeof comment>[1], readonly string[]]>([
    ["/skip", { optional: "failure" }, {}, ["optional success: Skipped"]],
    ["/skip", { optional: "pending" }, {}, ["optional success: Skipped"]],
    ["/skip", { quiet: "error" }, {}, ["quiet success: Skipped"]],
    ["/skip", { required: "failure" }, {}, []],
    ["/skip", { optional: "success" }, {}, []],
    ["/skip", {}, {}, []],
    ["/skip", { elsewhere: "failure" }, {}, []],
    ["/skip", { unknown: "failure" }, {}, []],
    ["/test optional\n/skip", { optional: "failure", quiet: "failure" }, {}, ["quiet success: Skipped"]],
    ["/skip", { optional: "failure" }, { state: "closed" }, []],
    ["/skip", { optional: "failure" }, { isPullRequest: false }, []],
    ["/skip it", { optional: "failure" }, {}, []],
  ])("%j with %j", async (body, states, over, expected) => {
    expect(await say(body, states, over)).toEqual(expected);
  });

  test("what the same comment starts is not skipped (jobs 7.3: test-infra#5069, #4801)", async () => {
    expect(await say("/skip\n/test optional", { optional: "failure" })).toEqual([]);
    expect(await say("/retest\n/skip", { optional: "failure", quiet: "success" })).toEqual([]);
  });
});

describe("needs-rebase (spec chatops 2.41)", () => {
  const config = on("needs-rebase");
  const look = (mergeable: boolean | null, labels: readonly string[], over: object = {}, note = "0") =>
    effectsOf(
      timerEvent("needs-rebase", note),
      fakeView({ config, labels, pullRequest: pull({ mergeable, labels, ...over }) }),
    );

  test.each([
    ["opened", pullEvent("opened"), 1],
    ["synchronize", pullEvent("synchronize"), 1],
    [
      "a new base",
      pullEvent("edited", { changes: { baseRefFrom: "x", baseShaFrom: null, titleFrom: null, body: false } }),
      1,
    ],
    ["a new title", pullEvent("edited"), 0],
    ["labeled", pullEvent("labeled"), 0],
    ["any comment", comment("hello"), 1],
    ["a comment on an issue", comment("hello", { isPullRequest: false }), 0],
    ["a comment on a closed one", comment("hello", { state: "closed" }), 0],
  ])("%s", async (_, event, count) => {
    const effects = await effectsOf(event, fakeView({ config }));
    expect(effects.map(({ kind }) => kind)).toEqual(Array.from({ length: count }, () => "lookAgain"));
  });

  const node = (number: number, mergeable: string, ...labels: string[]) => ({
    number,
    mergeable,
    labels: { nodes: labels.map((name) => ({ name })) },
  });
  const scan = (note: string, nodes: readonly object[], endCursor: string | null = null) => {
    const asked: unknown[] = [];
    const graphql: World["graphql"] = (_, variables) => {
      asked.push(variables);
      return { repository: { pullRequests: { pageInfo: { hasNextPage: endCursor !== null, endCursor }, nodes } } };
    };
    const view = fakeView({ config, graphql, number: 0 });
    return { asked, effects: effectsOf(timerEvent("needs-rebase", note), view) };
  };

  test("a push to a base is one look at all of its open pull requests; pushes in between postpone nothing", async () => {
    const look = { kind: "lookAgain", plugin: "needs-rebase", note: "base 0 - master", afterMs: 5000, keep: true };
    expect(await effectsOf(push(), fakeView({ config, number: 0 }))).toEqual([look]);
    expect(await effectsOf(push({ ref: "refs/tags/v1" }), fakeView({ config, number: 0 }))).toEqual([]);
    expect(await effectsOf(push({ deleted: true }), fakeView({ config, number: 0 }))).toEqual([]);
  });

  test("of a page only those are woken whose label is wrong", async () => {
    const nodes = [
      node(1, "MERGEABLE"),
      node(2, "CONFLICTING", "needs-rebase"),
      node(3, "CONFLICTING", "lgtm"),
      node(4, "MERGEABLE", "Needs-Rebase"),
    ];
    const { asked, effects } = scan("base 0 - release-1", nodes, "Y3Vyc29y");
    const wake = (number: number) => ({ note: "0", afterMs: 0, number });
    expect(await effects).toMatchObject([wake(3), wake(4), { note: "base 0 Y3Vyc29y release-1", afterMs: 0 }]);
    expect(asked).toMatchObject([{ base: "release-1", after: null }]);
  });

  test("a page with unknown ones is asked for again, without the pages behind it; in the end they look for themselves", async () => {
    const nodes = [node(1, "UNKNOWN"), node(2, "UNKNOWN", "needs-rebase"), node(3, "MERGEABLE")];
    expect(await scan("base 0 - *", nodes).effects).toMatchObject([{ note: "base 1 - *", afterMs: 10_000 }]);
    const again = scan("base 1 abc *", nodes, "def");
    expect(await again.effects).toMatchObject([{ note: "base 2 abc *", afterMs: 30_000 }]);
    expect(again.asked).toMatchObject([{ base: null, after: "abc" }]);
    const last = await scan("base 3 abc *", nodes).effects;
    expect(last).toMatchObject([
      { note: "0", number: 1 },
      { note: "0", number: 2 },
    ]);
    for (const effect of last) expect(effect.kind === "lookAgain" && effect.afterMs).toBeLessThan(60_000);
  });

  test("it conflicts", async () => {
    const effects = await look(false, []);
    expect(effects).toMatchObject([
      { kind: "addLabel", label: "needs-rebase" },
      { kind: "upsertComment", body: "PR needs rebase." },
    ]);
  });

  test.each([
    ["it conflicts still", false, ["needs-rebase"], []],
    ["it is mended", true, ["needs-rebase"], ["-needs-rebase", "deletes PR needs rebase."]],
    ["it never conflicted", true, [], []],
  ])("%s", async (_, mergeable, labels, expected) => {
    expect((await look(mergeable, labels)).map(brief)).toEqual(expected);
  });

  test("dependabot is told to rebase", async () => {
    const author = user("dependabot[bot]", "Bot");
    expect(await look(false, [], { author })).toMatchObject([
      { kind: "addLabel" },
      { kind: "comment", body: "rebase" },
    ]);
    expect((await look(true, ["needs-rebase"], { author })).map(brief)).toEqual(["-needs-rebase"]);
  });

  test("GitHub is asked again while it does not know, then given up", async () => {
    expect(await look(null, [])).toMatchObject([{ kind: "lookAgain", note: "1", afterMs: 3000 }]);
    expect(await look(null, [], {}, "2")).toMatchObject([{ kind: "lookAgain", note: "3" }]);
    expect(await look(null, [], {}, "3")).toEqual([]);
  });

  test("what is closed is left alone", async () => {
    expect(await look(false, [], { state: "closed" })).toEqual([]);
  });
});

describe("refresh (spec chatops 2.42)", () => {
  test.each([
    ["/refresh", {}, ["reportAgain"]],
    ["/refresh please", {}, []],
    ["/refresh", { state: "closed" }, []],
    ["/refresh", { isPullRequest: false }, []],
    ["/refresh", { source: "pull_request_review" }, []],
  ] as const)("%j %j", async (body, over, expected) => {
    expect(await outcome(comment(body, over), fakeView({ config: on("refresh") }))).toEqual(expected);
  });
});

describe("release-note (spec chatops 2.9)", () => {
  const NEEDED = "do-not-merge/release-note-label-needed";
  const block = (note: string) => `text\n\`\`\`release-note\n${note}\n\`\`\`\n`;
  const look = (
    body: string,
    labels: readonly string[] = [],
    over: object = {},
    world: Partial<World> = {},
    action = "opened",
  ) => {
    const pullRequest = pull({ body, labels, ...over });
    return outcome(
      pullEvent(action, { pullRequest }),
      fakeView({ config: on("release-note"), labels, pullRequest, ...world }),
    );
  };
  const need = ["upsertComment", `+${NEEDED}`];

  test.each<[string, string, readonly string[], readonly string[]]>([
    ["a note", block("Something new"), [], ["+release-note"]],
    ["none", block("NONE"), [], ["+release-note-none"]],
    ["no", block("no."), [], ["+release-note-none"]],
    ["action required", block("ACTION REQUIRED: do it"), [], ["+release-note-action-required"]],
    ["nothing", "", [], need],
    ["an empty block", "```release-note\n```", [], need],
    ["nothing, but said to be none", "", ["release-note-none"], []],
    [
      "nothing, deprecated, said to be none",
      "",
      ["release-note-none", "kind/deprecation"],
      [...need, "-release-note-none"],
    ],
    ["none, but deprecated", block("none"), ["kind/deprecation"], need],
    ["a note, deprecated", block("gone"), ["kind/deprecation"], ["+release-note"]],
    ["a note now", block("new"), [NEEDED], ["+release-note", `-${NEEDED}`, "deletes <!-- release note needed -->"]],
    ["another kind now", block("none"), ["release-note"], ["+release-note-none", "-release-note"]],
    ["the older form", "**Release note**:\n```\nnew\n```", [], ["+release-note"]],
    ["the older form with a hint", "Release note**: <!-- hint --> ```release-note\nnew\n```", [], ["+release-note"]],
    ["still nothing", "", [NEEDED], []],
  ])("%s", async (_, body, labels, expected) => {
    expect(await look(body, labels)).toEqual(expected);
  });

  test.each([
    ["edited", true],
    ["ready_for_review", true],
    ["synchronize", false],
    ["closed", false],
  ])("%s looks: %s", async (action, looks) => {
    expect(await look("", [], {}, {}, action)).toHaveLength(looks ? 2 : 0);
  });

  test("what is merged without a note is left alone", async () => {
    expect(await look("", [], { merged: true, state: "closed" }, {}, "edited")).toEqual([]);
  });

  describe("a cherry-pick", () => {
    const body = "Cherry pick of #1 on release-1.2.\nCherry pick of #2 on release-1.2.";
    const base = { base: { sha: "b", ref: "release-1.2" } };
    const issues = (...labels: string[]) =>
      Object.fromEntries(labels.map((label, index) => [`org/repo#${index + 1}`, issueFacts({ labels: [label] })]));
    test.each([
      ["of two with notes", issues("release-note", "release-note-action-required"), []],
      ["of one without", issues("release-note", "release-note-none"), need],
      ["of one that is not there", issues("release-note"), need],
    ])("%s", async (_, of, expected) => {
      expect(await look(body, [], base, { issues: of })).toEqual(expected);
    });
    test("onto the main branch has no exemption", async () => {
      expect(await look(body, [], {}, { issues: issues("release-note", "release-note") })).toEqual(need);
    });
    test("with a note of its own is labelled", async () => {
      expect(await look(`${body}\n${block("new")}`, [], base)).toEqual(["+release-note"]);
    });
  });

  describe("commands", () => {
    const say = (text: string, over: Parameters<typeof comment>[1], labels: readonly string[] = [], body = "") =>
      effectsOf(
        comment(text, { issueBody: body, ...over }),
        fakeView({ config: on("release-note"), labels, pullRequest: pull({ body }) }),
      );
    const author = user("author");
    const member = user("member");

    test.each<[string, Parameters<typeof comment>[1], readonly string[], string, readonly string[]]>([
      [
        "by the author",
        { author },
        [NEEDED],
        "",
        ["+release-note-none", `-${NEEDED}`, "deletes <!-- release note needed -->"],
      ],
      ["by a member", { author: member }, [], "", ["+release-note-none"]],
      ["by a stranger", {}, [], "", ["says"]],
      ["against a note", { author }, [], block("new"), ["says"]],
      ["with NONE written", { author }, [], block("NONE"), ["+release-note-none"]],
      ["deprecated", { author }, ["kind/deprecation"], "", ["says"]],
      ["in a review", { author, source: "pull_request_review" }, [], "", []],
    ])("/release-note-none %s", async (_, over, labels, body, expected) => {
      const effects = await say("/release-note-none", over, labels, body);
      expect(effects.map((effect) => (effect.kind === "comment" ? "says" : brief(effect)))).toEqual(expected);
    });

    test.each<[string, string, string, readonly string[]]>([
      ["the author", "author", "/release-note-none\r\n", ["+release-note-none"]],
      ["a member", "member", "Fine.\n/Release-Note-None", ["+release-note-none"]],
      ["a stranger", "stranger", "/release-note-none", need],
      ["the author in a code block", "author", "```\n/release-note-none\n```", need],
      ["the author with other words", "author", "/release-note-none please", need],
    ])("an earlier /release-note-none of %s, once there is no note", async (_, author, body, expected) => {
      const comments = [{ id: 1, author, body, createdAt: "", updatedAt: "" }];
      expect(await look("", [], {}, { comments })).toEqual(expected);
      if (expected !== need) {
        expect(await look("", ["kind/deprecation"], {}, { comments })).toEqual(need);
      }
    });

    test("/release-note-edit puts the note into the description", async () => {
      const [effect] = await say(`/release-note-edit\n${block("better")}`, { author: member }, [], block("old"));
      expect(effect).toEqual({ kind: "editIssue", changes: { body: "text\n```release-note\nbetter\n```\n" } });
    });

    test.each([
      ["by somebody else", `/release-note-edit\n${block("x")}`, user("stranger"), block("old")],
      ["without a block", "/release-note-edit", member, block("old")],
      ["without a block to edit", `/release-note-edit\n${block("x")}`, member, "text"],
    ])("/release-note-edit %s is refused", async (_, text, who, body) => {
      expect((await say(text, { author: who }, [], body)).map(({ kind }) => kind)).toEqual(["comment"]);
    });

    test.each(["/release-note", "/release-note-action-required"])("%s is retired", async (text) => {
      const [effect] = await say(text, {});
      expect(effect?.kind === "comment" && effect.body).toContain("is retired");
    });
  });
});
