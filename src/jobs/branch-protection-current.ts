/** Branch protection as GitHub tells it, compared with what is wanted. Pure. */
import * as z from "zod";
import type { Settings, Wanted } from "./branch-protection.ts";

const Logins = z.array(z.object({ login: z.string() })).default([]);
const Slugs = z.array(z.object({ slug: z.string() })).default([]);
const Switch = z.object({ enabled: z.boolean() }).optional();
const People = z.object({ users: Logins, teams: Slugs }).optional();

const Protection = z.object({
  required_status_checks: z
    .object({ strict: z.boolean().default(false), contexts: z.array(z.string()).default([]) })
    .nullish(),
  enforce_admins: Switch,
  required_pull_request_reviews: z
    .object({
      dismissal_restrictions: People,
      bypass_pull_request_allowances: People,
      dismiss_stale_reviews: z.boolean().default(false),
      require_code_owner_reviews: z.boolean().default(false),
      required_approving_review_count: z.int().default(0),
    })
    .nullish(),
  restrictions: z.object({ users: Logins, teams: Slugs, apps: Slugs }).nullish(),
  required_signatures: Switch,
  required_linear_history: Switch,
  allow_force_pushes: Switch,
  allow_deletions: Switch,
});

const people = ({ users, teams }: { users: z.infer<typeof Logins>; teams: z.infer<typeof Slugs> }) => ({
  users: users.map(({ login }) => login).sort(),
  teams: teams.map(({ slug }) => slug).sort(),
});

export interface Current {
  readonly settings: Settings;
  /** Whether commits must be signed: GitHub keeps that apart. */
  readonly signatures: boolean;
}

/** GitHub's answer in the shape of its own update. Throws for what is none. */
export function currentProtection(answer: unknown): Current {
  const now = Protection.parse(answer);
  const { required_status_checks: checks, required_pull_request_reviews: reviews, restrictions } = now;
  const settings = {
    required_status_checks: checks ? { strict: checks.strict, contexts: checks.contexts.toSorted() } : null,
    enforce_admins: now.enforce_admins?.enabled ?? false,
    required_pull_request_reviews: reviews
      ? {
          ...(reviews.dismissal_restrictions ? { dismissal_restrictions: people(reviews.dismissal_restrictions) } : {}),
          ...(reviews.bypass_pull_request_allowances
            ? { bypass_pull_request_allowances: people(reviews.bypass_pull_request_allowances) }
            : {}),
          dismiss_stale_reviews: reviews.dismiss_stale_reviews,
          require_code_owner_reviews: reviews.require_code_owner_reviews,
          required_approving_review_count: reviews.required_approving_review_count,
        }
      : null,
    restrictions: restrictions
      ? { ...people(restrictions), apps: restrictions.apps.map(({ slug }) => slug).sort() }
      : null,
    required_linear_history: now.required_linear_history?.enabled ?? false,
    allow_force_pushes: now.allow_force_pushes?.enabled ?? false,
    allow_deletions: now.allow_deletions?.enabled ?? false,
  };
  return { settings, signatures: now.required_signatures?.enabled ?? false };
}

/** What would change, a line for each setting; none: it is as wanted. `now` null: the branch is not protected. */
export function differences(now: Current | null, wanted: Exclude<Wanted, null>): readonly string[] {
  if (!wanted.protect) return now === null ? [] : ["protected -> not protected"];
  const was = new Map<string, unknown>(now === null ? [] : Object.entries(now.settings));
  const lines = Object.entries(wanted.settings).flatMap(([key, value]) => {
    const [before, after] = [JSON.stringify(was.get(key) ?? null), JSON.stringify(value)];
    const isNothing = now === null && (after === "false" || after === "null");
    return before === after || isNothing ? [] : [`${key}: ${before} -> ${after}`];
  });
  const signed = now?.signatures ?? false;
  if (wanted.signatures !== null && wanted.signatures !== signed)
    lines.push(`require_signed_commits: ${signed} -> ${wanted.signatures}`);
  return now === null ? ["not protected -> protected", ...lines] : lines;
}
