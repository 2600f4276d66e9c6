/** Labels of which at most one holds at a time: `lifecycle/*` and `stage/*` (spec chatops 2.10, 2.32). */
import { type Command, type CommandTable, words } from "../commands.ts";
import type { Effect } from "../effects.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { View } from "../plugin.ts";

export interface Wish {
  readonly add: boolean;
  readonly word: string;
}

/** `/<prefix> <word>` and `/remove-<prefix> <word>`, for anyone, on issues and pull requests. */
export const exclusiveTable = (
  prefix: string,
  all: readonly string[],
  help: Pick<Command<Wish>, "description" | "examples">,
): CommandTable<Wish> => ({
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: [prefix, `remove-${prefix}`],
      parse: (rest, verb) => {
        const [word = "", ...more] = words(rest.toLowerCase());
        return more.length === 0 && all.includes(word) ? { add: verb === prefix, word } : null;
      },
      who: anyone,
      usage: `/[remove-]${prefix} <${all.join("|")}>`,
      ...help,
    },
  ],
});

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
