/** How one pull request is to be merged: by its label, else as configured (spec jobs 5.2). */
import type { MergeMethod } from "../config/plugin-settings.ts";
import type { PoolSettings, PullFacts, RepoFacts, WaitCode } from "./model.ts";

export type Method =
  | { readonly method: Exclude<MergeMethod, "ifNecessary"> }
  | {
      readonly fault: string;
      readonly code: Extract<WaitCode, "method-labels" | "method-forbidden" | "cannot-rebase">;
    };

/** The words of a fault are those of the `tide` status (5.9). */
export function methodOf(settings: PoolSettings, facts: PullFacts, { allowed }: RepoFacts): Method {
  const byLabel = (
    [
      [settings.mergeLabel, "merge"],
      [settings.squashLabel, "squash"],
      [settings.rebaseLabel, "rebase"],
    ] as const
  ).filter(([label]) => label !== "" && facts.labels.includes(label));
  if (byLabel.length > 1) {
    return { code: "method-labels", fault: "PR has conflicting merge method override labels" };
  }
  const wanted = byLabel[0]?.[1] ?? settings.method;
  // A merge commit only where it is needed: Gerrit's word, which GitHub does not know.
  const method = wanted === "ifNecessary" ? "merge" : wanted;
  if (!allowed[method])
    return { code: "method-forbidden", fault: `Merge type "${method}" disallowed by repo settings` };
  if (method === "rebase" && !facts.canBeRebased) return { code: "cannot-rebase", fault: "PR can't be rebased" };
  return { method };
}
