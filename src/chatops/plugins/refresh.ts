/** `refresh`: says the newest results once more (spec chatops 2.42; an external plugin of Prow's). */
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment } from "../events.ts";
import { anyone } from "../permissions.ts";
import type { Decision, Plugin } from "../plugin.ts";

const table: CommandTable<"refresh"> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    {
      verbs: ["refresh"],
      parse: alone("refresh"),
      who: anyone,
      usage: "/refresh",
      description: "Reports the newest results of all jobs of the head once more.",
      examples: ["/refresh"],
    },
  ],
};

async function comment(comment: GenericComment): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  if (comment.source !== "issue_comment" || heard(table, comment).length === 0) return nothing("no command of it");
  return { effects: [{ kind: "reportAgain" }], why: "it was asked for" };
}

export const refresh: Plugin = {
  name: "refresh",
  help: { description: "The refresh plugin repairs statuses by reporting them once more.", commands: helpOf(table) },
  verbs: verbsOf(table),
  comment,
};
