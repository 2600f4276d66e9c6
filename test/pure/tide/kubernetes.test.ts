/** The tide configuration of kubernetes/test-infra compiles into the pools that an independent reading of its YAML gives (spec jobs 5.2 to 5.4). */
import { beforeAll, describe, expect, it } from "vitest";
import type { Loaded } from "../../../src/config/load.ts";
import type { RepoConfig } from "../../../src/config/model.ts";
import { demandsOf } from "../../../src/tide/demands.ts";
import { searchStrings } from "../../../src/tide/search.ts";
import { poolSettings } from "../../../src/tide/settings.ts";
import { loadKubernetes, rawJobFiles, rawProwConfig } from "../../harness/kubernetes-config.ts";

interface Asked {
  readonly author?: string;
  readonly milestone?: string;
  readonly labels?: readonly string[];
  readonly missingLabels?: readonly string[];
}
interface RawQuery extends Asked {
  readonly orgs?: readonly string[];
  readonly repos?: readonly string[];
  readonly excludedRepos?: readonly string[];
  readonly includedBranches?: readonly string[];
  readonly excludedBranches?: readonly string[];
}
interface Protection {
  readonly protect?: boolean;
  readonly required_status_checks?: { readonly contexts?: readonly string[] };
}
interface RawRepo extends Protection {
  readonly branches?: Readonly<Record<string, Protection>>;
}
interface RawConfig {
  readonly tide: {
    readonly queries: readonly RawQuery[];
    readonly merge_method: Readonly<Record<string, string>>;
    readonly batch_size_limit: Readonly<Record<string, number>>;
    readonly context_options: {
      readonly orgs: Readonly<
        Record<string, { readonly repos: Readonly<Record<string, Readonly<Record<string, unknown>>>> }>
      >;
    };
  };
  readonly "branch-protection": {
    readonly orgs: Readonly<Record<string, Protection & { readonly repos?: Readonly<Record<string, RawRepo>> }>>;
  };
}
interface RawJob {
  readonly name: string;
  readonly context?: string;
  readonly always_run?: boolean;
  readonly optional?: boolean;
  readonly skip_report?: boolean;
  readonly run_before_merge?: boolean;
  readonly branches?: readonly string[];
  readonly skip_branches?: readonly string[];
}

const raw = rawProwConfig() as RawConfig;
const { queries } = raw.tide;
const has = (list: readonly string[] | undefined, one: string): boolean => list?.includes(one) ?? false;
const split = (name: string): [string, string] => [name.split("/")[0] ?? "", name.split("/")[1] ?? ""];

let loaded: Loaded;
const documents = new Map<string, RepoConfig>();
beforeAll(async () => {
  loaded = await loadKubernetes();
  for (const config of loaded.repositories) documents.set(`${config.org}/${config.repo}`.toLowerCase(), config);
}, 60_000);

/** As `configAt` finds it: the repository's own document, else its organisation's. */
function configOf(name: string): RepoConfig | null {
  const [org, repo] = split(name);
  const own = documents.get(name.toLowerCase());
  const shared = documents.get(`${org}/`.toLowerCase());
  return own ?? (shared ? { ...shared, repo } : null);
}

const jobs = new Map<string, RawJob[]>();
for (const { file } of rawJobFiles()) {
  const { presubmits } = (file ?? {}) as { presubmits?: Readonly<Record<string, readonly RawJob[]>> | null };
  for (const [name, list] of Object.entries(presubmits ?? {})) jobs.set(name, [...(jobs.get(name) ?? []), ...list]);
}

/** Every repository that is named somewhere, and of each organisation one that nobody has heard of. */
const NAMES = [
  ...new Set([
    ...queries.flatMap((query) => [...(query.repos ?? []), ...(query.excludedRepos ?? [])]),
    ...queries.flatMap((query) => (query.orgs ?? []).map((org) => `${org}/unheard-of`)),
    ...Object.keys(raw.tide.merge_method),
    ...[...jobs.keys()].filter((name) => /^[^/]+\/[^/]+$/.test(name)),
    ...Object.entries(raw["branch-protection"].orgs).flatMap(([org, { repos }]) =>
      Object.keys(repos ?? {}).map((repo) => `${org}/${repo}`),
    ),
    "nobody/nothing",
  ]),
].sort();
const BRANCHES = [
  ...new Set([
    ...queries.flatMap((query) => [...(query.includedBranches ?? []), ...(query.excludedBranches ?? [])]),
    "main",
    "topic",
  ]),
];

/** What of a query is asked of a pull request, whatever order it is written in. */
const asked = (query: Asked): string =>
  JSON.stringify([
    query.author ?? "",
    query.milestone ?? "",
    [...(query.labels ?? [])].sort(),
    [...(query.missingLabels ?? [])].sort(),
  ]);

/** The independent reading: what queries of the YAML ask for on a branch. */
function expected(name: string, branch: string): string[] {
  const found = queries.filter((query) => {
    const here = has(query.repos, name) || (has(query.orgs, split(name)[0]) && !has(query.excludedRepos, name));
    const branches = query.includedBranches
      ? has(query.includedBranches, branch)
      : !has(query.excludedBranches, branch);
    return here && branches;
  });
  return [...new Set(found.map(asked))].sort();
}

function compiled(name: string, branch: string): string[] {
  const config = configOf(name);
  const settings = config ? poolSettings(config, branch) : null;
  const found = (settings?.queries ?? []).filter((query) =>
    query.includedBranches.length > 0
      ? query.includedBranches.includes(branch)
      : !query.excludedBranches.includes(branch),
  );
  return [...new Set(found.map(asked))].sort();
}

describe("kubernetes/test-infra", () => {
  it("the reading finds something to compare", () => {
    expect([queries.length, NAMES.length > 150, BRANCHES.includes("master")]).toEqual([9, true, true]);
  });

  it("each org/repo@branch has the queries that the YAML says", () => {
    const wrong = NAMES.flatMap((name) =>
      BRANCHES.filter((branch) => compiled(name, branch).join() !== expected(name, branch).join()).map(
        (branch) => `${name}@${branch}: ${compiled(name, branch).join()} instead of ${expected(name, branch).join()}`,
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("methods and batch limits are those written for the repository", () => {
    const covered = NAMES.filter((name) => expected(name, "main").length > 0);
    expect(covered.length).toBeGreaterThan(150);
    const shown = covered.map((name) => {
      const config = configOf(name);
      const settings = config && poolSettings(config, "main");
      return [name, settings?.method, settings?.batchSizeLimit, settings?.prStatusBaseUrl];
    });
    expect(shown).toEqual(
      covered.map((name) => [
        name,
        raw.tide.merge_method[name] ?? "merge",
        raw.tide.batch_size_limit[name] ?? 0,
        "https://prow.k8s.io/pr",
      ]),
    );
  });

  it("searches reach each organisation and repository that a query names", () => {
    const searches = searchStrings(loaded.index.tide ?? { queries: [], blocker_label: "" }, "pools").map(
      ({ search }) => search,
    );
    for (const query of queries) {
      for (const org of query.orgs ?? [])
        expect(
          searches.some((search) => search.includes(`org:"${org}"`)),
          org,
        ).toBe(true);
      for (const repo of query.repos ?? [])
        expect(
          searches.some((search) => search.includes(` repo:"${repo}"`) || search.includes(`org:"${split(repo)[0]}"`)),
          repo,
        ).toBe(true);
    }
  });

  it("contexts are those of the jobs, of context_options and of branch protection", async () => {
    const wrong: string[] = [];
    for (const name of NAMES.filter((one) => expected(one, "main").length > 0)) {
      const config = configOf(name);
      for (const branch of ["main", "master"]) {
        if (!config || expected(name, branch).length === 0) continue;
        const own = { presubmits: config.presubmits, problems: [], changed: false };
        const { policy } = await demandsOf(config, own, { baseRef: branch }, [], () => Promise.resolve([]));
        const found = JSON.stringify([policy.required, policy.requiredIfPresent, policy.optional]);
        const wanted = JSON.stringify(contextsOf(name, branch));
        if (found !== wanted) wrong.push(`${name}@${branch}: ${found} instead of ${wanted}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("some of them come from branch protection", () => {
    const named = Object.entries(raw.tide.context_options.orgs).flatMap(([org, { repos }]) =>
      Object.keys(repos).map((repo) => `${org}/${repo}`),
    );
    expect(named.filter((name) => protectedContexts(name, "main").length > 0).length).toBeGreaterThan(0);
  });
});

const unique = (list: Iterable<string>): string[] => [...new Set(list)].sort();

/** Branch protection of the YAML, where context_options ask for it. */
function protectedContexts(name: string, branch: string): readonly string[] {
  const [org, repo] = split(name);
  if (raw.tide.context_options.orgs[org]?.repos[repo]?.["from-branch-protection"] !== true) return [];
  const ofOrg = raw["branch-protection"].orgs[org];
  const ofRepo = ofOrg?.repos?.[repo];
  const levels = [ofOrg, ofRepo, ofRepo?.branches?.[branch]];
  const protect = levels.findLast((level) => level?.protect !== undefined)?.protect;
  return protect ? levels.flatMap((level) => level?.required_status_checks?.contexts ?? []) : [];
}

function contextsOf(name: string, branch: string): [string[], string[], string[]] {
  const [org, repo] = split(name);
  const here = (jobs.get(name) ?? []).filter(
    ({ branches, skip_branches: skipped }) =>
      !(skipped?.length && new RegExp(skipped.join("|")).test(branch)) &&
      (!branches?.length || new RegExp(branches.join("|")).test(branch)),
  );
  const needed = here.filter((job) => !job.optional && !job.skip_report);
  const contexts = (list: readonly RawJob[]): string[] => list.map((job) => job.context ?? job.name);
  const options = raw.tide.context_options.orgs[org]?.repos[repo]?.["optional-contexts"];
  return [
    unique([...contexts(needed.filter((job) => job.always_run)), ...protectedContexts(name, branch)]),
    unique(contexts(needed.filter((job) => !job.always_run))),
    unique([
      ...contexts(here.filter((job) => job.optional || job.skip_report)),
      ...(Array.isArray(options) ? options.map(String) : []),
    ]),
  ];
}
