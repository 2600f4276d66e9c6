/** OWNERS files: who may approve and review what (spec chatops 3). */

/** Lookups over a repository's OWNERS files at one commit. Logins are lower-cased, aliases expanded. */
export interface Owners {
  /** Union of all layers that govern a path. */
  approvers(path: string): ReadonlySet<string>;
  reviewers(path: string): ReadonlySet<string>;
  requiredReviewers(path: string): ReadonlySet<string>;
  labels(path: string): ReadonlySet<string>;
  /** Only the nearest layer. */
  leafApprovers(path: string): ReadonlySet<string>;
  leafReviewers(path: string): ReadonlySet<string>;
}
