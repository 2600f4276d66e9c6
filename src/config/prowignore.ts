/** `.prowignore`: gitignore-style patterns at any level of the job folder (spec jobs 1.1). */

export interface IgnoreFile {
  /** Of the .prowignore itself. */
  readonly path: string;
  readonly text: string;
}

/** One pattern as an anchored test over path segments; `**`, `*` and `?` as git reads them. Linear: no nested repetition. */
function patternTest(pattern: string): (path: string) => boolean {
  const anchored = pattern.replace(/\/$/, "").includes("/");
  const body = pattern.replace(/^\//, "").replace(/\/$/, "");
  const source = body
    .split("/")
    .map((part) =>
      part === "**"
        ? ".*"
        : part
            .replaceAll(/[.+^${}()|\\]/g, "\\$&")
            .replaceAll(/\*+/g, "[^/]*")
            .replaceAll("?", "[^/]"),
    )
    .join("/")
    .replaceAll("/.*/", "/(?:.*/)?")
    .replace(/^\.\*\//, "(?:.*/)?");
  const expression = new RegExp(`${anchored ? "^" : "(?:^|/)"}${source}(?:/|$)`);
  return (path) => expression.test(path);
}

/** Whether a file is ignored: the last pattern that speaks of it decides, deeper files later. */
export function isIgnored(path: string, files: readonly IgnoreFile[]): boolean {
  let ignored = false;
  for (const file of files.toSorted((a, b) => a.path.length - b.path.length)) {
    const folder = file.path.slice(0, file.path.lastIndexOf("/") + 1);
    if (!path.startsWith(folder)) continue;
    for (const line of file.text.split("\n").map((one) => one.trim())) {
      if (line === "" || line.startsWith("#")) continue;
      const negated = line.startsWith("!");
      if (patternTest(negated ? line.slice(1) : line)(path.slice(folder.length))) ignored = !negated;
    }
  }
  return ignored;
}
