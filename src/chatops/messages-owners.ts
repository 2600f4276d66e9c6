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
