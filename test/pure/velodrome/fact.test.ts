/** What an issue or pull request comes to: the definitions of spec velodrome 8.3, 8.4 and 8.5. */
import { describe, expect, it } from "vitest";
import { isBot } from "../../../src/velodrome/measures/bots.ts";
import { commandsIn } from "../../../src/velodrome/measures/commands.ts";
import { factOf, type Item } from "../../../src/velodrome/measures/fact.ts";
import { WEEK, weekOf } from "../../../src/velodrome/measures/weeks.ts";

const OPENED = 1_700_000_000;
const H = 3600;

type Said = Item["comments"][number];
type Happened = Item["events"][number];

const comment = (user: string, at: number, body = "hm", review = 0): Said => ({ user, at: OPENED + at, body, review });
const event = (actor: string | null, name: string, at: number, label: string | null = null): Happened => ({
  actor,
  event: name,
  at: OPENED + at,
  label,
  detail: null,
});
const labeled = (label: string, at: number, actor = "k8s-ci-robot"): Happened => event(actor, "labeled", at, label);
const asked = (who: string, at: number): Happened => ({
  ...event("k8s-ci-robot", "review_requested", at),
  detail: who,
});
const review = (user: string, at: number, commit = "c1") => ({ user, at: OPENED + at, commit });

interface Given {
  readonly issue?: Partial<Item["issue"]>;
  readonly merged?: number;
  readonly events?: readonly Happened[];
  readonly comments?: readonly Said[];
  readonly reviews?: readonly ReturnType<typeof review>[];
}

function item({ issue = {}, merged, events = [], comments = [], reviews = [] }: Given): Item {
  const at = merged === undefined ? null : OPENED + merged;
  const base = { number: 1, is_pr: 1, user: "ada", labels: [], created: OPENED, closed: at };
  return {
    issue: { ...base, state: at === null ? "open" : "closed", ...issue },
    pull: { draft: 0, merged: at },
    events,
    comments,
    reviews,
  };
}

interface Row {
  readonly rule: string;
  readonly given: Given;
  readonly wanted: object;
}

/** Times of `wanted` are after opening. */
const ROWS: readonly Row[] = [
  {
    rule: "the first response is somebody else's, not the author's",
    given: { comments: [comment("ada", 100), comment("ben", 200), comment("eve", 300)] },
    wanted: { first_response: OPENED + 200, responder: "ben", last_other: OPENED + 300 },
  },
  {
    rule: "bots do not respond",
    given: { comments: [comment("k8s-ci-robot", 100), comment("dependabot[bot]", 120)] },
    wanted: { first_response: null, responder: null, last_other: null },
  },
  {
    rule: "nothing counts of the first 30 seconds",
    given: { comments: [comment("ben", 30), comment("ben", 31)] },
    wanted: { first_response: OPENED + 31 },
  },
  {
    rule: "an event is a response, too",
    given: { events: [labeled("kind/bug", 500, "ben")], comments: [comment("eve", 900)] },
    wanted: { first_response: OPENED + 500, responder: "ben" },
  },
  {
    rule: "who was mentioned, subscribed or assigned has done nothing",
    given: {
      events: ["mentioned", "subscribed", "assigned", "referenced", "unassigned"].map((name) =>
        event("ben", name, 500),
      ),
    },
    wanted: { first_response: null },
  },
  {
    rule: "accounts that were deleted are nobody",
    given: { comments: [comment("", 100)], events: [event(null, "closed", 200)] },
    wanted: { first_response: null },
  },
  {
    rule: "comments on lines and reviews are reviews; those of the author are not",
    given: {
      comments: [comment("ben", 100), comment("ben", 400, "", 1)],
      reviews: [review("ada", 200), review("eve", 500)],
    },
    wanted: { first_response: OPENED + 100, first_review: OPENED + 400 },
  },
  {
    rule: "an issue has no review, no rounds and no merge",
    given: { issue: { is_pr: 0 }, comments: [comment("ben", 400, "/retest", 1)], merged: 900 },
    wanted: { is_pr: 0, first_review: null, rounds: [], merged: null, retests: 0, closed: OPENED + 900 },
  },
  {
    rule: "labels count whoever set them; the first and the last lgtm",
    given: {
      events: [
        labeled("lgtm", 100),
        event("ben", "unlabeled", 150, "lgtm"),
        labeled("lgtm", 300),
        labeled("approved", 200),
      ],
    },
    wanted: {
      first_lgtm: OPENED + 100,
      last_lgtm: OPENED + 300,
      first_approved: OPENED + 200,
      first_response: OPENED + 150,
    },
  },
  {
    rule: "without the pull request's own word, the merge is its event",
    given: { events: [event("tide-bot", "merged", 700)], issue: { state: "closed", closed: OPENED + 700 } },
    wanted: { merged: OPENED + 700, closed: OPENED + 700 },
  },
  {
    rule: "what was closed and opened again is open",
    given: { events: [event("ada", "closed", 100), event("ada", "reopened", 200)] },
    wanted: { closed: null },
  },
  {
    rule: "size, SIGs and what it waits for are those of its labels now",
    given: {
      issue: { labels: ["size/XL", "sig/node", "sig/api", "kind/bug", "lgtm", "do-not-merge/hold", "priority/P0"] },
    },
    wanted: { size: "XL", sigs: ["api", "node"], labels: ["do-not-merge/hold", "lgtm", "priority/P0"] },
  },
  { rule: "without a size label the size is none", given: {}, wanted: { size: "none", sigs: [], labels: [] } },
  {
    rule: "a round is from a push to the answer; what is pushed before it belongs to it",
    given: {
      comments: [comment("ben", 2 * H), comment("ben", 3 * H), comment("eve", 9 * H)],
      events: [1, 5, 6].map((hour) => event("ada", "head_ref_force_pushed", hour * H)),
    },
    wanted: { rounds: [2 * H, 4 * H], rebases: 3 },
  },
  {
    rule: "a review of another commit tells of a push",
    given: { reviews: [review("ben", H, "c1"), review("ben", 3 * H, "c2"), review("ben", 4 * H, "c2")] },
    wanted: { rounds: [H, 0] },
  },
  {
    rule: "rounds leave out drafts, work in progress, holds and rebases, once each",
    given: {
      comments: [comment("ben", 10 * H)],
      events: [
        event("ada", "ready_for_review", H),
        labeled("do-not-merge/hold", 2 * H),
        labeled("needs-rebase", 3 * H),
        event("ada", "unlabeled", 4 * H, "do-not-merge/hold"),
        event("ada", "unlabeled", 5 * H, "needs-rebase"),
      ],
    },
    wanted: { rounds: [6 * H] },
  },
  {
    rule: "a label that is still there ends no round",
    given: { events: [labeled("needs-rebase", H)], comments: [comment("ben", 3 * H)] },
    wanted: { rounds: [H] },
  },
  {
    rule: "tests that were asked for again on the head that was merged had failed without reason",
    given: {
      merged: 9 * H,
      events: [event("ada", "head_ref_force_pushed", 2 * H)],
      comments: [
        comment("ada", H, "/retest"),
        comment("ada", 3 * H, "/test unit"),
        comment("ben", 4 * H, "/retest-required"),
      ],
    },
    wanted: { retests: 3, flaky: 2 },
  },
  {
    rule: "of what is not merged nobody knows",
    given: { comments: [comment("ada", H, "/retest"), comment("k8s-ci-robot", H, "/retest")] },
    wanted: { retests: 1, flaky: 0 },
  },
  {
    rule: "a bot's pull request is marked as one",
    given: { issue: { user: "dependabot[bot]" } },
    wanted: { author: "dependabot[bot]", author_bot: 1 },
  },
];

describe("the fact of an issue or pull request", () => {
  it.each(ROWS)("$rule", ({ given, wanted }) => {
    expect(factOf(item(given)).fact).toMatchObject(wanted);
  });
});

const DEEDS: readonly { rule: string; given: Given; wanted: readonly string[] }[] = [
  { rule: "who opened it", given: { issue: { is_pr: 0 } }, wanted: ["issue ada 1"] },
  { rule: "whose was merged", given: { merged: 10 }, wanted: ["merged ada 1", "pr ada 1"] },
  { rule: "nothing of bots", given: { issue: { user: "k8s-bot" }, comments: [comment("x-robot", 9)] }, wanted: [] },
  {
    rule: "reviews of others only, comments of all",
    given: {
      comments: [comment("ada", 9), comment("ben", 9), comment("ben", 9, "", 1), comment("ada", 9, "", 1)],
      reviews: [review("ada", 9), review("ben", 9), review("ben", 10)],
    },
    wanted: ["comment ada 1", "comment ben 1", "line-comment ben 1", "pr ada 1", "review ben 2"],
  },
  {
    rule: "lgtm and approve by command or by label, of others only",
    given: {
      comments: [
        comment("ben", 9, "nice\n/lgtm\n/approve"),
        comment("ada", 9, "/lgtm"),
        comment("eve", 9, "/lgtm cancel"),
      ],
      events: [labeled("lgtm", 10), labeled("approved", 10, "eve")],
    },
    wanted: [
      "approve ben 1",
      "approve eve 1",
      "comment ada 1",
      "comment ben 1",
      "comment eve 1",
      "lgtm ben 1",
      "pr ada 1",
    ],
  },
  {
    rule: "who was asked for a review, and who answered",
    given: { events: [asked("ben", 9), asked("eve", 9), asked("ben", 10)], reviews: [review("ben", 20)] },
    wanted: ["answered ben 1", "pr ada 1", "requested ben 1", "requested eve 1", "review ben 1"],
  },
  {
    rule: "an answer of before the request is none",
    given: { events: [asked("ben", 9)], comments: [comment("ben", 8)] },
    wanted: ["comment ben 1", "pr ada 1", "requested ben 1"],
  },
  {
    rule: "who is asked again after an answer is asked twice",
    given: { events: [asked("ben", 9), asked("ben", 30)], reviews: [review("ben", 20)] },
    wanted: ["answered ben 1", "pr ada 1", "requested ben 2", "review ben 1"],
  },
];

describe("what people did", () => {
  it.each(DEEDS)("counts $rule", ({ given, wanted }) => {
    const { deeds } = factOf(item(given));
    expect(deeds.map(({ kind, person, n }) => `${kind} ${person} ${n}`)).toEqual(wanted);
    for (const { week } of deeds) expect(week).toBe(weekOf(OPENED));
  });

  it("belongs to the week in which it was done, a request's answer to that of the request", () => {
    const given = { events: [asked("ben", 9)], reviews: [review("ben", WEEK)], merged: 2 * WEEK };
    const { deeds } = factOf(item(given));
    const weeks = deeds.map(({ kind, week }) => [kind, (week - weekOf(OPENED)) / WEEK]);
    expect(weeks.toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ["answered", 0],
      ["merged", 2],
      ["pr", 0],
      ["requested", 0],
      ["review", 1],
    ]);
  });
});

describe("bots", () => {
  const bots = [
    "k8s-ci-robot",
    "K8s-Bot",
    "fejta-bot",
    "bot-of-mine",
    "dependabot[bot]",
    "x-jenkins",
    "a-ci-some-bot",
    "codecov-io",
  ];
  it.each(bots)("%s is one", (login) => expect(isBot(login)).toBe(true));
  const people = ["thockin", "abbott", "robotnik", "botanist", "k8sfan", "jenkins-lover", "", "testing"];
  it.each(people)("%j is none", (login) => expect(isBot(login)).toBe(false));
});

describe("commands", () => {
  it.each([
    ["/lgtm", "lgtm"],
    ["thanks\r\n/LGTM\r\n", "lgtm"],
    ["/lgtm cancel", ""],
    ["so /lgtm", ""],
    ["/approve no-issue", "approve"],
    ["/approve cancel", ""],
    ["/retest", "retest"],
    ["/retest-required", "retest"],
    ["/test all", "retest"],
    ["/test", ""],
    ["/lgtm\n/approve\n/test x", "lgtm approve retest"],
  ])("%j gives %j", (body, wanted) => {
    const found = commandsIn(body);
    const given = [found.lgtm && "lgtm", found.approve && "approve", found.retest && "retest"].filter(Boolean);
    expect(given.join(" ")).toBe(wanted);
  });
});

describe("weeks", () => {
  it.each([
    ["2026-01-05T00:00:00Z", "2026-01-05T00:00:00.000Z"],
    ["2026-01-04T23:59:59Z", "2025-12-29T00:00:00.000Z"],
    ["1970-01-01T00:00:00Z", "1969-12-29T00:00:00.000Z"],
  ])("%s is in that of %s", (at, monday) => {
    expect(new Date(weekOf(Date.parse(at) / 1000) * 1000).toISOString()).toBe(monday);
  });
});
