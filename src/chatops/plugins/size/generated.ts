/** Which files are generated: `.generated_files` and `.gitattributes` of the base commit (spec chatops 2.8). */
import { type GoRegExp, goRegExp } from "../../../config/goregexp.ts";
import type { View } from "../../plugin.ts";

export type IsGenerated = (path: string) => boolean;

/** What the two files say. */
interface Rules {
  readonly prefixes: string[];
  readonly namePrefixes: string[];
  readonly names: Set<string>;
  readonly paths: Set<string>;
  /** Other files of the repository that list one path per line. */
  readonly lists: string[];
}

/** More list files than this are not read. */
const MAX_LISTS = 20;

/** Reads both files at a commit. What is malformed in them is left out; missing files are fine. */
export async function generatedFiles(view: View, baseSha: string): Promise<IsGenerated> {
  const [listed, attributes] = await Promise.all([
    view.fileAt(".generated_files", baseSha),
    view.fileAt(".gitattributes", baseSha),
  ]);
  const rules = parseGeneratedFiles(listed ?? "");
  const lists = await Promise.all(rules.lists.slice(0, MAX_LISTS).map((path) => view.fileAt(path, baseSha)));
  for (const list of lists) for (const path of entries(list ?? "")) rules.paths.add(path);
  const patterns = parseAttributes(attributes ?? "");
  return (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return (
      rules.paths.has(path) ||
      rules.names.has(name) ||
      rules.prefixes.some((prefix) => path.startsWith(prefix)) ||
      rules.namePrefixes.some((prefix) => name.startsWith(prefix)) ||
      patterns.some((pattern) => pattern.test(path))
    );
  };
}

/** Lines of `key value`; `#` begins a comment line. */
export function parseGeneratedFiles(text: string): Rules {
  const rules: Rules = { prefixes: [], namePrefixes: [], names: new Set(), paths: new Set(), lists: [] };
  for (const line of entries(text)) {
    const [key, value, more] = line.split(/\s+/);
    if (value === undefined || more !== undefined) continue;
    if (key === "prefix" || key === "path-prefix") rules.prefixes.push(value);
    else if (key === "file-prefix") rules.namePrefixes.push(value);
    else if (key === "file-name") rules.names.add(value);
    else if (key === "path") rules.paths.add(value);
    else if (key === "paths-from-repo") rules.lists.push(value);
  }
  return rules;
}

/** The globs that carry exactly `linguist-generated=true`. */
export function parseAttributes(text: string): readonly GoRegExp[] {
  const patterns: GoRegExp[] = [];
  for (const line of entries(text)) {
    const [glob, ...attributes] = line.split(/\s+/);
    if (!glob || !attributes.includes("linguist-generated=true")) continue;
    try {
      patterns.push(goRegExp(globPattern(glob)));
    } catch {
      // A glob that is none matches nothing.
    }
  }
  return patterns;
}

function entries(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * A glob as a Go pattern of the whole path. `*` crosses slashes, as in Prow; a glob without a slash also matches the file's
 * name anywhere, as in Git.
 */
export function globPattern(glob: string): string {
  const anywhere = !glob.includes("/");
  const anchored = glob.startsWith("/") ? glob.slice(1) : glob;
  let pattern = "";
  for (let index = 0; index < anchored.length; index += 1) {
    const character = anchored.charAt(index);
    const close = character === "[" ? anchored.indexOf("]", index + 2) : -1;
    if (anchored.startsWith("**/", index)) {
      pattern += "(?:.*/)?";
      index += 2;
    } else if (character === "*") {
      pattern += ".*";
    } else if (character === "?") {
      pattern += ".";
    } else if (close > 0) {
      pattern += anchored.slice(index, close + 1).replace(/^\[!/, "[^");
      index = close;
    } else {
      pattern += character === "\\" ? "" : character.replace(/[.+^${}()|[\]]/, "\\$&");
    }
  }
  return anywhere ? `^(?:.*/)?${pattern}$` : `^${pattern}$`;
}
