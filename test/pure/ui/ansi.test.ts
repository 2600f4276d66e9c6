/** Terminal text in logs: colours are kept, everything else that a terminal would obey is dropped. */
import { assert, property, string as anyString } from "fast-check";
import { describe, expect, it } from "vitest";
import { classesOf, parseAnsi, PLAIN, stripAnsi } from "../../../ui/log/ansi.ts";

const ESC = "\x1b";
const look = (line: string): string[] =>
  parseAnsi(line).segments.map(({ text, style }) => `${classesOf(style)}|${text}`);

describe("colours", () => {
  it.each([
    ["plain text", "plain", ["|plain"]],
    ["a colour and its end", `${ESC}[31mred${ESC}[0m plain`, ["f1|red", "| plain"]],
    ["an empty sequence is a reset", `${ESC}[31mred${ESC}[m plain`, ["f1|red", "| plain"]],
    ["bright colours are the same names", `${ESC}[92mgreen`, ["f2|green"]],
    ["background", `${ESC}[44mblue`, ["g4|blue"]],
    ["several at once", `${ESC}[1;4;33mbold`, ["f3 bold underline|bold"]],
    ["bold ends, colour stays", `${ESC}[1;31ma${ESC}[22mb`, ["f1 bold|a", "f1|b"]],
    ["default colour", `${ESC}[31ma${ESC}[39mb`, ["f1|a", "|b"]],
    ["256 colours: the first sixteen", `${ESC}[38;5;9mred`, ["f1|red"]],
    ["256 colours: the cube", `${ESC}[38;5;46mgreen`, ["f2|green"]],
    ["256 colours: greys", `${ESC}[38;5;250mgrey`, ["f7|grey"]],
    ["true colour", `${ESC}[38;2;250;10;20mred${ESC}[48;2;10;20;240m on blue`, ["f1|red", "f1 g4| on blue"]],
    ["what follows true colour still counts", `${ESC}[38;2;250;10;20;1mred`, ["f1 bold|red"]],
    ["inverse and back", `${ESC}[7ma${ESC}[27mb`, ["inverse|a", "|b"]],
    ["unknown codes change nothing", `${ESC}[31;77ma`, ["f1|a"]],
  ])("%s", (_, line, expected) => expect(look(line)).toEqual(expected));

  it("a style goes on in the next line", () => {
    const { end } = parseAnsi(`${ESC}[31mred`);
    expect(parseAnsi("still", end).segments).toEqual([{ text: "still", style: end }]);
    expect(parseAnsi(`${ESC}[0m`, end).end).toEqual(PLAIN);
  });
});

describe("what is dropped", () => {
  it.each([
    ["cursor movement", `a${ESC}[2K${ESC}[1Gb`, "ab"],
    ["window titles", `${ESC}]0;title\x07text`, "text"],
    ["hyperlinks keep their text", `${ESC}]8;;https://evil.test${ESC}\\link${ESC}]8;;${ESC}\\`, "link"],
    ["an unfinished sequence at the end", `text${ESC}[3`, "text"],
    ["an unfinished title", `text${ESC}]0;never ends`, "text"],
    ["a lone escape", `a${ESC}`, "a"],
    ["bells and backspaces", "a\x07\x08b", "ab"],
    ["CRLF", "text\r", "text"],
    ["a progress bar shows its last state", "10%\r50%\r100%", "100%"],
    ["tabs stay", "a\tb", "a\tb"],
  ])("%s", (_, line, expected) =>
    expect(
      stripAnsi(line) +
        "|" +
        look(line)
          .map((one) => one.replace(/^[^|]*\|/, ""))
          .join(""),
    ).toBe(`${expected}|${expected}`),
  );

  it("no control character survives, and text without any is kept whole", () => {
    assert(
      property(anyString(), (line) => {
        const text = parseAnsi(line)
          .segments.map((segment) => segment.text)
          .join("");
        // oxlint-disable-next-line no-control-regex -- that is the promise
        expect(text).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]/);
        // oxlint-disable-next-line no-control-regex -- that is the promise
        if (!/[\x00-\x1f\x7f\x9b]/.test(line)) expect(text).toBe(line);
      }),
    );
  });

  it("ten thousand unfinished sequences take no time worth naming", () => {
    const started = performance.now();
    parseAnsi(`${ESC}]`.repeat(10_000));
    parseAnsi(`${ESC}[`.repeat(10_000));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
