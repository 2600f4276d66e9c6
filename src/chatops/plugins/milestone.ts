/** `milestone`: the maintainers of milestones set them by comment (spec chatops 2.11). */
import { deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment } from "../events.ts";
import { answered, reply } from "../messages.ts";
import { unknownMilestone } from "../messages-state.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { command, refusalOf, settings, snippet } from "./milestone/maintainers.ts";

const table = command("milestone", "/milestone <title>|clear", "Sets the milestone, or takes it away.", [
  "/milestone v1.10",
  "/milestone clear",
]);
async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const [first] = heard(table, comment);
  if (!first) return nothing("no command of it");
  const refusal = await refusalOf(comment, view);
  if (refusal) return { effects: [refusal], why: `${comment.sender.login} maintains no milestones` };
  if (first.said === "clear") return { effects: [{ kind: "editIssue", changes: { milestone: null } }], why: "cleared" };
  const open = await view.milestones();
  const found = open.find(({ title }) => title === first.said);
  if (!found) {
    const text = unknownMilestone(
      first.said,
      open.map(({ title }) => title),
    );
    return { effects: [{ kind: "comment", body: reply(answered(comment), view, text) }], why: "no such milestone" };
  }
  return { effects: [{ kind: "editIssue", changes: { milestone: found.number } }], why: `set to ${found.title}` };
}

export const milestone: Plugin = {
  name: "milestone",
  help: {
    description: "The milestone plugin lets a team set milestones by comment.",
    commands: helpOf(table),
    snippet,
    config: settings,
  },
  verbs: verbsOf(table),
  comment,
};
