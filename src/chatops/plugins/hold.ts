/** `hold`: keeps a pull request from merging (spec chatops 2.6). Cancelling wins over holding in one comment. */
import { type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment } from "../events.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const HOLD_LABEL = "do-not-merge/hold";

const CANCEL = /^[\t\f\r ]+cancel(?=[\t\f\r ]|$)/i;

const table: CommandTable<"hold" | "cancel"> = {
  on: "pull requests",
  openOnly: false,
  commands: [
    {
      verbs: ["hold"],
      parse: (rest) => (CANCEL.test(rest) ? "cancel" : "hold"),
      who: anyone,
      usage: "/hold [reason|cancel]",
      description: `Adds the \`${HOLD_LABEL}\` label, which keeps the pull request from merging, or removes it.`,
      examples: ["/hold", "/hold for further review", "/hold cancel"],
    },
    {
      verbs: ["unhold", "remove-hold"],
      parse: () => "cancel",
      who: anyone,
      usage: "/unhold",
      description: `Removes the \`${HOLD_LABEL}\` label.`,
      examples: ["/unhold", "/remove-hold"],
    },
  ],
};

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = heard(table, comment).map((command) => command.said);
  if (said.length === 0) return nothing("no command of it");
  const held = hasLabel(await view.labels(), HOLD_LABEL);
  if (said.includes("cancel")) {
    if (!held) return nothing("it is not on hold");
    return { effects: [{ kind: "removeLabel", label: HOLD_LABEL }], why: "the hold is cancelled" };
  }
  if (held) return nothing("it is on hold already");
  return { effects: [{ kind: "addLabel", label: HOLD_LABEL }], why: "it is put on hold" };
}

export const hold: Plugin = {
  name: "hold",
  help: {
    description: `The hold plugin lets anyone keep a pull request from merging with the \`${HOLD_LABEL}\` label.`,
    commands: helpOf(table),
  },
  verbs: verbsOf(table),
  comment,
};
