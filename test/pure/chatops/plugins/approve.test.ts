import { describe, expect, test } from "vitest";
import type { Effect } from "../../../../src/chatops/effects.ts";
import type { ChatEvent } from "../../../../src/chatops/events.ts";
import type { Review } from "../../../../src/chatops/reads.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { BOT, comment, fakeView, file, pull, pullEvent, reviewEvent, user, type World } from "../fake-view.ts";
import { configOf, effectsOf } from "./said.ts";
import { ownersOf } from "./owners-of.ts";

const OWNERS = ownersOf({
  OWNERS: "approvers: [root]",
  "a/OWNERS": "approvers: [Alice, art]",
  "c/OWNERS": "approvers: [cora, author]",
  "e/OWNERS": "approvers: [eve]",
});

interface Say {
  readonly by: string;
  readonly body?: string;
  readonly state?: Review["state"];
  readonly app?: boolean;
}

/** A history: each entry a minute after the one before. */
function world(approve: object, files: readonly string[], said: readonly Say[] = [], over: Partial<World> = {}) {
  const at = (index: number): string => new Date(Date.parse("2026-09-01T10:00:00Z") + index * 60_000).toISOString();
  const comments: World["comments"][number][] = [];
  const reviews: Review[] = [];
  for (const [index, { by, body = "", state, app }] of said.entries()) {
    const id = index + 1;
    const htmlUrl = `https://github.com/org/repo/pull/5#${state ? "pullrequestreview" : "issuecomment"}-${id}`;
    if (state)
      reviews.push({ id, author: user(by, app ? "Bot" : "User"), state, body, htmlUrl, submittedAt: at(index) });
    else comments.push({ id, author: by, body, createdAt: at(index), updatedAt: at(index) });
  }
  const config = configOf("approve", { settings: settingsOf({ approve: [{ repos: ["org/repo"], ...approve }] }) });
  return {
    config,
    owners: OWNERS,
    files: files.map((name) => file(name)),
    comments,
    reviews,
    ...over,
  } satisfies Partial<World>;
}

interface Outcome {
  readonly title: string;
  readonly text: string;
  readonly meta: unknown;
  readonly label: string;
}

const opened: ChatEvent = pullEvent("opened");

async function decide(event: ChatEvent, of: Partial<World>): Promise<Outcome | null> {
  const effects = await effectsOf(event, of);
  const notice = effects.find((effect) => effect.kind === "upsertComment");
  const label = effects.find((effect) => effect.kind === "addLabel" || effect.kind === "removeLabel");
  if (!notice && !label) return null;
  const text = notice?.body ?? "";
  const meta = /\n<!-- META=(.*) -->$/.exec(text)?.[1];
  return {
    title: text.split("\n", 1)[0] ?? "",
    text,
    meta: meta === undefined ? null : JSON.parse(meta),
    label: label ? `${label.kind === "addLabel" ? "+" : "-"}${label.label}` : "",
  };
}

const YES = "[APPROVALNOTIFIER] This PR is **APPROVED**";
const NO = "[APPROVALNOTIFIER] This PR is **NOT APPROVED**";
const noticeIn = (effects: readonly Effect[]): string =>
  effects.flatMap((effect) => (effect.kind === "upsertComment" ? [effect.body] : []))[0] ?? "";
const posted = (body: string): World["comments"][number] => {
  return { id: 99, author: BOT, body, createdAt: "2026-09-01T11:00:00Z", updatedAt: "2026-09-01T11:00:00Z" };
};

describe("the notice (spec chatops 2.2.6)", () => {
  test("the author owns what changes: approved at once, by name, nobody is asked", async () => {
    const done = await decide(opened, world({}, ["c/c.go"]));
    expect(done).toMatchObject({ title: YES, label: "+approved", meta: { approvers: [] } });
    expect(done?.text).toContain(
      '*<a href="https://github.com/org/repo/pull/5#" title="Author self-approved">author</a>*',
    );
    expect(done?.text).toContain("- ~~[c/OWNERS](https://github.com/org/repo/blob/master/c/OWNERS)~~ [author]");
    expect(done?.text).toContain("<details >");
  });

  test("without self approval: not approved, one is suggested, details are open", async () => {
    const done = await decide(opened, world({ require_self_approval: true }, ["e/e.go"]));
    expect(done).toMatchObject({ title: NO, label: "", meta: { approvers: ["eve"] } });
    expect(done?.text).toContain("<details open>");
    expect(done?.text).toContain("- **[e/OWNERS](https://github.com/org/repo/blob/master/e/OWNERS)**");
    expect(done?.text).toContain("[eve](https://github.com/eve)");
  });

  test("an assignee is asked, the others additionally", async () => {
    const pullRequest = pull({ author: user("stranger"), assignees: ["Eve"] });
    const of = world({ require_self_approval: true }, ["c/c.go", "e/e.go"], [], { pullRequest });
    const event = pullEvent("opened", { pullRequest });
    const done = await decide(event, of);
    expect(done?.text).toMatch(/ask for approval from \[eve\]/);
    expect(done?.text).toMatch(/Additionally, please assign \[(cora|author)\]/);
    expect(done?.meta).toEqual({ approvers: [expect.stringMatching(/cora|author/), "eve"] });
  });

  test("nothing changed: no comment, no label", async () => {
    const of = world({}, ["e/e.go"]);
    const first = noticeIn(await effectsOf(opened, of));
    const again = { ...of, comments: [posted(first)] };
    expect(await effectsOf(pullEvent("synchronize"), again)).toEqual([]);
    expect(await effectsOf(pullEvent("synchronize"), { ...of, comments: [posted(`${first} `)] })).toHaveLength(1);
  });

  test("somebody else's copy of it is not ours", async () => {
    const of = world({}, ["e/e.go"]);
    const first = noticeIn(await effectsOf(opened, of));
    const copied = { ...posted(first), author: "mallory" };
    expect(noticeIn(await effectsOf(opened, { ...of, comments: [copied] }))).toBe(first);
  });

  test("links: branch, odd names, front matter, own names of OWNERS", async () => {
    const owners = ownersOf(
      { "a b/[x]/OWNERS": "approvers: [x]", "d/g.md": "---\napprovers: [w]\n---" },
      { mdyaml: true },
    );
    const pullRequest = pull({ base: { sha: "b".repeat(40), ref: "release-1.0" } });
    const of = world({}, ["a b/[x]/f", "d/g.md"], [], { owners, pullRequest });
    const done = await decide(pullEvent("opened", { pullRequest }), of);
    expect(done?.text).toContain(
      "[a b/\\[x\\]/OWNERS](https://github.com/org/repo/blob/release-1.0/a%20b/%5Bx%5D/OWNERS)",
    );
    expect(done?.text).toContain("**[d/g.md](https://github.com/org/repo/blob/release-1.0/d/g.md)**");
  });

  test("OWNERS are those of the base branch as it is now", async () => {
    const pullRequest = pull({ base: { sha: "b".repeat(40), ref: "release-1.0" } });
    const asked: string[] = [];
    const view = fakeView(world({}, ["c/c.go"], [], { pullRequest }));
    const branchSha = (branch: string) => Promise.resolve(`tip of ${branch}`);
    const owners = (sha: string) => {
      asked.push(sha);
      return Promise.resolve(OWNERS);
    };
    await effectsOf(pullEvent("opened", { pullRequest }), { ...view, branchSha, owners });
    expect(asked).toEqual(["tip of release-1.0"]);
  });

  test("3,000 files in 3,000 directories fit into one comment", async () => {
    const names = Array.from({ length: 3000 }, (_, n) => `some/quite/long/path/to/a/directory/number-${n}/file.go`);
    const owners = ownersOf(
      Object.fromEntries(names.map((name, n) => [name.replace("file.go", "OWNERS"), `approvers: [u${n}]`])),
    );
    const done = await decide(opened, world({}, names, [], { owners }));
    expect(done?.text.length).toBeLessThan(65_536);
    expect(done?.text).toMatch(/- and \d+ more\n/);
  });
});

describe("linked issues (spec chatops 2.2.4, step 5)", () => {
  const need = { issue_required: true };

  test("/approve no-issue waives, with trailing space", async () => {
    const event = comment("/approve no-issue ", { author: user("Alice") });
    const done = await decide(event, world(need, ["a/a.go"]));
    expect(done).toMatchObject({ title: YES, label: "+approved" });
    expect(done?.text).toContain("waived by *Alice*");
  });

  test("who owns nothing of the change cannot waive it", async () => {
    const said = [
      { by: "nobody", body: "/approve no-issue" },
      { by: "alice", body: "/approve" },
    ];
    expect(await decide(opened, world(need, ["a/a.go"], said))).toMatchObject({ title: NO });
  });

  test("a later plain approval leaves the waiver", async () => {
    const said = [
      { by: "alice", body: "/approve no-issue" },
      { by: "alice", body: "/approve" },
    ];
    expect(await decide(opened, world(need, ["a/a.go"], said))).toMatchObject({ title: YES });
  });

  test.each([
    ["fixes #42", "42"],
    ["see https://github.com/org/other/issues/7", "7"],
    ["see https://github.com/elsewhere/other/issues/7", null],
    ["see https://github.com/org/other/pull/7", null],
    ["", null],
  ])("description %j", async (body, issue) => {
    const pullRequest = pull({ body });
    const of = world(need, ["a/a.go"], [{ by: "alice", body: "/approve" }], { pullRequest });
    const done = await decide(pullEvent("opened", { pullRequest }), of);
    expect(done?.title).toBe(issue ? YES : NO);
    expect(done?.text).toContain(issue ? `Associated issue: *#${issue}*` : "*No associated issue*");
  });

  test("files approved, issue missing: details closed, nobody is asked", async () => {
    const done = await decide(opened, world(need, ["c/c.go"]));
    expect(done).toMatchObject({ title: NO, label: "", meta: { approvers: [] } });
    expect(done?.text).toContain("<details >");
  });
});

describe("the history is replayed (spec chatops 2.2.3)", () => {
  const yes = "approved";
  test.each<[string, object, readonly Say[], string]>([
    ["/approve by an approver", {}, [{ by: "eve", body: "/approve" }], yes],
    ["in any case of letters, with more words", {}, [{ by: "EVE", body: "nice\r\n/Approve thank you\r\n" }], yes],
    ["of an approver of everything", {}, [{ by: "root", body: "/approve" }], yes],
    ["of somebody else", {}, [{ by: "alice", body: "/approve" }], "no"],
    ["in a fence", {}, [{ by: "eve", body: "```\n/approve\n```" }], "no"],
    ["not at the start of a line", {}, [{ by: "eve", body: "please /approve" }], "no"],
    ["another word", {}, [{ by: "eve", body: "/approved" }], "no"],
    [
      "cancel",
      {},
      [
        { by: "eve", body: "/approve" },
        { by: "eve", body: "/approve cancel" },
      ],
      "no",
    ],
    [
      "cancel within more words",
      {},
      [
        { by: "eve", body: "/approve" },
        { by: "eve", body: "/approve please cancel it" },
      ],
      "no",
    ],
    [
      "/remove-approve",
      {},
      [
        { by: "eve", body: "/approve" },
        { by: "eve", body: "/remove-approve" },
      ],
      "no",
    ],
    [
      "cancel of another changes nothing",
      {},
      [
        { by: "eve", body: "/approve" },
        { by: "root", body: "/approve cancel" },
      ],
      yes,
    ],
    ["several in one text, in order", {}, [{ by: "eve", body: "/approve cancel\n/approve" }], yes],
    ["/lgtm where it approves", { lgtm_acts_as_approve: true }, [{ by: "eve", body: "/lgtm" }], yes],
    ["/lgtm elsewhere", {}, [{ by: "eve", body: "/lgtm" }], "no"],
    [
      "/lgtm beside another's /approve",
      {},
      [
        { by: "eve", body: "/lgtm" },
        { by: "alice", body: "/approve" },
      ],
      "no",
    ],
    [
      "/lgtm cancel",
      { lgtm_acts_as_approve: true },
      [
        { by: "eve", body: "/lgtm" },
        { by: "eve", body: "/lgtm cancel" },
      ],
      "no",
    ],
    ["an approving review", {}, [{ by: "eve", state: "approved" }], yes],
    ["reviews that do not count", { ignore_review_state: true }, [{ by: "eve", state: "approved" }], "no"],
    ["their commands do", { ignore_review_state: true }, [{ by: "eve", state: "commented", body: "/approve" }], yes],
    [
      "changes requested after /approve",
      {},
      [
        { by: "eve", body: "/approve" },
        { by: "eve", state: "changes_requested" },
      ],
      "no",
    ],
    [
      "dismissed after /approve",
      {},
      [
        { by: "eve", body: "/approve" },
        { by: "eve", state: "dismissed" },
      ],
      yes,
    ],
    [
      "approving review, then cancel",
      {},
      [
        { by: "eve", state: "approved" },
        { by: "eve", body: "/approve cancel" },
      ],
      "no",
    ],
    ["the text wins over approval", {}, [{ by: "eve", state: "approved", body: "/approve cancel" }], "no"],
    ["the text wins over refusal", {}, [{ by: "eve", state: "changes_requested", body: "/approve" }], yes],
    ["a review of an app", {}, [{ by: "eve", state: "approved", app: true }], "no"],
    [
      "all that an app says",
      {},
      [
        { by: "eve", state: "commented", app: true },
        { by: "eve", body: "/approve" },
      ],
      "no",
    ],
    ["a pending review", {}, [{ by: "eve", state: "pending" }], "no"],
    ["the bot itself", {}, [{ by: BOT, body: "/approve" }], "no"],
  ])("%s", async (_, config, said, expected) => {
    const done = await decide(opened, world(config, ["e/e.go"], said));
    expect(done?.title).toBe(expected === yes ? YES : NO);
    expect(done?.label).toBe(expected === yes ? "+approved" : "");
  });

  test("shown as typed, with how and where", async () => {
    const done = await decide(opened, world({ lgtm_acts_as_approve: true }, ["a/x"], [{ by: "alIce", body: "/lgtm" }]));
    expect(done?.text).toContain(
      '*<a href="https://github.com/org/repo/pull/5#issuecomment-1" title="LGTM">alIce</a>*',
    );
  });

  test("the author takes self approval back", async () => {
    const event = comment("/approve cancel", { author: user("author") });
    const done = await decide(event, world({}, ["c/c.go"], [], { labels: ["approved"] }));
    expect(done).toMatchObject({ title: NO, label: "-approved" });
  });

  test("the comment of the event counts before GitHub lists it, and once", async () => {
    const event = comment("/approve", { author: user("eve") });
    expect(await decide(event, world({}, ["e/e.go"]))).toMatchObject({ title: YES });
    const listed = world(
      {},
      ["e/e.go"],
      [
        { by: "eve", body: "/approve" },
        { by: "eve", body: "/approve cancel" },
      ],
    );
    const old = comment("/approve", {
      author: user("eve"),
      htmlUrl: "https://github.com/org/repo/pull/5#issuecomment-1",
    });
    expect(await decide(old, listed)).toMatchObject({ title: NO });
  });

  test("so does the review of the event, with its newest state", async () => {
    const of = world({}, ["e/e.go"]);
    expect(await decide(reviewEvent("approved", { by: user("eve") }), of)).toMatchObject({ title: YES });
    const htmlUrl = "https://github.com/org/repo/pull/5#pullrequestreview-7";
    const stale: Review = { id: 7, author: user("eve"), state: "approved", body: "", htmlUrl, submittedAt: "" };
    const dismissed = reviewEvent("dismissed", { by: user("eve"), action: "dismissed" });
    expect(await decide(dismissed, { ...of, reviews: [stale] })).toMatchObject({ title: NO });
  });
});

describe("when it looks (spec chatops 2.2.1)", () => {
  const of = (over: Partial<World> = {}) => world({}, ["c/c.go"], [], over);
  const closed = pull({ state: "closed" });

  test.each<[string, ChatEvent, boolean]>([
    ["opened", pullEvent("opened"), true],
    ["reopened", pullEvent("reopened"), true],
    ["synchronize", pullEvent("synchronize"), true],
    ["approved by hand", pullEvent("labeled", { label: "approved", sender: user("member") }), true],
    ["approved by the bot", pullEvent("labeled", { label: "approved", sender: user(BOT, "Bot") }), false],
    ["another label", pullEvent("labeled", { label: "bug", sender: user("member") }), false],
    ["closed and labelled", pullEvent("labeled", { label: "approved", pullRequest: closed }), false],
    ["review requested", pullEvent("review_requested"), false],
    ["closed", pullEvent("closed"), false],
    ["/approve", comment("/approve"), true],
    ["/approve edited", comment("/approve", { action: "edited" }), false],
    ["/approve on an issue", comment("/approve", { isPullRequest: false }), false],
    ["/approve when closed", comment("/approve", { state: "closed" }), false],
    ["another comment", comment("hello"), false],
    ["/lgtm", comment("/lgtm"), false],
    ["an approving review", reviewEvent("approved"), true],
    ["a refusing review", reviewEvent("changes_requested"), true],
    ["a dismissed review", reviewEvent("dismissed", { action: "dismissed" }), true],
    ["a comment review", reviewEvent("commented"), false],
    ["an edited review", reviewEvent("approved", { action: "edited" }), false],
    ["a review of an app", reviewEvent("approved", { by: user("ci", "Bot") }), false],
    ["a review with a command", reviewEvent("approved", { body: "/approve" }), false],
  ])("%s", async (_, event, looks) => {
    expect((await effectsOf(event, of())).length > 0).toBe(looks);
  });

  test("a description that says /approve approves nothing", async () => {
    const event = comment("/approve", { source: "pull_request", author: user("eve") });
    expect(await decide(event, world({}, ["e/e.go"]))).toMatchObject({ title: NO });
  });

  test("an event that has nothing to say asks GitHub nothing", async () => {
    const view = fakeView(of());
    await effectsOf(comment("hello"), view);
    expect([...view.asked.keys()]).toEqual(["botLogin"]);
  });
});

describe("the label (spec chatops 2.2.4, step 6)", () => {
  const set = (actor: string) => ({ event: "labeled", actor, label: "approved", createdAt: "" });

  test("a push that adds what nobody approved takes it off", async () => {
    const of = world({}, ["c/c.go", "e/e.go"], [], { labels: ["approved"], issueEvents: [set(BOT)] });
    expect(await decide(pullEvent("synchronize"), of)).toMatchObject({ title: NO, label: "-approved" });
  });

  test("what a person set stays, and the notice says so", async () => {
    const of = world({}, ["e/e.go"], [], { labels: ["approved"], issueEvents: [set(BOT), set("member")] });
    const done = await decide(pullEvent("synchronize"), of);
    expect(done).toMatchObject({ title: YES, label: "", meta: { approvers: [] } });
    expect(done?.text).toContain("added by hand");
  });

  test("it counts at once, though GitHub does not list it yet", async () => {
    const event = pullEvent("labeled", { label: "approved", sender: user("member") });
    const of = world({}, ["e/e.go"], [], { labels: ["approved"] });
    expect(await decide(event, of)).toMatchObject({ title: YES, label: "" });
  });

  test("the last one who set it decides", async () => {
    const of = world({}, ["e/e.go"], [], { labels: ["approved"], issueEvents: [set("member"), set(BOT)] });
    expect(await decide(pullEvent("synchronize"), of)).toMatchObject({ title: NO, label: "-approved" });
  });

  test("a pull request without files is never approved", async () => {
    expect(await decide(opened, world({}, []))).toMatchObject({ title: NO, label: "" });
  });
});
