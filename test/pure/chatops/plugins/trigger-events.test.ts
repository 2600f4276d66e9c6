import { describe, expect, test } from "vitest";
import { trigger } from "../../../../src/chatops/plugins/trigger.ts";
import { dispatch } from "../../../../src/chatops/dispatch.ts";
import type { TriggerConfig } from "../../../../src/config/model.ts";
import {
  BOT,
  comment,
  fakeView,
  file,
  postsubmit,
  presubmit,
  pull,
  pullEvent,
  push,
  repoConfig,
  user,
  type World,
} from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const auto = presubmit("auto", { always_run: true });
const NEEDS = "needs-ok-to-test";
const ABORTS = "aborts: Aborted by trigger plugin.";

interface Given extends Partial<World> {
  jobs?: readonly ReturnType<typeof presubmit>[];
  trigger?: Partial<TriggerConfig>;
}

function world({ jobs = [auto], trigger = {}, ...over }: Given = {}): Partial<World> {
  return {
    config: configOf("trigger", { presubmits: jobs, trigger: { ...repoConfig().trigger, ...trigger } }),
    ...over,
  };
}

const trusted = (over: Parameters<typeof pull>[0] = {}) => pull({ author: user("member"), ...over });

function on(action: string, pullRequest = trusted(), given: Given = {}, over: Parameters<typeof pullEvent>[1] = {}) {
  return outcome(pullEvent(action, { pullRequest, ...over }), world({ pullRequest, ...given }));
}

describe("pull request events (spec chatops 2.1.4)", () => {
  test("a repository without presubmits gets nothing at all", async () => {
    for (const action of ["opened", "synchronize", "closed", "reopened"]) {
      expect(await on(action, pull(), { jobs: [] })).toEqual([]);
    }
  });

  test("opened by somebody trusted: runs; as a draft: one comment", async () => {
    expect(await on("opened")).toEqual(["starts auto"]);
    expect(await on("opened", trusted({ draft: true }))).toEqual([
      expect.stringMatching(/^says: Hi @member: this is a draft/),
    ]);
  });

  test("opened by a stranger: welcome and needs-ok-to-test", async () => {
    const welcome = "says: Hi @author, thank you for this pull request!";
    expect(await on("opened", pull())).toEqual([welcome, `+${NEEDS}`]);
    expect(await on("opened", pull({ labels: ["ok-to-test"] }))).toEqual([welcome]);
    expect(await on("opened", pull(), { trigger: { ignore_ok_to_test: true } })).toEqual([welcome]);
  });

  test.each(["reopened", "ready_for_review"])(
    "%s: runs if trusted and no draft; a stale label goes",
    async (action) => {
      expect(await on(action)).toEqual(["starts auto"]);
      expect(await on(action, trusted({ labels: [NEEDS] }))).toEqual(["starts auto", `-${NEEDS}`]);
      expect(await on(action, pull({ labels: ["ok-to-test", NEEDS] }))).toEqual(["starts auto", `-${NEEDS}`]);
      expect(await on(action, pull())).toEqual([]);
      expect(await on(action, trusted({ draft: true }))).toEqual([]);
    },
  );

  test("edited: only a new base counts", async () => {
    const none = { baseRefFrom: null, baseShaFrom: null, titleFrom: "x", body: false };
    expect(await on("edited", trusted(), {}, { changes: none })).toEqual([]);
    expect(await on("edited", trusted(), {}, { changes: { ...none, baseRefFrom: "v1" } })).toEqual(["starts auto"]);
    expect(await on("edited", trusted(), {}, { changes: { ...none, baseShaFrom: "1" } })).toEqual(["starts auto"]);
  });

  test("synchronize: the old head's jobs stop first; new ones start if trusted", async () => {
    expect(await on("synchronize")).toEqual([ABORTS, "starts auto"]);
    expect(await on("synchronize", pull())).toEqual([ABORTS]);
    expect(await on("synchronize", trusted({ draft: true }))).toEqual([ABORTS]);
  });

  describe("ok_to_test_sha: trust by /ok-to-test", () => {
    const { settings } = repoConfig();
    const bound = (ok_to_test_sha: boolean) =>
      configOf("trigger", {
        presubmits: [auto],
        settings: { ...settings, cutwater: { ...settings.cutwater, ok_to_test_sha } },
      });
    const pushedBy = (login: string, pullRequest: ReturnType<typeof pull>, option = true) =>
      outcome(pullEvent("synchronize", { pullRequest, sender: user(login) }), {
        config: bound(option),
        pullRequest,
        labels: pullRequest.labels,
      });
    const trustedByLabel = pull({ labels: ["ok-to-test"] });

    test.each([
      [
        "ends with a push of the untrusted author",
        "author",
        trustedByLabel,
        true,
        [ABORTS, "-ok-to-test", `+${NEEDS}`],
      ],
      ["survives a push of a member", "member", trustedByLabel, true, [ABORTS, "starts auto"]],
      [
        "does not matter on a member's pull request",
        "member",
        trusted({ labels: ["ok-to-test"] }),
        true,
        [ABORTS, "starts auto"],
      ],
      ["was not given: nothing ends", "author", pull(), true, [ABORTS]],
      ["stays by default, as in Prow", "author", trustedByLabel, false, [ABORTS, "starts auto"]],
    ])("%s", async (_, login, pullRequest, option, expected) => {
      expect(await pushedBy(login, pullRequest, option)).toEqual(expected);
    });
  });

  test("a late synchronize, after a newer push was seen, stops and starts nothing", async () => {
    const old = trusted({
      head: { sha: "1".repeat(40), ref: "fix", fullName: "x/y" },
      updatedAt: "2026-01-01T00:00:00Z",
    });
    const now = trusted({ updatedAt: "2026-01-01T00:00:05Z" });
    expect(await outcome(pullEvent("synchronize", { pullRequest: old }), world({ pullRequest: now }))).toEqual([]);
  });

  test("a replica that lags does not hide the push that the event tells of", async () => {
    const head = { sha: "2".repeat(40), ref: "fix", fullName: "x/y" };
    const said = trusted({ head, updatedAt: "2026-01-01T00:00:05Z" });
    const lagging = trusted({ updatedAt: "2026-01-01T00:00:00Z" });
    const [, started] = await effectsOf(
      pullEvent("synchronize", { pullRequest: said }),
      world({ pullRequest: lagging }),
    );
    if (started?.kind !== "startJobs") throw new Error("nothing was started");
    expect(started.jobs[0]?.spec.refs?.pulls?.[0]?.sha).toBe(head.sha);
  });

  test("of two pushes in one second the older stops and starts nothing, the newer does, whatever the replica shows", async () => {
    const updatedAt = "2026-01-01T00:00:05Z";
    const at = (digit: string) => trusted({ head: { sha: digit.repeat(40), ref: "fix", fullName: "x/y" }, updatedAt });
    const pushed = (from: string, to: string, now: string) => {
      const changes = { ...pullEvent("synchronize").changes, headFrom: from.repeat(40) };
      return outcome(pullEvent("synchronize", { pullRequest: at(to), changes }), world({ pullRequest: at(now) }));
    };
    expect(await pushed("1", "2", "3")).toEqual([]);
    expect(await pushed("2", "3", "3")).toEqual([ABORTS, "starts auto"]);
    expect(await pushed("2", "3", "2")).toEqual([ABORTS, "starts auto"]);
  });

  test("labeled lgtm: an untrusted pull request runs once, a trusted one has run already", async () => {
    expect(await on("labeled", pull(), {}, { label: "lgtm" })).toEqual(["starts auto"]);
    expect(await on("labeled", trusted(), {}, { label: "LGTM" })).toEqual([]);
    expect(await on("labeled", pull({ draft: true }), {}, { label: "lgtm" })).toEqual([]);
    expect(await on("labeled", pull(), {}, { label: "kind/bug" })).toEqual([]);
  });

  test("labeled ok-to-test: by a person it runs; by the bot the comment runs it", async () => {
    const labels = ["ok-to-test", NEEDS];
    const person = { label: "ok-to-test", sender: user("member") };
    expect(await on("labeled", pull({ labels }), {}, person)).toEqual(["starts auto", `-${NEEDS}`]);
    expect(await on("labeled", pull({ labels }), {}, { label: "ok-to-test", sender: user(BOT, "Bot") })).toEqual([]);
  });

  test("closed and converted_to_draft stop the jobs, unless that is past already", async () => {
    expect(await on("closed", trusted({ state: "closed" }))).toEqual([ABORTS]);
    expect(await on("converted_to_draft", trusted({ draft: true }))).toEqual([ABORTS]);
    const said = trusted({ state: "closed", updatedAt: "2026-01-01T00:00:00Z" });
    const reopened = trusted({ updatedAt: "2026-01-01T00:00:05Z" });
    expect(await outcome(pullEvent("closed", { pullRequest: said }), world({ pullRequest: reopened }))).toEqual([]);
  });

  test.each(["assigned", "unlabeled", "locked", "review_requested"])("%s starts and stops nothing", async (action) => {
    expect(await on(action)).toEqual([]);
  });

  test("change matchers decide on pushes too; a conflict starts nothing", async () => {
    const jobs = [auto, presubmit("go", { run_if_changed: "\\.go$" })];
    expect(await on("opened", trusted(), { jobs, files: [file("x.go")] })).toEqual(["starts auto go"]);
    expect(await on("opened", trusted(), { jobs, files: [file("x.md")] })).toEqual(["starts auto"]);
    expect(await on("opened", trusted({ mergeable: false }))).toEqual([]);
  });

  test("reasons, which anybody may read, count hidden jobs and those of tenants, and name none", async () => {
    const jobs = [
      auto,
      presubmit("covert", { always_run: true, hidden: true }),
      presubmit("guild", { always_run: true, prowjob_defaults: { tenant_id: "guild" } }),
    ];
    const pullRequest = trusted();
    const event = pullEvent("opened", { pullRequest });
    const why = async (over: Partial<World>) =>
      (await trigger.pullRequest?.(event, fakeView({ ...world({ pullRequest, jobs }), ...over })))?.why;
    expect(await why({})).toBe("starts auto, 2 hidden");
    const hidden = configOf("trigger", { presubmits: jobs, prow: { ...repoConfig().prow, hidden: true } });
    expect(await why({ config: hidden })).toBe("starts 3 hidden");
  });

  test("a description with /test all starts nothing twice", async () => {
    const pullRequest = trusted();
    const view = fakeView(world({ pullRequest }));
    const body = comment("/test all", { source: "pull_request", author: user("member") });
    const { effects } = await dispatch([body, pullEvent("opened", { pullRequest })], view);
    const started = effects.flatMap(({ effect }) => (effect.kind === "startJobs" ? effect.jobs : []));
    expect(started.map((job) => job.spec.job)).toEqual(["auto"]);
  });
});

describe("the welcome (spec chatops 2.1.4)", () => {
  const welcome = async (given: Given, author = user("author")) => {
    const pullRequest = pull({ author });
    const [effect] = await effectsOf(pullEvent("opened", { pullRequest }), world({ pullRequest, ...given }));
    return effect?.kind === "comment" ? effect.body : "";
  };
  const prominent = (over: object) => ({
    org_invite: { prominent: { disabled: false, merged_pr_threshold: 3, message: "", ...over } },
  });

  test("who merged often is invited prominently, with the configured words if there are some", async () => {
    expect(await welcome({ merged: 2 })).not.toContain("[!TIP]");
    expect(await welcome({ merged: 3 })).toContain("> [!TIP]\n> You have had several pull requests merged in org.");
    const trigger = prominent({ message: "Join us:\n{join_org_url}!" });
    expect(await welcome({ merged: 3, trigger })).toContain(
      "> [!TIP]\n> Join us:\n> https://github.com/orgs/org/people!",
    );
  });

  test("not when it is off, not apps, and not when the search fails", async () => {
    expect(await welcome({ merged: 9, trigger: prominent({ disabled: true }) })).not.toContain("[!TIP]");
    expect(await welcome({ merged: 9 }, user("app[bot]", "Bot"))).not.toContain("[!TIP]");
    const view = fakeView(world({ merged: 9 }), ["mergedPullRequests"]);
    expect(await outcome(pullEvent("opened"), view)).toHaveLength(2);
  });
});

describe("pushes (spec chatops 2.1.5)", () => {
  const jobs = [postsubmit("publish", { branches: ["^master$"] }), postsubmit("docs", { run_if_changed: "^docs/" })];
  const pushed = (over: Parameters<typeof push>[0], postsubmits = jobs) =>
    effectsOf(push(over), { number: 0, config: configOf("trigger", { postsubmits }) });

  test("starts what matches branch and files, on the new commit", async () => {
    const [effect, ...more] = await pushed({});
    expect(more).toEqual([]);
    if (effect?.kind !== "startJobs") throw new Error("nothing was started");
    expect(effect.jobs.map(({ spec }) => spec.job)).toEqual(["publish"]);
    expect(effect.jobs[0]?.spec.refs).toEqual({
      org: "org",
      repo: "repo",
      repo_link: "https://github.com/org/repo",
      base_ref: "master",
      base_sha: "c".repeat(40),
      base_link: "https://github.com/org/repo/compare/b...c",
    });
  });

  test.each([
    [{ deleted: true }, []],
    [{ after: "0".repeat(40) }, []],
    [{ ref: "refs/heads/other", changedFiles: ["x"] }, []],
    [{ ref: "refs/heads/other", changedFiles: ["docs/x"] }, ["docs"]],
    [{ ref: "refs/tags/v1", changedFiles: [] }, ["tagged"]],
    [{ ref: "refs/heads/feature/x", changedFiles: [] }, ["feature"]],
  ])("%j starts %j", async (over, expected) => {
    const more = [postsubmit("tagged", { branches: ["^v\\d"] }), postsubmit("feature", { branches: ["^feature/x$"] })];
    const effects = await pushed(over, [...jobs, ...more]);
    const names = effects.flatMap((effect) =>
      effect.kind === "startJobs" ? effect.jobs.map(({ spec }) => spec.job) : [],
    );
    expect(names).toEqual(expected);
  });
});
