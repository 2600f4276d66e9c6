/** Whether Go's text/template would take a text: its delimiters and blocks. What it prints is others' business. */

const OPENERS = ["if", "range", "with", "block", "define"];
/** One action: text up to the closing braces, over quoted strings and comments. */
const ACTION =
  /\{\{-?\s*(\/\*[\s\S]*?\*\/|(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|[^"`'}]|\}(?!\}))*?)\s*-?\}\}/y;

/** Null, or what is wrong. Linear in the text. */
export function goTemplateFault(text: string): string | null {
  const open: string[] = [];
  let at = text.indexOf("{{");
  while (at !== -1) {
    ACTION.lastIndex = at;
    const found = ACTION.exec(text);
    if (!found) return "has an action that is not closed with }}";
    const body = found[1] ?? "";
    const word = /^[a-z]+/.exec(body)?.[0] ?? "";
    if (body === "") return "has an empty action {{}}";
    if (OPENERS.includes(word)) {
      if (body.slice(word.length).trim() === "") return `has {{${word}}} without a value`;
      open.push(word);
    } else if (word === "else" && open.length === 0) return "has {{else}} outside of a block";
    else if (body === "end" && open.pop() === undefined) return "has one {{end}} too many";
    at = text.indexOf("{{", at + found[0].length);
  }
  const last = open.at(-1);
  return last === undefined ? null : `lacks the {{end}} of {{${last} ...}}`;
}
