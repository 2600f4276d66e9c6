/** What is said of protected files, OWNERS files and release branches. */
import { code } from "./messages.ts";

/** A comment is cut long before GitHub's limit. */
const LIST_CHARACTERS = 40_000;

/** Items as a list, as many as fit. */
export function bullets(items: readonly string[]): string {
  const lines: string[] = [];
  let room = LIST_CHARACTERS;
  for (const item of items) {
    room -= item.length + 3;
    if (room < 0) break;
    lines.push(`- ${item}`);
  }
  if (lines.length < items.length) lines.push(`- and ${items.length - lines.length} more`);
  return lines.join("\n");
}

// blockade

export const BLOCKADE_MARKER = "<!-- blocked paths -->";

/** Files that may not change, by explanation. */
export function blockedPaths(label: string, blocked: ReadonlyMap<string, readonly string[]>): string {
  const items = [...blocked].flatMap(([explanation, files]) =>
    files.map((file) => `${code(file)}: ${explanation.replaceAll(/\s+/g, " ").trim()}`),
  );
  return `This changes files that are protected, so it has the label ${code(label)} now:\n\n${bullets(items)}\n${BLOCKADE_MARKER}`;
}

// cherry-pick-unapproved

export const CHERRY_PICK_MARKER = "<!-- cherry-pick not approved -->";

/** A pull request on a release branch that nobody approved for it. */
export function cherryPickNotApproved(configured: string, branch: string, missing: string, label: string): string {
  const text =
    configured.trim() ||
    `Changes of ${code(branch)} need the label ${code(missing)}. Until then this has the label ${code(label)}.`;
  return `${text}\n${CHERRY_PICK_MARKER}`;
}

// verify-owners

export const UNTRUSTED_OWNERS_MARKER = "<!-- untrusted owners -->";
export const ALIASES_MARKER = "<!-- aliases -->";

/** Of a review with a finding at each bad file. */
export function ownersReview(findings: readonly { readonly path: string; readonly message: string }[]): string {
  const start = "Some OWNERS files of this change cannot stay as they are.";
  if (findings.length === 0) return start;
  return `${start}\n\n${bullets(findings.map(({ path, message }) => `${code(path)}: ${message}`))}`;
}

/** The file of aliases cannot be read. */
export function aliasesUnreadable(path: string, fault: string): string {
  return `${code(path)} cannot be read, so no alias of it would count: ${code(fault)}\n${ALIASES_MARKER}`;
}

/** Aliases that stand for nobody. */
export function aliasesEmpty(path: string, aliases: readonly string[]): string {
  return `These aliases in ${code(path)} have no members. Please give them some, or take them out:\n\n${bullets(aliases.map(code))}\n${ALIASES_MARKER}`;
}

export interface UntrustedOwner {
  readonly login: string;
  /** What was looked at, e.g. `member of kubernetes`. */
  readonly checked: readonly string[];
  readonly files: readonly string[];
}

/** People whom OWNERS files must not name. */
export function untrustedOwners(people: readonly UntrustedOwner[]): string {
  const items = people.map(({ login, checked, files }) => {
    return `${code(login)} is none of: ${checked.join(", ")}. Named in ${files.slice(0, 20).map(code).join(", ")}${files.length > 20 ? ` and ${files.length - 20} more` : ""}`;
  });
  return `OWNERS files can name only people whom this repository trusts. Please take these out, or let them join first:\n\n${bullets(items)}\n${UNTRUSTED_OWNERS_MARKER}`;
}

// reward-owners

export const NEW_OWNERS_MARKER = "<!-- new owners -->";

/** People who became owners by a merge. */
export function newOwners(logins: readonly string[]): string {
  const names = logins.slice(0, 100).map((login) => `@${login}`);
  const more = logins.length > names.length ? ` and ${logins.length - names.length} more` : "";
  return `Thank you for taking on the care of files in this repository: ${names.join(", ")}${more}. You are owners now.\n${NEW_OWNERS_MARKER}`;
}
