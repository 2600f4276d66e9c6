/** The `tide` status (spec jobs 5.9): the original's words in their order, and behind them the place in line. */
import { describe, expect, test } from "vitest";
import { assess } from "../../../src/tide/assess.ts";
import { decide } from "../../../src/tide/decide.ts";
import type { Candidate, Pool } from "../../../src/tide/model.ts";
import { expectedStatus } from "../../../src/tide/status.ts";
import { BASE, candidate, context, job, policy, pool, query, run, settings } from "./pool.ts";

/** Prow's own words alone. */
const plain = (over: Parameters<typeof settings>[0] = {}) => settings({ placeInStatus: false, ...over });

function statusOf(of: Pool, number = 1) {
  const assessment = assess(of);
  const found = of.candidates.find(({ facts }) => facts.number === number);
  const wait = decide(of, assessment).waits.find((one) => one.number === number);
  if (!found || !wait) throw new Error(`#${number} is not there`);
  return expectedStatus(of, found, assessment, wait);
}
function says(of: Pool, number = 1): string {
  const { state, description } = statusOf(of, number).status;
  return `${state}: ${description}`;
}
const one = (facts: Partial<Candidate["facts"]>, over: Parameters<typeof settings>[0] = {}): Pool =>
  pool([candidate(1, facts)], [], { settings: plain(over) });
const many = Array.from({ length: 30 }, (_, at) => job(`a-rather-long-name-of-a-job-${at}`));
const blocker = { number: 7, title: "Broken", url: "", branches: [] };
const allowed = { merge: true, squash: false, rebase: true, ifNecessary: true };

describe("spec jobs 5.9: expected status, in order", () => {
  test.each<[string, Pool, string]>([
    ["conflict", one({ mergeable: "CONFLICTING" }), "error: Not mergeable. PR has a merge conflict."],
    [
      "two methods",
      one({ labels: ["lgtm", "tide/merge-method-squash", "tide/merge-method-merge"] }),
      "error: Not mergeable. PR has conflicting merge method override labels.",
    ],
    [
      "rebase that GitHub cannot do",
      one({ canBeRebased: false }, { method: "rebase" }),
      "error: Not mergeable. PR can't be rebased.",
    ],
    [
      "a method that the repository does not allow",
      { ...one({}, { method: "squash" }), repoFacts: { allowed, mergeQueue: false } },
      'error: Not mergeable. Merge type "squash" disallowed by repo settings.',
    ],
    [
      "blocked, under the policy block",
      one({ mergeState: "BLOCKED" }, { blocksPolicy: "block" }),
      "error: Not mergeable. PR is blocked from merging by GitHub (check branch protection, required reviews, or rulesets).",
    ],
    ["a blocker", { ...one({}), blockers: [blocker] }, "error: Not mergeable. Merging is blocked by issue 7."],
    [
      "two blockers",
      { ...one({}), blockers: [blocker, { ...blocker, number: 8 }] },
      "error: Not mergeable. Merging is blocked by issues 7, 8.",
    ],
    [
      "wrong branch",
      { ...one({}, { queries: [query({ includedBranches: ["release"] })] }) },
      "pending: Not mergeable. Merging to branch main is forbidden.",
    ],
    [
      "wrong author",
      one({}, { queries: [query({ author: "bot" })] }),
      "pending: Not mergeable. Must be by author bot.",
    ],
    [
      "milestone",
      one({}, { queries: [query({ milestone: "v1" })] }),
      "pending: Not mergeable. Must be in milestone v1.",
    ],
    ["a label", one({ labels: [] }), "pending: Not mergeable. Needs lgtm label."],
    [
      "labels, sorted; alternatives",
      one({ labels: [] }, { queries: [query({ labels: ["lgtm", "approved,lazy"] })] }),
      "pending: Not mergeable. Needs approved or lazy, lgtm labels.",
    ],
    [
      "forbidden",
      one({ labels: ["lgtm", "do-not-merge/hold"] }),
      "pending: Not mergeable. Should not have do-not-merge/hold label.",
    ],
    [
      "a context",
      one({ contexts: [context("unit", "FAILURE")] }),
      "pending: Not mergeable. Job unit has not succeeded.",
    ],
    [
      "contexts",
      one({ contexts: [context("unit", "FAILURE"), context("lint", "ERROR")] }),
      "pending: Not mergeable. Jobs lint, unit have not succeeded.",
    ],
    [
      "review",
      one({ reviewDecision: "REVIEW_REQUIRED" }, { queries: [query({ reviewApprovedRequired: true })] }),
      "pending: Not mergeable. PullRequest is missing sufficient approving GitHub review(s)",
    ],
    [
      "all queries",
      one({ labels: [] }, { queries: [query(), query({ labels: ["lazy"] })], displayAllQueries: true }),
      "pending: Not mergeable. Needs lgtm label OR Needs lazy label",
    ],
    ["in the pool, not tested", one({}), "pending: Not mergeable. Retesting: unit"],
    [
      "more than fit",
      pool(
        [
          candidate(
            1,
            { contexts: many.map(({ context: name }) => context(name)) },
            { jobs: many, policy: policy({ required: many.map(({ context: name }) => name) }) },
          ),
        ],
        [],
        { settings: plain() },
      ),
      "pending: Not mergeable. Retesting 30 jobs.",
    ],
    ["green", pool([candidate(1)], [run([1])], { settings: plain() }), "success: In merge pool."],
    [
      "green and blocked, under the policy permit",
      pool([candidate(1, { mergeState: "BLOCKED" })], [run([1])], { settings: plain() }),
      "success: In merge pool (despite BLOCKED).",
    ],
  ])("%s", (_, of, expected) => expect(says(of)).toBe(expected));

  test("no more than 140 characters", () => {
    const name = "x".repeat(200);
    const { description } = statusOf(one({ contexts: [context("unit"), context(name, "FAILURE")] })).status;
    expect([description.length, description.endsWith("...")]).toEqual([140, true]);
  });

  test("its link: the configured one, or the dashboard's for this pull request", () => {
    const link = (over: Parameters<typeof settings>[0]) => statusOf(one({}, over)).status.targetUrl;
    expect(link({ targetUrl: "https://example.com/tide" })).toBe("https://example.com/tide");
    expect(link({ prStatusBaseUrl: "https://prow.example.com/pr" })).toBe(
      `https://prow.example.com/pr?query=${encodeURIComponent("is:pr repo:org/repo author:author head:change-1")}`,
    );
  });
});

describe("place in line (issue 5, scope 7d)", () => {
  const line = (length: number, typical = 600_000): Pool =>
    pool(
      Array.from({ length }, (_, at) => candidate(at + 1)),
      [],
      { settings: settings({ batchSizeLimit: 5 }), typicalMs: new Map([["unit", typical]]) },
    );
  test.each([
    [1, "pending: Not mergeable. Retesting: unit (next in line, within 10 min)"],
    [3, "pending: Not mergeable. Retesting: unit (among the first 5 in line, within 10 min)"],
    [5, "pending: Not mergeable. Retesting: unit (among the first 5 in line, within 10 min)"],
    [18, "pending: Not mergeable. Retesting: unit (among the first 20 in line, within 45 min)"],
    [60, "pending: Not mergeable. Retesting: unit (among the first 100 in line, within 2 h)"],
  ])("#%i of 60", (number, expected) => expect(says(line(60), number)).toBe(expected));

  test("an estimate alone is no reason to write it anew, a place is", () => {
    const [slow, quick] = [statusOf(line(60, 900_000), 4), statusOf(line(60, 60_000), 4)];
    expect(slow.status.description).not.toBe(quick.status.description);
    expect(slow.core).toBe(quick.core);
    expect(statusOf(line(60), 1).core).not.toBe(slow.core);
  });

  test("where it does not fit, the words of the original stand alone", () => {
    const long = job("x".repeat(110));
    const of = pool([candidate(1, { contexts: [context(long.context)] }, { jobs: [long] })]);
    expect(says(of)).toBe(`pending: Not mergeable. Retesting: ${long.context}`);
  });

  test("moving up a line of 1,000 by one each time, a pull request's status is written five times", () => {
    const cores = new Set<string>();
    for (let place = 1000; place >= 1; place -= place > 100 ? 13 : 1) {
      const all = Array.from({ length: place }, (_, at) => candidate(at + 1));
      cores.add(statusOf(pool(all, [], { baseSha: BASE }), place).core);
    }
    expect(cores.size).toBeLessThanOrEqual(5);
  });
});
