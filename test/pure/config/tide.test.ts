/** What of config.yaml's tide reaches each repository and the index (spec jobs 5.2 to 5.4). */
import { describe, expect, it } from "vitest";
import type { RepoConfig } from "../../../src/config/model.ts";
import { contextLayers } from "../../../src/config/tide.ts";
import { poolSettings } from "../../../src/tide/settings.ts";
import { load, PROW, said } from "./fixtures.ts";

const TIDE = `
tide:
  queries:
  - { orgs: [acme], excludedRepos: [acme/attic], labels: [lgtm, "a,b"], missingLabels: [hold], excludedBranches: [old] }
  - { repos: [acme/ship, Other/Tool], author: bot, includedBranches: [main], milestone: v1, reviewApprovedRequired: true }
  - { orgs: [acme], excludedRepos: [acme/attic], labels: ["a,b", lgtm], missingLabels: [hold], excludedBranches: [old] }
  merge_method: { acme: squash, acme/ship@release: rebase, "acme/boat": merge }
  merge_label: tide/merge
  squash_label: tide/squash
  rebase_label: tide/rebase
  blocker_label: tide/blocker
  batch_size_limit: { "*": 10, acme: 5, acme/ship: -1 }
  prioritize_existing_batches: { acme/ship: false }
  priority: [{ labels: [p0] }, { labels: ["p1,p2", x] }]
  github_merge_blocks_policy: { acme: block }
  target_urls: { "*": "https://t", acme/ship: "https://ship" }
  pr_status_base_url: https://status
  display_all_tide_queries_in_status: true
  merge_commit_template: { acme: { title: org }, acme/ship: { title: ship, body: b } }
  context_options:
    skip-unknown-contexts: true
    orgs:
      Acme:
        required-contexts: [org-check]
        repos:
          ship:
            from-branch-protection: true
            branches: { release: { optional-contexts: [slow] } }
  cutwater:
    result_validity: { acme/ship: until-conflict }
    batch_strategy: { "*": bisect }
    starvation: { acme: 2h }
    freezes:
    - { name: all, from: "2026-01-01T00:00:00Z", until: "2026-01-02T00:00:00Z" }
    - { name: ship, from: "2026-02-01T00:00:00Z", until: "2026-02-02T00:00:00Z", repos: [acme/ship], branches: [main] }
branch-protection:
  orgs:
    acme:
      repos:
        ship: { protect: true, required_status_checks: { contexts: [cla] } }
        boat: { protect: true }
    other: { protect: true }
`;
const loaded = load({ prow: PROW + TIDE, plugins: "{}" });

function of(name: string): RepoConfig {
  const [org, repo] = name.split("/");
  const found = loaded.repositories.find((one) => one.org === org && one.repo === repo);
  if (!found) throw new Error(`no document for ${name}`);
  return found;
}
const settings = (name: string, branch = "main") => {
  const found = poolSettings(of(name), branch);
  if (!found) throw new Error(`tide does not merge in ${name}`);
  return found;
};

it("takes the whole of it without a fault", () => {
  expect(said(loaded)).toEqual([]);
});

describe("which repositories queries cover", () => {
  it.each([
    ["acme/", 1, "an organisation's other repositories; queries that ask the same are one (5.3)"],
    ["acme/ship", 2, "by its organisation and by its name"],
    ["Other/Tool", 1, "by its name alone"],
  ])("%s: %i (%s)", (name, count) => {
    expect(of(name).tide?.queries).toHaveLength(count);
  });

  it("leaves out what a query excludes, which has a document of its own", () => {
    expect(of("acme/attic").tide).toBeNull();
    expect(poolSettings(of("acme/attic"), "main")).toBeNull();
  });

  it("names organisations of queries for which no plugin is enabled", () => {
    expect(loaded.index.orgs).toEqual(["acme"]);
  });

  it("gives the index the queries with equal criteria joined", () => {
    expect(loaded.index.tide?.blocker_label).toBe("tide/blocker");
    expect(loaded.index.tide?.queries).toMatchObject([
      { orgs: ["acme"], repos: [], excludedRepos: ["acme/attic"], labels: ["lgtm", "a,b"] },
      { orgs: [], repos: ["Other/Tool", "acme/ship"], author: "bot", reviewApprovedRequired: true },
    ]);
  });

  it("joins no exception of one query that another covers", () => {
    const tide = "tide: { queries: [{ orgs: [a], excludedRepos: [a/x, a/y] }, { orgs: [a], excludedRepos: [a/y] }] }";
    expect(load({ prow: tide }).index.tide?.queries).toMatchObject([{ orgs: ["a"], excludedRepos: ["a/y"] }]);
  });

  it("says null where there is no tide", () => {
    const none = load({});
    expect(none.index.tide).toBeNull();
    expect(none.repositories.map((config) => config.tide)).toEqual(none.repositories.map(() => null));
  });
});

describe("settings of a branch", () => {
  const WIDE = settings("acme/");
  const SHIP = settings("acme/ship");
  const RELEASE = settings("acme/ship", "release");
  const TOOL = settings("Other/Tool");
  it.each([
    ["merge method of the organisation", WIDE.method, "squash"],
    ["merge method of org/repo@branch", RELEASE.method, "rebase"],
    ["merge method where nothing is said", TOOL.method, "merge"],
    [
      "labels of methods",
      [SHIP.mergeLabel, SHIP.squashLabel, SHIP.rebaseLabel],
      ["tide/merge", "tide/squash", "tide/rebase"],
    ],
    ["template of the organisation", WIDE.template, { title: "org", body: "" }],
    ["template of the repository, whole", SHIP.template, { title: "ship", body: "b" }],
    ["batch limit of *, org, org/repo", [TOOL, WIDE, SHIP].map((one) => one.batchSizeLimit), [10, 5, -1]],
    ["existing batches go first unless said", [WIDE, SHIP].map((one) => one.prioritizeExistingBatches), [true, false]],
    ["priority in its order", SHIP.priority, [["p0"], ["p1,p2", "x"]]],
    ["blocks policy, permit by default", [TOOL, WIDE].map((one) => one.blocksPolicy), ["permit", "block"]],
    ["target url by scope", [TOOL, SHIP].map((one) => one.targetUrl), ["https://t", "https://ship"]],
    ["status base url for all", TOOL.prStatusBaseUrl, "https://status"],
    ["all queries in the status", TOOL.displayAllQueries, true],
    ["validity of results", [WIDE, SHIP].map((one) => one.resultValidity), ["base", "until-conflict"]],
    ["batch strategy", TOOL.batchStrategy, "bisect"],
    ["starvation in milliseconds", [TOOL, SHIP].map((one) => one.starvationMs), [0, 7_200_000]],
    ["freezes of everything and of the branch", SHIP.freezes.map((one) => one.name), ["all", "ship"]],
    ["no freeze of another branch", RELEASE.freezes.map((one) => one.name), ["all"]],
    [
      "no freeze of another repository",
      TOOL.freezes,
      [{ name: "all", from: 1767225600000, until: 1767312000000, branches: [] }],
    ],
  ])("%s", (_rule, found, expected) => {
    expect(found).toEqual(expected);
  });

  it("keeps the layers of context options, those of a branch last", () => {
    const { tide } = of("acme/ship");
    expect(tide && contextLayers(tide, "release")).toEqual([
      { "skip-unknown-contexts": true },
      { "required-contexts": ["org-check"] },
      { "from-branch-protection": true },
      { "optional-contexts": ["slow"] },
    ]);
    expect(tide && contextLayers(tide, "constructor")).toHaveLength(3);
  });

  it("keeps of branch protection what speaks of the repository, and nothing where nobody asks for it", () => {
    expect(of("acme/ship").tide?.protection).toEqual({
      orgs: { acme: { repos: { ship: { protect: true, required_status_checks: { contexts: ["cla"] } } } } },
    });
    expect(of("acme/").tide?.protection).toBeNull();
  });
});

it.each([
  ['known_flakes: [{ name: f, job: "(" }]', "known_flakes"],
  ["place_in_status: { '*': perhaps }", "place_in_status"],
  ["result_validity: { '*': forever }", "result_validity"],
  ["batch_strategy: { '*': guess }", "batch_strategy"],
  ["starvation: { '*': soon }", "starvation"],
  ["freezes: [{ name: x, from: then, until: '2026-01-01' }]", "must be a time"],
  ["freezes: [{ name: x, from: '2026-01-02', until: '2026-01-01' }]", "until must be later than from"],
])("refuses %s", (line, message) => {
  expect(said(load({ prow: `${PROW}\ntide: { cutwater: { ${line} } }` })).join()).toContain(message);
});
