/** One YAML document, parsed once with its positions, so that every problem has its line. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document as Yaml } from "yaml";
import { expanseFault } from "./expanse.ts";
import { goTags } from "./go-yaml.ts";
import type { Problem } from "./model.ts";

export type Path = readonly (string | number)[];

export interface Document {
  readonly file: string;
  /** Plain data; an empty mapping for an empty document; null when it is no YAML. */
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

type Range = { readonly range?: readonly [number, number, number] | null | undefined };
const startOf = (node: unknown): number | null =>
  typeof node === "object" && node !== null ? ((node as Range).range?.[0] ?? null) : null;

interface Entry {
  readonly key: unknown;
  readonly value: unknown;
}
type Entries = ReadonlyMap<string, Entry>;

/** Finds entries of mappings by key, merged mappings included. Each mapping is indexed once. */
class Finder {
  readonly #yaml: Yaml;
  readonly #known = new Map<unknown, Entries>();

  constructor(yaml: Yaml) {
    this.#yaml = yaml;
  }

  entry(map: unknown, key: string): Entry | undefined {
    return this.#entries(map, 0).get(key);
  }

  #entries(map: unknown, depth: number): Entries {
    const node = isAlias(map) ? map.resolve(this.#yaml) : map;
    const known = this.#known.get(node);
    if (known) return known;
    const own = new Map<string, Entry>();
    if (!isMap(node) || depth > 8) return own;
    const merged = new Map<string, Entry>();
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? pair.key.value : pair.key;
      own.set(String(name), pair);
      if (typeof name !== "symbol" && name !== "<<") continue;
      const sources: readonly unknown[] = isSeq(pair.value) ? pair.value.items : [pair.value];
      for (const source of sources)
        for (const [inner, found] of this.#entries(source, depth + 1)) if (!merged.has(inner)) merged.set(inner, found);
    }
    const all = new Map([...merged, ...own]);
    this.#known.set(node, all);
    return all;
  }
}

function offsetOf(yaml: Yaml, finder: Finder, path: Path): number | null {
  let offset = startOf(yaml.contents);
  let at: unknown = yaml.contents;
  for (const key of path) {
    if (isAlias(at)) at = at.resolve(yaml);
    if (isSeq(at) && typeof key === "number") {
      at = at.items[key];
      offset = startOf(at) ?? offset;
    } else {
      const found = finder.entry(at, String(key));
      if (!found) return offset;
      offset = startOf(found.key) ?? offset;
      at = found.value;
    }
    if (at === undefined) return offset;
  }
  return offset;
}

/** Where a mapping says a key again. The parser's own check compares each key with all others. */
function* repeatedKeys(contents: unknown): Generator<number> {
  const stack = [contents];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (isSeq(node)) for (const item of node.items) stack.push(item);
    if (!isMap(node)) continue;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      if (value) stack.push(value);
      if (!isScalar(key) || typeof key.value === "symbol" || key.value === "<<") continue;
      const name = String(key.value);
      if (seen.has(name)) yield key.range?.[0] ?? 0;
      seen.add(name);
    }
  }
}

const plainMessage = (message: string): string =>
  /call stack/.test(message)
    ? "it is nested too deeply"
    : (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");

/** Aliases may blow a document up at most this much: Kubernetes' own files use some hundred. */
const MOST_ALIASES = 10_000;

/**
 * Reads a document as Go would: what it cannot read is one error, and `value` null. A repeated key (the last one
 * counts) and what stands behind a second `---` (nothing of it counts) are warnings.
 */
export function readDocument(file: string, text: string): { document: Document; problems: readonly Problem[] } {
  const lines = new LineCounter();
  const yaml = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    uniqueKeys: false,
    customTags: goTags,
    logLevel: "error",
  });
  const lineAt = (offset: number | null): number => (offset === null ? 0 : lines.linePos(offset).line);
  const found = (severity: Problem["severity"], code: string, offset: number, message: string): Problem => ({
    severity,
    code,
    file,
    line: lineAt(offset),
    path: "",
    message,
  });
  const problems: Problem[] = [];
  let broken = false;
  for (const error of yaml.errors) {
    if (error.code === "MULTIPLE_DOCS")
      problems.push(found("warning", "multiple-documents", error.pos[0], "Only the first document of a file is read"));
    else {
      if (!broken)
        problems.push(found("error", "yaml", error.pos[0], `This is not valid YAML: ${plainMessage(error.message)}`));
      broken = true;
    }
  }
  for (const offset of [...repeatedKeys(yaml.contents)].sort((a, b) => a - b))
    problems.push(found("warning", "duplicate-keys", offset, "This key is there twice: the last one counts"));
  let value: unknown = null;
  if (!broken) {
    const unreadable = (why: string): void => {
      problems.push({
        severity: "error",
        code: "yaml",
        file,
        line: 1,
        path: "",
        message: `This YAML cannot be read: ${why}`,
      });
    };
    try {
      value = yaml.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
      const fault = expanseFault(value);
      if (fault !== null) {
        unreadable(fault);
        value = null;
      }
    } catch (error) {
      unreadable(plainMessage(error instanceof Error ? error.message : String(error)));
    }
  }
  const finder = new Finder(yaml);
  const lineOf = (path: Path): number => lineAt(offsetOf(yaml, finder, path));
  const problem: Document["problem"] = (severity, code, path, message) => ({
    severity,
    code,
    file,
    line: lineOf(path),
    path: pathText(path),
    message,
  });
  return { document: { file, value, lineOf, problem }, problems };
}
