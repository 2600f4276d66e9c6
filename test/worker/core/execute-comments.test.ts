/** Maintained comments (spec chatops 1.11): edited in place, also when a summary takes the place of several. */
import { describe, expect, test } from "vitest";
import { deleteComments, upsertComment } from "../../../src/chatops/execute-comments.ts";
import { minimize } from "../../../src/chatops/execute-issue.ts";
import type { Execution } from "../../../src/chatops/execution.ts";
import { SUMMARY_MARKER } from "../../../src/chatops/messages-summary.ts";

const A = "<!-- a -->";
const B = "<!-- b -->";

interface Remembered {
  readonly id: number;
  readonly body: string;
  readonly plugin?: string;
}

/** An object that remembers what it said, before a GitHub that has all of it. */
function conversation(remembered: readonly Remembered[]) {
  const calls: string[] = [];
  const comments = new Map(remembered.map((one) => [one.id, one]));
  const no = (): never => {
    throw new Error("not asked here");
  };
  const request = async (route: string, options: { comment_id?: number; body?: string } = {}): Promise<unknown> => {
    const [method = ""] = route.split(" ");
    calls.push(`${method} ${options.comment_id ?? "new"}`);
    await Promise.resolve();
    return { data: { id: options.comment_id ?? 99, node_id: `IC_${options.comment_id}` } };
  };
  const x = {
    client: {
      request,
      paginate: no,
      graphql: async (_query: string, variables: { id: string }) => {
        calls.push(`hide ${variables.id}`);
        await Promise.resolve();
      },
      raw: no,
      botLogin: () => Promise.resolve("bot"),
      flush: () => Promise.resolve(),
    },
    owner: "org",
    repo: "repo",
    number: 5,
    marker: "<!-- m -->",
    again: false,
    posted: {
      containing: (text: string) => [...comments.values()].filter(({ body }) => body.includes(text)),
      put: (id: number, body: string) => void comments.set(id, { id, body }),
      drop: (id: number) => void comments.delete(id),
      saidFor: (plugin: string) => [...comments.values()].filter((one) => one.plugin === plugin).map(({ id }) => id),
      hidden: (id: number) => void comments.set(id, { id, body: comments.get(id)?.body ?? "" }),
      adopted: () => true,
      adopt: no,
    },
    startJob: no,
    recordJob: no,
    lookAgain: no,
    gitTask: no,
    reportAgain: no,
    service: no,
    abortJobs: no,
  } as unknown as Execution;
  return { calls, x };
}

const summary = { kind: "upsertComment", marker: SUMMARY_MARKER, body: `x ${A} ${B}`, replaces: [A, B] } as const;

describe("a summary", () => {
  test.each<[string, readonly Remembered[], readonly string[]]>([
    ["is new when nothing was said", [], ["POST new"]],
    [
      "takes the newest comment that it replaces, and deletes the others",
      [
        { id: 1, body: A },
        { id: 2, body: B },
      ],
      ["PATCH 2", "DELETE 1"],
    ],
    [
      "is edited itself when it is there",
      [
        { id: 1, body: `${A} ${SUMMARY_MARKER}` },
        { id: 2, body: B },
      ],
      ["PATCH 1", "DELETE 2"],
    ],
    ["is not sent when it is the same", [{ id: 1, body: `x ${A} ${B}\n${SUMMARY_MARKER}` }], []],
    ["takes no reply that quotes a mark", [{ id: 1, body: `> ${A}\n<!-- reply -->` }], ["POST new"]],
  ])("%s", async (_what, remembered, wanted) => {
    const { calls, x } = conversation(remembered);
    await upsertComment(x, summary);
    expect(calls).toEqual(wanted);
  });

  test("becomes the plugin's own comment again when the option is switched off", async () => {
    const { calls, x } = conversation([{ id: 1, body: `${A} ${B} ${SUMMARY_MARKER}` }]);
    await upsertComment(x, { kind: "upsertComment", marker: A, body: `alone ${A}` });
    await upsertComment(x, { kind: "upsertComment", marker: B, body: `alone ${B}` });
    expect(calls).toEqual(["PATCH 1", "POST new"]);
  });

  test("is not deleted with the comments that it stands for", async () => {
    const { calls, x } = conversation([
      { id: 1, body: `${A} ${SUMMARY_MARKER}` },
      { id: 2, body: A },
    ]);
    expect(await deleteComments(x, A)).toMatchObject({ state: "done", answer: "deleted 2" });
    expect(calls).toEqual(["DELETE 2"]);
  });
});

test("what was said is edited by the id that is remembered, and no comment is listed (jobs 7.3: test-infra#23614, #23606)", async () => {
  const { calls, x } = conversation([{ id: 1, body: A }]);
  await upsertComment(x, { kind: "upsertComment", marker: A, body: `now ${A}` });
  await upsertComment(x, { kind: "upsertComment", marker: A, body: `then ${A}` });
  expect(calls).toEqual(["PATCH 1", "PATCH 1"]);
});

describe("hiding what was said for a plugin", () => {
  test("hides each once, and nobody else's", async () => {
    const { calls, x } = conversation([
      { id: 1, body: "no", plugin: "lgtm" },
      { id: 2, body: "so", plugin: "dog" },
    ]);
    expect(await minimize({ kind: "minimizeComments", plugin: "lgtm" }, x)).toMatchObject({ state: "done" });
    expect(await minimize({ kind: "minimizeComments", plugin: "lgtm" }, x)).toMatchObject({ state: "noop" });
    expect(calls).toEqual(["GET 1", "hide IC_1"]);
  });
});
