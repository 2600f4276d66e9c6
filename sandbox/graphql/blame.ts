/** Who wrote which lines of a file, by Git's own blame. */
import { readCommit } from "../git/read.ts";
import { git } from "../git/run.ts";
import { accountOfEmail } from "../shape/commit.ts";
import type { Repo } from "../state/model.ts";
import type { World } from "../world.ts";
import { Refusal } from "./error.ts";

/** The first line of each group in porcelain: commit, line there, line here, lines in the group. */
const GROUP = /^([0-9a-f]{40}) \d+ (\d+) (\d+)$/gm;

export async function blameOf(world: World, repo: Repo, commit: string, path: string): Promise<object> {
  const dir = world.gitDir(repo);
  const { code, stdout } = await git(dir, ["blame", "--porcelain", commit, "--", path]);
  if (code !== 0) throw new Refusal("NOT_FOUND", `Could not resolve file for path '${path}'.`);
  const groups = [...stdout.toString().matchAll(GROUP)];
  const shas = [...new Set(groups.map(([, sha = ""]) => sha))];
  const commits = new Map(await Promise.all(shas.map(async (sha) => [sha, await readCommit(dir, sha)] as const)));
  const ranges = groups.flatMap(([, sha = "", start, count]) => {
    const found = commits.get(sha);
    if (!found) return [];
    const startingLine = Number(start);
    const user = accountOfEmail(world, found.author.email);
    const author = { name: found.author.name, user: user ? { login: user.login } : null };
    const told = { oid: sha, committedDate: found.committer.date, author };
    return [{ startingLine, endingLine: startingLine + Number(count) - 1, age: 1, commit: told }];
  });
  return { ranges };
}
