import { describe, expect, test } from "vitest";
import type { LgtmConfig, OwnersConfig } from "../../../../src/config/model.ts";
import { loadOwners } from "../../../../src/owners/index.ts";
import {
  BOT,
  comment,
  fakeView,
  file,
  HEAD,
  pull,
  pullEvent,
  repoConfig,
  reviewEvent,
  user,
  type World,
} from "../fake-view.ts";
import { configOf, outcome } from "./said.ts";

const NOTICE = "New changes are detected. LGTM label has been removed.";
const deletesNotice = `deletes ${NOTICE}`;
const hashNotice = (tree: string) => `LGTM label has been added.  <details>Git tree hash: ${tree}</details>`;
const deletesHash = "deletes LGTM label has been added.  <details>Git tree hash: ";
const own = "says: authors cannot give LGTM to their own pull request.";
const restricted = "says: giving LGTM and taking it back is restricted to collaborators of this repository.";

function world(lgtm: Partial<LgtmConfig> = {}, over: Partial<World> = {}, owners: Partial<OwnersConfig> = {}) {
  const defaults = { review_acts_as_lgtm: false, store_tree_hash: false, trusted_team_for_sticky_lgtm: "" };
  const config = configOf("lgtm", { lgtm: { ...defaults, ...lgtm }, owners: { ...repoConfig().owners, ...owners } });
  return { config, ...over };
}

const by = (login: string, body: string, over: Parameters<typeof comment>[1] = {}) =>
  comment(body, { author: user(login), assignees: ["collaborator"], ...over });

describe("lgtm by comment (spec chatops 2.3)", () => {
  test.each(["/lgtm", "/LGTM", "/lgtm no-issue", "/lgtm \r\n", "Nice!\n/lgtm\nthanks"])("%j adds", async (body) => {
    expect(await outcome(by("collaborator", body), world())).toEqual(["+lgtm", deletesNotice]);
    expect(await outcome(by("collaborator", body), world({}, { labels: ["LGTM"] }))).toEqual([]);
  });

  test.each(["/lgtm cancel", "/remove-lgtm", "/LGTM Cancel "])("%j cancels", async (body) => {
    expect(await outcome(by("collaborator", body), world({}, { labels: ["lgtm"] }))).toEqual(["-lgtm"]);
    expect(await outcome(by("collaborator", body), world())).toEqual([]);
  });

  test.each(["/lgtm please", "/lgtm  cancel", "/lgtmx", "> /lgtm", "/remove-lgtm now", "```\n/lgtm\n```"])(
    "%j is no command",
    async (body) => expect(await outcome(by("collaborator", body), world({}, { labels: [] }))).toEqual([]),
  );

  test("adding wins over cancelling in one text", async () => {
    expect(await outcome(by("collaborator", "/lgtm cancel\n/lgtm"), world())).toEqual(["+lgtm", deletesNotice]);
  });

  test("the author may cancel, in any case of letters, but not give", async () => {
    expect(await outcome(by("AUTHOR", "/lgtm"), world())).toEqual([own]);
    for (const body of ["/lgtm cancel", "/remove-lgtm"]) {
      expect(await outcome(by("Author", body), world({}, { labels: ["lgtm"] }))).toEqual(["-lgtm"]);
    }
  });

  test("a collaborator who is not assigned is assigned", async () => {
    expect(await outcome(by("member", "/lgtm \r\n"), world())).toEqual(["assigns member", "+lgtm", deletesNotice]);
    expect(await outcome(by("COLLABORATOR", "/lgtm"), world())).toEqual(["+lgtm", deletesNotice]);
  });

  test("others are refused, even if they are assigned", async () => {
    expect(await outcome(by("outsider", "/lgtm"), world())).toEqual([restricted]);
    expect(await outcome(by("outsider", "/lgtm cancel"), world({}, { labels: ["lgtm"] }))).toEqual([restricted]);
    expect(await outcome(by("outsider", "/lgtm", { assignees: ["outsider"] }), world())).toEqual([restricted]);
  });

  test("only new comments on open pull requests", async () => {
    expect(await outcome(by("collaborator", "/lgtm", { state: "closed" }), world())).toEqual([]);
    expect(await outcome(by("collaborator", "/lgtm", { isPullRequest: false }), world())).toEqual([]);
    expect(await outcome(by("collaborator", "/lgtm", { action: "edited" }), world())).toEqual([]);
  });
});

describe("with skip_collaborators OWNERS decide", () => {
  const config = { skip_collaborators: true };
  const owners = loadOwners(
    [
      { path: "a/OWNERS", text: "approvers: [alice]\nreviewers: [Rita]" },
      { path: "b/OWNERS", text: "reviewers: [bob, rita]" },
    ],
    repoConfig().owners,
  );
  const at = (...files: ReturnType<typeof file>[]) => world({}, { owners, files }, config);

  test("approvers and reviewers may, and are not assigned", async () => {
    expect(await outcome(by("ALICE", "/lgtm"), at(file("a/x.go")))).toEqual(["+lgtm", deletesNotice]);
    expect(await outcome(by("rita", "/lgtm"), at(file("a/x.go"), file("b/y.go")))).toEqual(["+lgtm", deletesNotice]);
  });

  test("files that nobody owns stand in nobody's way, but do not suffice", async () => {
    expect(await outcome(by("alice", "/lgtm"), at(file("a/x.go"), file("free.go")))).toEqual(["+lgtm", deletesNotice]);
    expect(await outcome(by("alice", "/lgtm"), at(file("free.go")))).toEqual([
      expect.stringContaining("none of them names you"),
    ]);
  });

  test("one file of one's own does not open the files of others", async () => {
    expect(await outcome(by("alice", "/lgtm"), at(file("a/x.go"), file("b/y.go")))).toEqual([
      "says: LGTM has to come from somebody whom the OWNERS files of the whole change name as approver or reviewer. You are missing in those of `b/y.go`.",
    ]);
    const moved = file("a/x.go", { status: "renamed", previousFilename: "b/x.go" });
    expect(await outcome(by("alice", "/lgtm"), at(moved))).toEqual([expect.stringContaining("`b/x.go`")]);
  });

  test("a collaborator without a place in OWNERS may not", async () => {
    expect(await outcome(by("collaborator", "/lgtm"), at(file("a/x.go")))).toEqual([
      expect.stringContaining("none of them names you"),
    ]);
  });
});

describe("reviews act as lgtm, where configured", () => {
  const on = { review_acts_as_lgtm: true };
  const reviewed = (...args: Parameters<typeof reviewEvent>) =>
    reviewEvent(args[0], { by: user("collaborator"), ...args[1] });

  test("approving adds, requesting changes cancels, others take no side", async () => {
    expect(await outcome(reviewed("approved"), world(on))).toEqual(["assigns collaborator", "+lgtm", deletesNotice]);
    expect(await outcome(reviewed("changes_requested"), world(on, { labels: ["lgtm"] }))).toEqual([
      "assigns collaborator",
      "-lgtm",
    ]);
    expect(await outcome(reviewed("commented"), world(on))).toEqual([]);
    expect(await outcome(reviewed("approved"), world())).toEqual([]);
  });

  test("edited and dismissed reviews, reviews by apps, and of closed pull requests are ignored", async () => {
    expect(await outcome(reviewed("approved", { action: "edited" }), world(on))).toEqual([]);
    expect(await outcome(reviewed("approved", { action: "dismissed" }), world(on))).toEqual([]);
    expect(await outcome(reviewed("approved", { by: user("app[bot]", "Bot") }), world(on))).toEqual([]);
    expect(await outcome(reviewed("approved", { pullRequest: pull({ state: "closed" }) }), world(on))).toEqual([]);
  });

  test("a command in the review's text counts instead, once", async () => {
    expect(await outcome(reviewed("approved", { body: "hm\n/lgtm cancel" }), world(on))).toEqual([]);
    expect(await outcome(reviewed("approved", { body: "looks good" }), world(on))).toHaveLength(3);
  });
});

describe("a push takes it off (spec chatops 2.3, behaviour 6)", () => {
  const pushed = pullEvent("synchronize", { pullRequest: pull({ assignees: ["rev", "author"] }) });
  const has = { labels: ["lgtm"] };
  const removed = ["-lgtm", `says: ${NOTICE}`];
  const saved = { store_tree_hash: true };
  const note = (tree: string, createdAt: string, over: object = {}) => ({
    id: 1,
    author: BOT,
    body: hashNotice(tree),
    createdAt,
    updatedAt: createdAt,
    ...over,
  });
  const tree = { trees: { [HEAD]: "t1" } };

  test("without memory every push does; without the label nothing happens", async () => {
    expect(await outcome(pushed, world({}, has))).toEqual(removed);
    expect(await outcome(pushed, world())).toEqual([]);
    expect(await outcome({ ...pushed, pullRequest: pull({ merged: true }) }, world({}, has))).toEqual([]);
    expect(await outcome({ ...pushed, action: "edited" }, world({}, has))).toEqual([]);
  });

  test("adding remembers the tree of the head; cancelling forgets it and asks again", async () => {
    const note = `says: ${hashNotice("t1")}`;
    expect(await outcome(by("collaborator", "/lgtm"), world(saved, tree))).toEqual(["+lgtm", note, deletesNotice]);
    expect(
      await outcome(by("collaborator", "/lgtm cancel", { assignees: ["collaborator", "author"] }), world(saved, has)),
    ).toEqual(["-lgtm", "asks collaborator", deletesHash]);
  });

  const old = "2026-01-01T00:00:00Z";
  const recent = "2026-02-01T00:00:00Z";
  const gone = ["-lgtm", "asks rev", `says: ${NOTICE}`];
  test.each([
    ["the same tree", [note("t1", old)], []],
    ["another tree", [note("t0", old)], gone],
    ["no notice", [], gone],
    ["an edited notice", [note("t1", old, { updatedAt: recent })], gone],
    ["two notices, the newest equal", [note("t0", old), note("t1", recent)], []],
    ["two notices, the newest different", [note("t1", old), note("t0", recent)], gone],
    ["listed newest first", [note("t1", recent), note("t0", old)], []],
    ["somebody else's notice", [note("t1", old, { author: "mallory" })], gone],
    ["a notice that the bot only quotes", [note("t1", old, { body: `@x: no.\n> ${hashNotice("t1")}` })], gone],
  ])("%s", async (_, comments, expected) => {
    expect(await outcome(pushed, world(saved, { ...has, ...tree, comments }))).toEqual(expected);
  });

  test("no assignees: nobody is asked", async () => {
    const event = pullEvent("synchronize", { pullRequest: pull({ assignees: [] }) });
    expect(await outcome(event, world(saved, has))).toEqual(removed);
  });

  test("a member of the sticky team keeps it; others do not, nor if GitHub does not tell", async () => {
    const sticky = { trusted_team_for_sticky_lgtm: "Release Team" };
    const member = { ...has, teams: { "org/Release Team": ["author"] } };
    expect(await outcome(pushed, world(sticky, member))).toEqual([]);
    expect(await outcome(pushed, world(sticky, has))).toEqual(removed);
    expect(await outcome(pushed, fakeView(world(sticky, member), ["isMemberOfTeamNamed"]))).toEqual(removed);
    expect(await outcome(by("collaborator", "/lgtm"), world({ ...sticky, ...saved }, { teams: member.teams }))).toEqual(
      ["+lgtm"],
    );
  });
});
