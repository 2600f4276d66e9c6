/** `retitle`: a new title by comment (spec chatops 2.26). */
import { type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import { answered, reply } from "../messages.ts";
import { retitleClosesIssue, retitleNeedsTitle, retitleNeedsTrust } from "../messages-state.ts";
import { trustedUsers } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { CLOSING } from "./invalidcommitmsg.ts";

/** GitHub's own limit. */
const TITLE_CHARACTERS = 256;

const table: CommandTable<string> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["retitle"],
      parse: (rest) => rest.replaceAll("\r", "").trim(),
      who: trustedUsers,
      usage: "/retitle <title>",
      description: "Changes the title of an issue or pull request.",
      examples: ["/retitle New title"],
      featured: true,
    },
  ],
};

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const [first] = heard(table, comment);
  if (!first) return nothing("no command of it");
  if (comment.state === "closed" && !view.config.settings.retitle.allow_closed_issues) return nothing("this is closed");
  const say = (text: string): Effect => ({ kind: "comment", body: reply(answered(comment), view, text) });
  const { trusted } = await trustedUsers.check(comment.sender.login, view);
  if (!trusted) return { effects: [say(retitleNeedsTrust())], why: `${comment.sender.login} is not trusted` };
  const title = first.said.slice(0, TITLE_CHARACTERS);
  if (title === "") return { effects: [say(retitleNeedsTitle())], why: "no title was given" };
  if (CLOSING.test(title)) return { effects: [say(retitleClosesIssue())], why: "the title would close an issue" };
  if (title === comment.issueTitle) return nothing("it has this title already");
  return { effects: [{ kind: "editIssue", changes: { title } }], why: "a new title was given" };
}

export const retitle: Plugin = {
  name: "retitle",
  help: {
    description: "The retitle plugin changes titles of issues and pull requests.",
    commands: helpOf(table),
    snippet: "retitle:\n  allow_closed_issues: true",
    config: ({ settings }) =>
      settings.retitle.allow_closed_issues ? "Closed ones can be retitled, too." : "Closed ones keep their titles.",
  },
  verbs: verbsOf(table),
  comment,
};
