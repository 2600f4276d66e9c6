/**
 * A merge of two changed texts, line by line, as Git makes one (spec jobs 1.11). Pure. Texts that differ in more lines
 * than the limit are not compared to the end: its square bounds the work.
 */

/** Lines that one side may have taken away and added, altogether. */
const MOST_EDITS = 1_000;

/**
 * What both sides made of `before`; null when they changed the same lines, or lines beside each other, otherwise, or one
 * of them changed too many.
 */
export function mergeText(before: string, ours: string, theirs: string): string | null {
  const [base, left, right] = [linesOf(before), linesOf(ours), linesOf(theirs)];
  const [inLeft, inRight] = [kept(base, left), kept(base, right)];
  if (inLeft === null || inRight === null) return null;
  const merged: string[] = [];
  let [from, leftFrom, rightFrom] = [0, 0, 0];
  for (let line = 0; line <= base.length; line += 1) {
    const isLast = line === base.length;
    const [leftAt, rightAt] = isLast ? [left.length, right.length] : [inLeft[line] ?? -1, inRight[line] ?? -1];
    if (leftAt < 0 || rightAt < 0) continue;
    // Between two lines that all three have.
    const chunk = chosen(base.slice(from, line), left.slice(leftFrom, leftAt), right.slice(rightFrom, rightAt));
    if (chunk === null) return null;
    merged.push(...chunk, ...base.slice(line, line + 1));
    [from, leftFrom, rightFrom] = [line + 1, leftAt + 1, rightAt + 1];
  }
  return merged.join("");
}

type Lines = readonly string[];

/** With their ends, so that a last line without one is another line. */
const linesOf = (text: string): Lines => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const same = (a: Lines, b: Lines): boolean => a.length === b.length && a.every((line, at) => line === b[at]);

/** Of a stretch that nobody kept whole: the side that changed it, or both when they made the same of it. */
function chosen(base: Lines, left: Lines, right: Lines): Lines | null {
  if (same(left, right) || same(base, right)) return left;
  return same(base, left) ? right : null;
}

/** For each line of `a` where it is in `b`, -1 when it is not there any more; null beyond the limit. */
function kept(a: Lines, b: Lines): Int32Array | null {
  const found = new Int32Array(a.length).fill(-1);
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  for (let at = 0; at < head; at += 1) found[at] = at;
  for (let at = 1; at <= tail; at += 1) found[a.length - at] = b.length - at;
  const inside = shortestEdit(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  for (const [x, y] of inside ?? []) found[head + x] = head + y;
  return inside === null ? null : found;
}

/** Pairs of equal lines along a shortest edit, by Myers' greedy algorithm. */
function shortestEdit(a: Lines, b: Lines): (readonly [number, number])[] | null {
  const most = Math.min(MOST_EDITS, a.length + b.length);
  /** Of each number of edits: the furthest x of each diagonal x - y, from -edits to edits. */
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    const last = trace.at(-1);
    const reached = new Int32Array(2 * edits + 1);
    trace.push(reached);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = last ? startOf(last, edits, diagonal).x : 0;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      reached[diagonal + edits] = x;
      if (x >= a.length && x - diagonal >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return null;
}

/** Where a diagonal begins after the best of `edits - 1` edits: below one that was further, or right of it. */
function startOf(last: Int32Array, edits: number, diagonal: number): { x: number; from: number } {
  const at = (other: number): number => (Math.abs(other) < edits ? (last[other + edits - 1] ?? -1) : -1);
  const [above, left] = [at(diagonal + 1), at(diagonal - 1)];
  return above > left ? { x: above, from: diagonal + 1 } : { x: left + 1, from: diagonal - 1 };
}

function walkBack(trace: readonly Int32Array[], aLength: number, bLength: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let [x, diagonal] = [aLength, aLength - bLength];
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const last = trace[edits - 1];
    const start = last ? startOf(last, edits, diagonal) : { x: 0, from: 0 };
    for (; x > start.x; x -= 1) pairs.push([x - 1, x - 1 - diagonal]);
    if (!last) break;
    diagonal = start.from;
    x = last[diagonal + edits - 1] ?? 0;
  }
  return pairs;
}
