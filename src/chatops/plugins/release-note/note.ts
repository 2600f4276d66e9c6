/** The note in a pull request's text, and the label that it asks for (spec chatops 2.9). Pure; patterns are Go's. */
import { goRegExp } from "../../../config/goregexp.ts";

export const NEEDED = "do-not-merge/release-note-label-needed";
export const NOTE = "release-note";
export const NONE = "release-note-none";
export const ACTION_REQUIRED = "release-note-action-required";
export const ALL: readonly string[] = [NEEDED, NOTE, NONE, ACTION_REQUIRED];

const BLOCK = "(?s)(?:Release note\\*\\*:\\s*(?:<!--[^<>]*-->\\s*)?```(?:release-note)?|```release-note)(.+?)```";
const NO_NOTE = "(?i)^\\W*(NONE|NO)\\W*$";
const PARENT = "Cherry pick of #([[:digit:]]+) on release-([[:digit:]]+\\.[[:digit:]]+).";

/** The first note's text, trimmed; empty when there is none. */
export function noteIn(body: string): string {
  return goRegExp(BLOCK).all(body)[0]?.[1]?.trim() ?? "";
}

/** The body with another text in its first note; null when it has no note block. */
export function withNote(body: string, note: string): string | null {
  const [found] = goRegExp(BLOCK).all(body);
  const [whole = "", inner = ""] = found ?? [];
  if (whole === "") return null;
  const at = body.indexOf(whole) + whole.lastIndexOf(`${inner}\`\`\``);
  return `${body.slice(0, at)}\n${note.trim()}\n${body.slice(at + inner.length)}`;
}

export const saysNone = (note: string): boolean => goRegExp(NO_NOTE).test(note);

/** Numbers of the pull requests that this one was picked from. */
export function parentsIn(body: string): number[] {
  return goRegExp(PARENT)
    .all(body)
    .map(([, number = "0"]) => Number(number));
}

/** The label that note and labels ask for. */
export function labelFor(note: string, deprecation: boolean, hasNone: boolean): string {
  const text = note.toLowerCase();
  if (text === "") return !deprecation && hasNone ? NONE : NEEDED;
  if (saysNone(text)) return deprecation ? NEEDED : NONE;
  return text.includes("action required") ? ACTION_REQUIRED : NOTE;
}
