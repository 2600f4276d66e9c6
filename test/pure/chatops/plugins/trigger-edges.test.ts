/** Trigger's edge cases, row by row as the specification has them (spec jobs 3.1, 3.7; chatops 2.1.7). */
import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../../src/chatops/events.ts";
import type { TriggerConfig } from "../../../../src/config/model.ts";
import {
  BOT,
  comment,
  fakeView,
  file,
  presubmit,
  pull,
  pullEvent,
  repoConfig,
  user,
  type World,
} from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const auto = presubmit("auto", { always_run: true });
const OK = "ok-to-test";
const NEEDS = "needs-ok-to-test";
const ABORTS = "aborts: Aborted by trigger plugin.";
const pruned = "deletes <!-- test help -->";

interface Given extends Partial<World> {
  readonly jobs?: readonly ReturnType<typeof presubmit>[];
  readonly trigger?: Partial<TriggerConfig>;
}
function world({ jobs = [auto], trigger = {}, ...over }: Given = {}): Partial<World> {
  const config = configOf("trigger", { presubmits: jobs, trigger: { ...repoConfig().trigger, ...trigger } });
  return { config, ...over };
}

const trusted = (over: Parameters<typeof pull>[0] = {}) => pull({ author: user("member"), ...over });
const said = (body: string, by = "member", over: Parameters<typeof comment>[1] = {}) =>
  comment(body, { author: user(by), ...over });
const happens = (action: string, pullRequest = trusted(), over: Parameters<typeof pullEvent>[1] = {}) =>
  pullEvent(action, { pullRequest, ...over });
const status = (context: string, state: string) => ({ context, state, description: "" });

type Row = readonly [given: string, when: string, event: ChatEvent, world: Given, then: readonly unknown[]];
const draft = trusted({ draft: true });
const release = trusted({ base: { ...pull().base, ref: "release-1" } });
const help = expect.stringContaining("no such job for this branch");
const refusal = expect.stringMatching(/^says: I cannot start jobs on this pull request yet/);

describe("edge cases (spec jobs 3.7)", () => {
  test.each<Row>([
    [
      "a member's draft",
      "opened",
      happens("opened", draft),
      { pullRequest: draft },
      [expect.stringMatching(/^says: Hi @member: this is a draft/)],
    ],
    ["a member's draft", "/test all", said("/test all"), { pullRequest: draft }, ["starts auto", pruned]],
    [
      "an untrusted pull request",
      "labeled lgtm",
      happens("labeled", pull(), { label: "lgtm" }),
      { pullRequest: pull() },
      ["starts auto"],
    ],
    [
      "a job of master, a pull request to release-1",
      "/test job",
      said("/test job"),
      { jobs: [presubmit("job", { branches: ["master"] })], pullRequest: release },
      [help],
    ],
    [
      "a job that waits to be asked for",
      "a push",
      happens("synchronize"),
      { jobs: [presubmit("asked")], pullRequest: trusted() },
      [ABORTS],
    ],
    ["such a job without a context", "/retest", said("/retest"), { jobs: [presubmit("asked")] }, [pruned]],
    [
      "such a job that failed",
      "/retest",
      said("/retest"),
      { jobs: [presubmit("asked")], statuses: [status("asked", "failure")] },
      ["starts asked", pruned],
    ],
    [
      "an automatic job that runs again",
      "/retest",
      said("/retest"),
      { statuses: [status("auto", "pending")] },
      [pruned],
    ],
    [
      "two commands on two lines",
      "/test a, /test b",
      said("/test a\n/test b"),
      { jobs: [presubmit("a"), presubmit("b")] },
      ["starts a b", pruned],
    ],
    [
      "two targets on one line",
      "/test a b",
      said("/test a b"),
      { jobs: [presubmit("a"), presubmit("b")] },
      ["starts a b", pruned],
    ],
    [
      "jobs unit and unit-race",
      "/test unit-race",
      said("/test unit-race"),
      { jobs: [presubmit("unit"), presubmit("unit-race")] },
      ["starts unit-race", pruned],
    ],
    ["a comment", "edited", said("/test all", "member", { action: "edited" }), {}, []],
    [
      "a review's text",
      "/test all",
      said("/test all", "member", { source: "pull_request_review" }),
      {},
      ["starts auto", pruned],
    ],
    [
      "a review comment",
      "/test all",
      said("/test all", "member", { source: "pull_request_review_comment" }),
      {},
      ["starts auto", pruned],
    ],
    [
      "a pull request that conflicts",
      "a push",
      happens("synchronize", trusted({ mergeable: false })),
      { pullRequest: trusted({ mergeable: false }) },
      [ABORTS],
    ],
    [
      "a pull request that conflicts",
      "/test all",
      said("/test all"),
      { pullRequest: trusted({ mergeable: false }) },
      [pruned],
    ],
  ])("given %s, when %s", async (_given, _when, event, given, then) => {
    expect(await outcome(event, world(given))).toEqual(then);
  });

  test("given a base branch that moved, when /retest, the new jobs are on its new commit", async () => {
    const pullRequest = trusted({ base: { ...pull().base, sha: "0".repeat(40) } });
    const [started] = await effectsOf(said("/retest"), world({ pullRequest }));
    if (started?.kind !== "startJobs") throw new Error("nothing was started");
    expect(started.jobs[0]?.spec.refs?.base_sha).toBe("d".repeat(40));
  });

  test("given a pull request whose files decide, when it is pushed, they are read once", async () => {
    const matching = (name: string) => presubmit(name, { run_if_changed: "\\.go$" });
    const pullRequest = trusted();
    const view = fakeView(world({ jobs: [matching("a"), matching("b")], files: [file("x.go")], pullRequest }));
    expect(await outcome(happens("synchronize"), view)).toEqual([ABORTS, "starts a b"]);
    expect(view.asked.get("files")).toBe(1);
  });

  test("given only jobs that always run, when it is pushed, no files are read", async () => {
    const view = fakeView(world({ pullRequest: trusted() }));
    await outcome(happens("synchronize"), view);
    expect(view.asked.get("files")).toBeUndefined();
  });

  test("given jobs that do not match, when it is pushed, nothing is said of them: no context, no Skipped (3.4)", async () => {
    const jobs = [presubmit("go", { run_if_changed: "\\.go$" }), presubmit("other", { branches: ["^v1$"] })];
    expect(await outcome(happens("opened"), world({ jobs, files: [file("a.md")], pullRequest: trusted() }))).toEqual(
      [],
    );
  });
});

describe("who is heard (chatops 2.1.7)", () => {
  const labelled = (...labels: string[]): Given => ({ labels, pullRequest: pull({ labels }) });
  test.each<Row>([
    ["an issue", "/test all", said("/test all", "member", { isPullRequest: false }), {}, []],
    ["a closed pull request", "/test all", said("/test all", "member", { state: "closed" }), {}, []],
    ["the bot", "/test all", said("/test all", BOT), {}, []],
    [
      "an untrusted commenter, a trusted author",
      "/test all",
      said("/test all", "outsider"),
      { pullRequest: trusted() },
      ["starts auto", pruned],
    ],
    ["an untrusted commenter and author", "/test all", said("/test all", "outsider"), {}, [refusal]],
    [
      "an untrusted commenter, ok-to-test beside needs-ok-to-test",
      "/test all",
      said("/test all", "outsider"),
      labelled(OK, NEEDS),
      [`-${NEEDS}`, "starts auto", pruned],
    ],
    ["lgtm and approved only", "/test all", said("/test all", "outsider"), labelled("lgtm", "approved"), [refusal]],
    ["ignore_ok_to_test", "/ok-to-test", said("/ok-to-test"), { trigger: { ignore_ok_to_test: true } }, []],
    ["a trusted commenter", "/ok-to-test \\r", said("/ok-to-test \r"), {}, [`+${OK}`, "starts auto"]],
    ["a trusted commenter", "not /ok-to-test", said("not /ok-to-test"), {}, []],
    [
      "a trusted pull request's untrusted commenter",
      "/ok-to-test cancel",
      said("/ok-to-test cancel", "outsider"),
      labelled(OK),
      [expect.stringContaining("only trusted users")],
    ],
    ["a trusted commenter", "/ok-to-test cancel", said("/ok-to-test cancel"), labelled(OK), [`-${OK}`, `+${NEEDS}`]],
    [
      "a pull request whose trust was taken back",
      "a push",
      happens("synchronize", pull({ labels: [NEEDS] })),
      labelled(NEEDS),
      [ABORTS],
    ],
  ])("given %s, when %s", async (_given, _when, event, given, then) => {
    expect(await outcome(event, world(given))).toEqual(then);
  });
});
