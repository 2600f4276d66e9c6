/** `stage`: how far a feature is (spec chatops 2.32). */
import { deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment } from "../events.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { exclusive, exclusiveTable } from "./exclusive.ts";

const STAGES = ["alpha", "beta", "stable"];

const table = exclusiveTable("stage", STAGES, {
  description: "Sets the stage of a feature, or takes it away.",
  examples: ["/stage alpha", "/remove-stage alpha"],
});

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const wishes = heard(table, comment).map(({ said }) => said);
  if (wishes.length === 0) return nothing("no command of it");
  const effects = await exclusive("stage", STAGES, wishes, view);
  return { effects, why: effects.length > 0 ? "the stage changes" : "the stage is so already" };
}

export const stage: Plugin = {
  name: "stage",
  help: { description: "The stage plugin labels features as alpha, beta or stable.", commands: helpOf(table) },
  verbs: verbsOf(table),
  comment,
};
