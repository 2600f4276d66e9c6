/** A log as lines: from any place of it, while it grows, and by its map. */
import { array, assert, constantFrom, integer, nat, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { isFailure } from "../../../ui/log/failure.ts";
import { linesBeginningIn, parseRange, rangeText, SHOWN_BYTES } from "../../../ui/log/lines.ts";
import { BLOCK_BYTES, blockBeforeLine, firstLineOfBlock, LogIndexer } from "../../../ui/log/log-index.ts";
import type { LogIndex } from "../../../ui/log/log-index.ts";
import { linesOfTail, tailStart } from "../../../ui/log/server.ts";
import { GrowingTail } from "../../../ui/log/tail.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (lines: readonly { readonly text: string }[]): string[] => lines.map((line) => line.text);

describe("which lines tell of a failure (spec jobs 4.8)", () => {
  it.each([
    ["--- FAIL: TestX (0.1s)", true],
    ["Failure [Serial]", true],
    ["Failure [ ]", false],
    ["ERROR: no such image", true],
    ["panic: runtime error", true],
    ["context deadline: timed out", true],
    ["E0312 10:11:12.123] oops", true],
    ["xE0312 10:11:12.123] oops", false],
    ["FAILED", false],
    ["error: lower case", false],
    ["\x1b[31mFAIL\x1b[0m pkg", true],
    ["all well", false],
    [`FAIL ${"x".repeat(10_000)}`, false],
  ])("%j: %s", (line, expected) => expect(isFailure(line)).toBe(expected));
});

describe("line ranges in the URL", () => {
  it.each([
    ["#L10", { first: 10, last: 10 }],
    ["L10", { first: 10, last: 10 }],
    ["#L10-L20", { first: 10, last: 20 }],
    ["#L20-L10", { first: 10, last: 20 }],
    ["#L0", null],
    ["#L-1", null],
    ["#L1-", null],
    ["#10", null],
    ["#L99999999999", null],
    ["", null],
  ])("%s", (fragment, expected) => expect(parseRange(fragment)).toEqual(expected));

  it("text and back", () => {
    expect(rangeText(3, 3)).toBe("#L3");
    expect(parseRange(rangeText(3, 9))).toEqual({ first: 3, last: 9 });
  });
});

describe("lines from any place", () => {
  it("a line belongs to the range in which it begins", () => {
    const log = bytes("one\ntwo\nthree\n");
    expect(texts(linesBeginningIn(log, 0, 0, 5, true))).toEqual(["one", "two"]);
    expect(texts(linesBeginningIn(log.subarray(4), 4, 5, 14, true))).toEqual(["three"]);
    expect(texts(linesBeginningIn(log.subarray(3), 3, 4, 14, true))).toEqual(["two", "three"]);
  });

  it("ranges side by side give each line once, whatever their borders", () => {
    const text = array(constantFrom("a", "bc", "\n", "\n\n", "long line", "é", "€")).map((parts) => parts.join(""));
    assert(
      property(text, array(nat(80), { maxLength: 6 }), (log, cuts) => {
        const all = bytes(log);
        const borders = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b), all.length];
        const pieces = borders.slice(1).flatMap((to, at) => {
          const from = borders[at] ?? 0;
          const base = Math.max(0, from - 1);
          return linesBeginningIn(all.subarray(base), base, from, to, true);
        });
        const expected = log.split("\n");
        if (expected.at(-1) === "") expected.pop();
        expect(texts(pieces)).toEqual(expected);
      }),
    );
  });

  it("an endless line shows its beginning and says so; ranges within it hold no line", () => {
    const log = bytes("x".repeat(3 * SHOWN_BYTES));
    const [line] = linesBeginningIn(log, 0, 0, SHOWN_BYTES, true);
    expect(line?.text).toHaveLength(SHOWN_BYTES);
    expect(line?.cut).toBe(true);
    expect(linesBeginningIn(log.subarray(99), 99, 100, 200, false)).toEqual([]);
  });

  it("invalid UTF-8 is shown, not thrown", () => {
    expect(texts(linesBeginningIn(new Uint8Array([0xff, 0xfe, 10, 65]), 0, 0, 4, true))).toEqual(["\ufffd\ufffd", "A"]);
  });
});

describe("a log that grows", () => {
  /** Shows what a page would show after each push. */
  function grow(pieces: readonly Uint8Array[]): string[] {
    const tail = new GrowingTail();
    let shown: { readonly text: string; readonly offset: number }[] = [];
    let offset = 0;
    for (const piece of pieces) {
      const { from, lines } = tail.push(piece, offset);
      shown = [...shown.filter((line) => line.offset < from), ...lines];
      offset += piece.length;
    }
    return texts(shown);
  }

  it("shows the unfinished line, and its end when it comes", () => {
    expect(grow([bytes("one\ntw")])).toEqual(["one", "tw"]);
    expect(grow([bytes("one\ntw"), bytes("o\nthree")])).toEqual(["one", "two", "three"]);
  });

  it("is the same however the bytes are cut, inside characters too", () => {
    const text = array(constantFrom("a", "\n", "€uro", "line\n", "😀")).map((parts) => parts.join(""));
    assert(
      property(text, integer({ min: 1, max: 7 }), (log, step) => {
        const all = bytes(log);
        const pieces = Array.from({ length: Math.ceil(all.length / step) }, (_, at) =>
          all.slice(at * step, (at + 1) * step),
        );
        expect(grow(pieces)).toEqual(grow([all]));
      }),
    );
  });

  it("an endless line keeps no more than it shows, and the next line is whole", () => {
    const long = bytes("x".repeat(SHOWN_BYTES + 10));
    const shown = grow([long, long, bytes("end\nnext\n")]);
    expect(shown.map((text) => text.length)).toEqual([SHOWN_BYTES, 4]);
    expect(shown[1]).toBe("next");
  });
});

describe("the map of a log", () => {
  function indexOf(log: Uint8Array, step: number): LogIndex {
    const indexer = new LogIndexer();
    for (let at = 0; at < log.length; at += step) indexer.push(log.subarray(at, at + step));
    return indexer.finish();
  }
  const lines = Array.from({ length: 20_000 }, (_, at) =>
    at % 1_000 === 499 ? `FAIL ${at + 1}` : `line number ${at + 1}`,
  );
  const log = bytes(`${lines.join("\n")}\n`);
  const index = indexOf(log, 10_007);

  it("knows size, lines and failures", () => {
    expect(index.size).toBe(log.length);
    expect(index.newlines).toBe(20_000);
    expect(index.failures).toEqual(Array.from({ length: 20 }, (_, at) => at * 1_000 + 500));
    expect(index.linesBefore).toHaveLength(Math.ceil(log.length / BLOCK_BYTES));
  });

  it("does not depend on how the log is cut", () => expect(indexOf(log, 64 * 1024)).toEqual(index));

  it.each([1, 2, 499, 500, 5_000, 12_345, 20_000])(
    "finds line %i in its block or with the next one's first byte",
    (line) => {
      const block = blockBeforeLine(index, line);
      const found = [block, block + 1].flatMap((at) => {
        const from = at * BLOCK_BYTES;
        const base = Math.max(0, from - 1);
        const inBlock = linesBeginningIn(log.subarray(base), base, from, from + BLOCK_BYTES, true);
        const first = firstLineOfBlock(index, at, from === 0 || inBlock[0]?.offset === from);
        return inBlock.map((one, offset) => ({ number: first + offset, text: one.text }));
      });
      expect(found.find((one) => one.number === line)?.text).toBe(lines[line - 1]);
    },
  );

  it("a failure in the last line, which has no end, counts", () => {
    expect(indexOf(bytes("ok\npanic: here"), 5).failures).toEqual([2]);
  });

  it("an endless line needs no memory and hides no later failure", () => {
    const indexer = new LogIndexer();
    for (let at = 0; at < 400; at += 1) indexer.push(bytes("x".repeat(64 * 1024)));
    indexer.push(bytes("\nERROR: after all\n"));
    const { failures, newlines, linesBefore } = indexer.finish();
    expect(failures).toEqual([2]);
    expect(newlines).toBe(2);
    expect(linesBefore).toHaveLength(401);
  });
});

describe("what the server renders", () => {
  it("small logs whole, with numbers", () => {
    const all = bytes("one\ntwo\nunfin");
    const { lines, log } = linesOfTail("id", all, tailStart(all.length), { size: all.length, complete: true });
    expect(texts(lines)).toEqual(["one", "two", "unfin"]);
    expect(log).toEqual({ id: "id", size: 13, complete: true, from: 0, to: 13, firstLine: 1 });
  });

  it("a growing log without its unfinished line, which the browser shows as it comes", () => {
    const all = bytes("one\ntwo\nunfin");
    const { lines, log } = linesOfTail("id", all, 0, { size: all.length, complete: false });
    expect(texts(lines)).toEqual(["one", "two"]);
    expect(log.to).toBe(8);
  });

  it("of large logs the last block and what follows, without numbers", () => {
    const size = 200 * 1024 * 1024 + 5;
    const from = tailStart(size);
    expect(size - from).toBeLessThanOrEqual(2 * BLOCK_BYTES);
    expect(from % BLOCK_BYTES).toBe(0);
    const { log } = linesOfTail("id", bytes("\nlast\n"), from, { size, complete: true });
    expect(log.firstLine).toBeNull();
  });
});
