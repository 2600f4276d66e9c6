import { describe, expect, test } from "vitest";
import { coalesce } from "../../../src/chatops/coalesce.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import { presubmitJob, pullRequestRefs } from "../../../src/jobs/create.ts";
import { GUID, NOW, presubmit, pull } from "./fake-view.ts";

const cause = { delivery: GUID, plugin: "p", rule: "r", actor: { kind: "system" } } as const;

function result(effects: readonly Effect[], labels: readonly string[] | null = null) {
  return coalesce(
    effects.map((effect) => ({ effect, cause })),
    labels,
  ).effects.map(({ effect }) => effect);
}

const assign = (...logins: string[]): Effect => ({ kind: "assign", logins });
const unassign = (...logins: string[]): Effect => ({ kind: "unassign", logins });
const ask = (...users: string[]): Effect => ({ kind: "requestReview", users, teams: [] });

async function start(...names: string[]): Promise<Effect> {
  const settings = { prowjob_namespace: "n", link_url: "https://github.com" };
  const refs = pullRequestRefs({ owner: "o", repo: "r" }, pull(), "b", settings.link_url);
  const origin = { guid: GUID, now: NOW, publicUrl: "https://p", settings };
  return {
    kind: "startJobs",
    jobs: await Promise.all(names.map((name) => presubmitJob(presubmit(name), refs, origin))),
  };
}

describe("effects of one event are coalesced (design 1.8)", () => {
  test("people are joined, without doubles", () => {
    expect(result([assign("a", "b"), assign("B", "c")])).toEqual([assign("a", "b", "c")]);
    expect(result([ask("a"), ask("b")])).toEqual([ask("a", "b")]);
    expect(result([unassign("a"), unassign("b")])).toEqual([unassign("a", "b")]);
  });

  test("nothing moves across its opposite", () => {
    const effects = [assign("a"), unassign("a"), assign("a")];
    expect(result(effects)).toEqual(effects);
  });

  test("different replies about missing people stay apart", () => {
    const other: Effect = { kind: "assign", logins: ["b"], onMissing: { before: "x", after: "y" } };
    expect(result([assign("a"), other])).toEqual([assign("a"), other]);
  });

  test("a job is started once, however many plugins want it", async () => {
    const [effect, ...more] = result([await start("a", "b"), await start("b", "c")]);
    expect(more).toEqual([]);
    expect(effect?.kind === "startJobs" && effect.jobs.map((job) => job.spec.job)).toEqual(["a", "b", "c"]);
  });

  test("an abort stays before the start", async () => {
    const abort: Effect = { kind: "abortJobs", type: "presubmit", reason: "x" };
    expect(result([abort, await start("a"), abort]).map(({ kind }) => kind)).toEqual([
      "abortJobs",
      "startJobs",
      "abortJobs",
    ]);
    expect(result([abort, abort])).toEqual([abort]);
  });

  test("the last word counts for labels, statuses and maintained comments; the same comment is said once", () => {
    const status = (description: string): Effect => ({
      kind: "setStatus",
      sha: "s",
      context: "c",
      state: "success",
      targetUrl: "",
      description,
    });
    const say = (body: string): Effect => ({ kind: "comment", body });
    const upsert = (body: string): Effect => ({ kind: "upsertComment", marker: "m", body });
    const gone: Effect = { kind: "deleteComments", marker: "m" };
    expect(result([status("1"), status("2")])).toEqual([status("2")]);
    expect(result([upsert("1"), gone])).toEqual([gone]);
    expect(result([gone, upsert("2")])).toEqual([upsert("2")]);
    expect(result([say("a"), say("b"), say("a")])).toEqual([say("b"), say("a")]);
  });

  test("labels that are as wanted need no call; without knowledge all are sent", () => {
    const effects: Effect[] = [
      { kind: "addLabel", label: "Bug" },
      { kind: "removeLabel", label: "gone" },
    ];
    expect(result(effects, ["bug"])).toEqual([]);
    expect(result(effects, null)).toEqual(effects);
  });
});
