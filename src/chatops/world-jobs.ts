/**
 * Jobs that a repository brings itself, at a base with a head merged into it (spec jobs 1.11): by tree and blobs, no
 * clone. What is named by its content is kept in the isolate, so that most events ask GitHub for nothing.
 */
import { configBase } from "../config/current.ts";
import {
  bringsJobs,
  compileInRepo,
  filesToRead,
  isProwFile,
  mergedTree,
  type RepoJobs,
  type Tree,
} from "../config/in-repo.ts";
import { mergeText } from "../config/merge-text.ts";
import type { Problem, RepoConfig } from "../config/model.ts";
import type { Env } from "../env.ts";
import type { GitHubClient } from "../github/index.ts";
import { keep, nameOf, SYMLINK, textOf, treeOf, type Where } from "./git-objects.ts";
import { orNull } from "./once.ts";

interface At {
  readonly baseSha: string;
  /** Null: the base alone, as for postsubmits. */
  readonly head: { readonly sha: string; readonly number: number } | null;
}

const COMMITS = 2_000;
const FILES = 200;
const FILE_CHARS = 1024 * 1024;
const COMPILED = 100;

const CONFLICT = "both the base branch and this pull request change it in the same place: rebase, and resolve that";
const OLD_VERSION = "the configuration in use was loaded before repositories could bring jobs: load it again";

const trees = new Map<string, Tree>();
const compiled = new Map<string, Omit<RepoJobs, "changed">>();

const problem = (file: string, message: string): Problem => ({
  severity: "error",
  code: "in-repo",
  file,
  line: 0,
  path: "",
  message,
});

/**
 * The jobs of the configuration and the repository's own; those of the configuration alone where the others are at fault.
 * Rejects only when GitHub cannot be asked. `at` null: the configuration's only.
 */
export async function repoJobs(
  env: Env,
  client: GitHubClient,
  where: Where,
  config: RepoConfig,
  at: At | null,
): Promise<RepoJobs> {
  const { presubmits, postsubmits } = config;
  const none = (changed: boolean, ...problems: Problem[]) => ({ presubmits, postsubmits, problems, changed });
  if (at === null || !bringsJobs(config)) return none(false);
  const { tree, texts, conflicts, changed } = await treeAt(client, where, at);
  const [conflict] = conflicts;
  if (conflict !== undefined) return none(changed, problem(conflict, CONFLICT));
  const paths = filesToRead(tree);
  if (paths.length === 0) return none(changed);
  if (paths.length > FILES)
    return none(changed, problem(".prow", `there are ${paths.length} files, and at most ${FILES} are read`));
  const key = JSON.stringify([config.version, nameOf(where), paths.map((path) => [path, tree.get(path)])]);
  const known = compiled.get(key);
  if (known) return { ...known, changed };
  const base = await configBase(env, config.version);
  if (base === null) return none(changed, problem(paths[0] ?? "", OLD_VERSION));
  const files: { path: string; text: string }[] = [];
  for (const path of paths) {
    const text = texts.get(path) ?? (await textOf(client, where, tree.get(path) ?? ""));
    if (text.length > FILE_CHARS) return none(changed, problem(path, `is larger than ${FILE_CHARS} characters`));
    files.push({ path, text });
  }
  const jobs = compileInRepo(base, { ...config, org: where.owner, repo: where.repo }, files);
  keep(compiled, key, jobs, COMPILED);
  return { ...jobs, changed };
}

interface MergedTree {
  readonly tree: Tree;
  /** Files that are no blob of the repository. */
  readonly texts: ReadonlyMap<string, string>;
  readonly conflicts: readonly string[];
  readonly changed: boolean;
}
const NO_TEXTS: ReadonlyMap<string, string> = new Map();

/**
 * Trusted base, pull request's own change: the files as a merge of the head into the base leaves them. What both changed
 * is that of GitHub's merge of exactly these two commits, else of our own merge of the lines, else a conflict.
 */
async function treeAt(client: GitHubClient, where: Where, { baseSha, head }: At): Promise<MergedTree> {
  const base = await filesOf(client, where, baseSha);
  const clean = (tree: Tree, changed: boolean) => ({ tree, texts: NO_TEXTS, conflicts: [], changed });
  if (head === null) return clean(base, false);
  const theirs = await filesOf(client, where, head.sha);
  if (same(base, theirs)) return clean(base, false);
  const ancestor = await mergeBase(client, where, baseSha, head.sha);
  const before = await filesOf(client, where, ancestor);
  const merged = mergedTree(base, theirs, before);
  const changed = !same(theirs, before);
  if (merged.conflicts.length === 0) return clean(merged.tree, changed);
  const sha = await mergedByGitHub(client, where, baseSha, head);
  if (sha !== null) return clean(await filesOf(client, where, sha), changed);
  return { ...(await mergedByLines(client, where, merged, [before, base, theirs])), changed };
}

/** `sides`: before, base, head. A file that one of them lacks stays a conflict. */
async function mergedByLines(
  client: GitHubClient,
  where: Where,
  merged: ReturnType<typeof mergedTree>,
  sides: readonly [Tree, Tree, Tree],
): Promise<Omit<MergedTree, "changed">> {
  const tree = new Map(merged.tree);
  const texts = new Map<string, string>();
  const conflicts: string[] = [];
  for (const path of merged.conflicts) {
    const [before, ours, theirs] = sides.map((side) => side.get(path));
    let text: string | null = null;
    if (before && ours && theirs)
      text = mergeText(
        await textOf(client, where, before),
        await textOf(client, where, ours),
        await textOf(client, where, theirs),
      );
    if (text === null) conflicts.push(path);
    else {
      texts.set(path, text);
      tree.set(path, `merge of ${ours} and ${theirs}, from ${before}`);
    }
  }
  return { tree, texts, conflicts };
}

const same = (a: Tree, b: Tree): boolean =>
  a.size === b.size && [...a].every(([path, content]) => b.get(path) === content);

async function mergeBase(client: GitHubClient, where: Where, base: string, head: string): Promise<string> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
    ...where,
    basehead: `${base}...${head}`,
    per_page: 1,
  });
  return data.merge_base_commit.sha;
}

/** GitHub's own merge of the pull request, when it is one of exactly these two commits. */
async function mergedByGitHub(
  client: GitHubClient,
  where: Where,
  baseSha: string,
  head: { readonly sha: string; readonly number: number },
): Promise<string | null> {
  const ref = `pull/${head.number}/merge`;
  const found = await orNull(client.request("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...where, ref }));
  const sha = found?.data.object.sha;
  if (sha === undefined) return null;
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
    ...where,
    commit_sha: sha,
  });
  const [first, second] = data.parents.map((parent) => parent.sha);
  return first === baseSha && second === head.sha ? sha : null;
}

/** Blob by path of a commit's files of this kind. */
async function filesOf(client: GitHubClient, where: Where, commit: string): Promise<Tree> {
  const key = `${nameOf(where)} ${commit}`;
  const known = trees.get(key);
  if (known) return known;
  const { tree: root } = await treeOf(client, where, commit, false);
  const folder = root.find(({ path, type }) => path === ".prow" && type === "tree")?.sha;
  const inside = folder === undefined ? [] : (await treeOf(client, where, folder, true)).tree;
  const all = [...root, ...inside.map((entry) => ({ ...entry, path: `.prow/${entry.path}` }))];
  const files = all.filter(({ path, type, mode }) => type === "blob" && mode !== SYMLINK && isProwFile(path));
  const tree = new Map(files.map(({ path, sha }) => [path, sha]));
  keep(trees, key, tree, COMMITS);
  return tree;
}
