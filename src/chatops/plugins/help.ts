/** `help`: marks issues that wait for somebody (spec chatops 2.28). One action per comment, in the order of the rows. */
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import {
  answered,
  GOOD_FIRST_ISSUE_MARKER,
  goodFirstIssue,
  HELP_WANTED_MARKER,
  helpWanted,
  reply,
} from "../messages.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const HELP = "help wanted";
const FIRST = "good first issue";

type Said = "help" | "remove-help" | "good-first-issue" | "remove-good-first-issue";

const table: CommandTable<Said> = {
  on: "issues",
  openOnly: true,
  commands: [
    {
      verbs: ["help"],
      parse: alone<Said>("help"),
      who: anyone,
      usage: "/help",
      description: `Adds the \`${HELP}\` label and tells what such an issue needs.`,
      examples: ["/help"],
    },
    {
      verbs: ["remove-help"],
      parse: alone<Said>("remove-help"),
      who: anyone,
      usage: "/remove-help",
      description: `Removes the \`${HELP}\` and \`${FIRST}\` labels.`,
      examples: ["/remove-help"],
    },
    {
      verbs: ["good-first-issue"],
      parse: alone<Said>("good-first-issue"),
      who: anyone,
      usage: "/good-first-issue",
      description: `Adds the \`${HELP}\` and \`${FIRST}\` labels and tells what such an issue needs.`,
      examples: ["/good-first-issue"],
    },
    {
      verbs: ["remove-good-first-issue"],
      parse: alone<Said>("remove-good-first-issue"),
      who: anyone,
      usage: "/remove-good-first-issue",
      description: `Removes the \`${FIRST}\` label.`,
      examples: ["/remove-good-first-issue"],
    },
  ],
};

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = new Set(heard(table, comment).map((command) => command.said));
  if (said.size === 0) return nothing("no command of it");
  const labels = await view.labels();
  const wanted = hasLabel(labels, HELP);
  const first = hasLabel(labels, FIRST);
  const say = (message: string): Effect => ({ kind: "comment", body: reply(answered(comment), view, message) });
  if (said.has("remove-help") && wanted) {
    const effects: Effect[] = [{ kind: "removeLabel", label: HELP }];
    if (first) effects.push({ kind: "removeLabel", label: FIRST });
    effects.push({ kind: "deleteComments", marker: HELP_WANTED_MARKER });
    effects.push({ kind: "deleteComments", marker: GOOD_FIRST_ISSUE_MARKER });
    return { effects, why: "no help is wanted any more" };
  }
  if (said.has("good-first-issue") && !first) {
    const effects: Effect[] = [say(goodFirstIssue(view.config.help)), { kind: "addLabel", label: FIRST }];
    if (!wanted) effects.push({ kind: "addLabel", label: HELP });
    return { effects, why: "it is a good first issue" };
  }
  if (said.has("help") && !wanted) {
    return { effects: [say(helpWanted(view.config.help)), { kind: "addLabel", label: HELP }], why: "help is wanted" };
  }
  if (said.has("remove-good-first-issue") && first) {
    return {
      effects: [
        { kind: "removeLabel", label: FIRST },
        { kind: "deleteComments", marker: GOOD_FIRST_ISSUE_MARKER },
      ],
      why: "it is no good first issue any more",
    };
  }
  return nothing("the labels are so already");
}

export const help: Plugin = {
  name: "help",
  help: {
    description: `The help plugin marks issues with \`${HELP}\` and \`${FIRST}\`.`,
    commands: helpOf(table),
    snippet: "help:\n  help_guidelines_url: https://example.com/help-wanted.md",
    config: ({ help }) => `Its comments point to ${help.help_guidelines_url}.`,
  },
  verbs: verbsOf(table),
  comment,
};
