/** Who wrote the lines that a pull request changes (spec chatops 2.14). */
import * as z from "zod";
import type { PullRequest } from "../../events.ts";
import { hunksOf } from "../../patch.ts";
import type { ChangedFile, View } from "../../plugin.ts";

const MOST_FILES = 20;

/** Lines of somebody's in a changed place. */
export interface Wrote {
  /** Lower case. */
  readonly login: string;
  readonly lines: number;
  /** Milliseconds. */
  readonly at: number;
}

/** Files whose history tells something, one folder after the other, so that no folder takes all places. Pure. */
export function filesToBlame(files: readonly ChangedFile[]): readonly ChangedFile[] {
  const told = files.filter(({ status }) => status !== "removed" && status !== "added");
  const folders = Map.groupBy(told, ({ filename }) => filename.slice(0, Math.max(0, filename.lastIndexOf("/"))));
  const picked: ChangedFile[] = [];
  for (let round = 0; picked.length < MOST_FILES; round += 1) {
    const next = [...folders.values()].flatMap((list) => list.slice(round, round + 1));
    if (next.length === 0) break;
    picked.push(...next);
  }
  return picked.slice(0, MOST_FILES);
}

/** Lines of the old side that a diff changes; where a hunk only adds, those around it. Pure. */
export function changedLines(patch: string): readonly number[] {
  return hunksOf(patch).flatMap((hunk) => {
    const removed = hunk.filter(({ change }) => change === "removed");
    const about = removed.length > 0 ? removed : hunk.filter(({ change }) => change === "same");
    return about.map(({ oldLine }) => oldLine);
  });
}

const Range = z.object({
  startingLine: z.int(),
  endingLine: z.int(),
  commit: z.object({
    committedDate: z.string(),
    author: z.object({ user: z.object({ login: z.string() }).nullable() }).nullable(),
  }),
});
type Range = z.infer<typeof Range>;
const Answer = z.object({
  repository: z.object({ object: z.record(z.string(), z.object({ ranges: z.array(Range) }).nullable()).nullable() }),
});

/** Who wrote what is changed, as of where the pull request parts from its base. One call to GraphQL. */
export async function blame({ base, head }: PullRequest, view: View): Promise<readonly Wrote[]> {
  const places: { readonly path: string; readonly lines: readonly number[] }[] = [];
  for (const { filename, previousFilename } of filesToBlame(await view.files())) {
    const lines = changedLines((await view.patchOf(filename)) ?? "");
    if (lines.length > 0) places.push({ path: previousFilename ?? filename, lines });
  }
  if (places.length === 0) return [];
  const { owner, repo } = view.repository;
  const oid = (await view.mergeBase(base.sha, head.sha)) ?? base.sha;
  const variables = { owner, repo, oid, ...Object.fromEntries(places.map(({ path }, index) => [`p${index}`, path])) };
  const answer = Answer.parse(await view.graphql(queryOf(places.length), variables));
  return places.flatMap(({ lines }, index) => {
    const ranges = answer.repository.object?.[`f${index}`]?.ranges ?? [];
    return ranges.flatMap((range) => wroteIn(range, lines));
  });
}

function queryOf(files: number): string {
  const numbers = Array.from({ length: files }, (_, index) => index);
  const wanted = "ranges { startingLine endingLine commit { committedDate author { user { login } } } }";
  return `query ($owner: String!, $repo: String!, $oid: GitObjectID!, ${numbers.map((n) => `$p${n}: String!`).join(", ")}) {
  repository(owner: $owner, name: $repo) {
    object(oid: $oid) { ... on Commit { ${numbers.map((n) => `f${n}: blame(path: $p${n}) { ${wanted} }`).join(" ")} } }
  }
}`;
}

function wroteIn({ startingLine, endingLine, commit }: Range, lines: readonly number[]): readonly Wrote[] {
  const login = commit.author?.user?.login;
  const count = below(lines, endingLine + 1) - below(lines, startingLine);
  if (!login || count === 0) return [];
  return [{ login: login.toLowerCase(), lines: count, at: Date.parse(commit.committedDate) }];
}

/** How many of the ascending numbers are less than a limit. */
function below(ascending: readonly number[], limit: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
