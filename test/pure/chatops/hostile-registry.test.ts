import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dispatch } from "../../../src/chatops/dispatch.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import type { ChatEvent } from "../../../src/chatops/events.ts";
import { comment, file, HEAD, pull, pullEvent, user } from "./fake-view.ts";
import { config, eventsWith, hostileView, NAMES, words } from "./hostile-world.ts";

/** What GitHub would refuse for its length, and what does not fit a row of the outbox. */
function tooLarge(effects: readonly { readonly effect: Effect }[]): readonly string[] {
  return effects.flatMap(({ effect }) => {
    const { kind } = effect;
    const changes = kind === "editIssue" ? effect.changes : {};
    const body = "body" in effect && typeof effect.body === "string" ? effect.body : (changes.body ?? "");
    const large = body.length > 65_536 || (changes.title ?? "").length > 256;
    return large || JSON.stringify(effect).length > 1_000_000 ? [`${kind} is too large`] : [];
  });
}

/** Handlers that threw, unless they asked GraphQL: this world answers none. */
async function thrown(event: ChatEvent, view = hostileView("", "", "")): Promise<readonly string[]> {
  const { effects, errors, runs } = await dispatch(event, view, { timeoutMs: 20_000 });
  expect(tooLarge(effects)).toEqual([]);
  const failed = runs.filter(({ outcome }) => outcome === "error" || outcome === "timeout");
  expect(errors.length).toBe(failed.length);
  return failed.filter(({ why }) => !why.includes("answers no GraphQL")).map(({ plugin, why }) => `${plugin}: ${why}`);
}

describe("every plugin, every kind of event, any words", () => {
  test("nothing throws", async () => {
    await fc.assert(
      fc.asyncProperty(words, async ({ body, title, label }) => {
        for (const event of eventsWith(body, title, label)) {
          expect(await thrown(event, hostileView(body, title, label))).toEqual([]);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("a plugin alone decides what it decides among all", async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.constantFrom(...NAMES), async ({ body, title, label }, plugin) => {
        for (const event of eventsWith(body, title, label).slice(0, 12)) {
          const view = hostileView(body, title, label, { config: { ...config, plugins: [plugin] } });
          expect(await thrown(event, view)).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const FULL = 65_536;
const filled = (piece: string): string => piece.repeat(Math.ceil(FULL / piece.length)).slice(0, FULL);
const VERBS = [
  "test",
  "retest",
  "hold",
  "lgtm",
  "approve",
  "assign",
  "cc",
  "area",
  "label",
  "override",
  "milestone",
  "link-issue",
];

test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
  "%s is a branch, a label, a file and a login like any other",
  async (name) => {
    for (const event of eventsWith(`/label ${name}\n/assign @${name}`, `Bug 7: ${name}`, name)) {
      expect(await thrown(event, hostileView(name, name, name))).toEqual([]);
    }
    const based = pull({ base: { sha: "b".repeat(40), ref: name }, merged: true, state: "closed", author: user(name) });
    for (const action of ["opened", "closed"]) {
      const view = hostileView(name, name, name, { pullRequest: based });
      expect(await thrown(pullEvent(action, { pullRequest: based, label: name }), view)).toEqual([]);
    }
  },
);

describe("time is linear at GitHub's limits", () => {
  const spent = async (event: ChatEvent, view: ReturnType<typeof hostileView>): Promise<number> => {
    const started = performance.now();
    expect(await thrown(event, view)).toEqual([]);
    return performance.now() - started;
  };

  test.each([
    ...VERBS.map((verb) => `/${verb} x\n`),
    "/cherry-pick v1 v2\n",
    "/bugzilla refresh\n",
    "/lgmt\n",
    "/retitle a",
    "ABC-1 ",
    "@kubernetes/sig-node-bugs ",
    "Fixes #1, ",
    "Bug 7: ",
    "Bug ",
    "```release-note\n",
    "```\n",
    "<!--",
    "a",
    "[",
    "`",
    "\r",
    "\r\n",
    " \n",
    "@a ",
    "#1 ",
    "- [ ] /lgtm\n",
    "Signed-off-by: a <b>\n",
    "This is an automated cherry-pick of #",
    "LGTM label has been added.  <details>Git tree hash: ",
  ])("65,536 characters of %j", async (piece) => {
    const body = filled(piece);
    const view = () => hostileView("", "", "x");
    await spent(comment(body, { author: user("member") }), view());
    expect(
      await spent(comment(body, { author: user("member"), action: "edited", issueBody: body }), view()),
    ).toBeLessThan(2500);
    expect(await spent(comment(body, { author: user("member") }), view())).toBeLessThan(2500);
    expect(
      await spent(pullEvent("opened", { pullRequest: pull({ body, title: body.slice(0, 256) }) }), view()),
    ).toBeLessThan(2500);
  });

  test("3,000 changed files and 1,000 labels", async () => {
    const files = Array.from({ length: 3000 }, (_, nth) => file(`dir-${nth % 300}/${"a".repeat(200)}-${nth}.go`));
    const labels = Array.from({ length: 1000 }, (_, nth) => `area/label-${nth}`);
    const pullRequest = pull({ labels });
    const view = () => hostileView("", "", "x", { files, labels, repoLabels: labels, pullRequest });
    const said = `/approve\n/lgtm\n${labels.map((label) => `/remove-area ${label.slice(5)}`).join("\n")}`;
    for (const event of [
      comment(said, { author: user("member"), labels }),
      pullEvent("opened", { pullRequest }),
      pullEvent("synchronize", {
        pullRequest,
        changes: { baseRefFrom: null, baseShaFrom: null, titleFrom: null, headFrom: HEAD, body: false },
      }),
      pullEvent("labeled", { pullRequest, label: "area/label-1" }),
    ]) {
      expect(await spent(event, view())).toBeLessThan(5000);
    }
  });
});

describe("how a command may be written", () => {
  const held = async (body: string): Promise<readonly string[]> => {
    const view = hostileView("", "", "x", {
      labels: [],
      config: { ...config, plugins: ["hold", "wip", "help", "label"] },
    });
    const { effects } = await dispatch(comment(body, { author: user("member") }), view);
    return effects.flatMap(({ effect }) => ("label" in effect ? [`${effect.kind} ${effect.label}`] : []));
  };
  const HELD = ["addLabel do-not-merge/hold"];

  test.each([
    ["with CRLF", "hello\r\n/hold\r\nbye", HELD],
    ["with spaces behind", "/hold  \t ", HELD],
    ["in capitals", "/HOLD", HELD],
    ["twice", "/hold\n/hold", HELD],
    ["several", "/hold\n/area a", ["addLabel area/a", ...HELD]],
    ["on the last of many lines", `${"word\n".repeat(10_000)}/hold`, HELD],
    ["behind a fence that never ends", "```\n/hold", HELD],
    ["with a slash that only looks like one", "／hold\n⁄hold\n∕hold", []],
    ["with letters that only look alike", "/hоld\n/ｈold\n/ho\u200bld\n/h\u0301old", []],
    ["with white space before it", " /hold", []],
    ["behind a mark of byte order", "\ufeff/hold", []],
    ["with a space that is none of Go's", "/hold\u00a0", []],
    ["in a quote", "> /hold", []],
    ["in a fence", "```\n/hold\n```", []],
    ["in an HTML comment", "<!--\n/hold\n-->", []],
  ])("%s", async (_, body, expected) => {
    expect(await held(body)).toEqual(expected);
  });
});
