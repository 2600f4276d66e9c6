/** Labels of which at most one holds at a time: `lifecycle/*` and `stage/*` (spec chatops 2.10, 2.32). */
import type { Effect } from "../effects.ts";
import { hasLabel } from "../permissions.ts";
import type { View } from "../plugin.ts";

export interface Wish {
  readonly add: boolean;
  readonly word: string;
}

/** The effects of wishes in their order; a later one sees what the earlier did. */
export async function exclusive(
  prefix: string,
  all: readonly string[],
  wishes: readonly Wish[],
  view: View,
): Promise<Effect[]> {
  const before = await view.labels();
  const has = new Set(all.filter((word) => hasLabel(before, `${prefix}/${word}`)));
  const effects: Effect[] = [];
  const drop = (word: string) => {
    if (has.delete(word)) effects.push({ kind: "removeLabel", label: `${prefix}/${word}` });
  };
  for (const { add, word } of wishes) {
    if (!add) drop(word);
    else {
      for (const other of all) if (other !== word) drop(other);
      if (!has.has(word)) effects.push({ kind: "addLabel", label: `${prefix}/${word}` });
      has.add(word);
    }
  }
  return effects;
}
