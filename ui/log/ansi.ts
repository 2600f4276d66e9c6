/**
 * Terminal text to styled segments. Colours become the sixteen names of the design, so that they keep their contrast
 * in both schemes and no style attribute is needed; everything else that a terminal would obey is dropped.
 */

/** How a piece of text looks. `fg` and `bg`: 0 to 7 in the terminal's order; null for the page's own. */
export interface Style {
  readonly fg: number | null;
  readonly bg: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

export interface Segment {
  readonly text: string;
  readonly style: Style;
}

export const PLAIN: Style = {
  fg: null,
  bg: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

/** CSI, OSC (ended by BEL or ST, or by the line), DCS and the like, two-character escapes, and stray controls. */
const ESCAPES =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  /\x1b\[([0-9:;<=>?]*)([ -/]*[@-~])?|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1f\x7f\x9b]/g;

/** One line of a terminal's output as segments, and the style that the next line begins with. */
export function parseAnsi(line: string, start: Style = PLAIN): { segments: readonly Segment[]; end: Style } {
  const text = overwritten(line);
  const segments: Segment[] = [];
  let style = start;
  let from = 0;
  const push = (to: number): void => {
    const piece = text.slice(from, to);
    const last = segments.at(-1);
    if (piece === "") return;
    if (last?.style === style) segments[segments.length - 1] = { text: last.text + piece, style };
    else segments.push({ text: piece, style });
  };
  for (const match of text.matchAll(ESCAPES)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") style = applied(style, match[1] ?? "");
  }
  push(text.length);
  return { segments, end: style };
}

/** The text without anything that a terminal would not print. */
export const stripAnsi = (line: string): string => overwritten(line).replace(ESCAPES, "");

/** What stays of a line that returns to its start: progress bars print themselves over and over. */
function overwritten(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}

/** Applies the parameters of one SGR sequence. */
function applied(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = style;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(at + 1, at + 5));
      next = code === 38 ? { ...next, fg: colour } : { ...next, bg: colour };
      at += used;
    } else {
      next = simple(next, code);
    }
  }
  return next;
}

function simple(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 7) return { ...style, inverse: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 27) return { ...style, inverse: false };
  if (code === 39) return { ...style, fg: null };
  if (code === 49) return { ...style, bg: null };
  const band = Math.floor(code / 10);
  const colour = code % 10;
  if (colour > 7) return style;
  if (band === 3 || band === 9) return { ...style, fg: colour };
  if (band === 4 || band === 10) return { ...style, bg: colour };
  return style;
}

/** The nearest named colour of `5;n` or `2;r;g;b`, and how many parameters that took. */
function extended(codes: readonly number[]): { colour: number | null; used: number } {
  const [mode, a = 0, b = 0, c = 0] = codes;
  if (mode === 2) return { colour: nearest(a, b, c), used: 4 };
  if (mode !== 5) return { colour: null, used: codes.length };
  if (a < 16) return { colour: a % 8, used: 2 };
  if (a >= 232) return { colour: a < 244 ? 0 : 7, used: 2 };
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = a - 16;
  return { colour: nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)), used: 2 };
}

function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  if (most - Math.min(red, green, blue) < 48) return most < 128 ? 0 : 7;
  const strong = (value: number): boolean => value > most * 0.6;
  return (strong(red) ? 1 : 0) + (strong(green) ? 2 : 0) + (strong(blue) ? 4 : 0);
}

/** CSS classes of a style; empty for plain text. */
export function classesOf(style: Style): string {
  const classes = [
    style.fg === null ? "" : `f${style.fg}`,
    style.bg === null ? "" : `g${style.bg}`,
    style.bold ? "bold" : "",
    style.dim ? "dim" : "",
    style.italic ? "italic" : "",
    style.underline ? "underline" : "",
    style.inverse ? "inverse" : "",
  ];
  return classes.filter((name) => name !== "").join(" ");
}
