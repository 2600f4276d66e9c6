/** One YAML document: parsed fast, and again with positions only when a problem must be placed. */
import { isMap, isPair, isSeq, LineCounter, type Node, parse, parseDocument, YAMLParseError } from "yaml";
import type { Problem } from "./model.ts";

export type Path = readonly (string | number)[];

export interface Document {
  readonly file: string;
  readonly value: unknown;
  /** 1-based line of the deepest part of a path that is there; 0 when nothing is. */
  lineOf(path: Path): number;
  problem(severity: Problem["severity"], code: string, path: Path, message: string): Problem;
}

/** `presubmits["org/repo"][3].name`. */
export function pathText(path: Path): string {
  const parts = path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  });
  return parts.join("").replace(/^\./, "");
}

function lineIn(node: unknown, path: Path, lines: LineCounter): number {
  const start = (one: unknown): number => {
    const range = (one as Node | null | undefined)?.range;
    return range ? lines.linePos(range[0]).line : 0;
  };
  let line = start(node);
  let at = node;
  for (const key of path) {
    if (isMap(at)) {
      const pair = at.items.find(
        (item) => isPair(item) && String((item.key as { value?: unknown } | null)?.value) === String(key),
      );
      if (!pair) return line;
      line = start(pair.key) || line;
      at = pair.value;
    } else if (isSeq(at) && typeof key === "number") {
      const item = at.items[key];
      if (item === undefined) return line;
      line = start(item) || line;
      at = item;
    } else return line;
  }
  return line;
}

/** A document whose text is YAML. What cannot be parsed is one error with its line; `value` is then null. */
export function readDocument(file: string, text: string): { document: Document; problems: readonly Problem[] } {
  let located: { root: unknown; lines: LineCounter } | null = null;
  const locate = (): { root: unknown; lines: LineCounter } => {
    const lines = new LineCounter();
    located ??= { root: parseDocument(text, { lineCounter: lines, merge: true, uniqueKeys: false }).contents, lines };
    return located;
  };
  const make = (value: unknown): Document => ({
    file,
    value,
    lineOf(path) {
      const { root, lines } = locate();
      return lineIn(root, path, lines);
    },
    problem(severity, code, path, message) {
      return { severity, code, file, line: this.lineOf(path), path: pathText(path), message };
    },
  });
  try {
    return { document: make(parse(text, { merge: true, maxAliasCount: 10_000 }) ?? {}), problems: [] };
  } catch (error) {
    const line = error instanceof YAMLParseError ? (error.linePos?.[0].line ?? 0) : 0;
    const message =
      (error instanceof Error ? error.message : String(error))
        .split("\n")[0]
        ?.replace(/ at line \d+, column \d+:?$/, "") ?? "";
    const problem: Problem = {
      severity: "error",
      code: "yaml",
      file,
      line,
      path: "",
      message: `This is not valid YAML: ${message}`,
    };
    return { document: make(null), problems: [problem] };
  }
}
