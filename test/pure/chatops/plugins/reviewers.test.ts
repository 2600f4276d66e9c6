import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../../src/chatops/events.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { comment, file, pull, pullEvent, statusEvent, timerEvent, type World } from "../fake-view.ts";
import { ownersOf } from "./owners-of.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const OWNERS = ownersOf({
  OWNERS: "reviewers: [root]\napprovers: [boss]",
  "p/OWNERS": "reviewers: [parent]",
  "p/a/OWNERS": "reviewers: [al, ann, art]\nrequired_reviewers: [must]",
  "p/b/OWNERS": "reviewers: [bob]\napprovers: [bella, ben, bill]",
  "p/c/OWNERS": "reviewers: [author]",
});

function world(section: object, files: readonly string[], over: Partial<World> = {}): Partial<World> {
  const config = configOf("blunderbuss", { settings: settingsOf({ blunderbuss: section }) });
  return { config, owners: OWNERS, files: files.map((name) => file(name)), ...over };
}

const opened = pullEvent("opened");
async function asked(event: ChatEvent, of: Partial<World>): Promise<readonly string[]> {
  const effects = await effectsOf(event, of);
  return effects.flatMap((effect) => (effect.kind === "requestReview" ? effect.users : [])).toSorted();
}

describe("whom blunderbuss asks (spec chatops 2.13)", () => {
  test.each<[string, object, readonly string[], readonly string[]]>([
    ["leaves", { request_count: 3 }, ["p/a/x"], ["al", "ann", "art", "must"]],
    ["and the parent", { request_count: 4 }, ["p/a/x"], ["al", "ann", "art", "must", "parent"]],
    ["and the root", { request_count: 5 }, ["p/a/x"], ["al", "ann", "art", "must", "parent", "root"]],
    [
      "one of each directory, however many",
      { request_count: 1, exclude_approvers: true },
      ["p/b/x", "p/x"],
      ["bob", "parent"],
    ],
    ["at most so many", { request_count: 1, max_request_count: 1 }, ["p/b/x", "p/x"], ["bob"]],
    ["required ones on top", { request_count: 1, max_request_count: 1 }, ["p/b/x", "p/a/x"], ["bob", "must"]],
    ["never the author", { request_count: 2 }, ["p/c/x"], ["parent", "root"]],
    [
      "approvers when reviewers are too few, no more than needed",
      { request_count: 4 },
      ["p/c/x"],
      ["boss", "parent", "root"],
    ],
    [
      "no approvers where they are excluded",
      { request_count: 4, exclude_approvers: true },
      ["p/c/x"],
      ["parent", "root"],
    ],
    ["nobody", { request_count: 4, exclude_approvers: true }, [], []],
  ])("%s", async (_, section, files, expected) => expect(await asked(opened, world(section, files))).toEqual(expected));

  test("approvers only until there are enough", async () => {
    const people = await asked(opened, world({ request_count: 5 }, ["p/b/x"]));
    expect(people).toHaveLength(5);
    expect(people).toEqual(expect.arrayContaining(["bob", "parent", "root"]));
  });

  test("who is busy is skipped; what GitHub does not tell is not busy", async () => {
    const graphql = (_: string, { login }: Record<string, unknown>): unknown => {
      if (login === "art") throw new Error("no such user");
      return { user: { status: login === "ann" ? { indicatesLimitedAvailability: true } : null } };
    };
    const of = world({ request_count: 3, use_status_availability: true }, ["p/a/x"], { graphql });
    expect(await asked(opened, of)).toEqual(["al", "art", "must", "parent"]);
  });

  test("chance differs by delivery, not by look", async () => {
    const of = world({ request_count: 1 }, ["p/a/x"]);
    expect(await asked(opened, of)).toEqual(await asked(opened, of));
  });
});

describe("when blunderbuss asks (spec chatops 2.13)", () => {
  const of = (section: object = {}, over: Partial<World> = {}) =>
    world({ request_count: 1, ...section }, ["p/b/x"], over);
  const draft = pull({ draft: true });
  const yes = ["asks bob"];

  test.each<[string, ChatEvent, object, Partial<World>, readonly string[]]>([
    ["opened", opened, {}, {}, yes],
    ["ready for review", pullEvent("ready_for_review"), {}, {}, yes],
    ["pushed to", pullEvent("synchronize"), {}, {}, []],
    ["/auto-cc", comment("/auto-cc"), {}, {}, yes],
    ["/AUTO-CC", comment("/AUTO-CC \r\n"), {}, {}, yes],
    ["/auto-cc and more", comment("/auto-cc now"), {}, {}, []],
    ["/auto-cc deleted", comment("/auto-cc", { action: "deleted" }), {}, {}, []],
    ["/auto-cc on an issue", comment("/auto-cc", { isPullRequest: false }), {}, {}, []],
    ["/auto-cc when closed", comment("/auto-cc", { state: "closed" }), {}, {}, []],
    [
      "the description names reviewers",
      pullEvent("opened", { pullRequest: pull({ body: "x\n/cc @you\n" }) }),
      {},
      {},
      [],
    ],
    [
      "a description that only speaks of it",
      pullEvent("opened", { pullRequest: pull({ body: "/cc: you" }) }),
      {},
      {},
      yes,
    ],
    ["a draft", pullEvent("opened", { pullRequest: draft }), { ignore_drafts: true }, {}, []],
    ["a draft elsewhere", pullEvent("opened", { pullRequest: draft }), {}, {}, yes],
    ["/auto-cc on a draft", comment("/auto-cc"), { ignore_drafts: true }, { pullRequest: draft }, yes],
    ["an ignored author", opened, { ignore_authors: ["Author"] }, {}, []],
    ["when it waits for a status", opened, { wait_for_status: {} }, {}, []],
  ])("%s", async (_, event, section, over, expected) => {
    const pullRequest = event.kind === "pull_request" ? event.pullRequest : pull();
    expect(await outcome(event, of(section, { pullRequest, ...over }))).toEqual(expected);
  });

  test("those asked before count when a draft comes back", async () => {
    const pullRequest = pull({ requestedReviewers: ["bob"] });
    const event = pullEvent("ready_for_review", { pullRequest });
    expect(await outcome(event, of({}, { pullRequest }))).toEqual([]);
    expect(await outcome(event, of({ request_count: 2 }, { pullRequest }))).toEqual(["asks parent"]);
  });

  test("GitHub's refusals are answered where somebody asked", async () => {
    const [effect] = await effectsOf(comment("/auto-cc"), of());
    expect(effect).toMatchObject({ kind: "requestReview", onMissing: { before: expect.any(String) } });
  });
});

describe("after a status (spec chatops 2.13)", () => {
  const HEAD = pull().head.sha;
  const said = {
    context: "tide",
    state: "pending",
    description: "Not mergeable. Needs approved, lgtm labels.",
  };
  const of = (over: Partial<World> = {}) =>
    world({ request_count: 1, wait_for_status: {} }, ["p/b/x"], {
      searches: { [`${HEAD} repo:org/repo type:pr state:open`]: [{ number: 5, isPullRequest: true }] },
      ...over,
    });

  test("the pull requests of the commit look again", async () => {
    expect(await effectsOf(statusEvent(said), of())).toEqual([
      { kind: "lookAgain", plugin: "blunderbuss", note: HEAD, afterMs: 0, number: 5 },
    ]);
  });

  test.each([
    ["context", { context: "ci" }],
    ["state", { state: "success" }],
    ["description", { description: "In merge pool." }],
  ])("another %s: nothing", async (_, over) =>
    expect(await effectsOf(statusEvent({ ...said, ...over }), of())).toEqual([]),
  );

  test("where nothing waits: nothing", async () => {
    expect(await effectsOf(statusEvent(said), world({}, ["p/b/x"]))).toEqual([]);
  });

  test.each<[string, Partial<World>, string, readonly string[]]>([
    ["asks", {}, HEAD, ["asks bob"]],
    ["a newer head", {}, "f".repeat(40), []],
    ["asked before", { pullRequest: pull({ requestedReviewers: ["x"] }) }, HEAD, []],
    ["closed", { pullRequest: pull({ state: "closed" }) }, HEAD, []],
  ])("then: %s", async (_, over, sha, expected) => {
    expect(await outcome(timerEvent("blunderbuss", sha), of(over))).toEqual(expected);
  });
});
