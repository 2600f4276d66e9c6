/** checkconfig's warnings about tide, plugins and branch protection together (spec jobs 4.12). */
import { runsOn } from "./duplicates.ts";
import { goRegExp, regexFault } from "./goregexp.ts";
import type { Presubmit, RepoConfig } from "./model.ts";
import type { PluginsConfig } from "./plugins-schema.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { externalScope, namesWhere, pluginScope, type Scope, tideScope } from "./scopes.ts";
import type { BranchProtection, ContextPolicy, ProtectionPolicy, TideQuery } from "./tide-schema.ts";

type Honours = (query: TideQuery, label: string) => boolean;
const requires: Honours = (query, label) => query.labels?.includes(label) ?? false;
const forbids: Honours = (query, label) => query.missingLabels?.includes(label) ?? false;

interface Relation {
  readonly plugin: string;
  readonly label: string;
  readonly honours: Honours;
}

const REQUIRED: readonly Relation[] = [
  { plugin: "lgtm", label: "lgtm", honours: requires },
  { plugin: "approve", label: "approved", honours: requires },
];
const FORBIDDEN: readonly Relation[] = [
  { plugin: "hold", label: "do-not-merge/hold", honours: forbids },
  { plugin: "wip", label: "do-not-merge/work-in-progress", honours: forbids },
  { plugin: "bugzilla", label: "bugzilla/invalid-bug", honours: forbids },
  { plugin: "verify-owners", label: "do-not-merge/invalid-owners-file", honours: forbids },
  { plugin: "release-note", label: "do-not-merge/release-note-label-needed", honours: forbids },
  { plugin: "cherry-pick-unapproved", label: "do-not-merge/cherry-pick-not-approved", honours: forbids },
  { plugin: "blockade", label: "do-not-merge/blocked-paths", honours: forbids },
];

/** A label that a plugin sets should count in tide, and one that counts should have its plugin; both ways. */
export function* mismatchedTide(prow: ProwConfig, plugins: PluginsConfig, lenient: boolean): Generator<string> {
  const queries = prow.tide?.queries ?? [];
  const managed = tideScope(queries);
  const honoured = ({ honours, label }: Relation): Scope => tideScope(queries.filter((query) => honours(query, label)));
  for (const relation of lenient ? REQUIRED : [...REQUIRED, ...FORBIDDEN]) {
    const { plugin, label, honours } = relation;
    const verb = honours === requires ? "require" : "forbid";
    const inTide = honoured(relation);
    const enabled = pluginScope(plugins, plugin);
    const missing = namesWhere([inTide, enabled], (name) => inTide.has(name) && !enabled.has(name));
    if (missing.length > 0)
      yield `tide queries ${verb} ${label}, but ${plugin} is not enabled for ${missing.join(", ")}`;
    const ignored = namesWhere(
      [managed, inTide, enabled],
      (name) => enabled.has(name) && managed.has(name) && !inTide.has(name),
    );
    if (ignored.length > 0)
      yield `${plugin} is enabled, but tide queries do not ${verb} ${label} for ${ignored.join(", ")}`;
  }
  if (lenient) return;
  const inTide = honoured({ plugin: "needs-rebase", label: "needs-rebase", honours: forbids });
  const enabled = externalScope(plugins, "needs-rebase");
  const missing = namesWhere([inTide, enabled], (name) => inTide.has(name) && !enabled.has(name));
  if (missing.length > 0)
    yield `tide queries forbid needs-rebase, but the external plugin needs-rebase is not enabled for ${missing.join(", ")}`;
}

export function* needsOkToTest({ tide }: ProwConfig): Generator<string> {
  for (const [at, query] of (tide?.queries ?? []).entries()) {
    if (requires(query, "lgtm") && forbids(query, "needs-ok-to-test"))
      yield `tide.queries[${at}] requires lgtm and forbids needs-ok-to-test: the latter adds nothing`;
  }
}

const isStrict = (policy: Pick<ProtectionPolicy, "protect" | "required_status_checks"> | undefined): boolean =>
  policy?.protect === true && policy.required_status_checks?.strict === true;

/** A strict branch must be up to date before a merge, which makes tide test in vain. Any strict branch counts for its repository. */
export function* tideStrictBranch(prow: ProwConfig): Generator<string> {
  const queries = prow.tide?.queries ?? [];
  const protection = prow["branch-protection"];
  if (queries.length === 0 || !protection) return;
  if (isStrict(protection)) yield "branch-protection is strict for all, but tide is in use";
  const managed = tideScope(queries);
  for (const [org, ofOrg] of Object.entries(protection.orgs ?? {})) {
    if (isStrict(ofOrg) && managed.has(org)) yield `branch-protection of ${org} is strict, but tide merges there`;
    for (const [repo, ofRepo] of Object.entries(ofOrg.repos ?? {})) {
      const strict = isStrict(ofRepo) || Object.values(ofRepo.branches ?? {}).some(isStrict);
      if (strict && managed.has(`${org}/${repo}`))
        yield `branch-protection of ${org}/${repo} is strict, but tide merges there`;
    }
  }
}

const LISTS = [
  "required-contexts",
  "required-if-present-contexts",
  "optional-contexts",
  "optional-regex-contexts",
] as const;
type Lists = Record<(typeof LISTS)[number], Set<string>>;

function collect(lists: Lists, policy: ContextPolicy | undefined): void {
  for (const key of LISTS) for (const context of policy?.[key] ?? []) lists[key].add(context);
}

function collectJobs(lists: Lists, jobs: readonly Presubmit[], branch: string): void {
  for (const job of jobs.filter((one) => runsOn(one, branch))) {
    const key =
      job.optional || job.skip_report
        ? "optional-contexts"
        : job.always_run
          ? "required-contexts"
          : "required-if-present-contexts";
    lists[key].add(job.context);
  }
}

function* contradictions(lists: Lists): Generator<string> {
  const { "required-contexts": required, "required-if-present-contexts": present } = lists;
  const optional = lists["optional-contexts"];
  for (const context of required) {
    if (optional.has(context)) yield `${context} is both required and optional`;
    if (present.has(context)) yield `${context} is both required and required if present`;
  }
  for (const context of optional) if (present.has(context)) yield `${context} is both optional and required if present`;
  for (const pattern of lists["optional-regex-contexts"]) {
    if (regexFault(pattern) !== null) continue;
    const expression = goRegExp(pattern);
    for (const context of new Set([...required, ...present]))
      if (expression.test(context)) yield `${context} is required, but matches the optional ${pattern}`;
  }
}

/** Contexts that tide would have to see as two things at once, on any branch that the configuration names (5.4). */
export function* tideContextPolicy(prow: ProwConfig, repositories: readonly RepoConfig[]): Generator<string> {
  const options = prow.tide?.context_options;
  for (const { org, repo, presubmits } of repositories.filter((one) => one.repo !== "")) {
    const ofOrg = options?.orgs?.[org];
    const ofRepo = ofOrg?.repos?.[repo];
    const branches = new Set([
      ...presubmits.flatMap((job) => job.branches ?? []),
      ...Object.keys(ofRepo?.branches ?? {}),
      ...Object.keys(prow["branch-protection"]?.orgs?.[org]?.repos?.[repo]?.branches ?? {}),
    ]);
    for (const branch of branches.size > 0 ? branches : ["master"]) {
      const lists: Lists = {
        "required-contexts": new Set(),
        "required-if-present-contexts": new Set(),
        "optional-contexts": new Set(),
        "optional-regex-contexts": new Set(),
      };
      for (const policy of [options, ofOrg, ofRepo, ofRepo?.branches?.[branch]]) collect(lists, policy);
      collectJobs(lists, presubmits, branch);
      for (const sentence of contradictions(lists)) yield `${org}/${repo}, branch ${branch}: ${sentence}`;
    }
  }
}

const SETTINGS = [
  "protect",
  "required_status_checks",
  "enforce_admins",
  "restrictions",
  "required_pull_request_reviews",
] as const;
const hasSettings = (policy: Pick<ProtectionPolicy, (typeof SETTINGS)[number]>): boolean =>
  SETTINGS.some((key) => policy[key] !== undefined);

/** What is unmanaged is not touched: settings below it have no effect unless they say `unmanaged: false`. */
export function* unmanagedSubconfig(protection: BranchProtection | undefined): Generator<string> {
  for (const [org, ofOrg] of Object.entries(protection?.orgs ?? {})) {
    if (protection?.unmanaged && ofOrg.unmanaged !== false)
      yield `branch-protection is unmanaged, but configures ${org}`;
    if (ofOrg.unmanaged && hasSettings(ofOrg)) yield `branch-protection of ${org} is unmanaged, but has settings`;
    for (const [repo, ofRepo] of Object.entries(ofOrg.repos ?? {})) {
      const name = `${org}/${repo}`;
      const managedBelow = Object.values(ofRepo.branches ?? {}).some((branch) => branch.unmanaged === false);
      if (ofOrg.unmanaged && ofRepo.unmanaged !== false && !managedBelow)
        yield `branch-protection of ${org} is unmanaged, but configures ${name}`;
      if (ofRepo.unmanaged && hasSettings(ofRepo)) yield `branch-protection of ${name} is unmanaged, but has settings`;
      for (const [branch, ofBranch] of Object.entries(ofRepo.branches ?? {})) {
        if (ofRepo.unmanaged && ofBranch.unmanaged !== false)
          yield `branch-protection of ${name} is unmanaged, but configures the branch ${branch}`;
        if (ofBranch.unmanaged && hasSettings(ofBranch))
          yield `branch-protection of ${name}, branch ${branch}, is unmanaged, but has settings`;
      }
    }
  }
}
