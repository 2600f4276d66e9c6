import { describe, expect, test } from "vitest";
import type { TriggerConfig } from "../../../../src/config/model.ts";
import { BOT, comment, fakeView, file, presubmit, pull, repoConfig, user, type World } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const auto = presubmit("auto", { always_run: true });
const manual = presubmit("manual");
const pruned = "deletes <!-- test help -->";
const OK = "ok-to-test";
const NEEDS = "needs-ok-to-test";

interface Given extends Partial<World> {
  jobs?: readonly ReturnType<typeof presubmit>[];
  trigger?: Partial<TriggerConfig>;
}

function world({ jobs = [auto, manual], trigger = {}, ...over }: Given = {}): Partial<World> {
  return {
    config: configOf("trigger", { presubmits: jobs, trigger: { ...repoConfig().trigger, ...trigger } }),
    ...over,
  };
}

const say = (login: string, body: string, given: Given = {}, over: Parameters<typeof comment>[1] = {}) =>
  outcome(comment(body, { author: user(login), ...over }), world(given));
const member = (body: string, given: Given = {}) => say("member", body, given);
const context = (context: string, state: string) => ({ context, state, description: "" });

describe("who is heard (spec chatops 2.1.2, 2.1.3, rows 2.1.7)", () => {
  test("not issues, closed pull requests, edits, the bot", async () => {
    expect(await say("member", "/test all", {}, { isPullRequest: false })).toEqual([]);
    expect(await say("member", "/test all", {}, { state: "closed" })).toEqual([]);
    expect(await say("member", "/test all", {}, { action: "edited" })).toEqual([]);
    expect(await say(BOT, "/test all")).toEqual([]);
    expect(await say(BOT, "/test all", {}, { source: "pull_request" })).toEqual([]);
  });

  test("a review and a review comment are heard like any other", async () => {
    for (const source of ["pull_request_review", "pull_request_review_comment", "pull_request"] as const) {
      expect(await say("member", "/test all", {}, { source })).toEqual(["starts auto", pruned]);
    }
  });

  const refusal =
    /^says: I cannot start jobs on this pull request yet\. You are none of: member of org, collaborator of org\/repo\./;
  test("an untrusted commenter on an untrusted author's pull request is refused, even for /ok-to-test", async () => {
    expect(await say("outsider", "/test all")).toEqual([expect.stringMatching(refusal)]);
    expect(await say("outsider", "/ok-to-test")).toEqual([expect.stringMatching(refusal)]);
    expect(await say("outsider", "/test manual")).toEqual([expect.stringMatching(refusal)]);
  });

  test("labels lgtm and approved confer no trust", async () => {
    expect(await say("outsider", "/test all", { labels: ["lgtm", "approved"] })).toEqual([
      expect.stringMatching(refusal),
    ]);
  });

  test("an untrusted commenter on a trusted author's pull request is heard", async () => {
    const pullRequest = pull({ author: user("member") });
    expect(await say("outsider", "/test all", { pullRequest })).toEqual(["starts auto", pruned]);
  });

  test("ok-to-test makes a pull request trusted; a needs-ok-to-test that is left goes", async () => {
    expect(await say("outsider", "/test all", { labels: ["Ok-To-Test", NEEDS] })).toEqual([
      `-${NEEDS}`,
      "starts auto",
      pruned,
    ]);
  });

  test.each([
    ["member", {}, true],
    ["collaborator", {}, true],
    ["collaborator", { only_org_members: true }, false],
    [BOT, {}, false],
    ["helper[bot]", { trusted_apps: ["helper"] }, true],
    ["helper", { trusted_apps: ["helper"] }, false],
    ["helper[bot]x", { trusted_apps: ["helper"] }, false],
    ["friend", { trusted_org: "friends" }, true],
    ["friend", {}, false],
    ["org", {}, true],
  ])("%s with %j is trusted: %s", async (login, trigger, trusted) => {
    const members = { org: ["member"], friends: ["friend"] };
    const said = await say(login, "/test all", { trigger, members });
    expect(said.includes("starts auto")).toBe(trusted);
  });

  test("when GitHub does not tell, the handler fails: nobody is trusted by accident", async () => {
    const view = fakeView(world(), ["isMember"]);
    await expect(outcome(comment("/test all"), view)).rejects.toThrow("does not answer isMember");
  });
});

describe("/ok-to-test", () => {
  test.each(["/ok-to-test", "/ok-to-test \r\n", "Thanks!\n/ok-to-test"])("%j: labels, and runs", async (body) => {
    expect(await member(body, { labels: [NEEDS] })).toEqual([`+${OK}`, `-${NEEDS}`, "starts auto"]);
  });

  test.each(["not /ok-to-test", "/ok-to-test please", "/Ok-To-Test", "/ok-to-test-now"])("%j is none", async (body) => {
    expect(await member(body)).toEqual([]);
  });

  test("with the label already there it runs once more", async () => {
    expect(await member("/ok-to-test", { labels: [OK] })).toEqual(["starts auto"]);
  });

  test("with ignore_ok_to_test: no label, no run; others are told that nobody from outside is trusted", async () => {
    const trigger = { ignore_ok_to_test: true };
    expect(await member("/ok-to-test", { trigger, labels: [NEEDS] })).toEqual([]);
    expect(await say("outsider", "/test all", { trigger })).toEqual([
      expect.stringContaining("trusts no pull request from outside"),
    ]);
  });

  test("cancel swaps the labels back; nothing runs, even beside other commands", async () => {
    expect(await member("/ok-to-test cancel", { labels: [OK] })).toEqual([`-${OK}`, `+${NEEDS}`]);
    expect(await member("/ok-to-test  cancel\n/ok-to-test\n/test all", { labels: [OK] })).toEqual([
      `-${OK}`,
      `+${NEEDS}`,
    ]);
    expect(await member("/ok-to-test\ncancel", {})).toEqual([`+${OK}`, "starts auto"]);
  });

  test("cancel needs a person who is trusted, not just a trusted pull request", async () => {
    expect(await say("outsider", "/ok-to-test cancel", { labels: [OK] })).toEqual([
      expect.stringMatching(/^says: only trusted users can take `\/ok-to-test` back/),
    ]);
  });
});

describe("which jobs run (rows 2.1.7)", () => {
  test("/test all runs what is automatic and matches", async () => {
    const go = presubmit("go", { run_if_changed: "\\.go$" });
    expect(await member("/test all", { jobs: [auto, manual, go], files: [file("a.go")] })).toEqual([
      "starts auto go",
      pruned,
    ]);
    expect(await member("/test all,", { jobs: [auto, go], files: [file("a.md")] })).toEqual(["starts auto", pruned]);
  });

  test("a named job is forced: it runs though its changes do not match", async () => {
    const go = presubmit("go", { run_if_changed: "\\.go$" });
    expect(await member("/test go", { jobs: [auto, go], files: [file("a.md")] })).toEqual(["starts go", pruned]);
  });

  test("one running, one failed: /retest runs the failed one", async () => {
    const jobs = [auto, presubmit("broken", { always_run: true })];
    const statuses = [context("auto", "pending"), context("broken", "failure")];
    expect(await member("/retest", { jobs, statuses })).toEqual(["starts broken", pruned]);
  });

  test("/retest runs a failed optional job, /retest-required does not", async () => {
    const jobs = [presubmit("opt", { optional: true })];
    const statuses = [context("opt", "error")];
    expect(await member("/retest", { jobs, statuses })).toEqual(["starts opt", pruned]);
    expect(await member("/retest-required", { jobs, statuses })).toEqual([pruned]);
  });

  test("a context left alone by /override-sticky is never run again by a retest, even if it is red", async () => {
    const jobs = [presubmit("sticky", { always_run: true }), presubmit("broken", { always_run: true })];
    const statuses = [
      { ...context("sticky", "failure"), description: "Overridden by boss [prow:skip-retest] BaseSHA:1" },
      context("broken", "failure"),
    ];
    expect(await member("/retest", { jobs, statuses })).toEqual(["starts broken", pruned]);
    expect(await member("/retest-required", { jobs, statuses })).toEqual(["starts broken", pruned]);
    expect(await member("/test sticky", { jobs, statuses })).toEqual(["starts sticky", pruned]);
  });

  test("/retest with prose on later lines is one; its jobs carry the retest label", async () => {
    const [effect] = await effectsOf(comment("/retest\nit was a flake", { author: user("member") }), world());
    expect(effect).toMatchObject({ kind: "startJobs" });
    if (effect?.kind !== "startJobs") return;
    expect(effect.jobs[0]?.metadata.labels).toMatchObject({ "prow.k8s.io/retest": "true" });
  });

  test("statuses are read only for a retest, files only for change matchers", async () => {
    const view = fakeView(world());
    await outcome(comment("/test all", { author: user("member") }), view);
    expect(view.asked.get("statuses")).toBeUndefined();
    expect(view.asked.get("files")).toBeUndefined();
  });

  test("/test-manual-required", async () => {
    const jobs = [auto, manual, presubmit("opt", { optional: true }), presubmit("if", { run_if_changed: "." })];
    const statuses = [context("manual", "success")];
    expect(await member("/test-manual-required", { jobs, statuses })).toEqual(["starts manual", pruned]);
    expect(await member("/test-manual-required", { jobs: [auto] })).toEqual([pruned]);
  });

  test("a branch-sharded job: exactly the base branch's shard, on its present tip (jobs 7.3: test-infra#9948, #8466)", async () => {
    const jobs = [
      presubmit("job", { branches: ["^v1$"], context: "v1" }),
      presubmit("job", { branches: ["^master$"] }),
    ];
    const [effect] = await effectsOf(comment("/test job", { author: user("member") }), world({ jobs }));
    if (effect?.kind !== "startJobs") throw new Error("nothing was started");
    expect(effect.jobs.map(({ spec }) => [spec.context, spec.refs?.base_sha])).toEqual([["job", "d".repeat(40)]]);
  });

  test("several commands in one comment start each job once", async () => {
    expect(await member("/test auto\n/test all\n/test manual auto\n/retest")).toEqual(["starts auto manual", pruned]);
  });

  test("a pull request that conflicts starts nothing and says nothing; unknown mergeability goes on", async () => {
    expect(await member("/test all", { pullRequest: pull({ mergeable: false }) })).toEqual([pruned]);
    expect(await member("/test all", { pullRequest: pull({ mergeable: null }) })).toEqual(["starts auto", pruned]);
  });

  test("comments run jobs on drafts", async () => {
    expect(await member("/test all", { pullRequest: pull({ draft: true }) })).toEqual(["starts auto", pruned]);
  });

  test("only what stands outside of code counts, for every consumer", async () => {
    expect(await member("```\n/test manual\n```\n/test auto")).toEqual(["starts auto", pruned]);
    expect(await member("```\n/test manual\n```")).toEqual([]);
    expect(await member("~~~\n/test nonsense\n~~~")).toEqual([]);
    expect(await member("> /test all")).toEqual([]);
    expect(await member("<!--\n/test all\n-->")).toEqual([]);
  });
});

describe("help (spec chatops 2.1.3 step 8)", () => {
  test.each([
    ["/test ?", "says: Jobs that a merge needs:"],
    ["/test?", "says: Jobs that a merge needs:"],
    ["/test", "says: `/test` needs to know what to run"],
    ["/test\n?", "says: `/test` needs to know what to run"],
    ["/test\n/test auto", "says: `/test` needs to know what to run"],
    ["/retest please", "says: `/retest` stands alone on its line"],
    ["/retest auto\n/test auto", "says: `/retest` stands alone on its line"],
    ["/test nonsense", "says: I know no such job for this branch"],
    ["/test  all", "says: I know no such job for this branch"],
    ["/test nonsense\n```\n/test other\n```", "says: I know no such job for this branch"],
  ])("%j", async (body, expected) => expect(await member(body)).toEqual([expect.stringContaining(expected)]));

  test("one good target beside a bad one runs", async () => {
    expect(await member("/test nonsense\n/test auto")).toEqual(["starts auto", pruned]);
  });

  test("a job of another branch is no target", async () => {
    const jobs = [presubmit("job", { branches: ["^v1$"] })];
    expect(await member("/test job", { jobs })).toEqual([expect.stringContaining("no such job for this branch")]);
  });

  test("/test all with nothing automatic says so", async () => {
    expect(await member("/test all", { jobs: [manual] })).toEqual([expect.stringContaining("No job runs by itself")]);
  });

  test("labels of /ok-to-test are kept though help is due", async () => {
    expect(await member("/ok-to-test\n/test", { labels: [NEEDS] })).toEqual([
      `+${OK}`,
      `-${NEEDS}`,
      expect.stringContaining("`/test` needs to know"),
    ]);
  });

  test("the list: needed, optional, and what /test all runs for this change", async () => {
    const jobs = [
      auto,
      presubmit("lint", { run_if_changed: "\\.go$" }),
      presubmit("opt", { optional: true }),
      presubmit("elsewhere", { branches: ["^v1$"] }),
    ];
    const [effect] = await effectsOf(
      comment("/test ?", { author: user("member") }),
      world({ jobs, files: [file("a.md")] }),
    );
    expect(effect?.kind === "comment" && effect.body.split("\n\n<details>")[0]).toMatchInlineSnapshot(`
      "@member: Jobs that a merge needs:
      \`\`\`
      /test auto
      /test lint
      \`\`\`

      Optional jobs:
      \`\`\`
      /test opt
      \`\`\`

      \`/test all\` runs these for this change:
      \`\`\`
      auto
      \`\`\`
      <!-- test help -->"
    `);
  });
});

describe("workflow runs (trigger_github_workflows)", () => {
  const trigger = { trigger_github_workflows: true };
  test("/ok-to-test approves them, /retest and /test all repeat failed ones", async () => {
    expect(await member("/ok-to-test", { trigger, labels: [OK] })).toEqual(["approveWorkflowRuns", "starts auto"]);
    expect(await member("/retest", { trigger })).toEqual(["rerunWorkflowRuns", "starts auto", pruned]);
    expect(await member("/test all", { trigger })).toEqual(["rerunWorkflowRuns", "starts auto", pruned]);
    expect(await member("/test auto", { trigger })).toEqual(["starts auto", pruned]);
  });
});
