/** Holds a document against its zod schema: unknown keys warn and fall away, wrong values are errors with their place. */
import type { z } from "zod";
import type { Document, Path } from "./document.ts";
import type { Problem } from "./model.ts";

export interface Checked<T> {
  /** Null when there is an error. */
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

function without(value: unknown, path: Path, keys: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) {
    return Object.fromEntries(Object.entries(value as Record<string, unknown>).filter(([key]) => !keys.includes(key)));
  }
  if (Array.isArray(value)) return value.map((item, at) => (at === head ? without(item, rest, keys) : item));
  const record = value as Record<string, unknown>;
  return { ...record, [head]: without(record[String(head)], rest, keys) };
}

type Issue = z.core.$ZodIssue;
const pathOf = (base: Path, issue: Issue): Path => [
  ...base,
  ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key)),
];

/** `base`: where `value` stands in the document. The schema's objects are strict. */
export function check<T>(schema: z.ZodType<T>, document: Document, value: unknown, base: Path = []): Checked<T> {
  const problems: Problem[] = [];
  let rest = value;
  for (let passes = 0; passes < 20; passes += 1) {
    const result = schema.safeParse(rest);
    if (result.success) return { value: result.data, problems };
    const unknown = result.error.issues.filter((issue) => issue.code === "unrecognized_keys");
    const wrong = result.error.issues.filter((issue) => issue.code !== "unrecognized_keys");
    for (const issue of unknown) {
      for (const key of issue.keys) {
        problems.push(
          document.problem(
            "warning",
            "unknown-fields",
            [...pathOf(base, issue), key],
            `Unknown key ${key}: it has no effect`,
          ),
        );
      }
      rest = without(rest, issue.path as Path, issue.keys);
    }
    if (unknown.length === 0) {
      return {
        value: null,
        problems: [
          ...problems,
          ...wrong.map((issue) => document.problem("error", "invalid-value", pathOf(base, issue), issue.message)),
        ],
      };
    }
  }
  return { value: null, problems };
}
