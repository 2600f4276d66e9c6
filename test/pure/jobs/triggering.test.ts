import { describe, expect, test, vi } from "vitest";
import {
  branchOfRef,
  changedPathsOnce,
  commandFilter,
  contextRequired,
  contextsOf,
  couldRun,
  type Filter,
  filterPostsubmits,
  filterPresubmits,
  firstMatching,
  manualRequiredFilter,
  needsExplicitTrigger,
  postsubmitShouldRun,
  presubmitShouldRun,
  retestFilter,
  retestRequiredFilter,
  testAllFilter,
  triggersConditionally,
} from "../../../src/jobs/triggering.ts";
import { postsubmit, presubmit } from "../chatops/fake-view.ts";

const paths = (...list: string[]) => vi.fn(() => Promise.resolve(list));

describe("branch filters are Go regular expressions, unanchored; skipping wins (jobs 1.5)", () => {
  test.each([
    [{}, "anything", true],
    [{ branches: ["master"] }, "master", true],
    [{ branches: ["master"] }, "masterful", true],
    [{ branches: ["^master$"] }, "masterful", false],
    [{ branches: ["release-1"] }, "release-10", true],
    [{ branches: ["^a$", "^b$"] }, "b", true],
    [{ branches: ["^a$", "^b$"] }, "c", false],
    [{ skip_branches: ["release-.*"] }, "release-1.2", false],
    [{ skip_branches: ["release-.*"] }, "master", true],
    [{ branches: [".*"], skip_branches: ["^dev$"] }, "dev", false],
    [{ branches: ["feature/.+"] }, "feature/x/y", true],
    [{ branches: [], skip_branches: [] }, "x", true],
  ])("%j on %s: %s", (job, branch, expected) => {
    expect(couldRun(job, branch)).toBe(expected);
  });
});

describe("should a presubmit run (jobs 1.5)", () => {
  const always = { always_run: true };
  const onGo = { run_if_changed: "\\.go$" };
  const notDocs = { skip_if_only_changed: "\\.md$" };
  // job, changes, forced, by default, expected
  test.each([
    [always, ["a.md"], false, false, true],
    [{ ...always, branches: ["^other$"] }, ["a.go"], true, true, false],
    [{}, ["a.go"], false, false, false],
    [{}, ["a.go"], false, true, true],
    [{}, ["a.go"], true, false, true],
    [onGo, ["a.go", "b.md"], false, false, true],
    [onGo, ["b.md"], false, false, false],
    [onGo, ["b.md"], false, true, true],
    [onGo, ["b.md"], true, false, true],
    [onGo, [], false, false, false],
    [notDocs, ["b.md"], false, false, false],
    [notDocs, ["a.go", "b.md"], false, false, true],
    [notDocs, [], false, false, false],
  ])("%j, changes %j, forced %s, default %s: %s", async (over, changes, forced, byDefault, expected) => {
    const job = presubmit("job", over);
    expect(await presubmitShouldRun(job, "master", paths(...changes), forced, byDefault)).toBe(expected);
  });

  test("the changes are asked for at most once, and only when a change matcher needs them", async () => {
    const read = paths("a.go");
    const jobs = [presubmit("a", always), presubmit("b"), presubmit("c", { ...onGo, branches: ["^other$"] })];
    await filterPresubmits(testAllFilter, jobs, "master", read);
    expect(read).not.toHaveBeenCalled();
    await filterPresubmits(testAllFilter, [...jobs, presubmit("d", onGo), presubmit("e", notDocs)], "master", read);
    expect(read).toHaveBeenCalledTimes(1);
    const once = changedPathsOnce(read);
    await Promise.all([once(), once()]);
    expect(read).toHaveBeenCalledTimes(2);
  });
});

describe("should a postsubmit run (jobs 1.6)", () => {
  test.each([
    [{}, ["x"], true],
    [{ always_run: true }, [], true],
    [{ always_run: false }, ["x"], false],
    [{ run_if_changed: "^docs/" }, ["docs/a"], true],
    [{ run_if_changed: "^docs/" }, ["src/a"], false],
    [{ skip_if_only_changed: "^docs/" }, ["docs/a"], false],
    [{ branches: ["^release$"] }, ["x"], false],
  ])("%j with changes %j: %s", async (over, changes, expected) => {
    expect(await postsubmitShouldRun(postsubmit("job", over), "master", paths(...changes))).toBe(expected);
  });

  test("a push starts those that match, in configured order", async () => {
    const jobs = [postsubmit("b"), postsubmit("no", { branches: ["^v"] }), postsubmit("a")];
    expect((await filterPostsubmits(jobs, "master", paths())).map((job) => job.name)).toEqual(["b", "a"]);
    expect((await filterPostsubmits(jobs, "v1.0", paths())).map((job) => job.name)).toEqual(["b", "no", "a"]);
  });

  test.each([
    ["refs/heads/feature/x", "feature/x"],
    ["refs/tags/v1.0", "v1.0"],
    ["refs/notes/x", "refs/notes/x"],
  ])("%s is %s", (ref, branch) => expect(branchOfRef(ref)).toBe(branch));
});

describe("derived predicates (jobs 1.5)", () => {
  test.each([
    [{ always_run: true }, false, false],
    [{ run_if_changed: "x" }, false, true],
    [{ skip_if_only_changed: "x" }, false, true],
    [{}, true, true],
    [{ run_before_merge: true }, true, true],
  ])("%j: explicit %s, conditional %s", (over, explicit, conditional) => {
    expect(needsExplicitTrigger(presubmit("job", over))).toBe(explicit);
    expect(triggersConditionally(presubmit("job", over))).toBe(conditional);
  });

  test.each([
    [false, false, true],
    [true, false, false],
    [false, true, false],
  ])("optional %s, skip_report %s: required %s", (optional, skip_report, required) => {
    expect(contextRequired({ optional, skip_report })).toBe(required);
  });
});

describe("what a comment selects (jobs 3.3, 3.7)", () => {
  const names = async (filter: Filter, jobs: readonly ReturnType<typeof presubmit>[], changes: string[] = []) =>
    (await filterPresubmits(filter, jobs, "master", paths(...changes))).map((job) => job.name);

  const jobs = [presubmit("unit"), presubmit("unit-race"), presubmit("e2e")];
  test.each([
    ["/test unit", ["unit"]],
    ["/test unit-race", ["unit-race"]],
    ["/test unit e2e", ["unit", "e2e"]],
    ["/test unit, e2e", ["unit", "e2e"]],
    ["/test unit,e2e", []],
    ["/test e2e\n/test unit", ["unit", "e2e"]],
    ["text\n/test e2e please", ["e2e"]],
    ["please /test e2e", []],
    ["/test", []],
    ["/testunit", []],
  ])("%j selects %j", async (text, expected) => {
    expect(await names(commandFilter(text), jobs)).toEqual(expected);
  });

  test("a trigger of its own need not begin with a slash", async () => {
    const job = presubmit("odd", { trigger: "(?i)please run odd", rerun_command: "please run odd" });
    expect(await names(commandFilter("Please run ODD now"), [job])).toEqual(["odd"]);
  });

  test("/test of a job on the wrong branch selects nothing; a sharded job has exactly its branch's shard", async () => {
    const other = presubmit("job", { branches: ["^release-1$"], context: "other" });
    const ours = presubmit("job", { branches: ["^master$"], context: "ours" });
    expect(await names(commandFilter("/test job"), [other])).toEqual([]);
    const chosen = await filterPresubmits(commandFilter("/test job"), [other, ours], "master", paths());
    expect(chosen.map((job) => job.context)).toEqual(["ours"]);
  });

  const statuses = contextsOf([
    { context: "failed", state: "failure" },
    { context: "errored", state: "error" },
    { context: "passed", state: "success" },
    { context: "running", state: "pending" },
  ]);
  const every = ["failed", "errored", "passed", "running", "absent"].map((name) =>
    presubmit(name, { always_run: true }),
  );

  test("/retest: failed ones and those that never reported, not the pending or the green", async () => {
    expect(await names(retestFilter(statuses), every)).toEqual(["failed", "errored", "absent"]);
  });

  test("/retest: failed ones even if their changes do not match any more, absent ones only if they match", async () => {
    const conditional = ["failed", "absent"].map((name) => presubmit(name, { run_if_changed: "\\.go$" }));
    expect(await names(retestFilter(statuses), conditional, ["a.md"])).toEqual(["failed"]);
    expect(await names(retestFilter(statuses), conditional, ["a.go"])).toEqual(["failed", "absent"]);
  });

  test("/retest: of those that need an explicit trigger only the failed", async () => {
    const manual = ["failed", "absent"].map((name) => presubmit(name));
    expect(await names(retestFilter(statuses), manual)).toEqual(["failed"]);
  });

  test("/retest-required leaves optional jobs alone", async () => {
    const optional = presubmit("failed", { optional: true });
    expect(await names(retestFilter(statuses), [optional])).toEqual(["failed"]);
    expect(await names(retestRequiredFilter(statuses), [optional])).toEqual([]);
    expect(await names(retestRequiredFilter(statuses), every)).toEqual(["failed", "errored", "absent"]);
  });

  test("/test-manual-required: needed, never automatic, without change matcher; forced", async () => {
    const all = [
      presubmit("manual"),
      presubmit("optional", { optional: true }),
      presubmit("always", { always_run: true }),
      presubmit("conditional", { run_if_changed: "." }),
    ];
    expect(await names(manualRequiredFilter, all)).toEqual(["manual"]);
  });

  test("/test all: what runs by itself and matches", async () => {
    const all = [
      presubmit("manual"),
      presubmit("always", { always_run: true }),
      presubmit("go", { run_if_changed: "\\.go$" }),
      presubmit("code", { skip_if_only_changed: "\\.md$" }),
    ];
    expect(await names(testAllFilter, all, ["a.md"])).toEqual(["always"]);
    expect(await names(testAllFilter, all, ["a.go"])).toEqual(["always", "go", "code"]);
  });

  test("the first filter that matches decides: a named job runs though /test all would skip it", async () => {
    const job = presubmit("go", { run_if_changed: "\\.go$" });
    const text = "/test all\n/test go";
    expect(await names(firstMatching([commandFilter(text), testAllFilter]), [job], ["a.md"])).toEqual(["go"]);
    expect(await names(firstMatching([testAllFilter, commandFilter(text)]), [job], ["a.md"])).toEqual([]);
  });
});
