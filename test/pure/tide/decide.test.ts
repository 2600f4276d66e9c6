/** The decision table of tide (spec jobs 5.7, 5.11): pools in, actions out. */
import { describe, expect, test } from "vitest";
import { decide } from "../../../src/tide/decide.ts";
import { assess } from "../../../src/tide/assess.ts";
import { staleRuns } from "../../../src/tide/stale.ts";
import type { Action, Pool, Run } from "../../../src/tide/model.ts";
import { BASE, candidate, context, job, NOW, OLD, policy, pool, query, run, settings, sha } from "./pool.ts";

/** `MERGE 1`, `TRIGGER 2 unit`, `TRIGGER_BATCH 1 2 unit`, `TRIGGER_BATCH 1 2 + 3 4 unit` (on top of 1 and 2). */
function brief(action: Action): string {
  if (action.kind === "WAIT" || action.kind === "BLOCKED") return action.kind;
  const ahead = action.kind === "TRIGGER_BATCH" && action.ahead.length > 0 ? [...action.ahead, "+"] : [];
  const jobs = "jobs" in action ? action.jobs : [];
  return [action.kind, ...ahead, ...action.pulls, ...jobs].join(" ");
}
const tick = (of: Pool): string => brief(decide(of).action);
const codes = (of: Pool): Record<number, string> =>
  Object.fromEntries(decide(of).waits.map(({ number, code }) => [number, code]));

const pending = { state: "pending" } as const;
const failed = { state: "failure" } as const;
const mark = (base: string) => `Job succeeded. BaseSHA:${base}`;
const [one, two, three] = [candidate(1), candidate(2), candidate(3)];

describe("spec jobs 5.11: given, when tick, then", () => {
  test.each<[string, Pool, string]>([
    ["nothing pending, passing or missing: WAIT", pool([]), "WAIT"],
    ["2 missing, nothing else: a batch of both", pool([one, two]), "TRIGGER_BATCH 1 2 unit"],
    [
      "pending batch, missing, no serial pending: the lowest missing",
      pool([one, two, three], [run([1, 2], pending)]),
      "TRIGGER 1 unit",
    ],
    ["pending batch, a serial pending: WAIT", pool([one, two], [run([1, 2], pending), run([1], pending)]), "WAIT"],
    ["pending batch, success: not merged", pool([one, two], [run([1, 2], pending), run([1])]), "WAIT"],
    ["success, no batch: merged", pool([one, two], [run([1]), run([2])]), "MERGE 1"],
    [
      "success, priority labels first",
      pool([one, candidate(2, { labels: ["lgtm", "p0"] })], [run([1]), run([2])], {
        settings: settings({ priority: [["p0"]] }),
      }),
      "MERGE 2",
    ],
    [
      "success whose contexts are not all green: not merged, the next rows decide",
      pool([candidate(1, { contexts: [context("unit", "PENDING")] }), two, three], [run([1]), run([1], pending)]),
      "TRIGGER_BATCH 1 2 3 unit",
    ],
    [
      "a success batch beside a pending one: the success is merged",
      pool([one, two, three], [run([1, 2]), run([1, 2, 3], pending)]),
      "MERGE_BATCH 1 2",
    ],
    ["one in the pool, missing: serial, never a batch of 1", pool([one]), "TRIGGER 1 unit"],
    ["no presubmits at all, green: merged", pool([candidate(1, { contexts: [] }, { jobs: [] })]), "MERGE 1"],
    [
      "no presubmits, not green: WAIT",
      pool([candidate(1, { contexts: [context("other", "PENDING")] }, { jobs: [] })]),
      "WAIT",
    ],
    [
      "batch_size_limit -1: serial only",
      pool([one, two], [], { settings: settings({ batchSizeLimit: -1 }) }),
      "TRIGGER 1 unit",
    ],
    [
      "batch_size_limit 2 of 5: the two lowest",
      pool(
        [5, 4, 3, 2, 1].map((number) => candidate(number)),
        [],
        { settings: settings({ batchSizeLimit: 2 }) },
      ),
      "TRIGGER_BATCH 1 2 unit",
    ],
    [
      "some conflict with earlier picks: skipped, later ones still added",
      pool([one, two, three], [], { conflicts: new Set(["1 2"]) }),
      "TRIGGER_BATCH 1 3 unit",
    ],
    [
      "an existing batch with more successes is completed",
      pool(
        [1, 2, 3, 4]
          .map((number) => candidate(number, {}, { jobs: [job("unit"), job("lint"), job("e2e")] }))
          .map(green),
        [run([1, 2], { job: "unit" }), run([3, 4], { job: "unit" }), run([3, 4], { job: "lint" })],
      ),
      "TRIGGER_BATCH 3 4 e2e",
    ],
    [
      "only a pending existing batch with missing jobs: only absent jobs are created",
      pool([1, 2, 3].map((number) => candidate(number, {}, { jobs: [job("unit"), job("lint")] })).map(green), [
        run([1, 2], { job: "unit", ...pending }),
      ]),
      "TRIGGER_BATCH 1 2 lint",
    ],
    [
      "an existing batch with one that is no candidate any more: a new batch",
      pool([candidate(1, { labels: [] }), two, three], [run([1, 2], { job: "unit", state: "failure" })]),
      "TRIGGER_BATCH 2 3 unit",
    ],
    [
      "a blocker for another branch: unaffected",
      pool([one], [run([1])], { blockers: [{ number: 9, title: "", url: "", branches: ["release-1.2"] }] }),
      "MERGE 1",
    ],
    [
      "a blocker for all branches: nothing is even triggered",
      pool([one, two], [], { blockers: [{ number: 9, title: "", url: "", branches: [] }] }),
      "BLOCKED",
    ],
    [
      "a batch lacks a presubmit that is required since: it is completed, not merged",
      pool([1, 2].map((number) => candidate(number, {}, { jobs: [job("unit"), job("late")] })).map(green), [
        run([1, 2]),
      ]),
      "TRIGGER_BATCH 1 2 late",
    ],
    [
      "a batch failed, a later run of that context passed: success",
      pool([one, two], [run([1, 2], failed), run([1, 2])]),
      "MERGE_BATCH 1 2",
    ],
    [
      "the head changed after the batch began: the rest of it alone",
      pool([one, candidate(2, { headSha: sha(77) })], [run([1, 2])]),
      "MERGE_BATCH 1",
    ],
    ["the only run is on an older base: missing", pool([one], [run([1], { baseSha: OLD })]), "TRIGGER 1 unit"],
    ["failed, then a rerun pends: pending", pool([one], [run([1], failed), run([1], pending)]), "WAIT"],
    [
      "SUCCESS that names the pool's base, no job: success",
      pool([candidate(1, { contexts: [context("unit", "SUCCESS", mark(BASE))] })]),
      "MERGE 1",
    ],
    [
      "the same of an older commit: missing",
      pool([candidate(1, { contexts: [context("unit", "SUCCESS", mark(OLD))] })]),
      "TRIGGER 1 unit",
    ],
    [
      "the deprecated spelling of the mark counts too",
      pool([candidate(1, { contexts: [context("unit", "SUCCESS", `fine Basesha:${BASE}`)] })]),
      "MERGE 1",
    ],
    [
      "Overridden by x [prow:skip-retest]: success for any base",
      pool([candidate(1, { contexts: [context("unit", "SUCCESS", "Overridden by x [prow:skip-retest]")] })]),
      "MERGE 1",
    ],
    [
      "a pending context that a human's /retest started: no candidate of a batch",
      pool([candidate(1, { contexts: [context("unit", "PENDING")] }), two, three]),
      "TRIGGER_BATCH 2 3 unit",
    ],
    [
      "the same, started by tide: a candidate",
      pool([candidate(1, { contexts: [context("unit", "PENDING")] }), two], [run([1], { baseSha: OLD, ...pending })]),
      "TRIGGER_BATCH 1 2 unit",
    ],
    [
      "priority [p0, p1], #9 has p0, #3 none: #9",
      pool([candidate(3), candidate(9, { labels: ["lgtm", "p0"] })], [], {
        settings: settings({ priority: [["p0"], ["p1"]], batchSizeLimit: -1 }),
      }),
      "TRIGGER 9 unit",
    ],
  ])("%s", (_, of, expected) => expect(tick(of)).toBe(expected));
});

/** Every job that it needs is green on its head, of whatever base. */
function green(one: ReturnType<typeof candidate>): ReturnType<typeof candidate> {
  const contexts = (one.demands?.jobs ?? []).map(({ context: name }) => context(name));
  return { ...one, facts: { ...one.facts, contexts } };
}

describe("spec jobs 5.5, 5.11: who is in the pool", () => {
  test.each<[string, Parameters<typeof candidate>, string]>([
    [
      "unknown context failing, skip-unknown false: dropped",
      [1, { contexts: [context("unit"), context("x", "FAILURE")] }],
      "contexts",
    ],
    [
      "unknown context failing, skip-unknown true: kept",
      [1, { contexts: [context("unit"), context("x", "FAILURE")] }, { policy: policy({ skipUnknown: true }) }],
      "queued",
    ],
    [
      "unknown context pending and required: dropped",
      [1, { contexts: [context("unit"), context("x", "PENDING")] }, { policy: policy({ required: ["unit", "x"] }) }],
      "contexts",
    ],
    ["required Prow context pending: kept", [1, { contexts: [context("unit", "PENDING")] }], "queued"],
    ["required Prow context failed: dropped", [1, { contexts: [context("unit", "FAILURE")] }], "contexts"],
    [
      "optional context failed: kept",
      [1, { contexts: [context("unit"), context("x", "ERROR")] }, { policy: policy({ optional: ["x"] }) }],
      "queued",
    ],
    ["only the tide context fails: kept", [1, { contexts: [context("unit"), context("tide", "ERROR")] }], "queued"],
    [
      "run_before_merge context absent: kept, it is only required if present",
      [
        1,
        {},
        {
          jobs: [job("unit"), job("rbm", { always_run: false, run_before_merge: true })],
          policy: policy({ requiredIfPresent: ["rbm"] }),
        },
      ],
      "queued",
    ],
    ["required context absent: dropped", [1, { contexts: [] }], "contexts"],
    [
      "check run not completed and unknown: dropped",
      [1, { contexts: [context("unit"), { ...context("c", "PENDING"), source: "check" }] }],
      "contexts",
    ],
    [
      "two merge-method labels: dropped",
      [1, { labels: ["lgtm", "tide/merge-method-squash", "tide/merge-method-rebase"] }],
      "method-labels",
    ],
    [
      "rebase, which GitHub cannot: dropped",
      [1, { labels: ["lgtm", "tide/merge-method-rebase"], canBeRebased: false }],
      "cannot-rebase",
    ],
    [
      "configuration broken in its own .prow.yaml: only it",
      [1, {}, { demands: null, fault: ".prow.yaml:3: no" }],
      "fault",
    ],
    ["a merge conflict: dropped", [1, { mergeable: "CONFLICTING" }], "conflict"],
    ["mergeable UNKNOWN counts as mergeable", [1, { mergeable: "UNKNOWN" }], "queued"],
    ["BLOCKED under permit: kept", [1, { mergeState: "BLOCKED" }], "queued"],
    ["a label is missing", [1, { labels: [] }], "needs-labels"],
    ["a label is forbidden", [1, { labels: ["lgtm", "do-not-merge/hold"] }], "forbidden-labels"],
    ["a draft", [1, { draft: true }], "draft"],
    ["GitHub's merge queue has it", [1, { inMergeQueue: true }], "merge-queue"],
  ])("%s", (_, of, code) => {
    const dropped = code !== "queued";
    expect(codes(pool([candidate(...of), candidate(2), candidate(3)]))).toMatchObject({ 1: code });
    expect(tick(pool([candidate(...of)]))).toMatch(dropped ? /^WAIT$/ : /^(TRIGGER|WAIT)/);
  });

  test("BLOCKED under block: dropped", () => {
    const of = pool([candidate(1, { mergeState: "BLOCKED" })], [], { settings: settings({ blocksPolicy: "block" }) });
    expect(codes(of)).toEqual({ 1: "blocked-by-github" });
  });
  test("a method that the repository forbids: dropped", () => {
    const allowed = { merge: false, squash: true, rebase: true, ifNecessary: true };
    expect(codes(pool([one], [], { repoFacts: { allowed, mergeQueue: false } }))).toEqual({ 1: "method-forbidden" });
  });
});

describe("what users of the original suffered from (issue 5, scope 6)", () => {
  const refusal = {
    kind: "unmergeable" as const,
    message: "At least 1 approving review is required",
    headSha: sha(1),
    baseSha: BASE,
    facts: "",
    at: NOW,
    tries: 1,
    retryAt: NOW,
  };
  test("one that GitHub refuses stands aside, says why, and the next is merged", () => {
    const of = pool([candidate(1, {}, { refusal }), two], [run([1]), run([2])]);
    expect(tick(of)).toBe("MERGE 2");
    expect(decide(of).waits[0]).toMatchObject({ code: "refused", text: expect.stringContaining("approving review") });
  });
  test("nothing is merged or triggered while a merge is under way", () => {
    expect(tick(pool([one, two], [run([1]), run([2])], { merging: [1] }))).toBe("WAIT");
  });
  test("the red button and a freeze stop merges and tests, and say so", () => {
    expect(tick(pool([one], [run([1])], { paused: true }))).toBe("BLOCKED");
    const freeze = { name: "code freeze", from: NOW - 1, until: NOW + 1, branches: [] };
    const of = pool([one], [run([1])], { settings: settings({ freezes: [freeze] }) });
    expect([tick(of), codes(of)]).toEqual(["BLOCKED", { 1: "frozen" }]);
    expect(tick({ ...of, now: NOW + 1 })).toBe("MERGE 1");
  });
  test("a failed batch restarts only what failed, and only once", () => {
    const both = [1, 2].map((number) => candidate(number, {}, { jobs: [job("unit"), job("e2e")] })).map(green);
    const unit = run([1, 2], { job: "unit" });
    const e2e = () => run([1, 2], { job: "e2e", ...failed });
    expect(tick(pool(both, [unit, e2e()]))).toBe("TRIGGER_BATCH 1 2 e2e");
    expect(tick(pool(both, [unit, e2e(), e2e()]))).toBe("TRIGGER 1 unit e2e");
  });
  test("a batch that failed twice is never put together again, nor with others added", () => {
    const of = [one, two, three];
    const twice = [run([1, 2], failed), run([1, 2], failed)];
    expect(tick(pool(of, twice))).toBe("TRIGGER_BATCH 1 3 unit");
  });
  test("what failed on this base is not started again, before GitHub shows the failure and if it never does", () => {
    const told = { contexts: [context("unit", "PENDING" as const)] };
    expect(tick(pool([candidate(1, told)], [run([1], failed)]))).toBe("WAIT");
    const rbm = job("rbm", { always_run: false, optional: true, run_before_merge: true });
    const optional = policy({ required: [], optional: ["rbm"] });
    const bad = candidate(1, { contexts: [context("rbm", "FAILURE")] }, { jobs: [rbm], policy: optional });
    const of = pool([bad, two, three], [run([1], { job: "rbm", ...failed })]);
    expect(tick(of)).toBe("TRIGGER_BATCH 2 3 unit");
    expect(codes(of)).toMatchObject({ 1: "contexts" });
    expect(tick(pool([candidate(1, told)], [run([1], { state: "aborted" })]))).toBe("TRIGGER 1 unit");
  });
  test("a green batch that loses a member: those before it are merged, those after it were tested with it", () => {
    const of = pool([one, candidate(2, { labels: [] }), three], [run([1, 2, 3])]);
    expect(tick(of)).toBe("MERGE_BATCH 1");
    expect(decide(of).waits[2]?.text).toContain("together with #2");
    expect(tick(pool([candidate(1, { labels: [] }), two, three], [run([1, 2, 3])]))).toBe("TRIGGER_BATCH 2 3 unit");
  });
  test("a batch of which some are merged already, in its order, still counts for the rest", () => {
    const merges = [{ fromSha: OLD, toSha: BASE, pull: { number: 1, sha: sha(1) }, paths: null }];
    expect(tick(pool([two, three], [run([1, 2, 3], { baseSha: OLD })], { merges }))).toBe("MERGE_BATCH 2 3");
  });
  test("a batch is never merged on a base that others moved", () => {
    const merges = [{ fromSha: OLD, toSha: BASE, pull: null, paths: [] }];
    expect(tick(pool([one, two], [run([1, 2], { baseSha: OLD })], { merges }))).toBe("TRIGGER_BATCH 1 2 unit");
  });
});

describe("result_validity: until-conflict", () => {
  const about = job("unit", { always_run: false, run_if_changed: "^api/" });
  const own = candidate(1, {}, { jobs: [about] });
  const moved = (paths: readonly string[] | null) =>
    pool([own], [run([1], { baseSha: OLD })], {
      settings: settings({ resultValidity: "until-conflict" }),
      merges: [{ fromSha: OLD, toSha: BASE, pull: { number: 7, sha: sha(7) }, paths }],
    });
  test.each<[string, Pool, string]>([
    ["later merges touch nothing of it: it holds", moved(["docs/a.md"]), "MERGE 1"],
    ["one touches its paths: it is retested", moved(["api/x.go"]), "TRIGGER 1 unit"],
    ["nobody knows what they touched: it is retested", moved(null), "TRIGGER 1 unit"],
    ["the moves are not known: it is retested", { ...moved([]), merges: [] }, "TRIGGER 1 unit"],
    ["with base, as in Prow, every move ages it", { ...moved([]), settings: settings() }, "TRIGGER 1 unit"],
    [
      "a job without declared paths ages with every move",
      { ...moved([]), candidates: [candidate(1)] },
      "TRIGGER 1 unit",
    ],
  ])("%s", (_, of, expected) => expect(tick(of)).toBe(expected));
});

describe("batch_strategy", () => {
  const six = [1, 2, 3, 4, 5, 6].map((number) => candidate(number));
  const twice = (numbers: readonly number[]) => [run(numbers, failed), run(numbers, failed)];
  test("bisect: the first half, and its half, and then one alone", () => {
    const bisect = settings({ batchStrategy: "bisect" });
    const all = twice([1, 2, 3, 4, 5, 6]);
    expect(tick(pool(six, all, { settings: bisect }))).toBe("TRIGGER_BATCH 1 2 3 unit");
    const half = [...all, ...twice([1, 2, 3])];
    expect(tick(pool(six, half, { settings: bisect }))).toBe("TRIGGER_BATCH 1 2 unit");
    expect(tick(pool(six, [...half, ...twice([1, 2])], { settings: bisect }))).toBe("TRIGGER 1 unit");
  });
  test("speculative: the next batch on top of the one that runs, once", () => {
    const speculative = settings({ batchStrategy: "speculative", batchSizeLimit: 2 });
    const running = run([1, 2], pending);
    const of = pool(six, [running], { settings: speculative });
    expect(tick(of)).toBe("TRIGGER_BATCH 1 2 + 3 4 unit");
    const both = [running, run([1, 2, 3, 4], pending)];
    expect(tick({ ...of, runs: both })).toBe("TRIGGER 1 unit");
    const merges = [
      { fromSha: BASE, toSha: sha(901), pull: { number: 1, sha: sha(1) }, paths: null },
      { fromSha: sha(901), toSha: sha(902), pull: { number: 2, sha: sha(2) }, paths: null },
    ];
    const later = { ...of, baseSha: sha(902), merges, candidates: six.slice(2), runs: [running, run([1, 2, 3, 4])] };
    expect(tick(later)).toBe("MERGE_BATCH 3 4");
  });
});

describe("speculative batches: what failed below is made whole first", () => {
  const six = [1, 2, 3, 4, 5, 6].map((number) => candidate(number));
  const speculative = settings({ batchStrategy: "speculative", batchSizeLimit: 2 });
  const above = run([1, 2, 3, 4], pending);
  const of = (...runs: Run[]) => pool(six, runs, { settings: speculative });
  test.each<[string, Pool, string]>([
    [
      "it failed once: its job runs again, though the one above runs",
      of(run([1, 2], failed), above),
      "TRIGGER_BATCH 1 2 unit",
    ],
    ["it runs again: nothing more on top", of(run([1, 2], failed), run([1, 2], pending), above), "TRIGGER 1 unit"],
    [
      "the one above failed: it waits for the one below",
      of(run([1, 2], pending), run([1, 2, 3, 4], failed)),
      "TRIGGER 1 unit",
    ],
    ["the one above passed first: all of it", of(run([1, 2], pending), run([1, 2, 3, 4])), "MERGE_BATCH 1 2 3 4"],
  ])("%s", (_, given, expected) => expect(tick(given)).toBe(expected));

  test("who failed for good takes those above along: they are stopped, and the halves are tested", () => {
    const given = of(run([1, 2], failed), run([1, 2], failed), above);
    expect(staleRuns(given, assess(given)).map(({ run: { id } }) => id)).toEqual([above.id]);
    expect(tick(given)).toBe("TRIGGER 1 unit");
  });
  test("a batch on a tip that others moved is stopped, one whose members are merged in its order is not", () => {
    const moved = (number: number) => [
      { fromSha: BASE, toSha: sha(901), pull: { number, sha: sha(number) }, paths: null },
    ];
    const after = (number: number) => ({ ...of(above), baseSha: sha(901), merges: moved(number) });
    const stopped = (given: Pool) => staleRuns(given, assess(given)).length;
    expect([stopped(after(1)), stopped(after(2))]).toEqual([0, 1]);
  });
});

describe("two that Git cannot merge one after the other", () => {
  const four = [1, 2, 3, 4].map((number) => candidate(number));
  const known = { conflicts: new Set(["1 3", "2 3"]) };
  test("the others are tested at once, without the one that came later", () => {
    const of = pool(four, [run([1, 2, 3, 4], failed)], known);
    expect(tick(of)).toBe("TRIGGER_BATCH 1 2 4 unit");
    expect(codes({ ...of, runs: [...of.runs, run([1, 2, 4], pending)] })[3]).toBe("queued");
  });
  test("what else runs of their batch is stopped", () => {
    const of = pool(four, [run([1, 2, 3, 4], failed), run([1, 2, 3, 4], { ...pending, job: "other" })], known);
    expect(staleRuns(of, assess(of))).toHaveLength(1);
  });
  test("a batch of both that passed all the same is merged", () =>
    expect(tick(pool(four, [run([1, 2, 3, 4])], known))).toBe("MERGE_BATCH 1 2 3 4"));
});

describe("pull requests that change the repository's own jobs (spec jobs 5.6, 7.3)", () => {
  const brings = (number: number) => {
    const plain = candidate(number);
    return { ...plain, demands: plain.demands && { ...plain.demands, changesJobs: true } };
  };
  test("are not tested together, but one with others", () =>
    expect(tick(pool([brings(1), brings(2), three, candidate(4)], []))).toBe("TRIGGER_BATCH 1 3 4 unit"));
  test("nor is one on top of another in a speculative batch", () => {
    const all = [brings(1), two, brings(3), candidate(4)];
    const of = pool(all, [run([1, 2], pending)], { settings: settings({ batchStrategy: "speculative" }) });
    expect(tick(of)).toBe("TRIGGER_BATCH 1 2 + 4 unit");
  });
});

describe("place in line and expected time", () => {
  test("by lanes; rounds of the batch limit; what has run of the present round is taken off", () => {
    const of = pool([one, two, three], [run([1, 2], { ...pending, startedAt: NOW - 60_000 })], {
      settings: settings({ batchSizeLimit: 2 }),
      typicalMs: new Map([["unit", 300_000]]),
    });
    expect(decide(of).waits.map(({ number, place, expectedMs }) => [number, place, expectedMs])).toEqual([
      [1, 1, 240_000],
      [2, 2, 240_000],
      [3, 3, 540_000],
    ]);
  });
  test("who waited too long goes before every priority", () => {
    const old = candidate(8, {}, { queuedAt: NOW - 10_000 });
    const of = pool([candidate(3, { labels: ["lgtm", "p0"] }), old], [], {
      settings: settings({ priority: [["p0"]], starvationMs: 5000, batchSizeLimit: -1, queries: [query()] }),
    });
    expect(tick(of)).toBe("TRIGGER 8 unit");
  });
  test("without a limit of batches all in line are tested in one round, which takes its time", () => {
    const of = pool([candidate(1), candidate(2)], [], { typicalMs: new Map([["unit", 300_000]]) });
    expect(decide(of).waits.map(({ place, expectedMs }) => [place, expectedMs])).toEqual([
      [1, 300_000],
      [2, 300_000],
    ]);
  });
});
