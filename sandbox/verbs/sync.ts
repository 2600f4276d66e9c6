/** Keeps what Git knows about a pull request: its head, its test merge, its size. Callers hold the repository's lock. */
import { changes, count, mergeBase, readRef } from "../git/read.ts";
import { commitTree, fetchInto, mergeTree, updateRef, deleteRef } from "../git/write.ts";
import type { Repo } from "../state/model.ts";
import { type PullIssue, topicOf, type World } from "../world.ts";

export const branchRef = (branch: string): string => `refs/heads/${branch}`;

/** Brings the head of a pull request's branch into the base repository as refs/pull/N/head. Null when it is gone. */
export async function bringHead(world: World, repo: Repo, issue: PullIssue): Promise<string | null> {
  const source = world.repo(issue.pull.head.repo);
  const sha = source ? await readRef(world.gitDir(source), branchRef(issue.pull.head.ref)) : null;
  if (!source || sha === null) return null;
  const ref = `refs/pull/${issue.number}/head`;
  if (source === repo) await updateRef(world.gitDir(repo), ref, sha);
  else await fetchInto(world.gitDir(repo), world.gitDir(source), sha, ref);
  return sha;
}

/** Recomputes size and mergeability if head or base moved, by a real merge, and keeps refs/pull/N/merge. */
export async function refresh(world: World, repo: Repo, issue: PullIssue): Promise<void> {
  const { pull } = issue;
  if (issue.state === "closed") return;
  const dir = world.gitDir(repo);
  const base = await readRef(dir, branchRef(pull.base.ref));
  if (base === null || pull.computedFor === `${base}..${pull.head.sha}`) return;
  const from = (await mergeBase(dir, base, pull.head.sha)) ?? base;
  const [files, commits, tree] = await Promise.all([
    changes(dir, from, pull.head.sha),
    count(dir, `${base}..${pull.head.sha}`),
    mergeTree(dir, base, pull.head.sha),
  ]);
  const sum = (key: "additions" | "deletions") => files.reduce((total, file) => total + file[key], 0);
  pull.stats = { commits, additions: sum("additions"), deletions: sum("deletions"), changedFiles: files.length };
  pull.mergeable = tree !== null;
  pull.mergeCommit = null;
  const ref = `refs/pull/${issue.number}/merge`;
  if (tree === null) await deleteRef(dir, ref);
  else {
    const message = `Merge ${pull.head.sha} into ${base}`;
    const author = { name: "GitHub", email: "noreply@github.com" };
    pull.mergeCommit = await commitTree(dir, {
      tree,
      parents: [base, pull.head.sha],
      message,
      author,
      date: new Date(),
    });
    await updateRef(dir, ref, pull.mergeCommit);
  }
  pull.computedFor = `${base}..${pull.head.sha}`;
  world.changed(topicOf(repo, issue));
}
