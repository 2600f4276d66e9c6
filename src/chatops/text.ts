/**
 * What commands see of a comment (spec chatops 2.1.3 and 7): line ends normalised; fenced code and HTML comments out.
 * Quotes need no cutting, since no command begins with `>`. Done once per comment, in linear time, for every plugin.
 */
import type { GenericComment } from "./events.ts";

const seen = new WeakMap<GenericComment, string>();

/** The text of a comment that may hold commands; computed once per event. */
export function spoken(comment: GenericComment): string {
  const known = seen.get(comment);
  if (known !== undefined) return known;
  const text = commandText(comment.body);
  seen.set(comment, text);
  return text;
}

/** A fence: its character, how many of them, and what follows. Up to three spaces may precede it. */
const FENCE = /^ {0,3}(`{3,}|~{3,})([^\n]*)$/;

interface Line {
  readonly start: number;
  readonly end: number;
  /** Character and length when the line can close a fence. */
  readonly closes: { readonly mark: string; readonly length: number } | null;
}

/**
 * A text without fenced code blocks and HTML comments. A fence or a comment that never ends hides nothing: as in Prow,
 * what follows it still counts.
 */
export function commandText(body: string): string {
  const text = body.replaceAll("\r\n", "\n");
  const lines = linesOf(text);
  const longest = longestCloserFrom(lines);
  const lastCommentEnd = text.lastIndexOf("-->");
  let kept = "";
  let index = 0;
  // Where in the line at `index` reading goes on: behind a comment that ended in its middle, or at its start.
  let from = lines[0]?.start ?? 0;
  for (let line = lines[0]; line; line = lines[index]) {
    const rest = text.slice(from, line.end);
    const fence = from === line.start ? FENCE.exec(rest) : null;
    const close = fence ? closerOf(fence, lines, longest, index) : -1;
    const comment = close >= 0 ? -1 : rest.indexOf("<!--");
    if (close >= 0) {
      kept += "\n";
      index = close + 1;
    } else if (comment >= 0 && from + comment + 4 <= lastCommentEnd) {
      kept += rest.slice(0, comment);
      const end = text.indexOf("-->", from + comment + 4) + 3;
      while (index + 1 < lines.length && (lines[index]?.end ?? 0) < end) index += 1;
      from = end;
      continue;
    } else {
      kept += index + 1 < lines.length ? `${rest}\n` : rest;
      index += 1;
    }
    from = lines[index]?.start ?? text.length;
  }
  return kept;
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const fence = FENCE.exec(text.slice(start, end));
    const mark = fence?.[1] ?? "";
    const closes = fence && fence[2]?.trim() === "" ? { mark: mark.charAt(0), length: mark.length } : null;
    lines.push({ start, end, closes });
    start = end + 1;
  }
  return lines;
}

/** Lengths by character of fence. */
interface Closers {
  readonly "`": number;
  readonly "~": number;
}

/** For each line: the longest closing fence at or after it, so that a fence without an end is known without a search. */
function longestCloserFrom(lines: readonly Line[]): readonly Closers[] {
  const longest: Closers[] = [];
  let best: Closers = { "`": 0, "~": 0 };
  for (const { closes } of lines.toReversed()) {
    if (closes?.mark === "`" && closes.length > best["`"]) best = { ...best, "`": closes.length };
    if (closes?.mark === "~" && closes.length > best["~"]) best = { ...best, "~": closes.length };
    longest.push(best);
  }
  return longest.toReversed();
}

/** The line that closes a fence opened at `index`, or -1. */
function closerOf(fence: RegExpExecArray, lines: readonly Line[], longest: readonly Closers[], index: number): number {
  const length = fence[1]?.length ?? 0;
  const mark = fence[1]?.startsWith("~") ? "~" : "`";
  // Backticks after backticks on one line are inline code, not a fence.
  if (mark === "`" && fence[2]?.includes("`")) return -1;
  if ((longest[index + 1]?.[mark] ?? 0) < length) return -1;
  for (let close = index + 1; close < lines.length; close += 1) {
    const closes = lines[close]?.closes;
    if (closes?.mark === mark && closes.length >= length) return close;
  }
  return -1;
}
