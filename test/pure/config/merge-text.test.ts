/** Merging two changed texts: as Git does, whatever the texts. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { mergeText } from "../../../src/config/merge-text.ts";

const folder = mkdtempSync(path.join(tmpdir(), "cutwater-merge-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (letters: string): string =>
  letters
    .split("")
    .map((letter) => `${letter}\n`)
    .join("");

describe("by hand", () => {
  it.each<[what: string, before: string, ours: string, theirs: string, merged: string | null]>([
    ["nobody", "abc", "abc", "abc", "abc"],
    ["one side", "abc", "aXc", "abc", "aXc"],
    ["the other side", "abc", "abc", "abY", "abY"],
    ["far apart", "abcde", "Xbcde", "abcdY", "XbcdY"],
    ["both the same", "abc", "aXc", "aXc", "aXc"],
    ["one adds in front, one at the end", "abc", "Xabc", "abcY", "XabcY"],
    ["one takes away, one adds elsewhere", "abcde", "bcde", "abcdeY", "bcdeY"],
    ["the same line", "abc", "aXc", "aYc", null],
    ["lines beside each other", "abcd", "aXcd", "abYd", null],
    ["two additions in one place", "ab", "aXb", "aYb", null],
    ["taken away and changed", "abc", "ac", "aYc", null],
    ["all of it new on both sides", "a", "XY", "Z", null],
    ["nothing there before", "", "a", "", "a"],
  ])("%s", (_what, before, ours, theirs, merged) => {
    const expected = merged === null ? null : text(merged);
    expect(mergeText(text(before), text(ours), text(theirs))).toBe(expected);
    expect(mergeText(text(before), text(theirs), text(ours))).toBe(expected);
  });

  it("a last line without an end is another line", () => {
    expect(mergeText("a\nb\nc", "X\nb\nc", "a\nb\nc\n")).toBe("X\nb\nc\n");
    expect(mergeText("a\nb", "a\nb\n", "a\nY")).toBeNull();
  });

  it("too many changes are not compared to the end, and long texts with few are", () => {
    const long = Array.from({ length: 100_000 }, (_, at) => `line ${at}\n`);
    const ours = ["new\n", ...long].join("");
    const theirs = [...long, "last\n"].join("");
    expect(mergeText(long.join(""), ours, theirs)).toBe(["new\n", ...long, "last\n"].join(""));
    const other = Array.from({ length: 100_000 }, (_, at) => `other ${at}\n`).join("");
    expect(mergeText(long.join(""), other, theirs)).toBeNull();
  });
});

/** `git merge-file -p`: its answer when it is clean. */
function byGit(before: string, ours: string, theirs: string): string | null {
  const files = Object.entries({ ours, before, theirs }).map(([name, content]) => {
    writeFileSync(path.join(folder, name), content);
    return name;
  });
  try {
    return execFileSync("git", ["merge-file", "-p", ...files], { cwd: folder, encoding: "utf8", stdio: "pipe" });
  } catch {
    return null;
  }
}

describe("whatever the texts", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 12 }).map((all) => all.join(""));

  it("one changed side is that side; the sides may be swapped; what is said twice is said", () => {
    fc.assert(
      fc.property(letters, letters, letters, (before, ours, theirs) => {
        expect(mergeText(text(before), text(ours), text(before))).toBe(text(ours));
        expect(mergeText(text(before), text(ours), text(ours))).toBe(text(ours));
        expect(mergeText(text(before), text(ours), text(theirs))).toBe(
          mergeText(text(before), text(theirs), text(ours)),
        );
      }),
    );
  });

  it("where lines are all different, the merge is Git's", () => {
    const base = Array.from({ length: 16 }, (_, at) => `line ${at}\n`);
    const side = (name: string) =>
      fc.array(fc.tuple(fc.nat(15), fc.constantFrom("change", "drop", "add")), { maxLength: 3 }).map((edits) =>
        base
          .flatMap((line, at) => {
            const what = edits.find(([where]) => where === at)?.[1];
            if (what === "drop") return [];
            if (what === "change") return [`${name} ${at}\n`];
            return what === "add" ? [line, `${name} after ${at}\n`] : [line];
          })
          .join(""),
      );
    fc.assert(
      fc.property(side("ours"), side("theirs"), (ours, theirs) => {
        expect(mergeText(base.join(""), ours, theirs)).toBe(byGit(base.join(""), ours, theirs));
      }),
      { numRuns: 60 },
    );
  });
});
