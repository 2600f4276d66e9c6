/** Which files of a repository are about owners (spec chatops 3.1). */
import { goRegExp } from "../config/goregexp.ts";
import type { OwnersConfig } from "../config/model.ts";

/** A path without `./`, and without slashes at its ends; the root is `""`. */
export function canonical(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

/** The directory of a path; of the root the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Whether owners are not looked for in a directory, since it or one above it matches `dir_denylist`. */
export function isIgnoredDirectory(
  directory: string,
  config: OwnersConfig,
  known = new Map<string, boolean>(),
): boolean {
  const patterns = config.dir_denylist.map((pattern) => goRegExp(pattern));
  const unknown: string[] = [];
  let above: string = canonical(directory);
  while (above !== "" && !known.has(above)) {
    unknown.push(above);
    above = parentOf(above);
  }
  let ignored = known.get(above) ?? false;
  for (const next of unknown.toReversed()) {
    ignored ||= patterns.some((pattern) => pattern.test(next));
    known.set(next, ignored);
  }
  return ignored;
}

/**
 * Of all paths of a repository those whose text {@link loadOwners} needs: OWNERS files, the aliases at the root, and
 * Markdown files when those may carry owners. The caller leaves out what is no regular file.
 */
export function ownersPaths(paths: readonly string[], config: OwnersConfig): readonly string[] {
  const known = new Map<string, boolean>();
  return paths.filter((path) => {
    if (kindOf(path, config) === null) return false;
    return !isIgnoredDirectory(parentOf(canonical(path)), config, known);
  });
}

/** Whether a path, or what follows some folder in one, can be of a file that {@link ownersPaths} asks for. */
export function mayBeAboutOwners(path: string, config: OwnersConfig): boolean {
  return kindOf(path, config) !== null;
}

/** What a file is to us. */
export function kindOf(path: string, config: OwnersConfig): "owners" | "aliases" | "markdown" | null {
  const { owners, owners_aliases } = config.filenames;
  const clean = canonical(path);
  if (owners_aliases && clean === owners_aliases) return "aliases";
  if (owners && clean.slice(clean.lastIndexOf("/") + 1) === owners) return "owners";
  return config.mdyaml && clean.endsWith(".md") ? "markdown" : null;
}
