/** `bugzilla`: a pull request names a valid bug of Bugzilla, and the bug follows it (spec chatops 2.39). */
import type { RepoConfig } from "../../config/model.ts";
import { type CommandTable, deafTo, heard, helpOf, verbsOf, words } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment, PullRequest, PullRequestEvent, TimerEvent } from "../events.ts";
import { latest } from "../latest.ts";
import { type Answered, answered, reply } from "../messages.ts";
import { BUGZILLA_NOT_ON_ISSUES, bugLink, bugOfForeignGroup, bugRules } from "../messages-bugzilla.ts";
import { anyone } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { bug, isFound } from "./bugzilla/bugs.ts";
import { cherryPick, lookIn, pickOf } from "./bugzilla/clone.ts";
import { closed, merged } from "./bugzilla/ends.ts";
import { bugIn, type Found, optionsOf, says, type Subject, unanswered } from "./bugzilla/subject.ts";
import { isAllowed } from "./bugzilla/validate.ts";
import { type Asked, noBug, validate } from "./bugzilla/validation.ts";

const ACTIONS = new Set(["opened", "reopened", "edited", "closed"]);

type Said = Exclude<Asked, null>;

const command = (said: Said, description: string) => ({
  verbs: ["bugzilla"],
  parse: (rest: string): Said | null => {
    const [first, ...more] = words(rest);
    return first?.toLowerCase() === said && more.length === 0 ? said : null;
  },
  who: anyone,
  usage: `/bugzilla ${said}`,
  description,
  examples: [`/bugzilla ${said}`],
});

const table: CommandTable<Said> = {
  on: "both",
  openOnly: false,
  commands: [
    command("refresh", "Looks again at the bug that the title names."),
    command("assign-qa", "The old name of /bugzilla cc-qa."),
    command("cc-qa", "Asks the bug's QA contact for a review."),
  ],
};

function subjectOf(pull: PullRequest, to: Answered, view: View): Subject {
  return { pull, bugId: bugIn(pull.title), options: optionsOf(view, pull.base.ref), to, view };
}

const titled = (pull: PullRequest, login: string): Answered => ({ login, body: pull.title, htmlUrl: pull.htmlUrl });

async function pullRequest(event: PullRequestEvent, view: View): Promise<Decision> {
  const { action, changes } = event;
  if (!ACTIONS.has(action)) return nothing(`${action} changes no title`);
  const pull = await latest(event.pullRequest, view);
  const subject = subjectOf(pull, titled(pull, pull.author.login), view);
  const pick = action === "opened" ? pickOf(pull.body) : null;
  if (pick !== null) {
    return subject.options.enable_backporting
      ? cherryPick(subject, pick, null)
      : nothing("cherry-picks have no bugs here");
  }
  if (action === "edited") {
    const named = changes.titleFrom === null ? null : bugIn(changes.titleFrom);
    if (changes.titleFrom === null && changes.baseRefFrom === null)
      return nothing("its title and its base are as before");
    if (changes.baseRefFrom === null && named !== null && named === subject.bugId)
      return nothing(`it names bug ${named} as before`);
    if (named !== null) return handled(subject, null, action);
  }
  const needed = subject.bugId !== null || subject.options.validate_by_default === true;
  if (!needed) return nothing("it names no bug, and need not");
  return handled(subject, null, action);
}

async function handled(subject: Subject, asked: Asked, action: string): Promise<Decision> {
  const { pull, bugId, options, view } = subject;
  const ending = pull.merged || (action === "closed" && pull.state === "closed");
  if (bugId === null) return ending ? nothing("it names no bug") : noBug(subject);
  const answer = await bug(view, bugId);
  if (!isFound(answer)) return unanswered(subject, bugId, answer);
  const found: Found = { ...subject, bug: answer.found, url: answer.url };
  if (!isAllowed(answer.found, options.allowed_groups)) {
    const why = `bug ${bugId} is in a group that is not allowed here`;
    if (action !== "opened" && asked !== "refresh") return nothing(why);
    const message = bugOfForeignGroup(bugLink(bugId, answer.url), options.allowed_groups ?? []);
    return { effects: [says(subject, message)], why };
  }
  if (pull.merged) return merged(found);
  if (ending) return closed(found);
  return validate(found, asked);
}

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = new Set(heard(table, comment).map((one) => one.said));
  const asked = (["refresh", "assign-qa", "cc-qa"] as const).find((one) => said.has(one));
  if (!asked) return nothing("no command of it");
  const to = answered(comment);
  if (!comment.isPullRequest) {
    return { effects: [{ kind: "comment", body: reply(to, view, BUGZILLA_NOT_ON_ISSUES) }], why: "this is an issue" };
  }
  return handled(subjectOf(await view.pullRequest(), to, view), asked, "");
}

async function timer({ note }: TimerEvent, view: View): Promise<Decision> {
  const look = lookIn(note);
  if (!look) return nothing("nothing to look for");
  const pull = await view.pullRequest();
  return cherryPick(subjectOf(pull, titled(pull, pull.author.login), view), look.of, look.round);
}

function describe({ settings: { bugzilla } }: RepoConfig): string {
  const branches = Object.entries(bugzilla).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (branches.length === 0) return "Nothing is asked of bugs: every bug is valid that exists.";
  return branches.map(([branch, options]) => bugRules(branch, options)).join(" ");
}

export const bugzilla: Plugin = {
  name: "bugzilla",
  help: {
    description:
      "The bugzilla plugin sees to it that pull requests name valid bugs of Bugzilla in their titles, and moves the bugs along with them.",
    commands: helpOf(table),
    snippet: [
      "bugzilla:",
      "  default:",
      '    "*":',
      "      validate_by_default: true",
      "      is_open: true",
      "      target_release: release1",
      "      valid_states:",
      "      - status: NEW",
      "      - status: CLOSED",
      "        resolution: ERRATA",
      "      state_after_validation:",
      "        status: POST",
      "      state_after_merge:",
      "        status: MODIFIED",
      "      add_external_link: true",
      "  orgs:",
      "    org:",
      "      repos:",
      "        repo:",
      "          branches:",
      "            release-1:",
      "              enable_backporting: true",
    ].join("\n"),
    config: describe,
  },
  verbs: verbsOf(table),
  comment,
  pullRequest,
  timer,
};
