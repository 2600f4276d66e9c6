import { describe, expect, test } from "vitest";
import { dispatch } from "../../../../src/chatops/dispatch.ts";
import { comment, fakeView } from "../fake-view.ts";

const HOLD = "do-not-merge/hold";

async function said(body: string, labels: readonly string[] = [], over: Parameters<typeof comment>[1] = {}) {
  const { effects } = await dispatch(comment(body, over), fakeView({ labels }));
  return effects.map(({ effect }) => effect);
}

describe("hold (spec chatops 2.6)", () => {
  test.each([
    "/hold",
    "/HOLD",
    "/hold for further review",
    "/hold\r\nthanks",
    "/hold  ",
    "text before\n/hold",
    "/hold cancellation policy unclear",
    "/hold\ncancel culture is no reason",
  ])("%j puts on hold", async (body) => {
    expect(await said(body)).toEqual([{ kind: "addLabel", label: HOLD }]);
  });

  test.each([
    "/hold cancel",
    "/HOLD Cancel",
    "/hold  cancel reason",
    "/hold\tcancel",
    "/unhold",
    "/unhold because",
    "/remove-hold",
    "/hold cancel\r\n",
    "/hold\n/hold cancel",
    "/unhold\n/hold",
  ])("%j cancels", async (body) => {
    expect(await said(body, [HOLD])).toEqual([{ kind: "removeLabel", label: HOLD }]);
  });

  test.each([
    "> /hold",
    " /hold",
    "please /hold",
    "/remove hold",
    "/holding",
    "/hold!",
    "```\n/hold\n```",
    "<!-- \n/hold\n-->",
    "/hold\u00a0",
  ])("%j is no command", async (body) => {
    expect(await said(body)).toEqual([]);
    expect(await said(body, [HOLD])).toEqual([]);
  });

  test("what holds already needs no call", async () => {
    expect(await said("/hold", [HOLD])).toEqual([]);
    expect(await said("/hold", ["DO-NOT-MERGE/hold"])).toEqual([]);
    expect(await said("/unhold", [])).toEqual([]);
  });

  test("only new text on pull requests counts, in any state", async () => {
    expect(await said("/hold", [], { isPullRequest: false })).toEqual([]);
    expect(await said("/hold", [], { action: "edited" })).toEqual([]);
    expect(await said("/hold", [], { action: "deleted" })).toEqual([]);
    expect(await said("/hold", [], { state: "closed" })).toEqual([{ kind: "addLabel", label: HOLD }]);
  });

  test("the bot's own comment does nothing", async () => {
    expect(await said("/hold", [], { author: { login: "Cutwater[bot]", type: "Bot" } })).toEqual([]);
  });
});
