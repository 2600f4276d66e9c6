/** Whom to ask for approval (spec chatops 2.2.5). Pure: a set cover, greedy, the same for one pull request every time. */
import { shuffled } from "../../random.ts";
import type { Area } from "./areas.ts";

export interface Suggestion {
  /** Assigned already: to be asked for their approval. Lower case, sorted. */
  readonly assigned: readonly string[];
  /** To be assigned. */
  readonly others: readonly string[];
}

/**
 * In this order: people of the nearest layers, shuffled by the number of the pull request; a small set of them that covers
 * every area; of those, who covers something that neither approvers nor assignees cover; then the assignees who are
 * still needed. `approved` and `assignees` are lower case.
 */
export function suggest(
  areas: readonly Area[],
  number: number,
  approved: ReadonlySet<string>,
  assignees: ReadonlySet<string>,
): Suggestion {
  const people = shuffled([...new Set(areas.flatMap((area) => [...area.leaf]))].sort(), number);
  const known = new Set([...approved, ...assignees]);
  const suggested = keepCovering(areas, cover(areas, people), known);
  const chosen = new Set([...approved, ...suggested]);
  const everyone = [...new Set([...chosen, ...assignees])].sort();
  const needed = keepCovering(areas, cover(areas, everyone), chosen);
  const asked = [...new Set([...suggested, ...needed])].filter((login) => !approved.has(login)).sort();
  return {
    assigned: asked.filter((login) => assignees.has(login)),
    others: asked.filter((login) => !assignees.has(login)),
  };
}

/**
 * Greedy: again and again the first who stands for most of the areas that nobody yet approves; an area is approved by any
 * of its approvers, of whatever layer. In time of people times picks.
 */
function cover(areas: readonly Area[], people: readonly string[]): readonly string[] {
  const open = new Set(areas);
  const counts = new Map<string, number>(people.map((person) => [person, 0]));
  for (const area of areas) {
    for (const person of area.all) {
      const count = counts.get(person);
      if (count !== undefined) counts.set(person, count + 1);
    }
  }
  const picked: string[] = [];
  while (open.size > 0) {
    let best = "";
    let most = 0;
    for (const person of people) {
      const count = counts.get(person) ?? 0;
      if (count > most) [best, most] = [person, count];
    }
    if (most === 0) break;
    picked.push(best);
    for (const area of open) {
      if (!area.all.has(best)) continue;
      open.delete(area);
      for (const person of area.all) if (counts.has(person)) counts.set(person, (counts.get(person) ?? 0) - 1);
    }
  }
  return picked;
}

/** Those who stand for an area that nobody known approves. */
function keepCovering(
  areas: readonly Area[],
  people: readonly string[],
  known: ReadonlySet<string>,
): readonly string[] {
  const open = areas.filter((area) => ![...area.all].some((login) => known.has(login)));
  return people.filter((person) => open.some((area) => area.all.has(person)));
}
