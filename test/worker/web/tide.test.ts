/** Tide's pages: pools with their reasons, and what a pull request's own page says of its merge. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { savePool } from "../../../src/store/pool-row.ts";
import type { PoolPullView, PoolView } from "../../../src/tide/view.ts";
import { useConfiguration } from "./configuration.ts";
import { addJob, addRepository, as, asPage, call, gitHub } from "./harness.ts";

const NOW = Date.now();

function pull(number: number, over: Partial<PoolPullView["wait"]>): PoolPullView {
  const wait = {
    number,
    code: "queued",
    text: "It is in line.",
    about: [],
    place: null,
    expectedMs: null,
    ...over,
  } as const;
  const url = `https://github.test/quay/open/pull/${number}`;
  const facts = { number, title: `Title ${number}`, url, author: "mara", headSha: "h", mergeable: "MERGEABLE" };
  return { ...facts, inPool: wait.place !== null, wait };
}

const pool = (repo: string, over: Partial<PoolView>): PoolView => ({
  org: "quay",
  repo,
  branch: "main",
  baseSha: "b",
  action: "TRIGGER_BATCH",
  target: [],
  success: [],
  pending: [],
  missing: [],
  batchPending: [],
  blockers: [],
  error: "",
  paused: null,
  frozen: "",
  pulls: [],
  runs: [],
  history: [],
  updatedAt: NOW - 1000,
  ...over,
});

beforeAll(async () => {
  await addRepository("quay/open", false);
  await addRepository("quay/closed", true);
  const run = { type: "batch", job: "pull-unit", context: "unit", state: "pending", startedAt: NOW - 61_000 } as const;
  const open = pool("open", {
    pulls: [
      pull(2, {
        code: "in-batch",
        text: "It is tested together with #1.",
        about: ["#1"],
        place: 2,
        expectedMs: 720_000,
      }),
      pull(1, { code: "in-batch", text: "It is tested together with #2.", about: ["#2"], place: 1, expectedMs: 0 }),
      pull(3, { code: "needs-labels", text: "Needs lgtm label.", about: ["lgtm"] }),
      pull(4, { code: "refused", text: "<b>At least 1 approving review</b> is required", about: ["reviews"] }),
    ],
    runs: [{ ...run, id: "run-1", pulls: [1, 2] }],
  });
  await savePool(env.DB, "quay/open@main", JSON.stringify(open), { inPool: 1, merged: [] }, NOW);
  const paused = { by: "ada", reason: "an incident", at: NOW };
  const blockers = [{ number: 9, title: "Freeze", url: "https://github.test/quay/closed/issues/9", branches: [] }];
  const closed = pool("closed", { action: "BLOCKED", paused, blockers });
  await savePool(env.DB, "quay/closed@main", JSON.stringify(closed), { inPool: 1, merged: [] }, NOW);
  for (const number of [1, 3, 4, 5]) await addJob({ id: `tide-${number}`, org: "quay", repo: "open", pull: number });
});
afterEach(() => void vi.unstubAllGlobals());

/** Words of the page's content, without markup. */
async function words(path: string, login: string | null = null): Promise<string> {
  gitHub({ "GET /user/repos": () => Response.json([{ full_name: "quay/closed", private: true }]) });
  const answer = await call(path, asPage(await as(login)));
  expect(answer.status).toBe(200);
  const html = (await answer.text()).replace(/^[\s\S]*<main/, "").replace(/ data-props="[^"]*"/g, "");
  return html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

describe("/tide", () => {
  it("shows what runs, who is in line in order, and who is not ready and why", async () => {
    expect(await words("/tide?repo=quay/open")).toMatch(
      /Testing a batch .*In line 2 .*Not ready 2 .*Running .*pull-unit batch of #1, #2, since 1m .*#1 Title 1 mara In a batch It is tested together with #2\. at once .*#2 Title 2 .*in about 12m .*#3 .*Needs labels Needs lgtm label\. .*#4 .*Refused by GitHub &lt;b>At least/,
    );
  });

  it("says what stops a pool, to those who see it only", async () => {
    expect(await words("/tide")).not.toContain("quay/closed");
    expect(await words("/tide?repo=quay/closed")).toContain("No merge pool");
    const said = await words("/tide", "quay-reader");
    expect(said).toMatch(/Merging was stopped by ada just now : an incident .*Blocked by #9 Freeze/);
    expect(said, "a button for administrators").not.toContain("Stop all merging");
    expect(await words("/tide", "harbormaster")).toMatch(/Let merging go on .*Stop all merging here/);
  });

  it("answers programs with the same pools, and 304 while nothing changes", async () => {
    const answer = await call("/tide?repo=quay/open");
    const { pools } = await answer.json<{ pools: PoolView[] }>();
    expect(pools.map(({ repo, pulls }) => [repo, pulls.length])).toEqual([["open", 4]]);
    const headers = { "if-none-match": answer.headers.get("etag") ?? "" };
    expect((await call("/tide?repo=quay/open", { headers })).status).toBe(304);
  });

  it("tells Deck's clients the queries, without names that a viewer must not read", async () => {
    const sections = `tide:
  queries:
  - repos: [quay/open, quay/closed]
    labels: [lgtm]
    missingLabels: [hold]
  - orgs: [unheard]
    author: mara
`;
    const { forget } = await useConfiguration("{}", sections);
    onTestFinished(forget);
    const asked = async (login: string | null) => {
      gitHub({ "GET /user/repos": () => Response.json([{ full_name: "quay/closed", private: true }]) });
      const answer = await call("/tide.js", asPage(await as(login)));
      const { Queries, TideQueries } = await answer.json<{ Queries: string[]; TideQueries: unknown[] }>();
      return { Queries, TideQueries };
    };
    expect(await asked(null)).toEqual({
      Queries: ['is:pr state:open archived:false label:"lgtm" -label:"hold" repo:"quay/open"'],
      TideQueries: [{ repos: ["quay/open"], labels: ["lgtm"], missingLabels: ["hold"] }],
    });
    const reader = await asked("quay-reader");
    expect(reader.TideQueries).toEqual([
      { repos: ["quay/closed", "quay/open"], labels: ["lgtm"], missingLabels: ["hold"] },
    ]);
    const admin = await asked("harbormaster");
    expect(admin.TideQueries).toContainEqual({ orgs: ["unheard"], author: "mara" });
    expect(admin.Queries).toHaveLength(2);
  });

  it("has a history that says so when it is empty", async () => {
    expect(await words("/tide-history?repo=quay/open&action=MERGE")).toContain("Nothing that pools did is like that");
  });
});

describe("a pull request's page", () => {
  it.each([
    [
      1,
      /Why is this not merging\? .*Pool of main .*In a batch It is tested together with #2\. .*Place 1 in line, to be merged at once\. .*pull-unit/,
    ],
    [3, /Why is this not merging\? .*Needs labels Needs lgtm label\. .*Commands such as \/lgtm/],
    [4, /Refused by GitHub .*is required reviews .*It is tried again when/],
  ])("of #%i says why it is not merging", async (number, said) => {
    expect(await words(`/pr/quay/open/${number}`)).toMatch(said);
  });

  it("says nothing of it where no pool has the pull request", async () => {
    expect(await words("/pr/quay/open/5")).not.toContain("merging");
  });
});
