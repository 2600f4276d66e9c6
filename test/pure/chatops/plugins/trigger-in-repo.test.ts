/** The trigger plugin and jobs that a repository brings itself (spec jobs 1.11). */
import { describe, expect, it } from "vitest";
import type { RepoJobs } from "../../../../src/config/in-repo.ts";
import type { Problem } from "../../../../src/config/model.ts";
import { IN_REPO_MARKER, inRepoBrokenStatus } from "../../../../src/chatops/messages-in-repo.ts";
import { skip } from "../../../../src/chatops/plugins/skip.ts";
import { trigger } from "../../../../src/chatops/plugins/trigger.ts";
import {
  comment,
  fakeView,
  HEAD,
  postsubmit,
  presubmit,
  pull,
  pullEvent,
  push,
  repoConfig,
  user,
} from "../fake-view.ts";

const { prow } = repoConfig();
const enabled = { ...prow, in_repo_config: { enabled: true, allowed_clusters: ["default"] } };
const fault: Problem = {
  severity: "error",
  code: "cluster",
  file: ".prow.yaml",
  line: 12,
  path: "cluster",
  message: "job own: cluster trusted is not allowed",
};

function world(over: Partial<RepoJobs> = {}, author = "member") {
  const own: RepoJobs = {
    presubmits: [presubmit("own", { always_run: true })],
    postsubmits: [postsubmit("own-post")],
    problems: [],
    changed: true,
    ...over,
  };
  return fakeView({
    pullRequest: pull({ author: user(author) }),
    config: repoConfig({ prow: enabled }),
    repoJobs: own,
  });
}

async function effectsOf(view: ReturnType<typeof world>, action = "opened", author = "member") {
  const event = pullEvent(action, { pullRequest: pull({ author: user(author) }), sender: user(author) });
  return (await trigger.pullRequest?.(event, view)) ?? { effects: [], why: "" };
}
const kinds = (effects: readonly { kind: string }[]): string[] => effects.map(({ kind }) => kind);

describe("a pull request of somebody trusted", () => {
  it("runs the jobs that it brings, and its head says that they can be used", async () => {
    const { effects } = await effectsOf(world());
    expect(effects).toMatchObject([
      { kind: "startJobs", jobs: [{ spec: { job: "own" } }] },
      { kind: "setStatus", sha: HEAD, context: "in-repo-config", state: "success" },
      { kind: "deleteComments", marker: IN_REPO_MARKER },
    ]);
  });

  it("that does not touch them gets no status", async () => {
    expect(kinds((await effectsOf(world({ changed: false }), "synchronize")).effects)).toEqual([
      "abortJobs",
      "startJobs",
      "deleteComments",
    ]);
  });

  it("that breaks them runs the central ones, and is told the places", async () => {
    const broken = world({ presubmits: [presubmit("central", { always_run: true })], problems: [fault] });
    const { effects, why } = await effectsOf(broken, "synchronize");
    expect(effects).toMatchObject([
      { kind: "abortJobs" },
      { kind: "startJobs", jobs: [{ spec: { job: "central" } }] },
      { kind: "setStatus", state: "failure", description: ".prow.yaml:12: job own: cluster trusted is not allowed" },
      { kind: "upsertComment", marker: IN_REPO_MARKER, body: expect.stringContaining("`.prow.yaml:12`: `job own:") },
    ]);
    expect(why).toContain("cannot be used: .prow.yaml:12");
  });

  it("hears of faults also where there is no central job", async () => {
    const { effects } = await effectsOf(world({ presubmits: [], problems: [fault] }));
    expect(kinds(effects)).toEqual(["setStatus", "upsertComment"]);
  });
});

it("a pull request of a stranger brings jobs that do not run", async () => {
  const { effects } = await effectsOf(world({}, "stranger"), "opened", "stranger");
  expect(kinds(effects)).toEqual(["comment", "addLabel", "setStatus", "deleteComments"]);
});

it("comments name the jobs that a pull request brings", async () => {
  const view = world({ presubmits: [presubmit("own")] });
  const said = await trigger.comment?.(comment("/test own", { author: user("member") }), view);
  expect(said?.effects).toMatchObject([{ kind: "startJobs", jobs: [{ spec: { job: "own" } }] }, {}]);
});

it("/skip knows them", async () => {
  const own = presubmit("own", { optional: true });
  const view = fakeView({
    config: repoConfig({ prow: enabled }),
    repoJobs: { presubmits: [own], postsubmits: [], problems: [], changed: true },
    statuses: [{ context: "own", state: "failure", description: "" }],
  });
  expect((await skip.comment?.(comment("/skip"), view))?.effects).toMatchObject([
    { kind: "setStatus", context: "own" },
  ]);
});

it("a push runs the postsubmits of the pushed commit", async () => {
  const view = world();
  const { effects } = (await trigger.push?.(push(), view)) ?? { effects: [] };
  expect(effects).toMatchObject([{ kind: "startJobs", jobs: [{ spec: { job: "own-post" } }] }]);
});

it("where it is not enabled nothing is read", async () => {
  const view = fakeView({ config: repoConfig() });
  await trigger.pullRequest?.(pullEvent("opened"), view);
  expect(view.asked.get("jobs")).toBeUndefined();
});

it("a status's description fits, however long the faults are", () => {
  const long = { ...fault, message: "x".repeat(500) };
  expect(inRepoBrokenStatus([long, long, long])).toHaveLength(140);
  expect(inRepoBrokenStatus([long, long, long])).toMatch(/^\.prow\.yaml:12: x+\.\.\. \(and 2 more\)$/);
});
