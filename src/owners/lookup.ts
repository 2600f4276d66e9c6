/** The walk from a path to the root (spec chatops 3.2). */
import type { GoRegExp } from "../config/goregexp.ts";
import { canonical, parentOf } from "./files.ts";
import type { Owners, OwnersOptions } from "./types.ts";

export type Role = "approvers" | "reviewers" | "requiredReviewers" | "labels";

/** Who owns the paths below a directory that match; null matches all. */
export interface Layer {
  readonly matcher: GoRegExp | null;
  readonly people: Readonly<Record<Role, ReadonlySet<string>>>;
}

const NO_OPTIONS: OwnersOptions = { no_parent_owners: false, auto_approve_unowned_subfolders: false };

/** The lookups over layers and options by directory, or by Markdown file. */
export function lookups(
  layers: ReadonlyMap<string, readonly Layer[]>,
  options: ReadonlyMap<string, OwnersOptions>,
): Omit<Owners, "problems"> {
  /** People for a path that stand in one directory. */
  const at = (directory: string, path: string, role: Role): readonly string[] => {
    const relative = path === directory ? "." : directory === "" ? path : path.slice(directory.length + 1);
    return (layers.get(directory) ?? [])
      .filter(({ matcher }) => matcher === null || matcher.test(relative))
      .flatMap(({ people }) => [...people[role]]);
  };

  /** The layers that name somebody, the nearest first; `no_parent_owners` ends them once there is one. */
  function* layersFor(raw: string, role: Role): Generator<ReadonlySet<string>> {
    const path = canonical(raw);
    let found = false;
    for (const directory of upwards(path)) {
      const people = new Set(at(directory, path, role));
      found ||= people.size > 0;
      if (people.size > 0) yield people;
      if (found && options.get(directory)?.no_parent_owners) return;
    }
  }

  const walk = (raw: string, role: Role, leafOnly: boolean): ReadonlySet<string> => {
    const found = new Set<string>();
    for (const layer of layersFor(raw, role)) {
      for (const person of layer) found.add(person);
      if (leafOnly) break;
    }
    return found;
  };

  const deepest = (raw: string, role: Role): string => {
    const path = canonical(raw);
    for (const directory of upwards(path)) if (at(directory, path, role).length > 0) return directory;
    return "";
  };

  const everybody = (role: Role): ReadonlySet<string> =>
    new Set([...layers.values()].flatMap((all) => all.flatMap(({ people }) => [...people[role]])));

  return {
    approvers: (path) => walk(path, "approvers", false),
    reviewers: (path) => walk(path, "reviewers", false),
    requiredReviewers: (path) => walk(path, "requiredReviewers", false),
    labels: (path) => walk(path, "labels", false),
    leafApprovers: (path) => walk(path, "approvers", true),
    leafReviewers: (path) => walk(path, "reviewers", true),
    layers: (role, path) => [...layersFor(path, role)],
    approversDirectory: (path) => deepest(path, "approvers"),
    reviewersDirectory: (path) => deepest(path, "reviewers"),
    labelsDirectory: (path) => deepest(path, "labels"),
    options: (directory) => options.get(canonical(directory)) ?? NO_OPTIONS,
    allApprovers: () => everybody("approvers"),
    allReviewers: () => everybody("reviewers"),
  };
}

/** A path itself, then each directory above it, the root last. */
function* upwards(path: string): Generator<string> {
  let place = path;
  while (place !== "") {
    yield place;
    place = parentOf(place);
  }
  yield "";
}
