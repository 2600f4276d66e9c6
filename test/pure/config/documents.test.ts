/** What is read of a file, before anybody asks what it means (spec jobs 1.1). */
import { describe, expect, it } from "vitest";
import { readDocument } from "../../../src/config/document.ts";

const read = (text: string) => {
  const { document, problems } = readDocument("a.yaml", text);
  return { document, value: document.value, said: problems.map(({ code, line }) => `${code}:${line}`) };
};

describe("scalars are Go's", () => {
  it.each([
    ["yes", true],
    ["Off", false],
    ["n", false],
    ["010", 8],
    ["0o10", 8],
    ["0x1F", 31],
    ["0b101", 5],
    ["1_000", 1000],
    ["1e3", "1e3"],
    ["1e+3", 1000],
    [".5", 0.5],
    ["12:30:45", "12:30:45"],
    ["2001-01-01", "2001-01-01"],
    ["12345678901234567890", "12345678901234567890"],
    ["~", null],
    ["", null],
    ['"yes"', "yes"],
    ["1h30m", "1h30m"],
  ])("%s", (written, value) => {
    expect(read(`a: ${written}`).value).toEqual({ a: value });
  });
});

describe("documents", () => {
  it.each([
    ["an empty file is an empty mapping", "", {}, []],
    ["so is one of comments", "# nothing\n", {}, []],
    ["and one of a marker", "---\n", {}, []],
    ["of several documents the first counts", "a: 1\n---\na: 2\n", { a: 1 }, ["multiple-documents:2"]],
    ["of a repeated key the last counts", "a: 1\nb: 2\na: 3\n", { a: 3, b: 2 }, ["duplicate-keys:3"]],
    [
      "each repetition is told, in order",
      "x: {a: 1, a: 2}\nz: 1\nz: 2\n",
      { x: { a: 2 }, z: 2 },
      ["duplicate-keys:1", "duplicate-keys:3"],
    ],
    ["an anchor is what it names", "a: &x [1]\nb: *x\n", { a: [1], b: [1] }, []],
    [
      "a merged mapping lies below",
      "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\n",
      { a: { k: 1, l: 2 }, b: { k: 3, l: 2 } },
      [],
    ],
    [
      "of several merged ones the first wins",
      "a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc: {<<: [*x, *y]}\n",
      { a: { k: 1 }, b: { k: 2, l: 3 }, c: { k: 1, l: 3 } },
      [],
    ],
    ["CRLF and a byte order mark do no harm", "\uFEFFa: 1\r\nb: 2\r\n", { a: 1, b: 2 }, []],
  ])("%s", (_rule, text, value, said) => {
    const got = read(text);
    expect(got.value).toEqual(value);
    expect(got.said).toEqual(said);
  });

  it("a key's line is that of the key, through merges and aliases too", () => {
    const { document } = read("base: &b\n  k: 1\nlist:\n- <<: *b\n  l: 2\n- *b\n");
    expect(document.lineOf(["list", 0, "k"])).toBe(2);
    expect(document.lineOf(["list", 0, "l"])).toBe(5);
    expect(document.lineOf(["list", 1, "k"])).toBe(2);
    expect(document.lineOf(["list", 0, "nowhere"])).toBe(4);
  });

  it("__proto__ is a key as any other", () => {
    expect(Object.keys(Object(read("__proto__: {polluted: true}").value))).toEqual(["__proto__"]);
    expect("polluted" in {}).toBe(false);
  });
});

const bomb = "abcdefghij".split("").map((name, at, all) => {
  const inner = at === 0 ? "x" : `*${all[at - 1] ?? ""}`;
  return `${name}: &${name} [${Array.from({ length: 9 }, () => inner).join(", ")}]`;
});

describe("what would not end is refused at once", () => {
  it.each([
    ["aliases of aliases", bomb.join("\n"), /alias/],
    ["one large part named often", `a: &a ${"x".repeat(100_000)}\nb: [${"*a, ".repeat(900)}*a]`, /blow it up/],
    ["an alias inside of itself", "a: &a [*a]", /inside of what it names/],
    ["a mapping merged into itself", "a: &a\n  <<: *a\n", /nested|inside/],
    ["lists in lists", `a: ${"[".repeat(300)}${"]".repeat(300)}`, /deeper than 200/],
    ["lists beyond the stack", `a: ${"[".repeat(50_000)}${"]".repeat(50_000)}`, /nested too deeply/],
  ])("%s", (_rule, text, why) => {
    const { problems, document } = readDocument("a.yaml", text);
    expect(document.value).toBeNull();
    expect(problems.map((problem) => problem.message).join()).toMatch(why);
  });

  it("twenty thousand keys take no square of time", () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`);
    const started = performance.now();
    const { document } = read(lines.join("\n"));
    expect(document.lineOf(["k19999"])).toBe(20_000);
    for (let at = 0; at < 20_000; at += 1) document.lineOf([`k${at}`]);
    expect(performance.now() - started).toBeLessThan(4_000);
  });
});
