import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dispatch } from "../../../src/chatops/dispatch.ts";
import { comment, fakeView, presubmit, pullEvent, repoConfig, reviewEvent, user } from "./fake-view.ts";

const jobs = [
  presubmit("unit", { always_run: true }),
  presubmit("custom", { trigger: "(?mi)(a+)+/test( | .* )custom,?($|\\s.*)", rerun_command: "aa/test custom" }),
  ...Array.from({ length: 50 }, (_, index) => presubmit(`job-${index}`, { run_if_changed: "\\.go$" })),
];
const config = repoConfig({
  presubmits: jobs,
  label: {
    additional_labels: ["a/b"],
    restricted_labels: [{ label: "kind/x", allowed_teams: ["t"], allowed_users: [], assign_on: [] }],
  },
});
const world = () => fakeView({ config, repoLabels: ["kind/x", "area/a", "needs-kind"], labels: ["kind/x"] });

const VERBS = [
  "test",
  "retest",
  "ok-to-test",
  "hold",
  "unhold",
  "lgtm",
  "assign",
  "cc",
  "area",
  "kind",
  "label",
  "remove-kind",
  "help",
];
const words = fc.constantFrom("all", "unit", "?", "cancel", "@a", "org/team", "x", "", "  ", "\t", "\u00a0", "🚢", "$");
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom(...VERBS), fc.array(words, { maxLength: 4 }))
    .map(([verb, rest]) => `/${[verb, ...rest].join(" ")}`),
  fc.constantFrom("```", "~~~", "<!--", "-->", "> /hold", "", "\r"),
  fc.string({ unit: "binary" }),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n"))
  .map(([lines, end]) => lines.join(end));

describe("no comment text makes the dispatcher throw", () => {
  test("comments, descriptions and reviews of anyone", async () => {
    const source = fc.constantFrom("issue_comment" as const, "pull_request" as const, "pull_request_review" as const);
    await fc.assert(
      fc.asyncProperty(
        text,
        source,
        fc.boolean(),
        fc.constantFrom("member", "outsider", "author"),
        async (body, from, pr, login) => {
          const said = comment(body, { source: from, isPullRequest: pr, author: user(login) });
          const { errors, runs } = await dispatch(said, world());
          expect(errors).toEqual([]);
          expect(runs.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("titles, labels and review texts", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (said) => {
        for (const event of [pullEvent("labeled", { label: said }), reviewEvent("approved", { body: said })]) {
          expect((await dispatch(event, world())).errors).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("time is linear in the comment's length (65,536 characters at most)", () => {
  const FULL = 65_536;
  const filled = (piece: string): string => piece.repeat(Math.ceil(FULL / piece.length)).slice(0, FULL);
  const time = async (body: string): Promise<number> => {
    const started = performance.now();
    const { errors } = await dispatch(comment(body, { author: user("member") }), world());
    expect(errors).toEqual([]);
    return performance.now() - started;
  };

  test.each([
    "/test all\n",
    "/test unit ",
    "/hold\n",
    "/area a b c d\n",
    "/remove-kind x\n",
    "/label a/b\n",
    "/assign @a @b\n",
    "/assign ",
    "/assign a a a a a a a a a a!\n",
    "/cc      ",
    "/cc a\n/uncc b\n",
    "```\n",
    "```x\n",
    "<!--",
    "<!-- -->",
    "~~~~\n```\n",
    "/",
    "/a",
    "\r",
    " ",
    "a",
    "aa/test ",
    "/test\t",
    "/ok-to-test \n",
  ])("filled with %j", async (piece) => {
    await time(filled(piece));
    expect(await time(filled(piece))).toBeLessThan(1500);
  });

  test("a command at the very end of a full comment counts", async () => {
    const body = `${filled("word ").slice(0, FULL - 6)}\n/hold`;
    const { effects } = await dispatch(comment(body), world());
    expect(effects.map(({ effect }) => effect)).toEqual([{ kind: "addLabel", label: "do-not-merge/hold" }]);
  });
});
