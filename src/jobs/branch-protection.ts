/**
 * Branch protection as the configuration wants it: Prow's branchprotector (spec jobs 4.10). Pure. A policy is narrowed from
 * all over organisation and repository to branch: what the narrower sets wins, lists join.
 */
import { goRegExp } from "../config/goregexp.ts";
import { ownValue } from "../config/lookup.ts";
import type { Presubmit } from "../config/model.ts";
import type { BranchProtection } from "../config/tide-schema.ts";
import { couldRun, needsExplicitTrigger } from "./triggering.ts";

type Policy = Omit<
  BranchProtection,
  | "orgs"
  | "protect-tested-repos"
  | "allow_disabled_policies"
  | "allow_disabled_job_policies"
  | "protect_repos_with_optional_jobs"
>;

/** What a branch must have; `null`: it is none of our business. */
export type Wanted =
  | null
  | { readonly protect: false }
  | { readonly protect: true; readonly settings: Settings; readonly signatures: boolean | null };

/** The body of GitHub's update. */
export interface Settings {
  readonly required_status_checks: { readonly strict: boolean; readonly contexts: readonly string[] } | null;
  readonly enforce_admins: boolean;
  readonly required_pull_request_reviews: Reviews | null;
  readonly restrictions: Required<People> | null;
  readonly required_linear_history: boolean;
  readonly allow_force_pushes: boolean;
  readonly allow_deletions: boolean;
}

interface People {
  readonly users: readonly string[];
  readonly teams: readonly string[];
  readonly apps?: readonly string[];
}

interface Reviews {
  readonly dismissal_restrictions?: People;
  readonly bypass_pull_request_allowances?: People;
  readonly dismiss_stale_reviews: boolean;
  readonly require_code_owner_reviews: boolean;
  readonly required_approving_review_count: number;
}

/** The configuration contradicts itself; the message says where. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function joined(wide: unknown, narrow: unknown): unknown {
  if (narrow === undefined) return wide;
  if (Array.isArray(wide) && Array.isArray(narrow)) return [...new Set([...wide, ...narrow].map(String))].toSorted();
  if (isMap(wide) && isMap(narrow)) return joinedMaps(wide, narrow);
  return narrow;
}

function joinedMaps(wide: Record<string, unknown>, narrow: Record<string, unknown>): Record<string, unknown> {
  const keys = [...new Set([...Object.keys(wide), ...Object.keys(narrow)])];
  return Object.fromEntries(keys.map((key) => [key, joined(wide[key], narrow[key])]));
}

function narrowed(wide: Policy, narrow: Policy | undefined): Policy {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both are policies, and each key keeps its type
  return narrow ? (joinedMaps({ ...wide }, { ...narrow }) as Policy) : wide;
}

/** A policy without what is below it. */
function bare(level: Policy & { readonly repos?: unknown; readonly branches?: unknown }): Policy {
  const { repos: _repos, branches: _branches, ...policy } = level;
  return policy;
}

/** Contexts that every pull request must have. Of what runs under conditions none: it may never come. */
export function requiredContexts(branch: string, presubmits: readonly Presubmit[], manual: boolean): readonly string[] {
  const required = presubmits.filter(
    (job) =>
      couldRun(job, branch) &&
      !job.optional &&
      !job.skip_report &&
      (job.always_run || (manual && needsExplicitTrigger(job))),
  );
  return [...new Set(required.map((job) => job.context))].sort();
}

const hasOptional = (branch: string, presubmits: readonly Presubmit[]): boolean =>
  presubmits.some((job) => couldRun(job, branch) && (job.optional || job.skip_report));

export class Protector {
  readonly #all: BranchProtection;
  readonly #base: Policy;

  constructor(all: BranchProtection) {
    const { orgs: _orgs, ...rest } = all;
    const {
      "protect-tested-repos": _tested,
      allow_disabled_policies: _policies,
      allow_disabled_job_policies: _jobs,
      protect_repos_with_optional_jobs: _optional,
      ...policy
    } = rest;
    this.#all = all;
    this.#base = policy;
  }

  #repo(org: string, repo: string): { policy: Policy; branches: Readonly<Record<string, Policy>> } {
    const ofOrg = this.#all.orgs?.[org];
    const ofRepo = ofOrg?.repos?.[repo];
    const policy = narrowed(narrowed(this.#base, ofOrg && bare(ofOrg)), ofRepo && bare(ofRepo));
    return { policy, branches: ofRepo?.branches ?? {} };
  }

  /** Organisations all of whose repositories are looked at. */
  wholeOrgs(): readonly string[] {
    return Object.entries(this.#all.orgs ?? {})
      .filter(([, org]) => narrowed(this.#base, org).protect !== undefined)
      .map(([name]) => name);
  }

  /** `org/repo` of those that are named, and with protect-tested-repos of those with presubmits (`tested`). */
  namedRepos(tested: readonly string[]): readonly string[] {
    const named = Object.entries(this.#all.orgs ?? {}).flatMap(([org, { repos }]) =>
      Object.keys(repos ?? {}).map((repo) => `${org}/${repo}`),
    );
    return [...new Set([...named, ...(this.#all["protect-tested-repos"] ? tested : [])])].sort();
  }

  /** Whether include or exclude leave a branch to us; one that is named always is. */
  covers(org: string, repo: string, branch: string): boolean {
    const { policy, branches } = this.#repo(org, repo);
    if (Object.hasOwn(branches, branch)) return true;
    if (policy.include?.length) return goRegExp(policy.include.join("|")).test(branch);
    return !policy.exclude?.length || !goRegExp(policy.exclude.join("|")).test(branch);
  }

  /** Whether required jobs that start by hand only count as well. */
  manual(org: string, repo: string, branch: string): boolean {
    const { policy, branches } = this.#repo(org, repo);
    return narrowed(policy, ownValue(branches, branch)).require_manually_triggered_jobs ?? false;
  }

  /** Throws {@link PolicyError}. */
  wanted(org: string, repo: string, branch: string, presubmits: readonly Presubmit[]): Wanted {
    const where = `${org}/${repo}=${branch}`;
    const { policy: ofRepo, branches } = this.#repo(org, repo);
    const own = Object.hasOwn(branches, branch) ? branches[branch] : undefined;
    let policy = narrowed(ofRepo, own);
    if (own && policy.protect === undefined && !policy.unmanaged)
      throw new PolicyError(`${where}: a branch that is named must set protect or unmanaged`);
    if (policy.unmanaged) return null;
    const contexts = requiredContexts(branch, presubmits, policy.require_manually_triggered_jobs ?? false);
    const optional = this.#all.protect_repos_with_optional_jobs === true && hasOptional(branch, presubmits);
    if (contexts.length > 0 || optional) {
      if (policy.protect === false) {
        if (this.#all.allow_disabled_job_policies) return null;
        throw new PolicyError(`${where}: it has required jobs, which need its protection, but sets protect: false`);
      }
      const protect = this.#all["protect-tested-repos"] ? true : policy.protect;
      const checks = { contexts: [...contexts], strict: policy.required_status_checks?.strict };
      policy = narrowed(policy, { ...EMPTY, required_status_checks: checks, protect });
    }
    if (policy.protect === undefined) return null;
    if (!policy.protect) {
      if (isSet(policy) && !this.#all.allow_disabled_policies)
        throw new PolicyError(`${where}: its settings need protect: true, but it sets protect: false`);
      return { protect: false };
    }
    return { protect: true, settings: settingsOf(policy), signatures: policy.require_signed_commits ?? null };
  }
}

const EMPTY: Policy = {
  unmanaged: undefined,
  protect: undefined,
  required_status_checks: undefined,
  enforce_admins: undefined,
  restrictions: undefined,
  require_manually_triggered_jobs: undefined,
  required_pull_request_reviews: undefined,
  required_linear_history: undefined,
  allow_force_pushes: undefined,
  allow_deletions: undefined,
  require_signed_commits: undefined,
  exclude: undefined,
  include: undefined,
};
const NO_SETTINGS: ReadonlySet<string> = new Set(["protect", "unmanaged", "exclude", "include"]);

const isSet = (policy: Policy): boolean =>
  Object.entries(policy).some(([key, value]) => value !== undefined && !NO_SETTINGS.has(key));

const people = (of: { users?: readonly string[] | undefined; teams?: readonly string[] | undefined }): People => ({
  users: [...(of.users ?? [])].sort(),
  teams: [...(of.teams ?? [])].sort(),
});

function settingsOf(policy: Policy): Settings {
  const { required_status_checks: checks, required_pull_request_reviews: reviews, restrictions } = policy;
  const count = reviews?.required_approving_review_count ?? 0;
  return {
    required_status_checks: checks
      ? { strict: checks.strict ?? false, contexts: [...(checks.contexts ?? [])].sort() }
      : null,
    enforce_admins: policy.enforce_admins ?? false,
    // Without a count there is nothing to require (spec jobs 4.10).
    required_pull_request_reviews:
      reviews && count > 0
        ? {
            ...(reviews.dismissal_restrictions
              ? { dismissal_restrictions: people(reviews.dismissal_restrictions) }
              : {}),
            ...(reviews.bypass_pull_request_allowances
              ? { bypass_pull_request_allowances: people(reviews.bypass_pull_request_allowances) }
              : {}),
            dismiss_stale_reviews: reviews.dismiss_stale_reviews ?? false,
            require_code_owner_reviews: reviews.require_code_owner_reviews ?? false,
            required_approving_review_count: count,
          }
        : null,
    restrictions: restrictions ? { ...people(restrictions), apps: [...(restrictions.apps ?? [])].sort() } : null,
    required_linear_history: policy.required_linear_history ?? false,
    allow_force_pushes: policy.allow_force_pushes ?? false,
    allow_deletions: policy.allow_deletions ?? false,
  };
}
