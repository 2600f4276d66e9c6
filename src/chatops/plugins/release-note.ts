/** `release-note`: every change says what users should know of it (spec chatops 2.9). */
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequest, PullRequestEvent } from "../events.ts";
import { answered, reply } from "../messages.ts";
import {
  editNeedsBlock,
  editNeedsMember,
  editNeedsTarget,
  noneContradictsNote,
  noneForbiddenByDeprecation,
  noneNeedsStanding,
  RELEASE_NOTE_MARKER,
  releaseNoteNeeded,
  retiredCommand,
} from "../messages-release-note.ts";
import { anyone, hasLabel, sameLogin } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { commandText } from "../text.ts";
import {
  ACTION_REQUIRED,
  ALL,
  labelFor,
  NEEDED,
  NONE,
  NOTE,
  noteIn,
  parentsIn,
  saysNone,
  withNote,
} from "./release-note/note.ts";

type Said = "none" | "edit" | typeof NOTE | typeof ACTION_REQUIRED;
const DEPRECATION = "kind/deprecation";

const table: CommandTable<Said> = {
  on: "pull requests",
  openOnly: false,
  commands: [
    {
      verbs: ["release-note-none"],
      parse: alone<Said>("none"),
      who: { ...anyone, who: "The author and members of the organisation" },
      usage: "/release-note-none",
      description: `Adds \`${NONE}\`: users notice nothing of this change.`,
      examples: ["/release-note-none"],
      featured: true,
    },
    {
      verbs: ["release-note-edit"],
      parse: alone<Said>("edit"),
      who: { ...anyone, who: "Members of the organisation" },
      usage: "/release-note-edit, and a release-note block",
      description: "Replaces the release note of the description by that of the comment.",
      examples: ["/release-note-edit\n```release-note\nThe new note\n```"],
    },
    {
      verbs: ["release-note"],
      parse: alone<Said>(NOTE),
      who: { ...anyone, who: "Nobody: it is retired" },
      usage: "/release-note",
      description: "Retired: the description decides.",
      examples: ["/release-note"],
    },
    {
      verbs: ["release-note-action-required"],
      parse: alone<Said>(ACTION_REQUIRED),
      who: { ...anyone, who: "Nobody: it is retired" },
      usage: "/release-note-action-required",
      description: "Retired: the description decides.",
      examples: ["/release-note-action-required"],
    },
  ],
};

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  if (comment.source !== "issue_comment") return nothing("reviews and descriptions say nothing about it");
  const [first] = heard(table, comment);
  if (!first) return nothing("no command of it");
  const say = (text: string): Effect => ({ kind: "comment", body: reply(answered(comment), view, text) });
  if (first.said === "edit") return await edited(comment, view, say);
  if (first.said === "none") return await saidNone(comment, view, say);
  return { effects: [say(retiredCommand(first.said))], why: "the command is retired" };
}

type Say = (text: string) => Effect;
const refusal = (effect: Effect): Decision => ({ effects: [effect], why: "it is refused" });

async function edited(comment: GenericComment, view: View, say: Say): Promise<Decision> {
  if (!(await view.isMember(view.repository.owner, comment.sender.login))) return refusal(say(editNeedsMember()));
  const note = noteIn(comment.body);
  if (note === "") return refusal(say(editNeedsBlock()));
  const body = withNote((await view.pullRequest()).body, note);
  if (body === null) return refusal(say(editNeedsTarget()));
  return { effects: [{ kind: "editIssue", changes: { body } }], why: "the note is edited" };
}

async function saidNone(comment: GenericComment, view: View, say: Say): Promise<Decision> {
  const { login } = comment.sender;
  const allowed = sameLogin(login, comment.issueAuthor.login) || (await view.isMember(view.repository.owner, login));
  if (!allowed) return refusal(say(noneNeedsStanding()));
  const note = noteIn(comment.issueBody);
  if (note !== "" && !saysNone(note)) return refusal(say(noneContradictsNote()));
  const labels = await view.labels();
  if (hasLabel(labels, DEPRECATION)) return refusal(say(noneForbiddenByDeprecation()));
  return { effects: only(NONE, labels), why: "no note is needed" };
}

/** One of the four labels, without the others; explanations go unless it is the one that they explain. */
function only(wanted: string, labels: readonly string[]): Effect[] {
  const effects: Effect[] = hasLabel(labels, wanted) ? [] : [{ kind: "addLabel", label: wanted }];
  for (const label of ALL)
    if (label !== wanted && hasLabel(labels, label)) effects.push({ kind: "removeLabel", label });
  if (wanted !== NEEDED && hasLabel(labels, NEEDED))
    effects.push({ kind: "deleteComments", marker: RELEASE_NOTE_MARKER });
  return effects;
}

async function pullRequest(event: PullRequestEvent, view: View): Promise<Decision> {
  const { action, label } = event;
  const ours = action === "labeled" && label !== null && ALL.includes(label);
  if (!["opened", "edited", "ready_for_review"].includes(action) && !ours) return nothing(`${action} changes no note`);
  return await look(event.pullRequest, view);
}

async function look(pull: PullRequest, view: View): Promise<Decision> {
  const labels = await view.labels();
  const deprecation = hasLabel(labels, DEPRECATION);
  const wanted = labelFor(noteIn(pull.body), deprecation, hasLabel(labels, NONE));
  if (wanted !== NEEDED) return { effects: only(wanted, labels), why: `its note asks for ${wanted}` };
  if (pull.merged) return nothing("it is merged");
  const parents = isMainline(pull, view) ? [] : parentsIn(pull.body);
  if (parents.length > 0 && (await allHaveNotes(parents, view))) {
    if (!hasLabel(labels, NEEDED)) return nothing("the pull requests that it was picked from have notes");
    return {
      effects: [
        { kind: "removeLabel", label: NEEDED },
        { kind: "deleteComments", marker: RELEASE_NOTE_MARKER },
      ],
      why: "the pull requests that it was picked from have notes",
    };
  }
  if (!deprecation && (await somebodySaidNone(pull.author.login, view))) {
    return { effects: only(NONE, labels), why: "its author or a member said that it needs no note" };
  }
  const why = deprecation ? "deprecation" : parents.length > 0 ? "parents" : "plain";
  const body = releaseNoteNeeded(why, view.config.settings.release_note.guidelines_url, NEEDED);
  const said: Effect[] = hasLabel(labels, NEEDED) ? [] : [{ kind: "upsertComment", marker: RELEASE_NOTE_MARKER, body }];
  return { effects: [...said, ...only(NEEDED, labels)], why: "it needs a release note" };
}

const SAYS_NONE = /^\/release-note-none[\t\f\r ]*$/im;

/** An earlier /release-note-none counts once the description has no note, if who said it may. */
async function somebodySaidNone(author: string, view: View): Promise<boolean> {
  const said = (await view.comments()).filter(({ body }) => SAYS_NONE.test(commandText(body)));
  for (const login of new Set(said.map((comment) => comment.author))) {
    if (sameLogin(login, author) || (await view.isMember(view.repository.owner, login))) return true;
  }
  return false;
}

/** Cherry-picks go to other branches. */
const isMainline = ({ base }: PullRequest, { repository }: View): boolean =>
  base.ref === "master" || base.ref === repository.defaultBranch;

async function allHaveNotes(numbers: readonly number[], view: View): Promise<boolean> {
  const { owner, repo } = view.repository;
  for (const number of numbers) {
    const parent = await view.issueOf(owner, repo, number);
    if (!parent || !(hasLabel(parent.labels, NOTE) || hasLabel(parent.labels, ACTION_REQUIRED))) return false;
  }
  return true;
}

export const releaseNote: Plugin = {
  name: "release-note",
  help: {
    description: "The release-note plugin demands that every pull request says what users should know of it.",
    commands: helpOf(table),
    snippet: "release_note:\n  guidelines_url: https://example.com/release-notes.md",
    config: ({ settings }) =>
      settings.release_note.guidelines_url === ""
        ? "It points to the standard guide."
        : `It points to ${settings.release_note.guidelines_url}.`,
  },
  verbs: verbsOf(table),
  comment,
  pullRequest,
};
