/** `.prowignore`: gitignore-style patterns at any level of the job folder (spec jobs 1.1). */
import { goRegExp } from "./goregexp.ts";

export interface IgnoreFile {
  /** Of the .prowignore itself. */
  readonly path: string;
  readonly text: string;
}

interface Rule {
  readonly negated: boolean;
  readonly test: (path: string) => boolean;
}

const quoted = (char: string): string => (/[\w/-]/.test(char) ? char : `\\${char}`);

/** One pattern as a regular expression over a path; `**`, `*`, `?` and `[a-z]` as git reads them. */
function expressionOf(pattern: string): string {
  const folder = pattern.endsWith("/");
  const body = pattern.replace(/\/+$/, "").replace(/^\//, "");
  const anchored = pattern.replace(/\/+$/, "").includes("/");
  let source = "";
  for (let at = 0; at < body.length; at += 1) {
    const rest = body.slice(at);
    const char = body[at] ?? "";
    const set = /^\[(!|\^)?(\]?[^\]]*)\]/.exec(rest);
    if (rest.startsWith("**/") && (at === 0 || body[at - 1] === "/")) {
      source += "(?:.*/)?";
      at += 2;
    } else if (rest === "**" && body[at - 1] === "/") {
      source += ".*";
      at += 1;
    } else if (char === "*") {
      source += "[^/]*";
      while (body[at + 1] === "*") at += 1;
    } else if (char === "?") source += "[^/]";
    else if (set?.[2]) {
      source += `[${set[1] ? "^/" : ""}${set[2].replaceAll(/[[\]\\]/g, "\\$&")}]`;
      at += set[0].length - 1;
    } else if (char === "\\" && at + 1 < body.length) {
      at += 1;
      source += quoted(body[at] ?? "");
    } else source += quoted(char);
  }
  return `${anchored ? "^" : "(?:^|/)"}${source}${folder ? "/" : "(?:/|$)"}`;
}

function rulesOf(text: string): readonly Rule[] {
  return text.split("\n").flatMap((raw) => {
    const line = raw.replace(/\r$/, "").replace(/(?<!\\) +$/, "");
    if (line === "" || line.startsWith("#")) return [];
    const negated = line.startsWith("!");
    try {
      const expression = goRegExp(expressionOf(negated ? line.slice(1) : line));
      return [{ negated, test: (path) => expression.test(path) }];
    } catch {
      return []; // as git does with what is no pattern
    }
  });
}

/** Whether a file is ignored: the last pattern that speaks of it decides, those of deeper folders later. */
export function ignoredBy(files: readonly IgnoreFile[]): (path: string) => boolean {
  const folders = files
    .toSorted((a, b) => a.path.length - b.path.length)
    .map((file) => ({ folder: file.path.slice(0, file.path.lastIndexOf("/") + 1), rules: rulesOf(file.text) }));
  return (path) => {
    let ignored = false;
    for (const { folder, rules } of folders) {
      if (!path.startsWith(folder)) continue;
      const inside = path.slice(folder.length);
      for (const rule of rules) if (rule.test(inside)) ignored = !rule.negated;
    }
    return ignored;
  };
}
