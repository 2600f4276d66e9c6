/** Reads files of what merging a head into its base gives, without a checkout. */
import { type GitTask, type GitTaskOutcome, OUTCOME_CHARS } from "../../src/jobs/git-task.ts";
import { openRepository, said, TaskFailed, type TaskPlace } from "./repository.ts";

type Task = Extract<GitTask, { kind: "merged-files" }>;

/** A listing of every file of a repository. */
const LISTING_BYTES = 64 * 1024 * 1024;
/** Room for names and escapes beside the texts. */
const TEXT_CHARS = OUTCOME_CHARS / 2;

export async function mergedFiles(task: Task, place: TaskPlace): Promise<GitTaskOutcome> {
  const { git, must, read } = await openRepository(place, task.owner, task.repo);
  await must("fetch", "-q", "--filter=blob:none", "--no-tags", "origin", task.baseSha, task.headSha);
  const merge = await git("merge-tree", "--write-tree", "--no-messages", task.baseSha, task.headSha);
  if (merge.code === 1) return { state: "failed", message: "The pull request conflicts with its base branch." };
  const tree = merge.stdout.trim();
  if (merge.code !== 0 || !/^[0-9a-f]{40,64}$/.test(tree)) throw new TaskFailed(`The merge failed: ${said(merge)}`);
  const listing = await read(LISTING_BYTES, "ls-tree", "-r", "-z", "--full-tree", tree);
  if (listing === null) throw new TaskFailed("The files of the merge could not be listed.");
  const blobs = blobsIn(listing);
  const files: Record<string, string | null> = {};
  let left = TEXT_CHARS;
  for (const path of new Set(task.paths)) {
    const blob = blobs.get(path);
    const text = blob === undefined ? null : await read(left, "cat-file", "blob", blob);
    if (blob !== undefined && text === null)
      throw new TaskFailed(
        `${path} could not be read, or the files are larger than ${TEXT_CHARS} characters together.`,
      );
    left -= text?.length ?? 0;
    files[path] = text;
  }
  return { state: "files", files };
}

/** Regular files by name. */
function blobsIn(listing: string): Map<string, string> {
  const blobs = new Map<string, string>();
  for (const line of listing.split("\0")) {
    const [, blob, name] = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    if (blob !== undefined && name !== undefined) blobs.set(name, blob);
  }
  return blobs;
}
