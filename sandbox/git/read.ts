/** Reading from bare repositories. */
import { type FileChange, parseChanges } from "./changes.ts";
import { git, gitBytes, gitText } from "./run.ts";

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committer: { readonly name: string; readonly email: string; readonly date: string };
  readonly message: string;
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
  readonly size: number | null;
  readonly path: string;
}

const FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x01";

function parseCommit(record: string): Commit {
  const [sha = "", tree = "", parents = "", ...rest] = record.replace(/^\n/, "").split("\0");
  const [name = "", email = "", date = "", committer = "", committerEmail = "", committed = "", message = ""] = rest;
  const utc = (value: string) => new Date(value).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    sha,
    tree,
    parents: parents.split(" ").filter(Boolean),
    author: { name, email, date: utc(date) },
    committer: { name: committer, email: committerEmail, date: utc(committed) },
    message: message.replace(/\n+$/, ""),
  };
}

/** The commit that a ref, branch, tag or sha names; null when there is none. */
export async function resolveCommit(dir: string, name: string): Promise<string | null> {
  if (!name || name.startsWith("-") || /[\0\s~^:?*[\\]|\.\./.test(name)) return null;
  for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
    const result = await git(dir, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${candidate}^{commit}`]);
    if (result.code === 0) return result.stdout.toString().trim();
  }
  return null;
}

/** The object that a full ref name points at; null when there is none. */
export async function readRef(dir: string, ref: string): Promise<string | null> {
  const result = await git(dir, ["rev-parse", "--verify", "--quiet", "--end-of-options", ref]);
  return result.code === 0 ? result.stdout.toString().trim() : null;
}

export interface Ref {
  readonly ref: string;
  readonly sha: string;
  readonly type: string;
}

/** Refs below a prefix such as `refs/heads/`. */
export async function listRefs(dir: string, prefix: string): Promise<Ref[]> {
  const text = await gitText(dir, ["for-each-ref", "--format=%(refname)%00%(objectname)%00%(objecttype)", prefix]);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [ref = "", sha = "", type = ""] = line.split("\0");
      return { ref, sha, type };
    });
}

/** Names of those refs of a pattern whose commits a commit has in its history. */
export async function mergedRefs(dir: string, sha: string, pattern: string): Promise<ReadonlySet<string>> {
  const text = await gitText(dir, ["for-each-ref", `--merged=${sha}`, "--format=%(refname)", pattern]);
  return new Set(text.split("\n").filter(Boolean));
}

export interface LogOptions {
  readonly limit?: number;
  readonly skip?: number;
  readonly path?: string;
  readonly reverse?: boolean;
}

/** Commits reachable from `range`, newest first unless reversed. */
export async function log(dir: string, range: string, options: LogOptions = {}): Promise<Commit[]> {
  const flags = [
    ...(options.limit === undefined ? [] : [`--max-count=${options.limit}`]),
    ...(options.skip ? [`--skip=${options.skip}`] : []),
    ...(options.reverse ? ["--reverse"] : []),
  ];
  const path = options.path ? ["--", options.path] : ["--"];
  const text = await gitText(dir, ["log", `--format=${FORMAT}`, ...flags, range, ...path]);
  return text
    .split("\x01")
    .filter((record) => record.trim() !== "")
    .map(parseCommit);
}

export async function readCommit(dir: string, sha: string): Promise<Commit | null> {
  const kind = await git(dir, ["cat-file", "-t", sha]);
  if (kind.code !== 0 || kind.stdout.toString().trim() !== "commit") return null;
  return (await log(dir, sha, { limit: 1 }))[0] ?? null;
}

export async function mergeBase(dir: string, a: string, b: string): Promise<string | null> {
  const result = await git(dir, ["merge-base", a, b]);
  return result.code === 0 ? result.stdout.toString().trim() : null;
}

/** Whether `ancestor` lies in the history of `sha`. */
export async function contains(dir: string, sha: string, ancestor: string): Promise<boolean> {
  return (await git(dir, ["merge-base", "--is-ancestor", ancestor, sha])).code === 0;
}

export async function count(dir: string, range: string): Promise<number> {
  return Number(await gitText(dir, ["rev-list", "--count", range]));
}

/** The tree of the empty commit: what a root commit is compared with. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** What changed between two commits, with renames found, in path order. */
export async function changes(dir: string, from: string, to: string): Promise<FileChange[]> {
  const flags = ["-M", "--no-color", "--no-ext-diff", from, to];
  const [raw, patch] = await Promise.all([
    gitText(dir, ["diff", "--raw", "--numstat", "-z", "--abbrev=40", ...flags]),
    gitText(dir, ["diff", ...flags]),
  ]);
  return parseChanges(raw, patch);
}

/** A patch as `git format-patch` or `git diff` gives it. */
export async function patchText(dir: string, from: string, to: string, kind: "diff" | "patch"): Promise<string> {
  if (kind === "diff") return (await gitBytes(dir, ["diff", "-M", "--no-color", from, to])).toString();
  return (await gitBytes(dir, ["format-patch", "--stdout", "-M", `${from}..${to}`])).toString();
}

/** Entries of a tree; null when the object is no tree. */
export async function readTree(dir: string, treeish: string, recursive: boolean): Promise<TreeEntry[] | null> {
  const result = await git(dir, ["ls-tree", "-z", "--long", ...(recursive ? ["-r", "-t"] : []), treeish]);
  if (result.code !== 0) return null;
  return result.stdout
    .toString()
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const [head = "", path = ""] = line.split("\t");
      const [mode = "", type = "", sha = "", size = "-"] = head.split(/ +/);
      return {
        mode,
        type: type === "tree" || type === "commit" ? type : ("blob" as const),
        sha,
        size: size === "-" ? null : Number(size),
        path,
      };
    });
}

/** Type and sha of what lies at a path of a commit; null when nothing does. */
export async function entryAt(
  dir: string,
  commit: string,
  path: string,
): Promise<{ type: string; sha: string } | null> {
  const result = await git(dir, ["cat-file", "--batch-check"], { input: `${commit}:${path}\n` });
  const [sha = "", type = ""] = result.stdout.toString().trim().split(" ");
  return /^[0-9a-f]{40}$/.test(sha) ? { type, sha } : null;
}

export async function readBlob(dir: string, sha: string): Promise<Buffer | null> {
  const result = await git(dir, ["cat-file", "blob", sha]);
  return result.code === 0 ? result.stdout : null;
}
