/** Reads OWNERS files and answers who owns what (spec chatops 3). */
import { type GoRegExp, goRegExp } from "../config/goregexp.ts";
import type { OwnersConfig } from "../config/model.ts";
import { canonical, isIgnoredDirectory, kindOf, parentOf } from "./files.ts";
import type { Owners, OwnersOptions, OwnersProblem } from "./types.ts";
import { type Layer, lookups, type Role } from "./lookup.ts";
import { normalLogin, type OwnerLists, type OwnersFile, parseAliases, parseMarkdown, parseOwners } from "./parse.ts";

/**
 * Owners from the texts of a repository's files at one commit; what is not about owners is ignored (see `ownersPaths`).
 * A malformed file is skipped and told in `problems`. With `collaborators` (lower case), approvers and reviewers who are
 * none of them do not count; leave it out when `owners.skip_collaborators` names the repository or the list is unknown.
 */
export function loadOwners(
  files: readonly { readonly path: string; readonly text: string }[],
  config: OwnersConfig,
  collaborators: ReadonlySet<string> | null = null,
): Owners {
  const problems: OwnersProblem[] = [];
  const reading = <T>(path: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      const message = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
      problems.push({ path, message });
      return null;
    }
  };
  const aliasFile = files.find(({ path }) => kindOf(path, config) === "aliases");
  const aliases = (aliasFile && reading(aliasFile.path, () => parseAliases(aliasFile.text))) ?? new Map();
  const layers = new Map<string, readonly Layer[]>();
  const options = new Map<string, OwnersOptions>();
  const ignored = new Map<string, boolean>();
  for (const { path, text } of files) {
    const kind = kindOf(path, config);
    if (kind !== "owners" && kind !== "markdown") continue;
    const directory = parentOf(canonical(path));
    if (isIgnoredDirectory(directory, config, ignored)) continue;
    const parsed = reading(path, () => (kind === "owners" ? parseOwners(text) : parseMarkdown(text)));
    if (!parsed) continue;
    const place = kind === "owners" ? directory : canonical(path);
    options.set(place, parsed.options);
    layers.set(place, layersOf(path, parsed, aliases, collaborators, problems));
  }
  return { ...lookups(layers, options), problems };
}

function layersOf(
  path: string,
  file: OwnersFile,
  aliases: ReadonlyMap<string, readonly string[]>,
  collaborators: ReadonlySet<string> | null,
  problems: OwnersProblem[],
): readonly Layer[] {
  const layers: Layer[] = [];
  for (const [pattern, lists] of file.filters) {
    let matcher: GoRegExp | null = null;
    try {
      if (pattern !== ".*") matcher = goRegExp(pattern);
    } catch {
      problems.push({ path, message: `filter ${JSON.stringify(pattern)} is no regular expression of Go` });
      continue;
    }
    layers.push({ matcher, people: peopleOf(lists, aliases, collaborators) });
  }
  return layers;
}

function peopleOf(
  lists: OwnerLists,
  aliases: ReadonlyMap<string, readonly string[]>,
  collaborators: ReadonlySet<string> | null,
): Readonly<Record<Role, ReadonlySet<string>>> {
  // One pass: an alias within an alias stays a login that nobody has.
  const expanded = (names: readonly string[]): string[] =>
    names.map(normalLogin).flatMap((name) => aliases.get(name) ?? [name]);
  const working = (names: readonly string[]): ReadonlySet<string> =>
    new Set(expanded(names).filter((name) => !collaborators || collaborators.has(name)));
  return {
    approvers: working(lists.approvers),
    reviewers: working(lists.reviewers),
    requiredReviewers: new Set(expanded(lists.required_reviewers)),
    labels: new Set(lists.labels.map((label) => label.trim())),
  };
}
