/** Reading pull requests for tide (spec jobs 5.3, 5.4): what GitHub's answers mean. */
import { describe, expect, it } from "vitest";
import { GitHubError } from "../../../src/github/errors.ts";
import { SKIP_RETEST } from "../../../src/jobs/triggering.ts";
import { PULLS_A_CALL, readFiles, readPulls, readRepoFacts } from "../../../src/tide/read.ts";
import { answering, check, commits, pullNode, rollup, status } from "./answers.ts";

const HEAD = "a".repeat(40);
const BASE = "b".repeat(40);
const answer = (...pulls: Record<string, unknown>[]) => ({
  repository: {
    ref: { target: { oid: BASE } },
    ...Object.fromEntries(pulls.map((pull) => [`p${String(pull.number)}`, pull])),
  },
});
const read = (given: unknown, numbers = [7]) => readPulls(answering(given).client, "acme", "ship", "main", numbers);
const contextsOf = async (...nodes: unknown[]) =>
  (await read(answer(pullNode({ commits: commits(HEAD, nodes) })))).pulls[0]?.contexts;

it("tells a pull request whole", async () => {
  expect(
    await read(answer(pullNode({ author: { __typename: "Bot", login: "dependabot" }, milestone: { title: "v1" } }))),
  ).toEqual({
    baseSha: BASE,
    gone: [],
    merged: [],
    pulls: [
      {
        number: 7,
        title: "Fix it",
        body: "one\ntwo",
        url: "https://github.test/acme/ship/pull/7",
        author: "dependabot",
        authorIsBot: true,
        headSha: HEAD,
        headRef: "fix",
        baseRef: "main",
        draft: false,
        mergeable: "MERGEABLE",
        mergeState: "CLEAN",
        canBeRebased: true,
        reviewDecision: "",
        milestone: "v1",
        labels: ["lgtm"],
        contexts: [],
        inMergeQueue: false,
        createdAt: Date.parse("2026-01-01T00:00:00Z"),
      },
    ],
  });
});

describe("contexts of the head (5.4)", () => {
  it.each([
    ["QUEUED", null, "PENDING"],
    ["IN_PROGRESS", null, "PENDING"],
    ["COMPLETED", "SUCCESS", "SUCCESS"],
    ["COMPLETED", "NEUTRAL", "SUCCESS"],
    ["COMPLETED", "SKIPPED", "SUCCESS"],
    ["COMPLETED", "FAILURE", "FAILURE"],
    ["COMPLETED", "TIMED_OUT", "FAILURE"],
    ["COMPLETED", "CANCELLED", "FAILURE"],
  ])("a check run that is %s, %s counts as %s", async (state, conclusion, expected) => {
    expect(await contextsOf(check("lint", state, conclusion))).toMatchObject([{ state: expected, source: "check" }]);
  });

  it("of several check runs with one name the best stands", async () => {
    const runs = [check("x", "COMPLETED", "FAILURE"), check("x", "COMPLETED", "SUCCESS"), check("x", "QUEUED", null)];
    expect(await contextsOf(...runs)).toMatchObject([{ context: "x", state: "SUCCESS" }]);
  });

  it("a status and a check run of one name are both kept", async () => {
    expect(await contextsOf(status("x", "FAILURE"), check("x", "COMPLETED", "SUCCESS"))).toHaveLength(2);
  });

  it("marks in descriptions survive: /override-sticky's, and the base that was tested (5.6)", async () => {
    const sticky = `Overridden by ada${SKIP_RETEST} BaseSHA:${BASE}`;
    expect(await contextsOf(status("unit", "SUCCESS", sticky))).toMatchObject([{ description: sticky }]);
  });

  it("goes on where a page of contexts ends", async () => {
    const first = answer(pullNode({ commits: commits(HEAD, [status("a", "SUCCESS")], "more") }));
    const second = { repository: { object: { statusCheckRollup: rollup([status("b", "PENDING")]) } } };
    const { client, asked } = answering(first, second);
    const { pulls } = await readPulls(client, "acme", "ship", "main", [7]);
    expect(pulls[0]?.contexts.map(({ context }) => context)).toEqual(["a", "b"]);
    expect(asked[1]?.variables).toMatchObject({ oid: HEAD, after: "more" });
  });

  it("asks for the head where GitHub's last commit is another", async () => {
    const first = answer(pullNode({ commits: commits("c".repeat(40), [status("old", "FAILURE")]) }));
    const second = { repository: { object: { statusCheckRollup: rollup([status("new", "SUCCESS")]) } } };
    const { client, asked } = answering(first, second);
    expect((await readPulls(client, "acme", "ship", "main", [7])).pulls[0]?.contexts).toMatchObject([
      { context: "new" },
    ]);
    expect(asked[1]?.variables).toMatchObject({ oid: HEAD, after: null });
  });

  it("a head of which nothing was said has none", async () => {
    const none = { nodes: [{ commit: { oid: HEAD, statusCheckRollup: null } }] };
    expect((await read(answer(pullNode({ commits: none })))).pulls[0]?.contexts).toEqual([]);
  });
});

describe("what is no longer to be merged", () => {
  it.each([
    ["closed", { state: "CLOSED" }, { gone: [7], merged: [] }],
    ["on another branch", { baseRefName: "next" }, { gone: [7], merged: [] }],
    ["merged", { state: "MERGED", mergeCommit: { oid: BASE } }, { gone: [], merged: [{ number: 7, sha: BASE }] }],
  ])("%s", async (_what, over, expected) => {
    expect(await read(answer(pullNode(over)))).toMatchObject({ ...expected, pulls: [] });
  });

  it("a number that is an issue's is gone, and does not fail the others", async () => {
    const message = "Could not resolve to a PullRequest with the number of 8.";
    const { client } = answering(new GitHubError("permanent", 200, "POST /graphql", message), answer(pullNode()));
    const found = await readPulls(client, "acme", "ship", "main", [7, 8]);
    expect([found.gone, found.pulls.map(({ number }) => number)]).toEqual([[8], [7]]);
  });

  it("a branch that is gone has no tip", async () => {
    expect((await read({ repository: { ref: null } }, [])).baseSha).toBeNull();
  });
});

describe("hostile and failing answers", () => {
  it.each([
    ["no repository", { repository: null }],
    ["a pull request of another shape", answer(pullNode({ mergeable: "PERHAPS" }))],
    ["one that was not answered", answer()],
  ])("%s is refused", async (_what, given) => {
    await expect(read(given)).rejects.toThrow();
  });

  it("GitHub's own errors are passed on", async () => {
    const limited = new GitHubError("rate-limited", 200, "POST /graphql", "limit", 60_000);
    await expect(read(limited)).rejects.toBe(limited);
  });

  it("no more than a call holds is asked for", async () => {
    const many = Array.from({ length: PULLS_A_CALL + 1 }, (_, at) => at + 1);
    await expect(read(answer(), many)).rejects.toThrow(RangeError);
  });
});

describe("the repository's own rules", () => {
  const REPO = { mergeCommitAllowed: true, squashMergeAllowed: false, rebaseMergeAllowed: true, mergeQueue: null };
  const RULES = "/repos/acme/ship/rules/branches/main";
  const BRANCH = "/repos/acme/ship/branches/main";
  const checks = (...contexts: string[]) => ({
    type: "required_status_checks",
    parameters: { required_status_checks: contexts.map((context) => ({ context, integration_id: 1 })) },
  });
  const live = (...contexts: string[]) => ({ protected: true, protection: { required_status_checks: { contexts } } });
  it.each<[string, object, unknown[], object, object]>([
    ["nothing asked for", REPO, [], { protected: false }, { mergeQueue: false, requiredContexts: [] }],
    [
      "methods that are allowed",
      REPO,
      [],
      { protected: false },
      { allowed: { merge: true, squash: false, rebase: true } },
    ],
    [
      "checks of rulesets and of live protection, each once",
      REPO,
      [checks("a", "b"), checks("b")],
      live("c", "a"),
      { requiredContexts: ["a", "b", "c"] },
    ],
    ["a protection that is switched off", REPO, [], { ...live("c"), protected: false }, { requiredContexts: [] }],
    [
      "rules of kinds that say nothing here",
      REPO,
      [{ type: "deletion" }, { type: "new-one", parameters: 3 }],
      live(),
      { requiredContexts: [] },
    ],
    ["a merge queue by a ruleset", REPO, [{ type: "merge_queue", parameters: {} }], live(), { mergeQueue: true }],
    ["a merge queue by branch protection", { ...REPO, mergeQueue: { id: "q" } }, [], live(), { mergeQueue: true }],
  ])("%s", async (_what, repository, rules, branch, expected) => {
    const client = answering({ repository }).with({ [RULES]: rules, [BRANCH]: branch });
    expect(await readRepoFacts(client, "acme", "ship", "main")).toMatchObject(expected);
  });

  it("a rule of another shape is refused: what it asks for is not known", async () => {
    const client = answering({ repository: REPO }).with({
      [RULES]: [{ type: "required_status_checks" }],
      [BRANCH]: live(),
    });
    await expect(readRepoFacts(client, "acme", "ship", "main")).rejects.toThrow();
  });

  it("files are paths", async () => {
    const client = answering().with({ "/repos/acme/ship/pulls/7/files": [{ filename: "a/b" }, { filename: "c" }] });
    expect(await readFiles(client, "acme", "ship", 7)).toEqual(["a/b", "c"]);
  });
});
