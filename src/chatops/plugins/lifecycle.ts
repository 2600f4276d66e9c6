/** `lifecycle`: closes and reopens, and marks what is active, frozen, stale or rotten (spec chatops 2.10). */
import { type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import { answered, reply } from "../messages.ts";
import { frozenIsForIssues } from "../messages-state.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { exclusive, exclusiveTable, type Wish } from "./exclusive.ts";
import { changeState, CLOSE, REOPEN, type StateSaid } from "./lifecycle/state.ts";

const WORDS = ["active", "frozen", "stale", "rotten"];

const states: CommandTable<StateSaid> = { on: "both", openOnly: false, commands: [REOPEN, CLOSE] };
const labels = exclusiveTable("lifecycle", WORDS, {
  description: "Marks an issue or pull request as active, frozen, stale or rotten, or takes that back.",
  examples: ["/lifecycle frozen", "/remove-lifecycle stale"],
});

/** In this order: reopen, close, labels. */
async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(states, comment);
  if (deaf) return nothing(deaf);
  const said = new Set(heard(states, comment).map((command) => command.said));
  const wishes = heard(labels, comment).map((command) => command.said);
  if (said.size === 0 && wishes.length === 0) return nothing("no command of it");
  const effects: Effect[] = [];
  for (const state of ["reopen", "close", "close not-planned"] as const)
    if (said.has(state)) effects.push(...((await changeState(state, comment, view)) ?? []));
  const forbidden = ({ add, word }: Wish): boolean => add && word === "frozen" && comment.isPullRequest;
  if (wishes.some(forbidden))
    effects.push({ kind: "comment", body: reply(answered(comment), view, frozenIsForIssues()) });
  const wished = wishes.filter((wish) => !forbidden(wish));
  effects.push(...(await exclusive("lifecycle", WORDS, wished, view)));
  return { effects, why: effects.length > 0 ? "its state changes" : "its state is so already" };
}

export const lifecycle: Plugin = {
  name: "lifecycle",
  help: {
    description:
      "The lifecycle plugin closes, reopens and labels issues and pull requests as active, frozen, stale or rotten.",
    commands: [...helpOf(states), ...helpOf(labels)],
  },
  verbs: new Set([...verbsOf(states), ...verbsOf(labels)]),
  comment,
};
