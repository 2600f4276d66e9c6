/** Holds a document against its zod schema: unknown keys warn and fall away, wrong values are errors with their place. */
import type { z } from "zod";
import type { Document, Path } from "./document.ts";
import type { Problem } from "./model.ts";
import { isMapping } from "./values.ts";

export interface Checked<T> {
  /** Null when there is an error. */
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

/** A copy without some keys of the mapping at `path`. */
function without(value: unknown, path: Path, keys: ReadonlySet<string>): unknown {
  const [head, ...rest] = path;
  if (head === undefined) {
    return isMapping(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key))) : value;
  }
  if (Array.isArray(value)) return value.map((item, at) => (at === head ? without(item, rest, keys) : item));
  return isMapping(value) ? { ...value, [head]: without(value[head], rest, keys) } : value;
}

type Issue = z.core.$ZodIssue;
const pathOf = (issue: Issue): Path => issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/** What is wrong, in the words of whoever wrote the document. */
function sentence(issue: Issue): string {
  if (issue.code === "invalid_type") {
    if (issue.input === undefined && issue.message.endsWith("received undefined")) return "is missing";
    return `must be ${KINDS[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`;
  return issue.message;
}

export const unknownKey = (document: Document, path: Path): Problem =>
  document.problem("warning", "unknown-fields", path, `Unknown key ${path.at(-1) ?? ""}: it has no effect`);

/** Nested unknown keys surface level by level; a document of a known shape has at most this many. */
const MOST_PASSES = 20;

/** `base`: where `value` stands in the document. The schema's objects are strict. */
export function check<T>(schema: z.ZodType<T>, document: Document, value: unknown, base: Path = []): Checked<T> {
  const problems: Problem[] = [];
  const told = new Set<string>();
  let rest = value;
  for (let passes = 0; ; passes += 1) {
    const result = schema.safeParse(rest);
    if (result.success) return { value: result.data, problems };
    const unknown = result.error.issues.filter((issue) => issue.code === "unrecognized_keys");
    for (const issue of unknown) {
      const at = pathOf(issue);
      for (const key of issue.keys) {
        const problem = unknownKey(document, [...base, ...at, key]);
        if (!told.has(problem.path)) problems.push(problem);
        told.add(problem.path);
      }
      rest = without(rest, at, new Set(issue.keys));
    }
    if (unknown.length > 0 && passes < MOST_PASSES) continue;
    for (const issue of result.error.issues.filter((one) => one.code !== "unrecognized_keys")) {
      const at = [...base, ...pathOf(issue)];
      problems.push(
        document.problem("error", "invalid-value", at, `${at.at(-1) ?? "The document"} ${sentence(issue)}`),
      );
    }
    return { value: null, problems };
  }
}
