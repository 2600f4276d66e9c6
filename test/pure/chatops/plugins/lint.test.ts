import { describe, expect, test } from "vitest";
import type { TaskEvent } from "../../../../src/chatops/events.ts";
import type { GitTask, GitTaskOutcome } from "../../../../src/jobs/git-task.ts";
import { BOT, comment, file, GUID, HEAD, pull, user, type World } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

type Lint = Extract<GitTask, { kind: "lint" }>;
type Finding = Extract<GitTaskOutcome, { state: "findings" }>["findings"][number];

const files = [
  "pkg/a.go",
  "vendor/x/b.go",
  "zz.generated.go",
  "BUILD",
  "x/BUILD.bazel",
  "WORKSPACE",
  "d.bzl",
  "BUILD.md",
];
const world = (linter: Lint["linter"], over: Partial<World> = {}): Partial<World> => ({
  config: configOf(linter),
  files: [...files.map((name) => file(name)), file("gone.go", { status: "removed" })],
  texts: { ".generated_files": "file-name zz.generated.go" },
  ...over,
});
const task = (linter: Lint["linter"], list: string[]): Lint => ({
  kind: "lint",
  owner: "org",
  repo: "repo",
  headSha: HEAD,
  number: 5,
  linter,
  minimumConfidence: 0.8,
  files: list,
});

describe("what is linted (spec chatops 2.33)", () => {
  const bazel = task("buildifier", ["BUILD", "x/BUILD.bazel", "WORKSPACE", "d.bzl"]);
  test.each([
    ["/lint", task("golint", ["pkg/a.go"])],
    ["/LINT  \r", task("golint", ["pkg/a.go"])],
    ["/buildify", bazel],
    ["/buildifier", bazel],
  ])("%j by anyone", async (said, expected) => {
    const [effect, ...others] = await effectsOf(comment(said), world(expected.linter));
    expect(others).toEqual([]);
    expect(effect).toMatchObject({ kind: "gitTask", plugin: expected.linter, task: expected });
    expect(await effectsOf(comment(said), world(expected.linter))).toEqual([effect]);
  });

  test.each([
    ["with an argument", comment("/lint all"), {}],
    ["on an issue", comment("/lint", { isPullRequest: false }), {}],
    ["on a closed pull request", comment("/lint", { state: "closed" }), {}],
    ["in an edited comment", comment("/lint", { action: "edited" }), {}],
    ["without a file of Go", comment("/lint"), { files: [file("a.md")] }],
  ])("nothing %s", async (_, event, over) => expect(await outcome(event, world("golint", over))).toEqual([]));
});

describe("the review", () => {
  const added = (from: number, count: number) =>
    `@@ -0,0 +${from},${count} @@\n${Array.from({ length: count }, (_, index) => `+line ${index}`).join("\n")}`;
  const at = (line: number, text = "should have comment", more: Partial<Finding> = {}): Finding => ({
    path: "pkg/a.go",
    line,
    text,
    ...more,
  });
  const done = (end: GitTaskOutcome, over: Partial<World> = {}) => {
    const event: TaskEvent = {
      kind: "task",
      guid: GUID,
      sender: user(BOT, "Bot"),
      plugin: "golint",
      id: "1",
      task: task("golint", ["pkg/a.go"]),
      outcome: end,
    };
    return effectsOf(event, world("golint", { patches: { "pkg/a.go": added(10, 30) }, ...over }));
  };
  const found = (...findings: Finding[]): GitTaskOutcome => ({ state: "findings", findings });
  const told = (line: number, author = BOT, body = "old <!-- golint -->") => ({
    id: line,
    author,
    body,
    path: "pkg/a.go",
    line,
    htmlUrl: "",
    createdAt: "2026-09-01T00:00:00Z",
  });
  const lines = async (end: GitTaskOutcome, over: Partial<World> = {}) => {
    const [review] = await done(end, over);
    if (review?.kind !== "review") throw new Error("no review");
    return { lines: review.comments.map(({ line }) => line), body: review.body, comments: review.comments };
  };

  test("only lines that are added; several findings of one line are one comment", async () => {
    const { lines: of, comments } = await lines(found(at(9), at(10), at(10, "second"), at(39), at(40)));
    expect(of).toEqual([10, 39]);
    expect(comments[0]?.body).toContain("second");
    expect(comments[0]?.body).toContain("<!-- golint -->");
  });

  test("what the bot said before is not said again; what others wrote does not count", async () => {
    const reviewComments = [told(10), told(11, "somebody"), told(12, BOT, "by hand")];
    const review = await lines(found(at(10), at(11), at(12)), { reviewComments });
    expect(review.lines).toEqual([11, 12]);
    expect(review.body).toContain("2 warnings new");
    expect(review.body).toContain("1 warning told before");
  });

  test("at most 20 comments, earlier ones counted", async () => {
    const all = Array.from({ length: 30 }, (_, index) => at(10 + index));
    expect((await lines(found(...all))).lines).toHaveLength(20);
    const reviewComments = [told(10), told(11), told(12)];
    expect((await lines(found(...all), { reviewComments })).lines).toHaveLength(17);
  });

  test("no finding: a review without comments", async () => {
    expect(await done(found())).toEqual([
      { kind: "review", sha: HEAD, body: expect.stringContaining("0 warnings new"), comments: [] },
    ]);
  });

  test("a suggestion cannot end its own block", async () => {
    const { comments } = await lines(found(at(10, "x", { suggestion: "a\n```\n@everyone" })));
    expect(comments[0]?.body).toContain("````suggestion\na\n```\n@everyone\n````");
  });

  test.each([
    ["a newer head", { pullRequest: pull({ head: { sha: "9".repeat(40), ref: "fix", fullName: null } }) }],
    ["a closed pull request", { pullRequest: pull({ state: "closed" }) }],
  ])("nothing for %s", async (_, over) => expect(await done(found(at(10)), over)).toEqual([]));

  test("a linter that failed is told", async () => {
    expect(await done({ state: "failed", message: "no go" })).toEqual([
      { kind: "comment", body: expect.stringContaining("golint could not be run") },
    ]);
  });
});
