/** What merging a pull request would give: GitHub's own test merge where it is up to date, otherwise a git task's. */
import * as z from "zod";
import type { PullRequest } from "../../events.ts";
import type { View } from "../../plugin.ts";
import type { Texts } from "./inspect.ts";

/** More files than this are left to the runner: each costs a call. */
const MOST_CALLS = 20;

const Merge = z.object({
  repository: z.object({
    pullRequest: z.object({
      potentialMergeCommit: z
        .object({ oid: z.string(), parents: z.object({ nodes: z.array(z.object({ oid: z.string() })) }) })
        .nullable(),
    }),
  }),
});
const QUERY = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) { potentialMergeCommit { oid parents(first: 2) { nodes { oid } } } }
  }
}`;

/** Texts at the merge of the head and the base's tip; null when GitHub has not made that merge. */
export async function mergedTexts(
  paths: readonly string[],
  { number, head }: PullRequest,
  tip: string,
  view: View,
): Promise<Texts | null> {
  if (paths.length > MOST_CALLS) return null;
  const commit = await testMerge(number, view);
  if (!commit || commit.parents.join() !== `${tip},${head.sha}`) return null;
  return await textsAt(paths, commit.oid, view);
}

async function testMerge(number: number, view: View): Promise<{ oid: string; parents: readonly string[] } | null> {
  const { owner, repo } = view.repository;
  try {
    const answer = Merge.parse(await view.graphql(QUERY, { owner, repo, number }));
    const commit = answer.repository.pullRequest.potentialMergeCommit;
    return commit && { oid: commit.oid, parents: commit.parents.nodes.map(({ oid }) => oid) };
  } catch {
    // The git task needs nothing of it.
    return null;
  }
}

/** Texts of files at a commit; null: not there. */
export async function textsAt(paths: readonly string[], ref: string, view: View): Promise<Texts> {
  const texts = await Promise.all(paths.map(async (path) => [path, await view.fileAt(path, ref)] as const));
  return Object.fromEntries(texts);
}
