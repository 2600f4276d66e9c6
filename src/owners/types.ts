/** What a repository's OWNERS files say, as lookups. */

/** A fault in an OWNERS file. The file, or the part that is wrong, is skipped; the others count. */
export interface OwnersProblem {
  readonly path: string;
  readonly message: string;
}

/**
 * Lookups over a repository's OWNERS files at one commit. Logins are lower-cased, aliases expanded. Paths are relative to
 * the repository's root and may name directories; `""` is the root.
 */
export interface Owners {
  /** Union of all layers that govern a path. */
  approvers(path: string): ReadonlySet<string>;
  reviewers(path: string): ReadonlySet<string>;
  requiredReviewers(path: string): ReadonlySet<string>;
  labels(path: string): ReadonlySet<string>;
  /** Only the nearest layer. */
  leafApprovers(path: string): ReadonlySet<string>;
  leafReviewers(path: string): ReadonlySet<string>;
  /** Each layer that names somebody, the nearest first. */
  layers(role: "approvers" | "reviewers", path: string): readonly ReadonlySet<string>[];
  /** The deepest directory (or Markdown file) that names somebody for a path, whatever no_parent_owners says; `""` if none. */
  approversDirectory(path: string): string;
  reviewersDirectory(path: string): string;
  labelsDirectory(path: string): string;
  /** Options of a directory itself; they are not inherited. */
  options(directory: string): OwnersOptions;
  /** Everybody named anywhere in the repository. */
  allApprovers(): ReadonlySet<string>;
  allReviewers(): ReadonlySet<string>;
  readonly problems: readonly OwnersProblem[];
}

export interface OwnersOptions {
  readonly no_parent_owners: boolean;
  readonly auto_approve_unowned_subfolders: boolean;
}
