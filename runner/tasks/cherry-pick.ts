/** Puts a merged pull request onto another branch (spec chatops 2.40). */
import type { GitTask, GitTaskOutcome } from "../../src/jobs/git-task.ts";
import { openRepository, type Repository, said, TaskFailed, type TaskPlace } from "./repository.ts";

type Task = Extract<GitTask, { kind: "cherry-pick" }>;

const OUTPUT_CHARS = 8000;
/** What ls-remote exits with when there is no such branch. */
const NO_SUCH_REF = 2;

export async function cherryPick(task: Task, place: TaskPlace): Promise<GitTaskOutcome> {
  const repository = await openRepository(place, task.owner, task.repo);
  const { git, must } = repository;
  const target = `refs/heads/${task.target}`;
  const there = await git("ls-remote", "--exit-code", "origin", target);
  if (there.code === NO_SUCH_REF) return { state: "no-target", output: `There is no branch ${task.target}.` };
  if (there.code !== 0) throw new TaskFailed(`The repository could not be read: ${said(there)}`);
  await must("fetch", "-q", "--filter=blob:none", "--no-tags", "origin", `+${target}:refs/remotes/origin/target`);
  await must("fetch", "-q", "--filter=blob:none", "--no-tags", "origin", task.mergeSha);
  const picked = await commitsOf(task, repository);
  // Files that the pick does not touch need not be here.
  await must("sparse-checkout", "set", "--cone");
  await must("checkout", "-q", "-B", "pick", "refs/remotes/origin/target");
  const result = await git("cherry-pick", ...picked);
  if (result.code !== 0) {
    if (place.signal.aborted) throw new TaskFailed("The cherry-pick was stopped.");
    const output = `${result.stdout}${result.stderr}`.slice(-OUTPUT_CHARS);
    // Both a conflict and a pick that changes nothing leave this behind; a broken connection does not.
    const stands = await git("rev-parse", "-q", "--verify", "CHERRY_PICK_HEAD");
    if (stands.code !== 0) throw new TaskFailed(`git cherry-pick failed: ${said(result)}`);
    return { state: "conflict", output };
  }
  const sha = await must("rev-parse", "HEAD");
  await must("push", "-q", "--force", "origin", `HEAD:refs/heads/${task.branch}`);
  return { state: "picked", sha };
}

/** A merge commit's change, the one squashed commit, or all that a rebase put on the base. */
async function commitsOf(task: Task, { git, must }: Repository): Promise<readonly string[]> {
  const { mergeSha, commits, number } = task;
  const parents = (await must("rev-list", "--parents", "-n", "1", mergeSha)).split(" ").length - 1;
  if (parents > 1) return ["-m", "1", mergeSha];
  if (commits === 1) return [mergeSha];
  const head = `refs/remotes/origin/pull-${number}`;
  const fetched = await git(
    "fetch",
    "-q",
    "--filter=blob:none",
    "--no-tags",
    "origin",
    `+refs/pull/${number}/head:${head}`,
  );
  if (fetched.code !== 0) return [mergeSha];
  // A rebase keeps author, time and message of the last commit; a squash makes them anew.
  const [last, merged] = [await written(must, head), await written(must, mergeSha)];
  return last === merged ? [`${mergeSha}~${commits}..${mergeSha}`] : [mergeSha];
}

const written = (must: Repository["must"], commit: string) =>
  must("show", "-s", "--format=%an%x00%ae%x00%at%x00%B", commit);
