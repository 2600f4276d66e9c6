/** Closing and reopening by comment (spec chatops 2.10): of the plugin lifecycle, and of close and reopen of 2017. */
import { alone, type Command, deafTo, heard, helpOf, verbsOf, words } from "../../commands.ts";
import { nothing } from "../../decide.ts";
import type { Effect, IssueChanges } from "../../effects.ts";
import type { GenericComment } from "../../events.ts";
import { answered, reply } from "../../messages.ts";
import {
  cannotClose,
  cannotReopen,
  CLOSE_REFUSED,
  closed,
  closedNotPlanned,
  notPlannedIsForIssues,
  REOPEN_REFUSED,
  reopened,
} from "../../messages-state.ts";
import { anyone, hasLabel, sameLogin } from "../../permissions.ts";
import type { Decision, Plugin, View } from "../../plugin.ts";

export type StateSaid = "close" | "close not-planned" | "reopen";

export const CLOSE: Command<StateSaid> = {
  verbs: ["close"],
  parse: (rest) => {
    const said = words(rest.toLowerCase());
    if (said.length === 0) return "close";
    return said.length === 1 && said[0] === "not-planned" ? "close not-planned" : null;
  },
  who: { ...anyone, who: "The author and collaborators; anyone when `lifecycle/stale` or `lifecycle/rotten` is set" },
  usage: "/close [not-planned]",
  description: "Closes an issue or pull request; an issue also as not planned.",
  examples: ["/close", "/close not-planned"],
  featured: true,
};

export const REOPEN: Command<StateSaid> = {
  verbs: ["reopen"],
  parse: alone<StateSaid>("reopen"),
  who: { ...anyone, who: "The author and collaborators" },
  usage: "/reopen",
  description: "Reopens an issue or pull request.",
  examples: ["/reopen"],
  featured: true,
};

const noun = ({ isPullRequest }: GenericComment): string => (isPullRequest ? "PR" : "issue");

const isAuthor = ({ sender, issueAuthor }: GenericComment): boolean => sameLogin(sender.login, issueAuthor.login);

/** What follows; null when the state is so already. */
export async function changeState(said: StateSaid, comment: GenericComment, view: View): Promise<Effect[] | null> {
  const open = comment.state === "open";
  if (said === "reopen" ? open : !open) return null;
  const say = (text: string): Effect => ({ kind: "comment", body: reply(answered(comment), view, text) });
  if (said === "close not-planned" && comment.isPullRequest) return [say(notPlannedIsForIssues())];
  const allowed = isAuthor(comment) || (await view.isCollaborator(comment.sender.login));
  const what = noun(comment);
  if (said === "reopen") {
    if (!allowed) return [say(cannotReopen(what))];
    return [edited({ state: "open" }, say(reopened(what)), REOPEN_REFUSED, comment, view)];
  }
  if (!allowed && !(await isForgotten(view))) return [say(cannotClose(what))];
  const notPlanned = said === "close not-planned";
  const changes: IssueChanges = notPlanned ? { state: "closed", stateReason: "not_planned" } : { state: "closed" };
  return [edited(changes, say(notPlanned ? closedNotPlanned() : closed(what)), CLOSE_REFUSED, comment, view)];
}

async function isForgotten(view: View): Promise<boolean> {
  const labels = await view.labels();
  return hasLabel(labels, "lifecycle/stale") || hasLabel(labels, "lifecycle/rotten");
}

/** Said only once it is done; a refusal is GitHub's own sentence in a reply. */
function edited(changes: IssueChanges, done: Effect, refused: string, comment: GenericComment, view: View): Effect {
  const mark = "\u0000";
  const [before = "", after = ""] = reply(answered(comment), view, `${refused}${mark}`).split(mark);
  return { kind: "editIssue", changes, onDone: [done], onRefused: { before, after } };
}

/** One of the two commands as a plugin of its own: what it was in 2017. */
export function alonePlugin(name: string, command: Command<StateSaid>, description: string): Plugin {
  const table = { on: "both", openOnly: false, commands: [command] } as const;
  const comment = async (comment: GenericComment, view: View): Promise<Decision> => {
    // Where lifecycle is enabled it does the same: never twice.
    if (view.config.plugins.includes("lifecycle")) return nothing("lifecycle does that here");
    const deaf = deafTo(table, comment);
    if (deaf) return nothing(deaf);
    const [first] = heard(table, comment);
    if (!first) return nothing("no command of it");
    const effects = await changeState(first.said, comment, view);
    return effects === null ? nothing(`it is ${comment.state} already`) : { effects, why: `/${first.verb} was said` };
  };
  return { name, help: { description, commands: helpOf(table) }, verbs: verbsOf(table), comment };
}
