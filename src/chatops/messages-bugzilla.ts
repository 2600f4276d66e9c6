/** What bugzilla says. */
import type { BugState, BugzillaBranch } from "../config/plugin-settings.ts";
import { code, quoted } from "./messages.ts";

const REFRESH = "`/bugzilla refresh`";
const MOST_LINES = 50;

/** Where people read a bug. */
export function bugLink(id: number, url: string): string {
  return url === "" ? `Bugzilla bug ${id}` : `[Bugzilla bug ${id}](${url}/show_bug.cgi?id=${id})`;
}

/** `MODIFIED`, `CLOSED (ERRATA)`, or any status with a resolution. */
export function stateText({ status, resolution }: BugState): string {
  if (resolution === "") return status;
  return status === "" ? `any status with the resolution ${resolution}` : `${status} (${resolution})`;
}

export const statesText = (states: readonly BugState[]): string => states.map(stateText).join(", ");

const bullets = (lines: readonly string[]): string =>
  lines
    .slice(0, MOST_LINES)
    .map((line) => `* ${line}`)
    .join("\n");

export const BUGZILLA_NOT_ON_ISSUES = "bugs of Bugzilla can be tied to pull requests only, not to issues.";

export const NO_BUG_NAMED = `the title of this pull request names no bug of Bugzilla. To tie one to it, let the title begin with \`Bug XXX:\`, then say ${REFRESH}.`;

export function noSuchBug(id: number): string {
  return `Bugzilla has no bug ${id}. Once the title names one that exists, say ${REFRESH}.`;
}

/** Bugzilla could not be asked, or refused a change. */
export function bugzillaFailed(what: string, why: string): string {
  return `${what} failed. Bugzilla says:\n\n${quoted(why)}\n\nOnce that is mended, say ${REFRESH}.`;
}

export function bugOfForeignGroup(link: string, allowed: readonly string[]): string {
  return `${link} belongs to a group whose bugs may not be named here. Groups that may: ${allowed.map(code).join(", ")}.`;
}

export interface Checked {
  /** What was looked at and is right. */
  readonly passed: readonly string[];
  /** What is wrong; none: the bug is valid. */
  readonly wrong: readonly string[];
}

export function validBug(link: string, done: readonly string[], { passed }: Checked): string {
  const summary = passed.length === 0 ? "Nothing about it was checked" : `${passed.length} things were checked`;
  return [
    [`${link}, which this pull request names, is valid.`, ...done].join(" "),
    "",
    `<details>\n<summary>${summary}</summary>\n\n${bullets(passed)}\n</details>`,
  ].join("\n");
}

export function invalidBug(link: string, { wrong }: Checked): string {
  return [
    `${link}, which this pull request names, is not valid:`,
    "",
    bullets(wrong),
    "",
    `Once the bug is changed, say ${REFRESH}; or name another bug in the title.`,
  ].join("\n");
}

export const KEPT_BY_HAND = "\n\nThe label `bugzilla/valid-bug` stays: somebody set it by hand.";

export const bugMoved = (state: BugState): string => `The bug is now ${stateText(state)}.`;
export const BUG_REFERS_HERE = "The bug now refers to this pull request.";

// quality assurance

export const noQaContact = (link: string): string => `\n\n${link} has no QA contact: nobody is asked for a review.`;
export const noQaAddress = (link: string): string =>
  `\n\nThe QA contact of ${link} shows no address: nobody is asked for a review.`;
export const qaAsked = (login: string): string => `\n\nI ask the QA contact ${code(login)} for a review.`;
/** No account shows the contact's address, or several do. */
export function qaUnknown(logins: readonly string[]): string {
  if (logins.length === 0)
    return "\n\nNo account of GitHub shows the QA contact's address: nobody is asked for a review.";
  return `\n\nSeveral accounts of GitHub show the QA contact's address (${logins.map(code).join(", ")}): nobody is asked for a review.`;
}
export const ASSIGN_QA_IS_OLD = "\n\n`/bugzilla assign-qa` is the old name of `/bugzilla cc-qa`.";

// merges and closed pull requests

export interface OtherPull {
  readonly name: string;
  readonly link: string;
  readonly state: string;
}

const pullLine = ({ name, link }: OtherPull): string => `[${name}](${link})`;

export function allMerged(link: string, merged: readonly OtherPull[], state: BugState): string {
  const list =
    merged.length > 0 ? `All pull requests that it refers to are merged:\n\n${bullets(merged.map(pullLine))}\n\n` : "";
  return `${list}${link} is now ${stateText(state)}.`;
}

export function notAllMerged(link: string, open: readonly OtherPull[], state: BugState): string {
  return [
    `${link} does not become ${stateText(state)} yet, for it refers to pull requests that are not merged:`,
    "",
    bullets(open.map((one) => `${pullLine(one)} is ${one.state}`)),
    "",
    `Each has to be merged, or taken off the bug. Then say ${REFRESH}.`,
  ].join("\n");
}

export function unknownState(link: string, is: BugState, state: BugState): string {
  return `${link} is ${stateText(is)}, which somebody must have meant, so it does not become ${stateText(state)}.`;
}

export function noLongerLinked(link: string, state: BugState | null): string {
  const moved = state ? ` No pull request is left there, so the bug is now ${stateText(state)}.` : "";
  return `${link} does not refer to this pull request any more.${moved}`;
}

/** A private comment in Bugzilla. */
export function closedInBugzilla(pull: string, state: BugState): string {
  return `The bug is now ${stateText(state)}: the pull request ${pull}, which it referred to, was closed.`;
}

// cherry-picks

export function pickedPullMissing(number: number): string {
  return `this is a cherry-pick of #${number}, which I cannot read, so no bug was cloned for it. Say ${REFRESH} once the title names a bug.`;
}
export const noTargetRelease = (link: string): string =>
  `${link} was not cloned for this cherry-pick: no \`target_release\` is configured for its branch.`;
export const cloneFound = (link: string, clone: string): string =>
  `${link} has a clone for this branch, ${clone}: the title names it now.`;
export const cloned = (link: string, clone: string): string =>
  `${link} is cloned as ${clone} for this cherry-pick: the title names the clone now.`;
export const cloneLost = (link: string): string =>
  `${link} was to be cloned for this cherry-pick, but Bugzilla shows no clone. Say ${REFRESH} once the title names one.`;

// help

const both = (parts: readonly string[]): string =>
  parts.length > 2 ? `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}` : parts.join(" and ");

/** What the settings ask of bugs, and do to them, on a branch. */
export function bugRules(branch: string, options: BugzillaBranch): string {
  const asks: string[] = [];
  if (options.is_open !== null) asks.push(options.is_open ? "are open" : "are closed");
  if (options.target_release !== null) asks.push(`target ${options.target_release}`);
  if (options.valid_states?.length) asks.push(`are ${options.valid_states.map(stateText).join(" or ")}`);
  const { dependent_bug_states: states, dependent_bug_target_releases: releases } = options;
  if (states || releases) asks.push("depend on at least one other bug");
  if (states) asks.push(`depend only on bugs that are ${states.map(stateText).join(" or ")}`);
  if (releases) asks.push(`depend only on bugs that target ${releases.join(" or ")}`);
  const does: string[] = [];
  if (options.state_after_validation) does.push(`becomes ${stateText(options.state_after_validation)}`);
  if (options.add_external_link) does.push("refers to its pull requests");
  if (options.state_after_merge) does.push(`becomes ${stateText(options.state_after_merge)} once all are merged`);
  if (options.state_after_close) does.push(`becomes ${stateText(options.state_after_close)} once all are closed`);
  const where = branch === "*" ? "On every branch" : `On ${branch}`;
  const valid = asks.length > 0 ? `bugs are valid that ${both(asks)}` : "every bug is valid that exists";
  return `${where} ${valid}.${does.length > 0 ? ` A valid bug ${both(does)}.` : ""}`;
}
