/** What is wrong with config.yaml's tide and branch-protection (spec jobs 4.10, 5.2 to 5.4). */
import type { Path } from "./document.ts";
import { entriesOf, type Fault, placed, regexFaults, repeated, templateFaults } from "./faults.ts";
import type { BranchProtection, ContextPolicy, ProtectionPolicy, TideConfig, TideQuery } from "./tide-schema.ts";

const isRepo = (name: string): boolean => /^[^/]+\/[^/]+$/.test(name);
/** The alternatives of a label: `a,b` is either. */
const alternatives = (labels: readonly string[] | undefined): string[] =>
  (labels ?? []).flatMap((label) => label.split(",")).map((label) => label.trim());

function* queryFaults(query: TideQuery, path: Path): Generator<Fault> {
  const { orgs = [], repos = [], excludedRepos = [] } = query;
  if (orgs.length === 0 && repos.length === 0) yield [path, "needs orgs or repos"];
  for (const [at, org] of orgs.entries())
    if (org === "" || org.includes("/")) yield [[...path, "orgs", at], `${org || "an empty text"} is no organisation`];
  for (const [at, repo] of repos.entries()) {
    if (!isRepo(repo)) yield [[...path, "repos", at], `${repo} must be org/repo`];
    else if (orgs.includes(repo.slice(0, repo.indexOf("/"))))
      yield [[...path, "repos", at], `${repo} is covered by orgs already`];
  }
  for (const [at, repo] of excludedRepos.entries()) {
    if (!isRepo(repo)) yield [[...path, "excludedRepos", at], `${repo} must be org/repo`];
    else if (!orgs.includes(repo.slice(0, repo.indexOf("/"))))
      yield [[...path, "excludedRepos", at], `${repo} has no effect: its organisation is not in orgs`];
    if (repos.includes(repo)) yield [[...path, "excludedRepos", at], `${repo} is in repos too`];
  }
  const lists = [
    "orgs",
    "repos",
    "excludedRepos",
    "labels",
    "missingLabels",
    "includedBranches",
    "excludedBranches",
  ] as const;
  for (const key of lists) {
    const twice = repeated(query[key] ?? []);
    if (twice !== undefined) yield [[...path, key], `holds ${twice} twice`];
  }
  const forbidden = new Set(query.missingLabels ?? []);
  for (const label of query.labels ?? []) {
    const choices = alternatives([label]);
    if (choices.every((one) => forbidden.has(one)))
      yield [[...path, "labels"], `${label} is both required and forbidden`];
  }
  if (query.includedBranches?.length && query.excludedBranches?.length)
    yield [[...path, "includedBranches"], "excludes excludedBranches"];
}

function* policyFaults(policy: ContextPolicy, path: Path): Generator<Fault> {
  const required = policy["required-contexts"] ?? [];
  const ifPresent = policy["required-if-present-contexts"] ?? [];
  const optional = new Set(policy["optional-contexts"] ?? []);
  const present = new Set(ifPresent);
  for (const context of required) {
    if (optional.has(context)) yield [[...path, "required-contexts"], `${context} is optional too`];
    if (present.has(context)) yield [[...path, "required-contexts"], `${context} is required if present too`];
  }
  for (const context of ifPresent)
    if (optional.has(context)) yield [[...path, "required-if-present-contexts"], `${context} is optional too`];
  const key = "optional-regex-contexts";
  yield* regexFaults(placed([...path, key], policy[key]));
}

/** A scalar for all, or a mapping by repository that then names `*`. */
function* scalarOrMap(tide: TideConfig, scalar: "target_url" | "pr_status_base_url"): Generator<Fault> {
  const map = tide[`${scalar}s`];
  if (tide[scalar] && map) yield [["tide", scalar], `excludes ${scalar}s`];
  else if (map && Object.keys(map).length > 0 && map["*"] === undefined)
    yield [["tide", `${scalar}s`], "needs a * entry"];
}

/** Where an organisation's repositories are keyed by branches, the keys are regular expressions. */
function mergeMethodPatterns(methods: TideConfig["merge_method"]): [Path, string][] {
  return entriesOf(methods).flatMap(([org, ofOrg]) =>
    typeof ofOrg === "string"
      ? []
      : entriesOf(ofOrg).flatMap(([repo, ofRepo]) =>
          typeof ofRepo === "string"
            ? []
            : Object.keys(ofRepo).map((key): [Path, string] => [["tide", "merge_method", org, repo, key], key]),
        ),
  );
}

export function* tideFindings(tide: TideConfig | undefined): Generator<Fault> {
  if (!tide) return;
  if ((tide.max_goroutines ?? 20) < 0) yield [["tide", "max_goroutines"], "must be positive"];
  for (const [at, query] of (tide.queries ?? []).entries()) yield* queryFaults(query, ["tide", "queries", at]);
  yield* scalarOrMap(tide, "target_url");
  yield* scalarOrMap(tide, "pr_status_base_url");
  yield* regexFaults(mergeMethodPatterns(tide.merge_method));
  for (const [key, templates] of entriesOf(tide.merge_commit_template)) {
    for (const part of ["title", "body"] as const)
      yield* templateFaults([[["tide", "merge_commit_template", key, part], templates[part]]]);
  }
  const options = tide.context_options;
  if (!options) return;
  const path = ["tide", "context_options"];
  yield* policyFaults(options, path);
  for (const [org, ofOrg] of entriesOf(options.orgs)) {
    yield* policyFaults(ofOrg, [...path, "orgs", org]);
    for (const [repo, ofRepo] of entriesOf(ofOrg.repos)) {
      yield* policyFaults(ofRepo, [...path, "orgs", org, "repos", repo]);
      for (const [branch, ofBranch] of entriesOf(ofRepo.branches))
        yield* policyFaults(ofBranch, [...path, "orgs", org, "repos", repo, "branches", branch]);
    }
  }
}

function* oneProtection(policy: Pick<ProtectionPolicy, "include" | "exclude">, path: Path): Generator<Fault> {
  for (const key of ["include", "exclude"] as const) yield* regexFaults(placed([...path, key], policy[key]));
}

export function* protectionFindings(protection: BranchProtection | undefined): Generator<Fault> {
  if (!protection) return;
  // Further down Prow takes both, and heeds include alone.
  if (protection.include?.length && protection.exclude?.length)
    yield [["branch-protection", "include"], "excludes exclude"];
  yield* oneProtection(protection, ["branch-protection"]);
  for (const [org, ofOrg] of entriesOf(protection.orgs)) {
    const path = ["branch-protection", "orgs", org];
    yield* oneProtection(ofOrg, path);
    for (const [repo, ofRepo] of entriesOf(ofOrg.repos)) yield* oneProtection(ofRepo, [...path, "repos", repo]);
  }
}
