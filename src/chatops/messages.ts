/** All that the bot says to people, one function per message (spec chatops 1.11). */
import type { RepoConfig } from "../config/model.ts";
import type { MissingReply } from "./effects.ts";
import type { GenericComment } from "./events.ts";
import type { View } from "./plugin.ts";

/** What a reply answers. */
export interface Answered {
  /** Login of whom it speaks to. */
  readonly login: string;
  /** The text that caused it, and where that stands. */
  readonly body: string;
  readonly htmlUrl: string;
}

type Where = Pick<View, "publicUrl" | "repository">;

/** The page with all commands of a repository. */
export function commandHelpUrl({ publicUrl, repository }: Where): string {
  return `${publicUrl}/command-help?repo=${encodeURIComponent(`${repository.owner}/${repository.repo}`)}`;
}

/** The last line of a reply. */
export const REPLY_END = "<!-- reply -->";
const QUOTE_CHARACTERS = 4_000;
/** GitHub takes 65,536 in all; what is quoted may grow fivefold when it is made harmless. */
const MESSAGE_CHARACTERS = 40_000;

/** The standard shape: whom it is for, the message, and folded away what it answers and who speaks. */
export function reply(to: Answered, where: Where, message: string): string {
  return `@${to.login}: ${message.slice(0, MESSAGE_CHARACTERS)}${replyEnd(to, where)}`;
}

/** What follows the message in the standard shape. */
function replyEnd(to: Answered, where: Where): string {
  return [
    "",
    "",
    "<details>",
    "<summary>What this answers</summary>",
    "",
    `In answer to [this comment](${to.htmlUrl}):`,
    "",
    quoted(to.body),
    "",
    about(where),
    "</details>",
    REPLY_END,
  ].join("\n");
}

/** Whether a text has the standard shape. */
export function isReply(body: string): boolean {
  return body.endsWith(REPLY_END);
}

function about(where: Where): string {
  return `I am a bot and listen to comments such as \`/hold\`. [All commands of this repository](${commandHelpUrl(where)}).`;
}

/**
 * A quote: cut to a bearable length, and harmless: it mentions nobody, opens no markup that would swallow what follows,
 * and cannot forge our hidden markers.
 */
export function quoted(text: string): string {
  const cut = text.length > QUOTE_CHARACTERS ? `${text.slice(0, QUOTE_CHARACTERS)}…` : text;
  return cut
    .replaceAll("<", "&lt;")
    .replaceAll(/@(?=[A-Za-z0-9])/g, "@\u200b")
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

/** Words in a sentence: at most twenty of them. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).map(code).join(", ");
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}

/** Somebody's word in a sentence: as code, on one line, short. */
export function code(text: string): string {
  const plain = text
    .replaceAll(/[`\s]+/g, " ")
    .replaceAll("<!--", "<!‑‑")
    .trim();
  return `\`${plain.length > 100 ? `${plain.slice(0, 100)}…` : plain}\``;
}

/** What a reply to a comment answers: it speaks to whoever acted. */
export function answered(comment: GenericComment): Answered {
  return { login: comment.sender.login, body: comment.body, htmlUrl: comment.htmlUrl };
}

/** Commands that nothing knows, with those that are nearest. */
export function didYouMean(words: readonly { readonly said: string; readonly meant: readonly string[] }[]): string {
  const lines = words.map(({ said, meant }) => {
    const verbs = meant.map((verb) => code(`/${verb}`)).join(" or ");
    return `I know no ${code(`/${said}`)}. Did you mean ${verbs}?`;
  });
  return lines.join("\n\n");
}

// sigmention

/** A mention by somebody whose mentions notify nobody, said again by the bot. */
export function repeatedMentions(mentions: readonly string[]): string {
  return `I repeat your mentions, so that the teams hear of them: ${mentions.slice(0, 20).join(", ")}`;
}

// trigger

/** In every help reply of /test, so that later ones take earlier ones away. */
export const TEST_HELP_MARKER = "<!-- test help -->";

/** Somebody whom the repository does not trust asked for jobs. */
export function needsOkToTest(ignoresOkToTest: boolean, checked: readonly string[]): string {
  const because = `You are none of: ${checked.join(", ")}.`;
  return ignoresOkToTest
    ? `I cannot start jobs for you here, and this repository trusts no pull request from outside. ${because} A collaborator can start the jobs instead.`
    : `I cannot start jobs on this pull request yet. ${because} Somebody who is one of these has to look at the change and say \`/ok-to-test\` first.`;
}

/** Somebody who is not trusted in person tried `/ok-to-test cancel`. */
export function cannotCancelOkToTest(checked: readonly string[]): string {
  return `only trusted users can take \`/ok-to-test\` back. You are none of: ${checked.join(", ")}.`;
}

/** Why the list of jobs is shown. */
export type HelpNote = "asked" | "no target" | "retest with target" | "nothing automatic" | "unknown target";

const HELP_NOTES: Readonly<Record<HelpNote, string>> = {
  asked: "",
  "no target": "`/test` needs to know what to run: `/test all`, or `/test` and names of jobs.\n\n",
  "retest with target": "`/retest` stands alone on its line. To run one job, say `/test` and its name.\n\n",
  "nothing automatic": "No job runs by itself for this change, so `/test all` has nothing to start.\n\n",
  "unknown target": "I know no such job for this branch, so nothing was started.\n\n",
};

export interface TestTargets {
  /** `org/repo@branch`. */
  readonly branch: string;
  /** Commands of jobs that a merge needs, and of the others. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Names of the jobs that `/test all` would start now. */
  readonly automatic: readonly string[];
  /** Whether those are all jobs. */
  readonly all: boolean;
}

/** What can be run on a pull request. */
export function testHelp(note: HelpNote, targets: TestTargets): string {
  const { branch, required, optional, automatic, all } = targets;
  const parts: string[] = [];
  if (required.length > 0) parts.push(`Jobs that a merge needs:\n${block(required)}`);
  if (optional.length > 0) parts.push(`Optional jobs:\n${block(optional)}`);
  if (parts.length === 0) parts.push(`There are no presubmit jobs for ${code(branch)}.`);
  else if (all) parts.push("`/test all` runs all of them.");
  else if (automatic.length > 0) parts.push(`\`/test all\` runs these for this change:\n${block(automatic)}`);
  return `${HELP_NOTES[note]}${parts.join("\n\n")}\n${TEST_HELP_MARKER}`;
}

function block(lines: readonly string[]): string {
  return ["```", ...[...new Set(lines)].sort(), "```"].join("\n");
}

/** A trusted author opened a draft. */
export function draftNotice(author: string, where: Where): string {
  return `Hi @${author}: this is a draft, so no job starts by itself. \`/test all\` starts them at any time. [All commands](${commandHelpUrl(where)}).`;
}

export interface Welcome {
  readonly joinUrl: string;
  readonly ignoresOkToTest: boolean;
  /** Null: no call-out; empty: the standard one; otherwise the configured text, with `{join_org_url}` replaced. */
  readonly callOut: string | null;
}

/** To the author of a first pull request from outside. */
export function welcomeMessage(author: string, where: Where, { joinUrl, ignoresOkToTest, callOut }: Welcome): string {
  const { owner, repo } = where.repository;
  const wait = ignoresOkToTest
    ? `Jobs start here only for members and collaborators of ${owner}/${repo}: one of them will start them for you.`
    : `I am waiting for a trusted person of ${owner}/${repo} to look at it and say \`/ok-to-test\`. That adds the \`ok-to-test\` label, and from then on you can start jobs yourself.`;
  const join =
    callOut === null
      ? `Members of ${owner} need no such step: [how to join](${joinUrl}).`
      : `> [!TIP]\n${asQuote(callOut.replaceAll("{join_org_url}", joinUrl) || standardCallOut(owner, joinUrl))}`;
  return [
    `Hi @${author}, thank you for this pull request!`,
    wait,
    join,
    `What you can say to me: [all commands](${commandHelpUrl(where)}).`,
  ].join("\n\n");
}

function standardCallOut(owner: string, joinUrl: string): string {
  return `You have had several pull requests merged in ${owner}. **Please consider [joining the organisation](${joinUrl})**: then your jobs start by themselves.`;
}

function asQuote(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}

// lgtm: these three texts are compatible with Prow's, character by character (spec chatops 7.13).

export const TREE_HASH_START = "LGTM label has been added.  <details>Git tree hash: ";
export const LGTM_REMOVED = "New changes are detected. LGTM label has been removed.";

/** Remembers the tree that was agreed to. */
export function treeHashNotice(tree: string): string {
  return `${TREE_HASH_START}${tree}</details>`;
}

/** The tree in such a notice, or null. Only at the very start: what the bot quotes of others stands elsewhere. */
export function treeHashIn(body: string): string | null {
  if (!body.startsWith(TREE_HASH_START)) return null;
  const end = body.indexOf("</details>", TREE_HASH_START.length);
  return end < 0 ? null : body.slice(TREE_HASH_START.length, end);
}

/** The author said /lgtm. */
export function lgtmOwnPullRequest(): string {
  return "authors cannot give LGTM to their own pull request.";
}

/** Somebody without standing said /lgtm. */
export function lgtmNotCollaborator(): string {
  return "giving LGTM and taking it back is restricted to collaborators of this repository.";
}

/** Somebody said /lgtm who does not own what changes; `files` of others, none when nothing at all is theirs. */
export function lgtmNotOwner(files: readonly string[]): string {
  const start = "LGTM has to come from somebody whom the OWNERS files of the whole change name as approver or reviewer";
  if (files.length === 0) return `${start}, and none of them names you.`;
  return `${start}. You are missing in those of ${list(files)}.`;
}

// assign

/** GitHub left assignees out. */
export function missingAssignees(to: Answered, where: Where): MissingReply {
  return {
    before: `@${to.login}: GitHub did not let me assign `,
    after:
      ". Only people who can read the repository and belong to the organisation, are collaborators, or have commented " +
      `here can be assigned, and at most ten at a time.${replyEnd(to, where)}`,
  };
}

/** GitHub left reviewers out. */
export function missingReviewers(to: Answered, where: Where): MissingReply {
  return {
    before: `@${to.login}: GitHub did not let me ask for a review from `,
    after:
      ". Only members of the organisation with read access and collaborators can be asked, and never the author." +
      replyEnd(to, where),
  };
}

/** Teams that are not of the repository's organisation. */
export function foreignTeams(names: readonly string[], org: string): string {
  return `I can ask only teams of ${code(org)} for a review, as \`org/team\`. I left out ${list(names)}.`;
}

// label

/** /label with what it does not take. */
export function unsupportedLabels(labels: readonly string[], supported: readonly string[]): string {
  const takes = supported.length > 0 ? `It takes: ${list(supported)}.` : "It takes no label here.";
  return `\`/label\` and \`/remove-label\` do not take ${list(labels)}. ${takes}`;
}

/** Labels that the repository does not have. */
export function labelsMissingInRepository(labels: readonly string[]): string {
  return `I cannot add ${list(labels)}: the repository has no such label.`;
}

/** Labels to be removed that are not there. */
export function labelsNotSet(labels: readonly string[]): string {
  return `I cannot remove ${list(labels)}: not set here.`;
}

/** triage/accepted by somebody from outside. */
export function triageRefused(org: string): string {
  return `only members of ${code(org)} can add \`triage/accepted\`.`;
}

/** Labels that somebody may not touch. */
export function restrictedLabels(
  refused: readonly { readonly label: string; readonly teams: readonly string[]; readonly users: readonly string[] }[],
): string {
  const lines = refused.map(({ label, teams, users }) => {
    const who = teams.length > 0 ? `members of ${list(teams)}` : list(users);
    return `${code(label)} can be set and removed only by ${who || "nobody"}.`;
  });
  return lines.join("\n");
}

// help

export const HELP_WANTED_MARKER = "<!-- help wanted -->";
export const GOOD_FIRST_ISSUE_MARKER = "<!-- good first issue -->";

type Guidelines = RepoConfig["help"];

/** An issue was marked with /help. */
export function helpWanted(guidelines: Guidelines): string {
  return `this issue now waits for somebody to take it up. ${guidance(guidelines)}\n\nIf it does not fit, say \`/remove-help\`.\n${HELP_WANTED_MARKER}`;
}

/** An issue was marked with /good-first-issue. */
export function goodFirstIssue(guidelines: Guidelines): string {
  return `this issue is now marked as fit for newcomers. ${guidance(guidelines)}\n\nIf it does not fit, say \`/remove-good-first-issue\`.\n${GOOD_FIRST_ISSUE_MARKER}`;
}

function guidance({ help_guidelines_url, help_guidelines_summary }: Guidelines): string {
  const check = `Please check that it meets the [guidelines](${help_guidelines_url}).`;
  return help_guidelines_summary.trim() ? `${check}\n\n${help_guidelines_summary.trim()}` : check;
}
