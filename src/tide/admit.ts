/** Whether a pull request is in the pool at all, and if not, why (spec jobs 5.5, 5.9). */
import { unsuccessful } from "./context-policy.ts";
import { excuseKey, type Excused } from "./flakes.ts";
import { methodOf } from "./method.ts";
import type { Candidate, HeadContext, Pool, WaitCode } from "./model.ts";
import { fulfils, requirement } from "./queries.ts";

export interface Refused {
  readonly code: WaitCode;
  readonly text: string;
  readonly about: readonly string[];
}

/** `failing`: contexts that keep it from being merged right now. In the pool these are all of our own: they still run, or are tried again. */
export type Admission =
  | { readonly inPool: true; readonly failing: readonly HeadContext[] }
  | { readonly inPool: false; readonly failing: readonly HeadContext[]; readonly why: Refused };

/** What GitHub or the repository's settings forbid, whatever a query says; null: nothing. */
export function forbidden({ facts }: Candidate, { settings, repoFacts }: Pool): Refused | null {
  const refused = (code: WaitCode, text: string): Refused => ({ code, text, about: [] });
  if (facts.inMergeQueue || repoFacts.mergeQueue) return refused("merge-queue", "GitHub's merge queue merges it.");
  if (facts.mergeable === "CONFLICTING") return refused("conflict", "PR has a merge conflict.");
  const method = methodOf(settings, facts, repoFacts);
  if ("fault" in method) return refused(method.code, method.fault);
  if (facts.mergeState === "BLOCKED" && settings.blocksPolicy === "block") {
    const text = "PR is blocked from merging by GitHub (check branch protection, required reviews, or rulesets)";
    return refused("blocked-by-github", text);
  }
  return null;
}

export function admit(candidate: Candidate, pool: Pool, excused: Excused): Admission {
  const { facts, demands, fault, refusal } = candidate;
  const failing = demands ? unsuccessful(demands.policy, facts.contexts) : [];
  const no = (code: WaitCode, text: string, about: readonly string[] = []): Admission => {
    return { inPool: false, failing, why: { code, text, about } };
  };
  const why = forbidden(candidate, pool);
  if (why) return { inPool: false, failing, why };
  if (!demands) return no("fault", fault);
  const own = new Set(demands.jobs.map(({ context }) => context));
  const ours = ({ context, state }: HeadContext): boolean =>
    own.has(context) && (state === "PENDING" || excused.has(excuseKey(facts.number, facts.headSha, context)));
  const standing = failing.filter((context) => !ours(context));
  const lacking = requirement(pool.settings, facts, pool.branch, standing);
  if (lacking.code !== "") return no(lacking.code, lacking.text.trim(), lacking.about);
  if (!pool.settings.queries.some((query) => fulfils(query, facts, pool.branch))) return no("fault", "");
  if (facts.draft) return no("draft", "PR is a draft: mark it as ready for review.");
  if (refusal) return no("refused", `GitHub refused to merge it: ${refusal.message}`);
  return { inPool: true, failing };
}
