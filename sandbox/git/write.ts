/** Writing to bare repositories without a working tree. */
import { mkdir } from "node:fs/promises";
import { type GitOptions, git, gitText } from "./run.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** A file's new content; null removes it. */
export type FileContent = string | { readonly text: string; readonly executable: boolean } | null;
export type Files = Readonly<Record<string, FileContent>>;

export interface NewCommit {
  readonly ref: string;
  /** Sha of the parent; null starts a history. */
  readonly parent: string | null;
  readonly files: Files;
  readonly message: string;
  readonly author: Person;
  readonly date: Date;
}

/** Creates a bare repository that serves any sha, as GitHub does. */
export async function initBare(dir: string, defaultBranch: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await gitText(dir, ["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`]);
  for (const [key, value] of [
    ["uploadpack.allowAnySHA1InWant", "true"],
    ["uploadpack.allowFilter", "true"],
    ["receive.hideRefs", "refs/pull"],
    ["core.logAllRefUpdates", "false"],
    ["gc.auto", "0"],
  ] as const)
    await gitText(dir, ["config", key, value]);
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
const quote = (path: string): string =>
  `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

function fileCommand([path, content]: [string, FileContent]): string {
  if (content === null) return `D ${quote(path)}\n`;
  const text = typeof content === "string" ? content : content.text;
  const mode = typeof content !== "string" && content.executable ? "100755" : "100644";
  return `M ${mode} inline ${quote(path)}\n${data(text)}`;
}

/** Commits files on top of a parent and moves the ref there. Gives the sha. */
export async function commitFiles(dir: string, commit: NewCommit): Promise<string> {
  const who = `${commit.author.name} <${commit.author.email}> ${Math.floor(commit.date.getTime() / 1000)} +0000`;
  const script = [
    commit.parent ? "" : `reset ${commit.ref}\n\n`,
    `commit ${commit.ref}\nmark :1\nauthor ${who}\ncommitter ${who}\n${data(commit.message)}`,
    commit.parent ? `from ${commit.parent}\n` : "",
    ...Object.entries(commit.files).map(fileCommand),
    "\nget-mark :1\ndone\n",
  ].join("");
  return gitText(dir, ["fast-import", "--quiet", "--done", "--force"], { input: script });
}

export async function updateRef(dir: string, ref: string, sha: string): Promise<void> {
  await gitText(dir, ["update-ref", ref, sha]);
}

export async function deleteRef(dir: string, ref: string): Promise<void> {
  await gitText(dir, ["update-ref", "-d", ref]);
}

const identity = (author: Person, date: Date): Record<string, string> => ({
  GIT_AUTHOR_NAME: author.name,
  GIT_AUTHOR_EMAIL: author.email,
  GIT_AUTHOR_DATE: date.toISOString(),
  GIT_COMMITTER_NAME: author.name,
  GIT_COMMITTER_EMAIL: author.email,
  GIT_COMMITTER_DATE: date.toISOString(),
});

export async function commitTree(
  dir: string,
  commit: { tree: string; parents: readonly string[]; message: string; author: Person; date: Date },
): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const options: GitOptions = { input: commit.message, env: identity(commit.author, commit.date) };
  return gitText(dir, ["commit-tree", commit.tree, ...parents], options);
}

/** The tree of a real three-way merge; null when it conflicts. */
export async function mergeTree(dir: string, ours: string, theirs: string): Promise<string | null> {
  const result = await git(dir, ["merge-tree", "--write-tree", "--no-messages", ours, theirs]);
  return result.code === 0 ? result.stdout.toString().split("\n")[0] || null : null;
}

/** Replays `base..head` on top of `onto`, as a rebase merge does; null when a commit conflicts. */
export async function rebase(dir: string, onto: string, commits: readonly string[]): Promise<string | null> {
  let tip = onto;
  for (const sha of commits) {
    const author = { name: "GitHub", email: "noreply@github.com" };
    // The tip's tree as a sibling of the commit: their merge base is its parent (Git before 2.40 cannot be told one).
    const sibling = { tree: `${tip}^{tree}`, parents: [`${sha}^`], message: "Replay", author, date: new Date(0) };
    const tree = await mergeTree(dir, await commitTree(dir, sibling), sha);
    if (tree === null) return null;
    const format = await gitText(dir, ["log", "-1", "--format=%an%x00%ae%x00%aI%x00%B", sha]);
    const [name = "", email = "", date = "", message = ""] = format.split("\0");
    tip = await commitTree(dir, { tree, parents: [tip], message, author: { name, email }, date: new Date(date) });
  }
  return tip;
}

/** Brings objects from another repository and points a ref at them. */
export async function fetchInto(dir: string, from: string, sha: string, ref: string): Promise<void> {
  await gitText(dir, ["fetch", "--quiet", "--no-tags", from, `+${sha}:${ref}`]);
}
