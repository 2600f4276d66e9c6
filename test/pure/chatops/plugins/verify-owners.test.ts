import { describe, expect, test } from "vitest";
import type { Effect } from "../../../../src/chatops/effects.ts";
import type { TaskEvent } from "../../../../src/chatops/events.ts";
import type { GitTask, GitTaskOutcome } from "../../../../src/jobs/git-task.ts";
import type { OwnersConfig } from "../../../../src/config/model.ts";
import { BOT, comment, file, GUID, HEAD, pull, pullEvent, repoConfig, user, type World } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const LABEL = "do-not-merge/invalid-owners-file";
const TIP = "d".repeat(40);
const MERGE = "e".repeat(40);
const PEOPLE = "<!-- untrusted owners -->";
const ALIASES = "<!-- aliases -->";
type Texts = Readonly<Record<string, string>>;

const merged = (parents: readonly string[]) => () => ({
  repository: {
    pullRequest: { potentialMergeCommit: { oid: MERGE, parents: { nodes: parents.map((oid) => ({ oid })) } } },
  },
});

/** A world in which GitHub's test merge holds `after`, and the base `before`. */
function world(
  after: Texts,
  before: Texts = {},
  over: Partial<World> = {},
  owners: Partial<OwnersConfig> = {},
): Partial<World> {
  const texts: Record<string, string> = {};
  for (const [path, text] of Object.entries(after)) texts[`${path}@${MERGE}`] = text;
  for (const [path, text] of Object.entries(before)) texts[`${path}@${TIP}`] = text;
  const config = configOf("verify-owners", {
    owners: { ...repoConfig().owners, dir_denylist: ["vendor/.*/.*"], ...owners },
  });
  const files = Object.keys(after).map((path) => file(path));
  return { config, files, texts, graphql: merged([TIP, HEAD]), ...over };
}
const opened = pullEvent("opened");
const textOf = (effects: readonly Effect[], marker: string): string =>
  effects
    .flatMap((effect) => (effect.kind === "upsertComment" && effect.marker === marker ? [effect.body] : []))
    .join();

describe("verify-owners (spec chatops 2.15)", () => {
  const fine = "approvers: [member]";

  test.each<[string, Partial<World>, readonly string[]]>([
    ["no OWNERS file", world({ "x.go": "" }), []],
    [
      "none any more",
      world({ "x.go": "" }, {}, { labels: [LABEL] }),
      [`-${LABEL}`, `deletes ${PEOPLE}`, `deletes ${ALIASES}`],
    ],
    ["a good one", world({ OWNERS: fine }), []],
    [
      "good again",
      world({ OWNERS: fine }, {}, { labels: [LABEL] }),
      [`-${LABEL}`, `deletes ${PEOPLE}`, `deletes ${ALIASES}`],
    ],
    ["a removed one", world({}, {}, { files: [file("a/OWNERS", { status: "removed" })] }), []],
    ["malformed", world({ "a/OWNERS": "approvers: [" }), ["review", `+${LABEL}`]],
    [
      "still malformed",
      world({ "a/OWNERS": "approvers: [" }, {}, { labels: [LABEL] }),
      ["review", `deletes ${PEOPLE}`, `deletes ${ALIASES}`],
    ],
    ["in an ignored folder", world({ "vendor/a/b/OWNERS": "approvers: [" }), []],
    [
      "no ignored folders",
      world({ "vendor/a/b/OWNERS": "approvers: [" }, {}, {}, { dir_denylist: [] }),
      ["review", `+${LABEL}`],
    ],
    ["a label that has a meaning", world({ "a/OWNERS": `${fine}\nlabels: [LGTM]` }), ["review", `+${LABEL}`]],
    ["in filters too", world({ "a/OWNERS": "filters: {x: {labels: [approved]}}" }), ["review", `+${LABEL}`]],
    ["other labels", world({ "a/OWNERS": `${fine}\nlabels: [area/x]` }), []],
    ["the root without approvers", world({ OWNERS: "reviewers: [member]" }), ["review", `+${LABEL}`]],
    [
      "the root with filters, without approvers",
      world({ OWNERS: "filters: {x: {reviewers: [member]}}" }),
      ["review", `+${LABEL}`],
    ],
    ["the root with approvers in a filter", world({ OWNERS: "filters: {x: {approvers: [member]}}" }), []],
    ["a folder without approvers", world({ "a/OWNERS": "reviewers: [member]" }), []],
    ["somebody who is not trusted", world({ "a/OWNERS": "approvers: [stranger]" }), [`+${LABEL}`, "upsertComment"]],
    [
      "in a flow list beside one who is",
      world({ "a/OWNERS": "reviewers: [member, stranger]" }),
      [`+${LABEL}`, "upsertComment"],
    ],
    [
      "who was there before",
      world({ "a/OWNERS": "approvers: [stranger]" }, { "a/OWNERS": "reviewers: [Stranger]" }),
      [],
    ],
    ["who is taken out", world({ "a/OWNERS": fine }, { "a/OWNERS": "approvers: [stranger]" }), []],
    [
      "where nobody is looked at",
      world({ "a/OWNERS": "approvers: [stranger]" }, {}, {}, { skip_collaborators: true }),
      [],
    ],
    [
      "an alias",
      world(
        { "a/OWNERS": "approvers: [Team]" },
        {},
        { texts: { "a/OWNERS": "approvers: [Team]", OWNERS_ALIASES: "aliases: {team: [x]}" } },
      ),
      [],
    ],
    [
      "an alias of this very change, with trusted members",
      world({ "a/OWNERS": "approvers: [team]", OWNERS_ALIASES: "aliases: {team: [member]}" }),
      [`deletes ${ALIASES}`],
    ],
    [
      "an alias with an untrusted member",
      world({ OWNERS_ALIASES: "aliases: {team: [stranger]}" }),
      [`+${LABEL}`, "upsertComment", `deletes ${ALIASES}`],
    ],
    [
      "whom the alias had before",
      world({ OWNERS_ALIASES: "aliases: {team: [stranger]}" }, { OWNERS_ALIASES: "aliases: {t: [stranger]}" }),
      [`deletes ${ALIASES}`],
    ],
    [
      "aliases that cannot be read",
      world({ OWNERS_ALIASES: "aliases: {team: x}", "a/OWNERS": "approvers: [" }),
      [`+${LABEL}`, "upsertComment"],
    ],
    ["an alias of nobody is only advice", world({ OWNERS_ALIASES: "aliases: {team: []}" }), ["upsertComment"]],
  ])("%s", async (_, of, expected) => {
    for (const action of ["opened", "reopened", "synchronize"])
      expect(await outcome(pullEvent(action), of)).toEqual(expected);
  });

  test("both files were good once; one of two is still bad", async () => {
    const of = world({ "a/OWNERS": fine, "b/OWNERS": "approvers: [" }, {}, { labels: [LABEL] });
    expect(await outcome(opened, of)).not.toContain(`-${LABEL}`);
  });

  test("who, why and where", async () => {
    const effects = await effectsOf(
      opened,
      world({ "a/OWNERS": "approvers: [stranger]", "b/OWNERS": "reviewers: ['@Stranger']" }),
    );
    expect(textOf(effects, PEOPLE)).toContain(
      "- `stranger` is none of: `member of org`, `collaborator of org/repo`. Named in `a/OWNERS`, `b/OWNERS`".replaceAll(
        /`(member of org|collaborator of org\/repo)`/g,
        "$1",
      ),
    );
  });

  test("GitHub is asked about fifty people at most", async () => {
    const names = Array.from({ length: 80 }, (_, n) => `u${n}`).join(", ");
    const effects = await effectsOf(opened, world({ "a/OWNERS": `approvers: [${names}]` }));
    expect(textOf(effects, PEOPLE).match(/^- /gm)).toHaveLength(50);
  });

  test.each<[string, string, string | null, number | null]>([
    ["the line that YAML names", "a:\n- b\napprovers: [\n", "@@ -0,0 +1,3 @@\n+a:\n+- b\n+approvers: [", 3],
    [
      "the line of the label",
      "approvers: [member]\nlabels:\n- lgtm",
      "@@ -1 +1,3 @@\n approvers: [member]\n+labels:\n+- lgtm",
      3,
    ],
    ["the first added line", "approvers: x", "@@ -4,2 +4,2 @@\n same\n-a\n+b", 5],
    ["the first line of the diff", "approvers: x", "@@ -4,2 +4,1 @@\n same\n-a", 4],
    ["the review itself, where there is no diff", "approvers: x", null, null],
  ])("a finding stands at %s", async (_, text, patch, line) => {
    const patches = patch === null ? {} : { "a/OWNERS": patch };
    const [review] = await effectsOf(opened, world({ "a/OWNERS": text }, {}, { patches }));
    const comments = line === null ? [] : [{ path: "a/OWNERS", line, body: expect.any(String) }];
    expect(review).toMatchObject({ kind: "review", sha: HEAD, comments });
    if (line === null) expect(review).toMatchObject({ body: expect.stringContaining("`a/OWNERS`") });
  });

  test("a finding is said once", async () => {
    const of = world({ "a/OWNERS": "approvers: x" }, {}, { patches: { "a/OWNERS": "@@ -1 +1 @@\n-a\n+b" } });
    const [review] = await effectsOf(opened, of);
    const body = review?.kind === "review" ? (review.comments[0]?.body ?? "") : "";
    const said = { id: 1, author: BOT, body, path: "a/OWNERS", line: 1, htmlUrl: "", createdAt: "" };
    expect(await outcome(opened, { ...of, reviewComments: [said] })).toEqual([`+${LABEL}`]);
    expect(await outcome(opened, { ...of, reviewComments: [{ ...said, author: "mallory" }] })).toContain("review");
    expect(await outcome(opened, { ...of, reviewComments: [{ ...said, path: "b/OWNERS" }] })).toContain("review");
  });

  test.each<[string, Parameters<typeof comment>[1], boolean]>([
    ["/verify-owners", {}, true],
    ["/Verify-Owners \r", {}, true],
    ["/verify-owners", { state: "closed" }, false],
    ["/verify-owners", { action: "edited" }, false],
    ["/verify-owners now", {}, false],
  ])("%j %j", async (body, over, looks) => {
    const of = world({ "a/OWNERS": "approvers: [" });
    expect(await outcome(comment(body, { author: user("anybody"), ...over }), of)).toEqual(
      looks ? ["review", `+${LABEL}`] : [],
    );
  });
});

describe("the merge (spec chatops 2.15, step 2)", () => {
  const stale: readonly [string, World["graphql"]][] = [
    ["of an older base", merged(["f".repeat(40), HEAD])],
    ["of an older head", merged([TIP, "f".repeat(40)])],
    ["that GitHub has not made", () => ({ repository: { pullRequest: { potentialMergeCommit: null } } })],
    ["that GitHub does not tell of", () => ({})],
  ];
  const task: GitTask = {
    kind: "merged-files",
    owner: "org",
    repo: "repo",
    baseSha: TIP,
    headSha: HEAD,
    number: 5,
    paths: ["a/OWNERS", "OWNERS_ALIASES"],
  };

  test.each(stale)("one %s is left to the runner", async (_, graphql) => {
    const [effect] = await effectsOf(opened, world({ "a/OWNERS": "" }, {}, { graphql }));
    expect(effect).toMatchObject({
      kind: "gitTask",
      plugin: "verify-owners",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      task,
    });
  });

  test("the task of one delivery has one id", async () => {
    const of = world({ "a/OWNERS": "" }, {}, { graphql: merged([]) });
    expect(await effectsOf(opened, of)).toEqual(await effectsOf(opened, of));
  });

  const done = (outcome: GitTaskOutcome, over: Partial<World> = {}): Promise<readonly string[]> => {
    const event: TaskEvent = {
      kind: "task",
      guid: GUID,
      sender: user(BOT, "Bot"),
      plugin: "verify-owners",
      id: "1",
      task,
      outcome,
    };
    return outcomeOf(event, over);
  };
  const outcomeOf = (event: TaskEvent, over: Partial<World>) =>
    outcome(event, world({ "a/OWNERS": "unread" }, {}, over));

  test.each<[string, GitTaskOutcome, Partial<World>, readonly string[]]>([
    ["good files", { state: "files", files: { "a/OWNERS": "approvers: [member]" } }, {}, []],
    ["bad files", { state: "files", files: { "a/OWNERS": "approvers: [" } }, {}, ["review", `+${LABEL}`]],
    ["a file that the merge does not have", { state: "files", files: { "a/OWNERS": null } }, {}, []],
    ["a conflict", { state: "conflict", output: "" }, {}, []],
    [
      "a newer head",
      { state: "files", files: { "a/OWNERS": "approvers: [" } },
      { pullRequest: pull({ head: { sha: "9".repeat(40), ref: "fix", fullName: null } }) },
      [],
    ],
  ])("the runner's answer: %s", async (_, answer, over, expected) =>
    expect(await done(answer, over)).toEqual(expected),
  );

  test("a task that failed is told, and changes nothing", async () => {
    await expect(done({ state: "failed", message: "no runner" })).rejects.toThrow(/no runner/);
  });
});
