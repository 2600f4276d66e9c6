/** What config.yaml's `tide` says of one repository (spec jobs 5.2 to 5.4): scopes are resolved, branches are not yet. */
import { isNamed, ownValue, type RepoName, specific } from "./lookup.ts";
import type { BranchProtection, ContextPolicy, TideConfig, TideQuery } from "./tide-schema.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { tideScope } from "./scopes.ts";
import { durationSeconds } from "./values.ts";

/** A query as it concerns a repository that it covers. An entry of `labels` may be `a,b`: either. */
export interface CoveringQuery {
  readonly author: string;
  readonly labels: readonly string[];
  readonly missingLabels: readonly string[];
  readonly includedBranches: readonly string[];
  readonly excludedBranches: readonly string[];
  readonly milestone: string;
  readonly reviewApprovedRequired: boolean;
}

/** Nothing is merged from `from` until `until` (milliseconds). */
export interface Freeze {
  readonly name: string;
  readonly from: number;
  readonly until: number;
  /** None: all. */
  readonly branches: readonly string[];
}

/** A failure that is nobody's fault: Go patterns of the job's name and of how it ended (empty: however). */
export interface KnownFlake {
  readonly name: string;
  readonly job: string;
  readonly failure: string;
}

export interface TideRepo {
  /** At least one. */
  readonly queries: readonly CoveringQuery[];
  readonly template: { readonly title: string; readonly body: string };
  readonly blocker_label: string;
  readonly batch_size_limit: number;
  readonly prioritize_existing_batches: boolean;
  readonly priority: readonly (readonly string[])[];
  readonly github_merge_blocks_policy: "ignore" | "permit" | "block";
  readonly target_url: string;
  readonly pr_status_base_url: string;
  readonly display_all_tide_queries_in_status: boolean;
  /** `context_options`, from all over organisation to repository, and those of single branches. */
  readonly contexts: {
    readonly layers: readonly ContextPolicy[];
    readonly branches: Readonly<Record<string, ContextPolicy>>;
  };
  /** `branch-protection`, cut down to this repository; null: no layer asks for `from-branch-protection`. */
  readonly protection: BranchProtection | null;
  /** Our own keys. */
  readonly cutwater: {
    readonly result_validity: "base" | "until-conflict";
    readonly batch_strategy: "prow" | "bisect" | "speculative";
    /** 0: never. */
    readonly starvation_seconds: number;
    readonly place_in_status: boolean;
    readonly known_flakes: readonly KnownFlake[];
    /** Milliseconds; no branches: all. */
    readonly freezes: readonly Freeze[];
  };
}

/** Queries as searches need them: those of equal criteria are one. */
export interface TideIndex {
  readonly queries: readonly SearchQuery[];
  readonly blocker_label: string;
}

interface SearchQuery extends CoveringQuery {
  readonly orgs: readonly string[];
  readonly repos: readonly string[];
  readonly excludedRepos: readonly string[];
}

/** A query without its repositories. */
const criteria = (query: TideQuery): CoveringQuery => ({
  author: query.author ?? "",
  labels: query.labels ?? [],
  missingLabels: query.missingLabels ?? [],
  includedBranches: query.includedBranches ?? [],
  excludedBranches: query.excludedBranches ?? [],
  milestone: query.milestone ?? "",
  reviewApprovedRequired: query.reviewApprovedRequired ?? false,
});

/** Equal for queries that ask the same, in whatever order. */
function keyOf(query: CoveringQuery): string {
  const sorted = (list: readonly string[]): readonly string[] => list.toSorted();
  const { author, labels, missingLabels, includedBranches, excludedBranches, milestone } = query;
  const lists = [labels, missingLabels, includedBranches, excludedBranches].map(sorted);
  return JSON.stringify([author, milestone, query.reviewApprovedRequired, ...lists]);
}

const covers = (query: TideQuery, name: RepoName): boolean =>
  isNamed(query.repos, name) || (isNamed(query.orgs, name) && !isNamed(query.excludedRepos, name));

/** What its searches need; null: tide merges nothing. */
export function tideIndexOf({ tide }: ProwConfig): TideIndex | null {
  const groups = Map.groupBy(tide?.queries ?? [], (query) => keyOf(criteria(query)));
  if (groups.size === 0) return null;
  const queries = [...groups.values()].flatMap((group): SearchQuery[] => {
    const [first] = group;
    if (!first) return [];
    const scope = tideScope(group);
    const excludedRepos = [...scope.orgs.values()].flatMap((excepted) => [...excepted]).sort();
    const repos = [...scope.repos].filter((repo) => !scope.orgs.has(repo.split("/")[0] ?? "")).sort();
    return [{ ...criteria(first), orgs: [...scope.orgs.keys()].sort(), repos, excludedRepos }];
  });
  return { queries, blocker_label: tide?.blocker_label ?? "" };
}

/** A map whose keys are names of GitHub's, which know no case. */
const named = <T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  map && Object.entries(map).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

/** Only the keys of a policy. */
function policyOf(level: ContextPolicy & Below): ContextPolicy {
  const { orgs: _orgs, repos: _repos, branches: _branches, ...policy } = level;
  return policy;
}

interface Below {
  readonly orgs?: unknown;
  readonly repos?: unknown;
  readonly branches?: unknown;
}

function contextsOf(tide: TideConfig, { org, repo }: RepoName): TideRepo["contexts"] {
  const options = tide.context_options;
  const ofOrg = named(options?.orgs, org);
  const ofRepo = named(ofOrg?.repos, repo);
  const layers = [options, ofOrg, ofRepo].flatMap((layer) => (layer ? [policyOf(layer)] : []));
  return { layers, branches: ofRepo?.branches ?? {} };
}

/** Without what is said of other repositories. */
function protectionOf(all: BranchProtection | undefined, { org, repo }: RepoName): BranchProtection | null {
  if (!all) return null;
  const ofOrg = named(all.orgs, org);
  if (!ofOrg) return { ...all, orgs: {} };
  const ofRepo = named(ofOrg.repos, repo);
  return { ...all, orgs: { [org]: { ...ofOrg, repos: ofRepo ? { [repo]: ofRepo } : {} } } };
}

const fromProtection = ({ layers, branches }: TideRepo["contexts"]): boolean =>
  [...layers, ...Object.values(branches)].some((layer) => layer["from-branch-protection"] === true);

function cutwaterOf({ cutwater }: TideConfig, name: RepoName): TideRepo["cutwater"] {
  const starvation = specific(cutwater?.starvation, name);
  const ours = ({ repos }: { readonly repos?: readonly string[] | undefined }): boolean =>
    !repos?.length || isNamed(repos, name);
  return {
    result_validity: specific(cutwater?.result_validity, name) ?? "base",
    batch_strategy: specific(cutwater?.batch_strategy, name) ?? "prow",
    starvation_seconds: starvation === undefined ? 0 : (durationSeconds(starvation) ?? 0),
    place_in_status: specific(cutwater?.place_in_status, name) ?? true,
    known_flakes: (cutwater?.known_flakes ?? [])
      .filter(ours)
      .map(({ name: flake, job, failure }) => ({ name: flake, job, failure: failure ?? "" })),
    freezes: (cutwater?.freezes ?? []).filter(ours).map(({ name: freeze, from, until, branches }) => ({
      name: freeze,
      from: Date.parse(from),
      until: Date.parse(until),
      branches: branches ?? [],
    })),
  };
}

/** Null: no query covers the repository. An empty `repo`: what the organisation's other repositories see. */
export function tideOf(prow: ProwConfig, name: RepoName): TideRepo | null {
  const { tide } = prow;
  const found = new Map(
    (tide?.queries ?? []).filter((one) => covers(one, name)).map((one) => [keyOf(criteria(one)), criteria(one)]),
  );
  if (!tide || found.size === 0) return null;
  const contexts = contextsOf(tide, name);
  const template = specific(tide.merge_commit_template, name);
  return {
    queries: [...found.values()],
    template: { title: template?.title ?? "", body: template?.body ?? "" },
    blocker_label: tide.blocker_label ?? "",
    batch_size_limit: specific(tide.batch_size_limit, name) ?? 0,
    prioritize_existing_batches: specific(tide.prioritize_existing_batches, name) ?? true,
    priority: (tide.priority ?? []).map(({ labels }) => labels ?? []),
    github_merge_blocks_policy: specific(tide.github_merge_blocks_policy, name) ?? "permit",
    target_url: specific(tide.target_urls, name) ?? tide.target_url ?? "",
    pr_status_base_url: specific(tide.pr_status_base_urls, name) ?? tide.pr_status_base_url ?? "",
    display_all_tide_queries_in_status: tide.display_all_tide_queries_in_status ?? false,
    contexts,
    protection: fromProtection(contexts) ? protectionOf(prow["branch-protection"], name) : null,
    cutwater: cutwaterOf(tide, name),
  };
}

/** The context options of a branch, from the widest to the narrowest. */
export function contextLayers({ contexts }: TideRepo, branch: string): readonly ContextPolicy[] {
  const own = ownValue(contexts.branches, branch);
  return own ? [...contexts.layers, own] : contexts.layers;
}

/** Every `org/repo` of which tide says something of its own: each needs its own document. */
export function* tideNames({ tide, "branch-protection": protection }: ProwConfig): Generator<string> {
  if (!tide) return;
  for (const { repos, excludedRepos } of tide.queries ?? []) yield* [...(repos ?? []), ...(excludedRepos ?? [])];
  const covered = new Set((tide.queries ?? []).flatMap(({ orgs }) => orgs ?? []).map((org) => org.toLowerCase()));
  for (const name of scopedNames(tide, protection))
    if (covered.has(name.slice(0, name.indexOf("/")).toLowerCase())) yield name;
}

const keys = (map: object | undefined): string[] => Object.keys(map ?? {});

function* scopedNames(tide: TideConfig, protection: BranchProtection | undefined): Generator<string> {
  yield* keys(tide.merge_commit_template);
  yield* keys(tide.batch_size_limit);
  yield* keys(tide.prioritize_existing_batches);
  yield* keys(tide.github_merge_blocks_policy);
  yield* keys(tide.target_urls);
  yield* keys(tide.pr_status_base_urls);
  for (const map of [tide.cutwater?.result_validity, tide.cutwater?.batch_strategy, tide.cutwater?.starvation])
    yield* keys(map);
  yield* keys(tide.cutwater?.place_in_status);
  for (const { repos } of [...(tide.cutwater?.freezes ?? []), ...(tide.cutwater?.known_flakes ?? [])])
    yield* repos ?? [];
  for (const [key, method] of Object.entries(tide.merge_method ?? {})) {
    yield key.replace(/@.*$/, "");
    if (typeof method === "object") yield* keys(method).flatMap((repo) => (repo === "*" ? [] : [`${key}/${repo}`]));
  }
  for (const [org, { repos }] of Object.entries(tide.context_options?.orgs ?? {}))
    yield* keys(repos).map((repo) => `${org}/${repo}`);
  for (const [org, { repos }] of Object.entries(protection?.orgs ?? {}))
    yield* keys(repos).map((repo) => `${org}/${repo}`);
}
