/** One YAML document, parsed once with its positions, so that every problem has its line. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document as Yaml,
  type YAMLError,
} from "yaml";
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

/** The key's and the value's node of a mapping's entry, merged mappings included. */
function entry(map: unknown, key: string, yaml: Yaml, depth: number): { key: unknown; value: unknown } | null {
  const node = isAlias(map) ? map.resolve(yaml) : map;
  if (!isMap(node) || depth > 8) return null;
  let merged: { key: unknown; value: unknown } | null = null;
  for (const pair of node.items) {
    const name = isScalar(pair.key) ? pair.key.value : pair.key;
    if (String(name) === key) return pair;
    if (typeof name !== "symbol" && name !== "<<") continue;
    const sources: readonly unknown[] = isSeq(pair.value) ? pair.value.items : [pair.value];
    for (const source of sources) merged ??= entry(source, key, yaml, depth + 1);
  }
  return merged;
}

function offsetOf(yaml: Yaml, path: Path): number | null {
  let offset = startOf(yaml.contents);
  let at: unknown = yaml.contents;
  for (const key of path) {
    if (isAlias(at)) at = at.resolve(yaml);
    if (isSeq(at) && typeof key === "number") {
      at = at.items[key];
      offset = startOf(at) ?? offset;
    } else {
      const found = entry(at, String(key), yaml, 0);
      if (!found) return offset;
      offset = startOf(found.key) ?? offset;
      at = found.value;
    }
    if (at === undefined) return offset;
  }
  return offset;
}

const plainMessage = (error: YAMLError): string =>
  (error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");

/** Aliases may blow a document up at most this much: Kubernetes' own files use some hundred. */
const MOST_ALIASES = 10_000;

/**
 * Reads a document as Go would: what it cannot read is one error, and `value` null. A repeated key (the last one
 * counts) and what stands behind a second `---` (nothing of it counts) are warnings.
 */
export function readDocument(file: string, text: string): { document: Document; problems: readonly Problem[] } {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, merge: true, customTags: goTags, logLevel: "silent" });
  const lineAt = (offset: number | null): number => (offset === null ? 0 : lines.linePos(offset).line);
  const found = (severity: Problem["severity"], code: string, error: YAMLError, message: string): Problem => ({
    severity,
    code,
    file,
    line: lineAt(error.pos[0]),
    path: "",
    message,
  });
  const problems: Problem[] = [];
  let broken = false;
  for (const error of yaml.errors) {
    if (error.code === "DUPLICATE_KEY")
      problems.push(found("warning", "duplicate-keys", error, "This key is there twice: the last one counts"));
    else if (error.code === "MULTIPLE_DOCS")
      problems.push(found("warning", "multiple-documents", error, "Only the first document of a file is read"));
    else {
      if (!broken) problems.push(found("error", "yaml", error, `This is not valid YAML: ${plainMessage(error)}`));
      broken = true;
    }
  }
  let value: unknown = null;
  if (!broken) {
    try {
      value = yaml.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
    } catch (error) {
      const message = `This YAML cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      problems.push({ severity: "error", code: "yaml", file, line: 1, path: "", message });
    }
  }
  const lineOf = (path: Path): number => lineAt(offsetOf(yaml, path));
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
