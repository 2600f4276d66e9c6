/** config.yaml's `tide` (spec jobs 5.2 to 5.4) and `branch-protection` (4.10): read and held; other rooms act on them. */
import * as z from "zod";
import { regexFault } from "./goregexp.ts";
import { Duration, Flag, isMapping, listOf, mapOf, StringMap, Strings, Text, unset } from "./values.ts";

const TideQuery = z.strictObject({
  author: unset(Text),
  labels: unset(Strings),
  missingLabels: unset(Strings),
  excludedBranches: unset(Strings),
  includedBranches: unset(Strings),
  milestone: unset(Text),
  reviewApprovedRequired: unset(Flag),
  orgs: unset(Strings),
  repos: unset(Strings),
  excludedRepos: unset(Strings),
  tenantIDs: unset(Strings),
});
export type TideQuery = z.output<typeof TideQuery>;

const METHODS = ["merge", "squash", "rebase", "ifNecessary"] as const;
const Method = z.enum(METHODS, { error: `must be one of ${METHODS.join(", ")}` });

/** A method, or a mapping one level further down: org, then repo or `*`, then branches as regular expressions. */
const methodOr = <T extends z.ZodType>(inner: T) =>
  z.unknown().transform((value, context): z.output<typeof Method> | Record<string, z.output<T>> => {
    const result = isMapping(value) ? mapOf(inner).safeParse(value) : Method.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      context.issues.push({ code: "custom", message: issue.message, path: [...issue.path], input: value });
    }
    return z.NEVER;
  });
const MergeMethods = mapOf(methodOr(methodOr(Method)));

const policy = {
  "skip-unknown-contexts": unset(Flag),
  "required-contexts": unset(Strings),
  "required-if-present-contexts": unset(Strings),
  "optional-contexts": unset(Strings),
  "optional-regex-contexts": unset(Strings),
  "from-branch-protection": unset(Flag),
  "overwrite-pending-contexts": unset(Flag),
};
export type ContextPolicy = { readonly [Key in keyof typeof policy]?: z.output<(typeof policy)[Key]> };

const ContextOptions = z.strictObject({
  ...policy,
  orgs: unset(
    mapOf(
      z.strictObject({
        ...policy,
        repos: unset(mapOf(z.strictObject({ ...policy, branches: unset(mapOf(z.strictObject(policy))) }))),
      }),
    ),
  ),
});

const GerritQueries = listOf(
  z.strictObject({
    org: unset(Text),
    repos: unset(Strings),
    opt_out_help: unset(Flag),
    filters: unset(
      z.strictObject({ branches: unset(Strings), excluded_branches: unset(Strings), opt_in_by_default: unset(Flag) }),
    ),
  }),
);

export const GerritSchema = z.strictObject({
  tick_interval: unset(Duration),
  ratelimit: unset(z.int()),
  deck_url: unset(Text),
  org_repos_config: unset(GerritQueries),
  allowed_presubmit_trigger_re: unset(Text),
});

const Time = Text.refine((value) => !Number.isNaN(Date.parse(value)), {
  error: "must be a time such as 2026-03-01T00:00:00Z",
});

const Pattern = Text.superRefine((pattern, context) => {
  const fault = regexFault(pattern);
  if (fault !== null) context.addIssue({ code: "custom", message: fault });
});

/** Ours: Prow does not know these. The maps are by `*`, org and org/repo. */
const CutwaterSchema = z.strictObject({
  result_validity: unset(mapOf(z.enum(["base", "until-conflict"]))),
  batch_strategy: unset(mapOf(z.enum(["prow", "bisect", "speculative"]))),
  starvation: unset(mapOf(Duration)),
  place_in_status: unset(mapOf(Flag)),
  known_flakes: unset(
    listOf(z.strictObject({ name: Text, job: Pattern, failure: unset(Pattern), repos: unset(Strings) })),
  ),
  freezes: unset(
    listOf(
      z
        .strictObject({ name: Text, from: Time, until: Time, repos: unset(Strings), branches: unset(Strings) })
        .refine(({ from, until }) => Date.parse(from) < Date.parse(until), { error: "until must be later than from" }),
    ),
  ),
});

export const TideSchema = z.strictObject({
  sync_period: unset(Duration),
  status_update_period: unset(Duration),
  max_goroutines: unset(z.int()),
  queries: unset(listOf(TideQuery)),
  merge_method: unset(MergeMethods),
  merge_commit_template: unset(mapOf(z.strictObject({ title: unset(Text), body: unset(Text) }))),
  squash_label: unset(Text),
  rebase_label: unset(Text),
  merge_label: unset(Text),
  blocker_label: unset(Text),
  batch_size_limit: unset(mapOf(z.int().min(-1, { error: "must be -1 (no batches), 0 or more" }))),
  prioritize_existing_batches: unset(mapOf(Flag)),
  priority: unset(listOf(z.strictObject({ labels: unset(Strings) }))),
  context_options: unset(ContextOptions),
  github_merge_blocks_policy: unset(mapOf(z.enum(["ignore", "permit", "block"]))),
  target_url: unset(Text),
  target_urls: unset(StringMap),
  pr_status_base_url: unset(Text),
  pr_status_base_urls: unset(StringMap),
  display_all_tide_queries_in_status: unset(Flag),
  gerrit: unset(z.strictObject({ queries: unset(GerritQueries), ratelimit: unset(z.int()) })),
  cutwater: unset(CutwaterSchema),
});
export type TideConfig = z.output<typeof TideSchema>;

const people = { users: unset(Strings), teams: unset(Strings) };
const protection = {
  unmanaged: unset(Flag),
  protect: unset(Flag),
  required_status_checks: unset(z.strictObject({ contexts: unset(Strings), strict: unset(Flag) })),
  enforce_admins: unset(Flag),
  restrictions: unset(z.strictObject({ apps: unset(Strings), ...people })),
  require_manually_triggered_jobs: unset(Flag),
  required_pull_request_reviews: unset(
    z.strictObject({
      dismissal_restrictions: unset(z.strictObject(people)),
      dismiss_stale_reviews: unset(Flag),
      require_code_owner_reviews: unset(Flag),
      required_approving_review_count: unset(z.int()),
      bypass_pull_request_allowances: unset(z.strictObject(people)),
    }),
  ),
  required_linear_history: unset(Flag),
  allow_force_pushes: unset(Flag),
  allow_deletions: unset(Flag),
  require_signed_commits: unset(Flag),
  exclude: unset(Strings),
  include: unset(Strings),
};
export const PROTECTION_KEYS: readonly string[] = Object.keys(protection);

const ProtectedRepo = z.strictObject({
  ...protection,
  branches: unset(mapOf(z.strictObject(protection))),
});
const ProtectedOrg = z.strictObject({ ...protection, repos: unset(mapOf(ProtectedRepo)) });

export const BranchProtectionSchema = z.strictObject({
  ...protection,
  "protect-tested-repos": unset(Flag),
  orgs: unset(mapOf(ProtectedOrg)),
  allow_disabled_policies: unset(Flag),
  allow_disabled_job_policies: unset(Flag),
  protect_repos_with_optional_jobs: unset(Flag),
});
export type BranchProtection = z.output<typeof BranchProtectionSchema>;
export type ProtectionPolicy = z.output<typeof ProtectedRepo>;
