/** `shrug`: ¯\_(ツ)_/¯ (spec chatops 2.37). */
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment } from "../events.ts";
import { answered, reply } from "../messages.ts";
import { UNSHRUGGED } from "../messages-fun.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const SHRUG = "¯\\_(ツ)_/¯";

const table: CommandTable<"shrug" | "unshrug"> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["shrug"],
      parse: alone<"shrug" | "unshrug">("shrug"),
      who: anyone,
      usage: "/shrug",
      description: `Adds the label ${SHRUG}.`,
      examples: ["/shrug"],
    },
    {
      verbs: ["unshrug"],
      parse: alone<"shrug" | "unshrug">("unshrug"),
      who: anyone,
      usage: "/unshrug",
      description: `Removes the label ${SHRUG}.`,
      examples: ["/unshrug"],
    },
  ],
};

/** Of both in one comment, taking the label away counts, as in Prow. */
async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = heard(table, comment).map((command) => command.said);
  if (said.length === 0) return nothing("no command of it");
  const has = hasLabel(await view.labels(), SHRUG);
  if (said.includes("unshrug") && has) {
    const body = reply(answered(comment), view, UNSHRUGGED);
    return {
      effects: [
        { kind: "comment", body },
        { kind: "removeLabel", label: SHRUG },
      ],
      why: "nobody shrugs any more",
    };
  }
  if (said.includes("shrug") && !has) return { effects: [{ kind: "addLabel", label: SHRUG }], why: "somebody shrugs" };
  return nothing("the label is so already");
}

export const shrug: Plugin = {
  name: "shrug",
  help: { description: `The shrug plugin adds and removes the label ${SHRUG}.`, commands: helpOf(table) },
  verbs: verbsOf(table),
  comment,
};
