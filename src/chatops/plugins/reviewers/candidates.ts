/** Who may be asked for a review, and in which order (spec chatops 2.13, steps 1 to 3). */
import type { Owners } from "../../../owners/index.ts";
import type { View } from "../../plugin.ts";
import { seedOf, shuffled } from "../../random.ts";

export type Role = "approvers" | "reviewers";

/** Whether somebody can be asked at all. */
export type Available = (login: string) => Promise<boolean>;
export interface Arrangement {
  /** Puts people into the order in which they are tried. */
  readonly order: (people: readonly string[]) => readonly string[];
  /** Whether somebody of each directory is asked, however many those are. */
  readonly everyDirectory: boolean;
}

/** A random order, the same whenever one delivery is looked at. */
export function byChance({ guid }: Pick<View, "guid">): Arrangement {
  return { order: (people) => shuffled(people.toSorted(), seedOf(guid)), everyDirectory: true };
}

export interface Search {
  readonly owners: Owners;
  readonly files: readonly string[];
  /** Not to be asked, in lower case. */
  readonly without: ReadonlySet<string>;
  readonly arrangement: Arrangement;
  readonly available: Available;
}

/**
 * In this order: one of the nearest layer for each OWNERS directory, however many; then others of those layers, then
 * whoever else owns the files, nearer layers first, until there are `count`. Lower case.
 */
export async function candidates(role: Role, count: number, search: Search): Promise<readonly string[]> {
  const { owners, files, without, arrangement, available } = search;
  const chosen = new Set<string>();
  const tried = new Set(without);
  const take = async (people: Iterable<string>, most: number): Promise<void> => {
    for (const person of arrangement.order([...people].filter((one) => !tried.has(one)))) {
      if (chosen.size >= most) return;
      tried.add(person);
      if (await available(person)) chosen.add(person);
    }
  };
  const directories = new Set<string>();
  const leaves = new Set<string>();
  for (const file of files) {
    const directory = role === "approvers" ? owners.approversDirectory(file) : owners.reviewersDirectory(file);
    if (directories.has(directory)) continue;
    directories.add(directory);
    const leaf = role === "approvers" ? owners.leafApprovers(file) : owners.leafReviewers(file);
    for (const person of leaf) leaves.add(person);
    if (arrangement.everyDirectory) await take(leaf, chosen.size + 1);
  }
  await take(leaves, count);
  for (const layer of chosen.size < count ? layersOf(role, owners, files) : []) await take(layer, count);
  return [...chosen];
}

/** People by their distance from any of the files. */
function layersOf(role: Role, owners: Owners, files: readonly string[]): readonly ReadonlySet<string>[] {
  const all: Set<string>[] = [];
  for (const file of files) {
    for (const [index, layer] of owners.layers(role, file).entries()) {
      const people = all[index] ?? new Set<string>();
      for (const person of layer) people.add(person);
      all[index] = people;
    }
  }
  return all;
}
