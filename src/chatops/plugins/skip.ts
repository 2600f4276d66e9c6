/** `skip`: makes the contexts of jobs green that a merge does not need (spec chatops 2.19). */
import { contextRequired, couldRun } from "../../jobs/triggering.ts";
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import { SKIPPED } from "../messages-state.ts";
import { anyone } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { chosenBy, saidIn } from "./trigger/chosen.ts";

const table: CommandTable<"skip"> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    {
      verbs: ["skip"],
      parse: alone("skip"),
      who: anyone,
      usage: "/skip",
      description: "Makes the statuses of jobs green that a merge does not need and that have not succeeded.",
      examples: ["/skip"],
    },
  ],
};

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  if (heard(table, comment).length === 0) return nothing("no command of it");
  const pull = await view.pullRequest();
  const { sha } = pull.head;
  const open = new Map((await view.statuses(sha)).map((status) => [status.context, status]));
  const started = new Set(await chosenBy(comment, saidIn(comment), pull, view));
  const { presubmits } = await view.jobs();
  const skipped = presubmits.filter((job) => {
    const status = open.get(job.context);
    return (
      !contextRequired(job) &&
      couldRun(job, pull.base.ref) &&
      status !== undefined &&
      status.state !== "success" &&
      !started.has(job)
    );
  });
  const effects = [...new Set(skipped.map((job) => job.context))].map(
    (context): Effect => ({
      kind: "setStatus",
      sha,
      context,
      state: "success",
      description: SKIPPED,
      targetUrl: comment.htmlUrl,
    }),
  );
  return { effects, why: effects.length > 0 ? `skips ${effects.length} contexts` : "nothing can be skipped" };
}

export const skip: Plugin = {
  name: "skip",
  help: {
    description: "The skip plugin makes statuses of jobs green that a merge does not need.",
    commands: helpOf(table),
  },
  verbs: verbsOf(table),
  comment,
};
