/** A map of a log: how many lines lie before each block, and where it tells of failures. Built in one pass. */
import { isFailure, LONGEST_LINE } from "./failure.ts";

export const BLOCK_BYTES = 64 * 1024;
/** Failures that are remembered; a log with more has its first ones. */
const MAX_FAILURES = 1_000;

export interface LogIndex {
  /** Bytes that were read. */
  readonly size: number;
  /** Newlines in [0, i * BLOCK_BYTES), for each block i that begins before `size`. */
  readonly linesBefore: readonly number[];
  /** Newlines in the whole of it. */
  readonly newlines: number;
  /** Numbers of lines that tell of a failure, ascending. */
  readonly failures: readonly number[];
}

/** Takes a log piece by piece. Memory: the map, and the line that is not finished (at most 40 KB). */
export class LogIndexer {
  #size = 0;
  #newlines = 0;
  readonly #linesBefore: number[] = [0];
  readonly #failures: number[] = [];
  readonly #decoder = new TextDecoder();
  /** Lines that were looked at, and the beginning of the one that is not. */
  #searched = 0;
  #rest = "";
  #restTooLong = false;

  push(bytes: Uint8Array): void {
    this.#count(bytes);
    this.#size += bytes.length;
    if (this.#failures.length < MAX_FAILURES) this.#search(this.#decoder.decode(bytes, { stream: true }));
  }

  finish(): LogIndex {
    this.#look(this.#rest, this.#searched + 1);
    return {
      size: this.#size,
      linesBefore: this.#linesBefore,
      newlines: this.#newlines,
      failures: this.#failures.slice(0, MAX_FAILURES),
    };
  }

  #count(bytes: Uint8Array): void {
    let newlines = this.#newlines;
    let next = bytes.indexOf(10);
    while (next >= 0) {
      this.#fill(this.#size + next + 1, newlines);
      newlines += 1;
      next = bytes.indexOf(10, next + 1);
    }
    this.#newlines = newlines;
    this.#fill(this.#size + bytes.length, newlines);
  }

  /** Notes `newlines` for the blocks that begin before `end`. */
  #fill(end: number, newlines: number): void {
    while (this.#linesBefore.length * BLOCK_BYTES < end) this.#linesBefore.push(newlines);
  }

  #search(text: string): void {
    const lines = text.split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#searched += 1;
      this.#look(this.#rest + line, this.#searched);
      this.#rest = "";
      this.#restTooLong = false;
    }
    this.#restTooLong ||= this.#rest.length + last.length > LONGEST_LINE;
    this.#rest = this.#restTooLong ? "" : this.#rest + last;
  }

  #look(line: string, number: number): void {
    if (!this.#restTooLong && isFailure(line)) this.#failures.push(number);
  }
}

/** Number of the first line that begins in a block, given whether one begins at its first byte. */
export function firstLineOfBlock(index: LogIndex, block: number, beginsAtStart: boolean): number {
  return (index.linesBefore[block] ?? index.newlines) + (beginsAtStart ? 1 : 2);
}

/** The block that holds the newline before a line: the line begins in it, or with the first byte of the next one. */
export function blockBeforeLine(index: LogIndex, line: number): number {
  let low = 0;
  let high = index.linesBefore.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((index.linesBefore[middle] ?? 0) < line - 1) low = middle;
    else high = middle - 1;
  }
  return low;
}
