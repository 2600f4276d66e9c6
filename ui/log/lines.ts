/** Bytes of a log to lines, from any place of it. Offsets are in bytes from the log's beginning. */

const NEWLINE = 10;
/** A line shows at most this many bytes; the raw log has the rest. */
export const SHOWN_BYTES = 8 * 1024;

export interface Line {
  readonly text: string;
  /** Where it begins. */
  readonly offset: number;
  /** Whether only its beginning is shown. */
  readonly cut: boolean;
}

/**
 * The lines that begin in [from, to). `bytes` are the log from `base`, which is `from` - 1 (the byte before says whether
 * a line begins at `from`) or 0, and should reach {@link SHOWN_BYTES} beyond `to`, so that the last line is whole.
 * `ended`: nothing follows `bytes`. Invalid UTF-8 shows as U+FFFD.
 */
export function linesBeginningIn(bytes: Uint8Array, base: number, from: number, to: number, ended: boolean): Line[] {
  const decoder = new TextDecoder();
  const lines: Line[] = [];
  let at = from - base;
  if (at > 0 && bytes[at - 1] !== NEWLINE) {
    const newline = bytes.indexOf(NEWLINE, at);
    if (newline < 0) return [];
    at = newline + 1;
  }
  while (at < Math.min(to - base, bytes.length)) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    const shown = Math.min(end, at + SHOWN_BYTES);
    const cut = shown < end || (newline < 0 && !ended);
    lines.push({ text: decoder.decode(bytes.subarray(at, shown)), offset: base + at, cut });
    if (newline < 0) break;
    at = newline + 1;
  }
  return lines;
}

/** Just after the last newline: where a line that is still being written begins. `base` when there is none. */
export const afterLastNewline = (bytes: Uint8Array, base: number): number => base + bytes.lastIndexOf(NEWLINE) + 1;

/** A choice of lines in a URL's fragment: `#L10` or `#L10-L20`. Null for anything else. */
export function parseRange(fragment: string): { first: number; last: number } | null {
  const [, first, last] = /^#?L([1-9]\d{0,9})(?:-L([1-9]\d{0,9}))?$/.exec(fragment) ?? [];
  if (first === undefined) return null;
  const [a, b] = [Number(first), Number(last ?? first)];
  return { first: Math.min(a, b), last: Math.max(a, b) };
}

export const rangeText = (first: number, last: number): string =>
  first === last ? `#L${first}` : `#L${first}-L${last}`;
