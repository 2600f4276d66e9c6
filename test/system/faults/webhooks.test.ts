/** Webhooks come twice, late, in another order; comments come in every shape (spec chatops 2.1.3, 2.4 to 2.6). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { eventually, jobContexts, type TestSystem, testSystem } from "../../harness/system.ts";
import { HELLO, world } from "./support.ts";

const HOLD = "do-not-merge/hold";
const WIP = "do-not-merge/work-in-progress";
let system: TestSystem;
let demo: ReturnType<typeof world>;
const control = () => system.github.control;

beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
});
afterAll(() => system?.dispose());
afterEach(() => control().faults.clear());

describe("a webhook that comes twice", () => {
  it("at once: is handled once", async () => {
    const number = demo.issue("Twice at once");
    control().faults.webhook({ kind: "duplicate", event: "issue_comment", times: 3 });
    for (const who of ["a", "b", "c"]) demo.ask(number, who);
    await demo.drained(number);
    for (const who of ["a", "b", "c"]) expect(demo.answered(number, who)).toBe(1);
    expect(control().faults.waiting.webhooks).toEqual([]);
  });

  it("later, by hand, with its old GUID: is counted, not handled again", async () => {
    const number = demo.issue("Twice by hand");
    demo.ask(number, "again");
    const first = control().deliveries().at(-1);
    await demo.drained(number);
    await control().redeliver(first?.id ?? 0);
    await demo.drained(number);
    expect(demo.answered(number, "again")).toBe(1);
    const answer = control()
      .deliveries()
      .find((one) => one.redelivery && one.guid === first?.guid);
    expect(answer?.statusCode).toBe(202);
    await eventually("it is counted", async () => {
      const page = await (await fetch(`${demo.url}/api/deliveries/${first?.guid}`)).json();
      return z.object({ attempt: z.literal(2) }).safeParse(page).success; // the index is written a little later
    });
  });
});

describe("webhooks in another order", () => {
  it("comments are each answered once", async () => {
    const number = demo.issue("Reordered");
    control().faults.webhook({ kind: "reorder", event: "issue_comment", times: 2 });
    for (const who of ["a", "b", "c", "d"]) demo.ask(number, who);
    await demo.drained(number);
    for (const who of ["a", "b", "c", "d"]) expect(demo.answered(number, who)).toBe(1);
  });

  it("the older of two edits of a title does not undo the newer", async () => {
    const number = await demo.draft("Title");
    control().setDraft({ repo: HELLO, number, as: "ben", draft: false });
    await control().settled();
    await eventually("no draft", () => !demo.page(number).labels.includes(WIP));
    control().faults.webhook({ kind: "reorder", event: "pull_request" });
    control().edit({ repo: HELLO, number, as: "ben", title: "WIP: Title" });
    control().edit({ repo: HELLO, number, as: "ben", title: "Title, done" });
    await demo.drained(number);
    expect(demo.page(number).labels).not.toContain(WIP);
  });

  it("the older of two pushes does not take the place of the newer's jobs", async () => {
    const { number } = await control().createPull({
      repo: HELLO,
      as: "ben",
      title: "Pushed twice",
      files: { "notes/pushed.txt": "0\n" },
    });
    await eventually("the first run ends", () => demo.status(number, "pull-hello-unit")?.state === "success");
    control().faults.webhook({ kind: "reorder", event: "pull_request" });
    for (const text of ["1\n", "2\n"])
      await control().pushToPull({
        repo: HELLO,
        number,
        as: "ben",
        files: { "notes/pushed.txt": text },
        message: `Push ${text}`,
      });
    await eventually("the newest head succeeds", () => demo.status(number, "pull-hello-unit")?.state === "success", 60);
    await demo.drained(number);
    expect(demo.status(number, "pull-hello-unit")?.state).toBe("success");
    expect(demo.status(number, "pull-hello-lint")?.state).toBe("success");
  });
});

describe("a webhook that never came", () => {
  it("is asked for and handled, once (jobs 7.3: test-infra#4770)", async () => {
    const number = await demo.draft("Lost");
    control().faults.webhook({ kind: "drop", event: "issue_comment" });
    demo.ask(number, "lost");
    await eventually("it is lost", () => control().faults.waiting.webhooks.length === 0);
    await demo.drained(number);
    expect(demo.answered(number, "lost")).toBe(0);
    const soon = new Date(Date.now() + 5 * 60_000);
    await system.worker.scheduled("*/5 * * * *", soon);
    await eventually("the answer", () => demo.answered(number, "lost") === 1);
    // Its row in the index is written behind it; then it is known.
    await eventually("it is known", async () => {
      const list = await (await fetch(`${demo.url}/api/deliveries?number=${number}`)).text();
      return list.includes("issue_comment");
    });
    await system.worker.scheduled("*/5 * * * *", soon);
    await demo.drained(number);
    expect(demo.answered(number, "lost")).toBe(1);
  });
});

describe("a late webhook", () => {
  it("is handled when it comes", async () => {
    const number = await demo.draft("Late");
    control().faults.webhook({ kind: "delay", ms: 3_000, event: "issue_comment" });
    demo.say(number, "/hold");
    await demo.drained(number);
    await eventually("the label", () => demo.page(number).labels.includes(HOLD));
  });

  it("a comment on what was closed meanwhile starts nothing", async () => {
    const number = await demo.draft("Closed meanwhile");
    control().faults.webhook({ kind: "delay", ms: 1_500, event: "issue_comment" });
    demo.say(number, "/test pull-hello-unit");
    control().setState({ repo: HELLO, number, as: "ben", state: "closed" });
    await demo.drained(number);
    // The payload says open: a job may have begun. Then it was stopped, or has ended: none is left pending.
    await eventually("nothing is pending", () => demo.status(number, "pull-hello-unit")?.state !== "pending");
  });
});

describe("two comments in the same second", () => {
  it("are both answered, in their order", async () => {
    const number = await demo.draft("Same second");
    demo.say(number, "/hold");
    demo.say(number, "/hold cancel");
    demo.say(number, "/kind bug");
    demo.say(number, "/remove-kind bug");
    await demo.drained(number);
    expect(demo.page(number).labels).not.toContain(HOLD);
    expect(demo.page(number).labels).not.toContain("kind/bug");
    const other = await demo.draft("Same second, the other way");
    demo.say(other, "/hold cancel");
    demo.say(other, "/hold", "chidi");
    await demo.drained(other);
    expect(demo.page(other).labels).toContain(HOLD);
  });
});

describe("a comment that is edited or deleted", () => {
  it("does nothing, whatever it says", async () => {
    const number = await demo.draft("Edited and deleted");
    const edited = demo.say(number, "nothing yet");
    const deleted = demo.say(number, "nothing either");
    control().editComment({ repo: HELLO, id: edited, as: "ben", body: "/hold\n/kind bug\n/test pull-hello-unit" });
    control().editComment({ repo: HELLO, id: deleted, as: "ben", body: "/assign nobody-deleted" });
    control().deleteComment({ repo: HELLO, id: deleted, as: "ben" });
    await demo.drained(number);
    const { labels, pull } = demo.page(number);
    expect(labels).not.toContain(HOLD);
    expect(labels).not.toContain("kind/bug");
    expect(jobContexts(pull?.statuses)).toEqual([]);
    expect(demo.answered(number, "deleted")).toBe(0);
  });
});

describe("a comment with 20 commands", () => {
  it("does each of them, and answers each once", async () => {
    const number = await demo.draft("Twenty commands");
    demo.say(
      number,
      [
        "/kind bug",
        "/kind cleanup",
        "/remove-kind bug",
        "/priority backlog",
        "/area data",
        "/sig greeting",
        "/label api-review",
        "/label good-night",
        "/hold for a while",
        "/assign chidi",
        "/assign dana",
        "/unassign dana",
        "/cc ada",
        "/cc emil",
        "/uncc emil",
        "/assign nobody-x",
        "/assign nobody-y",
        "/area nowhere",
        "/test pull-hello-unit",
        "/test pull-hello-lint",
      ].join("\n"),
    );
    await demo.drained(number);
    const { labels, assignees, pull } = demo.page(number);
    expect(labels).toEqual(expect.arrayContaining(["kind/cleanup", "priority/backlog", "sig/greeting", HOLD]));
    expect(assignees).toContain("chidi");
    expect(assignees).not.toContain("dana");
    expect(pull?.requestedReviewers).toEqual(["ada"]);
    expect(demo.answered(number, "x")).toBe(1);
    expect(demo.answered(number, "y")).toBe(1);
    expect(demo.messages(number, "area/nowhere")).toHaveLength(1);
    for (const context of ["pull-hello-unit", "pull-hello-lint"])
      await eventually(`${context} succeeds`, () => demo.status(number, context)?.state === "success");
  });
});

describe("the shapes of a comment", () => {
  const fence = "```";
  const rows: readonly (readonly [string, string, boolean])[] = [
    ["CRLF line ends", "Wait.\r\n/hold\r\nThanks", true],
    ["CRLF and blanks after it", "/hold \r\n", true],
    ["a lone CR after it", "/hold\r", true],
    ["a reason behind it", "/hold for further review", true],
    ["after a code block", `${fence}\nls\n${fence}\n/hold`, true],
    ["in a code block", `Like so:\n\n${fence}\n/hold\n${fence}\n`, false],
    ["in a code block with CRLF", `Like so:\r\n\r\n${fence}sh\r\n/hold\r\n${fence}\r\n`, false],
    ["in a code block of tildes", "~~~\n/hold\n~~~", false],
    ["in a quote", "> /hold\n\nWhy?", false],
    ["in an HTML comment", "<!--\n/hold\n-->", false],
    ["indented", "  /hold", false],
    ["behind words", "please /hold", false],
    ["a longer word", "/holding", false],
  ];
  it.each(rows)("/hold with %s", async (name, body, counts) => {
    const number = await demo.draft(`Shape: ${name}`);
    demo.say(number, body);
    await demo.drained(number);
    expect(demo.page(number).labels.includes(HOLD)).toBe(counts);
  });

  it.each([
    ["in a quote", "> /test pull-hello-unit\n\nplease", false],
    [
      "in a code block beside a command outside",
      `${fence}\n/test pull-hello-lint\n${fence}\n/test pull-hello-unit`,
      true,
    ],
    ["with CRLF", "/test pull-hello-unit\r\n", true],
  ] as const)("/test %s", async (name, body, counts) => {
    const number = await demo.draft(`Test: ${name}`);
    demo.say(number, body);
    await demo.drained(number);
    if (counts) await eventually("unit runs", () => demo.status(number, "pull-hello-unit"));
    expect(jobContexts(demo.page(number).pull?.statuses)).toEqual(counts ? ["pull-hello-unit"] : []);
  });
});
