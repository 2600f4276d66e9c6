/** Tide's searches, and the issues that block (spec jobs 5.3, 5.9, 5.11). */
import { describe, expect, it } from "vitest";
import type { TideIndex } from "../../../src/config/tide.ts";
import { blockedBranches, readBlockers, searchPulls, searchStrings } from "../../../src/tide/search.ts";
import { answering } from "./answers.ts";

type Query = TideIndex["queries"][number];
const query = (over: Partial<Query>): Query => ({
  orgs: [],
  repos: [],
  excludedRepos: [],
  author: "",
  labels: [],
  missingLabels: [],
  includedBranches: [],
  excludedBranches: [],
  milestone: "",
  reviewApprovedRequired: false,
  ...over,
});
const index = (...queries: Partial<Query>[]): TideIndex => ({ queries: queries.map(query), blocker_label: "" });
const OPEN = "is:pr state:open archived:false";

describe("search strings, in the original's order (5.3)", () => {
  it.each<[string, Partial<Query>, string]>([
    ["org", { orgs: ["o"] }, `${OPEN} org:"o"`],
    ["repo", { repos: ["o/r"] }, `${OPEN} repo:"o/r"`],
    ["excluded repo", { orgs: ["o"], excludedRepos: ["o/x"] }, `${OPEN} org:"o" -repo:"o/x"`],
    ["author", { orgs: ["o"], author: "a" }, `${OPEN} author:"a" org:"o"`],
    ["excluded branches", { orgs: ["o"], excludedBranches: ["a", "b"] }, `${OPEN} -base:"a" -base:"b" org:"o"`],
    ["included branches", { orgs: ["o"], includedBranches: ["a", "b"] }, `${OPEN} base:"a" base:"b" org:"o"`],
    ["a label with alternatives", { orgs: ["o"], labels: ["x", "a,b"] }, `${OPEN} label:"x" label:"a","b" org:"o"`],
    ["missing labels", { orgs: ["o"], missingLabels: ["y"] }, `${OPEN} -label:"y" org:"o"`],
    ["milestone", { orgs: ["o"], milestone: "v 1" }, `${OPEN} milestone:"v 1" org:"o"`],
    ["review", { orgs: ["o"], reviewApprovedRequired: true }, `${OPEN} review:approved org:"o"`],
    ["quotes cannot break out", { orgs: ["o"], labels: ['x" org:"evil'] }, `${OPEN} label:"x org:evil" org:"o"`],
  ])("%s", (_what, over, expected) => {
    expect(searchStrings(index(over), "pools")).toEqual([{ org: "o", search: expected }]);
  });

  it("one for each organisation of a query", () => {
    expect(searchStrings(index({ orgs: ["a"], repos: ["b/r", "b/s"] }), "pools")).toEqual([
      { org: "a", search: `${OPEN} org:"a"` },
      { org: "b", search: `${OPEN} repo:"b/r" repo:"b/s"` },
    ]);
  });

  it("everything open: one for each organisation; what one query excludes another may cover", () => {
    const queries = index(
      { orgs: ["a"], excludedRepos: ["a/x", "a/y", "a/z"], labels: ["l"] },
      { orgs: ["a"], excludedRepos: ["a/x", "a/z"] },
      { repos: ["a/z", "b/r"], author: "bot" },
    );
    expect(searchStrings(queries, "open")).toEqual([
      { org: "a", search: `${OPEN} org:"a" -repo:"a/x"` },
      { org: "b", search: `${OPEN} repo:"b/r"` },
    ]);
  });
});

const pull = (number: number, updatedAt: string) => ({
  __typename: "PullRequest",
  number,
  baseRefName: "main",
  headRefOid: "a",
  updatedAt,
  repository: { name: "r", owner: { login: "o" } },
});
const page = (issueCount: number, endCursor: string | null, ...nodes: unknown[]) => ({
  search: { issueCount, pageInfo: { hasNextPage: endCursor !== null, endCursor }, nodes },
});

describe("searching pull requests", () => {
  it("reads page after page, the longest untouched first", async () => {
    const { client, asked } = answering(
      page(2, "next", pull(1, "2026-01-01T00:00:00Z")),
      page(2, null, pull(2, "2026-01-02T00:00:00Z")),
    );
    expect((await searchPulls(client, OPEN)).map(({ number }) => number)).toEqual([1, 2]);
    expect(asked.map(({ variables }) => [variables.query, variables.after])).toEqual([
      [`${OPEN} sort:updated-asc`, null],
      [`${OPEN} sort:updated-asc`, "next"],
    ]);
  });

  it("goes on from the last one where GitHub shows no more of a search, and tells each once", async () => {
    const { client, asked } = answering(
      page(3, null, pull(1, "2026-01-01T00:00:00Z"), pull(2, "2026-01-02T00:00:00Z")),
      page(2, null, pull(2, "2026-01-02T00:00:00Z"), pull(3, "2026-01-03T00:00:00Z")),
    );
    expect((await searchPulls(client, OPEN)).map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(asked[1]?.variables.query).toBe(`${OPEN} updated:>=2026-01-02T00:00:00Z sort:updated-asc`);
  });

  it("ends where nothing newer comes", async () => {
    const { client, asked } = answering(page(9, null, pull(1, "2026-01-01T00:00:00Z")), page(9, null));
    expect(await searchPulls(client, OPEN)).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it("looks only at what was touched since a time", async () => {
    const { client, asked } = answering(page(0, null));
    await searchPulls(client, OPEN, Date.parse("2026-05-01T00:00:00.500Z"));
    expect(asked[0]?.variables.query).toBe(`${OPEN} updated:>=2026-05-01T00:00:00Z sort:updated-asc`);
  });
});

describe("blockers", () => {
  it.each<[string, string[]]>([
    ["The tree is red", []],
    ["fix branch:release-1.9, branch:main", ["release-1.9", "main"]],
    ["Branch: release/1.2 is closed", ["release/1.2"]],
    ['BRANCH:"main"', ["main"]],
    ["branch:main branch:main", ["main"]],
    ["mybranch:main", []],
    ["branch:", []],
  ])("%s", (title, branches) => {
    expect(blockedBranches(title)).toEqual(branches);
  });

  it("are open issues with the label; without one nobody is asked", async () => {
    const issue = { __typename: "Issue", number: 3, title: "branch:main", url: "u" };
    const { client, asked } = answering(page(1, null, issue));
    expect(await readBlockers(client, "o", "r", "")).toEqual([]);
    expect(await readBlockers(client, "o", "r", "tide/blocker")).toEqual([
      { number: 3, title: "branch:main", url: "u", branches: ["main"] },
    ]);
    expect(asked[0]?.variables.query).toBe('is:issue state:open label:"tide/blocker" repo:"o/r"');
  });
});
