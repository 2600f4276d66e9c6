/** `milestonestatus`: the maintainers of milestones say how far something is (spec chatops 2.11). */
import { deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment } from "../events.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { command, refusalOf, settings, snippet } from "./milestone/maintainers.ts";

const STATUSES: ReadonlyMap<string, string> = new Map([
  ["approved-for-milestone", "status/approved-for-milestone"],
  ["in-progress", "status/in-progress"],
  ["in-review", "status/in-review"],
]);

const table = command("status", `/status <${[...STATUSES.keys()].join("|")}>`, "Sets a status within the milestone.", [
  "/status approved-for-milestone",
]);

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = heard(table, comment);
  if (said.length === 0) return nothing("no command of it");
  const refusal = await refusalOf(comment, view);
  if (refusal) return { effects: [refusal], why: `${comment.sender.login} maintains no milestones` };
  const has = await view.labels();
  const wanted = new Set(said.flatMap((one) => STATUSES.get(one.said) ?? []));
  const effects = [...wanted]
    .filter((label) => !hasLabel(has, label))
    .map((label) => ({ kind: "addLabel", label }) as const);
  return { effects, why: effects.length > 0 ? "a status was given" : "no status that is new" };
}

export const milestonestatus: Plugin = {
  name: "milestonestatus",
  help: {
    description: "The milestonestatus plugin lets a team set the status of what is in a milestone.",
    commands: helpOf(table),
    snippet,
    config: settings,
  },
  verbs: verbsOf(table),
  comment,
};
