/** What tide reads of GitHub and what stands in the way of a merge, with tide's own readers (spec jobs 5.3, 5.8). */
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { graphql } from "../../../src/github/graphql.ts";
import type { TideClient } from "../../../src/tide/client.ts";
import { readFiles, readPulls, readRepoFacts } from "../../../src/tide/read.ts";
import { readBlockers, searchPulls } from "../../../src/tide/search.ts";
import { type Bench, startBench } from "./harness.ts";

const ORG = "cutwater-demo";
const REPO = "tide-rules";
const NAME = `${ORG}/${REPO}`;
let bench: Bench;
let client: TideClient;
beforeAll(async () => {
  bench = await startBench();
  const octokit = new (Octokit.plugin(paginateRest))({
    baseUrl: bench.sandbox.apiUrl,
    auth: bench.sandbox.credentials.token,
  });
  const { request, paginate } = octokit;
  client = { request, paginate, graphql: (query, variables) => graphql(octokit, query, variables) };
  await bench.sandbox.control.createRepo({
    owner: ORG,
    name: REPO,
    as: "ada",
    files: { "a.txt": "1\n", "b.txt": "1\n" },
  });
}, 60_000);
afterAll(() => bench.end());

let made = 0;
async function open(
  files: Record<string, string>,
  base = "main",
  as = "ada",
): Promise<{ number: number; sha: string }> {
  made += 1;
  const pull = { repo: NAME, as, title: `Change ${made}`, branch: `change-${made}`, base, files };
  return bench.sandbox.control.createPull(pull);
}
const read = async (number: number, branch = "main") => {
  const { pulls } = await readPulls(client, ORG, REPO, branch, [number]);
  const [pull] = pulls;
  if (!pull) throw new Error(`#${number} is not open on ${branch}`);
  return pull;
};
const status = (sha: string, context: string, state: string, description = "") =>
  bench.ask(`/repos/${NAME}/statuses/${sha}`, { method: "POST", body: { context, state, description } });
const merge = async (number: number, body: object = {}) => {
  const { status: code, json } = await bench.ask(`/repos/${NAME}/pulls/${number}/merge`, { method: "PUT", body });
  return { code, message: String(json.message), sha: String(json.sha) };
};
async function branchOff(name: string): Promise<string> {
  const sha = await bench.sandbox.control.branch(NAME, "main");
  await bench.ask(`/repos/${NAME}/git/refs`, { method: "POST", body: { ref: `refs/heads/${name}`, sha } });
  return name;
}

describe("pull requests", () => {
  it("are read with the branch, their labels and the contexts of their heads", async () => {
    const { control } = bench.sandbox;
    const { number, sha } = await open({ "new.txt": "x\n" });
    await status(sha, "unit", "pending");
    await status(sha, "unit", "success", "fine [prow:skip-retest]");
    control.checkRun({ repo: NAME, sha, name: "lint", conclusion: "skipped" });
    control.addLabel({ repo: NAME, number, as: "ada", label: "lgtm" });
    const { baseSha, pulls, gone, merged } = await readPulls(client, ORG, REPO, "main", [number, 9999]);
    expect([baseSha, gone, merged]).toEqual([await control.branch(NAME, "main"), [9999], []]);
    expect(pulls).toMatchObject([
      {
        number,
        author: "ada",
        headSha: sha,
        baseRef: "main",
        mergeable: "MERGEABLE",
        mergeState: "CLEAN",
        canBeRebased: true,
        reviewDecision: "",
        inMergeQueue: false,
        labels: ["lgtm"],
        contexts: [
          { context: "unit", state: "SUCCESS", description: "fine [prow:skip-retest]", source: "status" },
          { context: "lint", state: "SUCCESS", source: "check" },
        ],
      },
    ]);
    expect(await readFiles(client, ORG, REPO, number)).toEqual(["new.txt"]);
  });

  it("conflict once the base moved", async () => {
    const { number } = await open({ "a.txt": "mine\n" });
    await bench.sandbox.control.push({
      repo: NAME,
      as: "ada",
      branch: "main",
      files: { "a.txt": "theirs\n" },
      message: "Move",
    });
    expect(await read(number)).toMatchObject({ mergeable: "CONFLICTING", mergeState: "DIRTY", canBeRebased: false });
  });

  it("are gone once closed, and merged with their commit", async () => {
    const [closed, done] = [await open({ "c.txt": "1\n" }), await open({ "d.txt": "1\n" })];
    bench.sandbox.control.setState({ repo: NAME, number: closed.number, as: "ada", state: "closed" });
    const { sha } = await merge(done.number, { sha: done.sha });
    const found = await readPulls(client, ORG, REPO, "main", [closed.number, done.number]);
    expect(found).toMatchObject({
      baseSha: sha,
      pulls: [],
      gone: [closed.number],
      merged: [{ number: done.number, sha }],
    });
  });

  it("say that GitHub's merge queue has them", async () => {
    const { number } = await open({ "queued.txt": "1\n" });
    bench.sandbox.control.enqueue({ repo: NAME, number, queued: true });
    expect((await read(number)).inMergeQueue).toBe(true);
  });

  it("have more contexts than a page holds", async () => {
    const { number, sha } = await open({ "many.txt": "1\n" });
    for (let at = 0; at < 105; at += 1)
      bench.sandbox.control.checkRun({ repo: NAME, sha, name: `check-${at}`, conclusion: "success" });
    expect((await read(number)).contexts).toHaveLength(105);
  });
});

describe("what stands in the way of a merge", () => {
  it("a required check: absent, pending, failing, then nothing", async () => {
    const branch = await branchOff("checked");
    bench.sandbox.control.protect({ repo: NAME, branch, contexts: ["ci"] });
    const { number, sha } = await open({ "e.txt": "1\n" }, branch);
    const tries = [
      ["", "expected"],
      ["pending", "pending"],
      ["failure", "failing"],
    ] as const;
    for (const [state, word] of tries) {
      if (state !== "") await status(sha, "ci", state);
      expect((await read(number, branch)).mergeState).toBe("BLOCKED");
      expect(await merge(number)).toMatchObject({ code: 405, message: `Required status check "ci" is ${word}.` });
    }
    await status(sha, "ci", "success");
    expect((await read(number, branch)).mergeState).toBe("CLEAN");
    expect((await merge(number)).code).toBe(200);
  });

  it("a ruleset's checks and a missing review", async () => {
    const branch = await branchOff("ruled");
    const { control } = bench.sandbox;
    control.createRuleset({ repo: NAME, branches: [branch], contexts: ["cla"], reviews: 1 });
    const { number, sha } = await open({ "f.txt": "1\n" }, branch, "ben");
    expect(await read(number, branch)).toMatchObject({ mergeState: "BLOCKED", reviewDecision: "REVIEW_REQUIRED" });
    expect((await merge(number)).message).toBe(
      "At least 1 approving review is required by reviewers with write access.",
    );
    control.review({ repo: NAME, number, as: "ada", verdict: "REQUEST_CHANGES", body: "no" });
    expect((await read(number, branch)).reviewDecision).toBe("CHANGES_REQUESTED");
    control.review({ repo: NAME, number, as: "ada", verdict: "APPROVE", body: "yes" });
    expect((await read(number, branch)).reviewDecision).toBe("APPROVED");
    expect((await merge(number)).message).toContain('Required status check "cla" is expected.');
    await status(sha, "cla", "success");
    expect((await merge(number)).code).toBe(200);
  });

  it("GitHub's own merge queue", async () => {
    const branch = await branchOff("queue");
    bench.sandbox.control.createRuleset({ repo: NAME, branches: [branch], mergeQueue: true });
    const { number } = await open({ "g.txt": "1\n" }, branch);
    expect(await merge(number)).toMatchObject({ code: 405, message: expect.stringContaining("merge queue") });
  });

  it.each(["merge", "squash", "rebase"] as const)("%s, where the repository does not allow it", async (method) => {
    const { number } = await open({ [`${method}.txt`]: "1\n" });
    const all = { merge: true, squash: true, rebase: true };
    bench.sandbox.control.setMethods(NAME, { ...all, [method]: false });
    expect(await merge(number, { merge_method: method })).toMatchObject({
      code: 405,
      message: expect.stringContaining("are not allowed on this repository."),
    });
    expect((await readRepoFacts(client, ORG, REPO, "main")).allowed[method]).toBe(false);
    bench.sandbox.control.setMethods(NAME, all);
    expect(await merge(number, { merge_method: method })).toMatchObject({ code: 200 });
  });

  it.each([
    [{ sha: "0".repeat(40) }, null, 409, "Head branch was modified"],
    [{}, "Base branch was modified. Review and try the merge again.", 405, "Base branch was modified"],
  ] as const)("%j, %s", async (body, refusal, code, message) => {
    const { number } = await open({ [`h-${code}.txt`]: "1\n" });
    if (refusal !== null)
      bench.sandbox.control.faults.request({
        kind: "refuse",
        status: 405,
        message: refusal,
        method: "PUT",
        path: "/merge",
      });
    expect(await merge(number, body)).toMatchObject({ code, message: expect.stringContaining(message) });
    expect((await merge(number)).code).toBe(200);
  });

  it("is told by the branch's rules and its live protection", async () => {
    const branch = await branchOff("facts");
    bench.sandbox.control.protect({ repo: NAME, branch, contexts: ["live"] });
    bench.sandbox.control.createRuleset({
      repo: NAME,
      branches: [branch],
      contexts: ["ruled", "live"],
      mergeQueue: true,
    });
    expect(await readRepoFacts(client, ORG, REPO, branch)).toEqual({
      allowed: { merge: true, squash: true, rebase: true, ifNecessary: true },
      mergeQueue: true,
      requiredContexts: ["live", "ruled"],
    });
    expect(await readRepoFacts(client, ORG, REPO, "main")).toMatchObject({ mergeQueue: false, requiredContexts: [] });
  });
});

describe("searches (5.3)", () => {
  it("find what a query asks for", async () => {
    const { control } = bench.sandbox;
    const branch = await branchOff("wanted");
    const [one, two, held] = [
      await open({ i: "1\n" }, branch),
      await open({ j: "1\n" }, branch),
      await open({ k: "1\n" }, branch),
    ];
    const mark = (number: number, label: string) => control.addLabel({ repo: NAME, number, as: "ada", label });
    mark(one.number, "lgtm");
    mark(two.number, "approved");
    for (const label of ["lgtm", "do-not-merge/hold"]) mark(held.number, label);
    const numbers = async (search: string, since?: number) =>
      (await searchPulls(client, `is:pr state:open archived:false ${search} repo:"${NAME}"`, since))
        .filter(({ baseRef }) => baseRef === branch)
        .map(({ number }) => number)
        .sort((a, b) => a - b);
    expect(await numbers('label:"lgtm"')).toEqual([one.number, held.number]);
    expect(await numbers('label:"lgtm","approved" -label:"do-not-merge/hold"')).toEqual([one.number, two.number]);
    expect(await numbers(`-base:"${branch}"`)).toEqual([]);
    expect(await numbers(`base:"main" base:"${branch}" org:"nowhere"`)).toHaveLength(3);
    expect(await numbers("review:approved")).toEqual([]);
    expect(await numbers("", Date.now() + 60_000)).toEqual([]);
    const [found] = await searchPulls(client, `is:pr base:"${branch}" label:"approved" repo:"${NAME}"`);
    expect(found).toMatchObject({ org: ORG, repo: REPO, number: two.number, headSha: two.sha });
  });

  it("find the issues that block", async () => {
    const { control } = bench.sandbox;
    const { number } = control.createIssue({ repo: NAME, as: "ada", title: "Stop branch:main" });
    control.addLabel({ repo: NAME, number, as: "ada", label: "tide/merge-blocker" });
    const found = await readBlockers(client, ORG, REPO, "tide/merge-blocker");
    expect(found).toMatchObject([{ number, title: "Stop branch:main", branches: ["main"] }]);
    control.setState({ repo: NAME, number, as: "ada", state: "closed" });
    expect(await readBlockers(client, ORG, REPO, "tide/merge-blocker")).toEqual([]);
  });
});
