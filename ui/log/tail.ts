/** Lines of a log that is still being written: the last one is shown before it is finished, and replaced as it grows. */
import { afterLastNewline, linesBeginningIn, SHOWN_BYTES } from "./lines.ts";
import type { Line } from "./lines.ts";

const NEWLINE = 10;

export class GrowingTail {
  /** The unfinished last line, from its beginning. */
  #rest: Uint8Array = new Uint8Array();
  /** The unfinished last line is longer than what is shown of it: wait for its end. */
  #skipping = false;

  /** Goes on after a place in the log: with the bytes of its unfinished line, or `skip` when that is a long one. */
  resume(rest: Uint8Array | "skip"): void {
    this.#skipping = rest === "skip";
    this.#rest = rest === "skip" ? new Uint8Array() : rest;
  }

  /** Bytes that follow the ones before. All lines shown at or after `from` are replaced by `lines`. */
  push(bytes: Uint8Array, offset: number): { readonly from: number; readonly lines: readonly Line[] } {
    if (this.#skipping) {
      const newline = bytes.indexOf(NEWLINE);
      if (newline < 0) return { from: offset + bytes.length, lines: [] };
      this.#skipping = false;
      return this.#take(bytes.subarray(newline + 1), offset + newline + 1);
    }
    return this.#take(bytes, offset);
  }

  #take(bytes: Uint8Array, offset: number): { readonly from: number; readonly lines: readonly Line[] } {
    const from = offset - this.#rest.length;
    const joined = new Uint8Array(this.#rest.length + bytes.length);
    joined.set(this.#rest);
    joined.set(bytes, this.#rest.length);
    const lines = linesBeginningIn(joined, from, from, from + joined.length, true);
    const rest = joined.slice(afterLastNewline(joined, from) - from);
    this.resume(rest.length > SHOWN_BYTES ? "skip" : rest);
    return { from, lines };
  }
}
