/** What a moved branch sets off: the `push` event, synchronized and merged pull requests, checks of mergeability. */
import { contains, log, mergedRefs, readRef } from "../git/read.ts";
import { gitText } from "../git/run.ts";
import { emit } from "../hooks/emit.ts";
import { userOf } from "../shape/account.ts";
import { accountOfEmail } from "../shape/commit.ts";
import { pageOf, repository } from "../shape/repository.ts";
import type { Commit } from "../git/read.ts";
import type { Repo } from "../state/model.ts";
import { type Actor, fullName, isPull, type PullIssue, type World } from "../world.ts";
import { announce, setState } from "./issues.ts";
import { markMerged } from "./merged.ts";
import { branchRef, bringHead, refresh } from "./sync.ts";

export const ZERO = "0".repeat(40);
/** GitHub lists no more commits than this in a push. */
const MAX_COMMITS = 2048;

export interface Push {
  readonly ref: string;
  /** {@link ZERO} when the ref is new. */
  readonly before: string;
  /** {@link ZERO} when the ref is gone. */
  readonly after: string;
}

interface Paths {
  readonly added: string[];
  readonly removed: string[];
  readonly modified: string[];
}

/** Paths that each commit of a range touches, against its first parent. */
async function touched(dir: string, range: string): Promise<Map<string, Paths>> {
  const flags = ["--name-status", "--no-renames", "-m", "--diff-merges=first-parent", `--max-count=${MAX_COMMITS}`];
  const text = await gitText(dir, ["-c", "core.quotePath=false", "log", "--format=%x01%H", ...flags, range]);
  return new Map(
    text
      .split("\x01")
      .filter(Boolean)
      .map((part) => {
        const [sha = "", ...lines] = part.trim().split("\n").filter(Boolean);
        const of = (letters: RegExp) =>
          lines.filter((line) => letters.test(line)).map((line) => line.split("\t")[1] ?? "");
        return [sha, { added: of(/^A/), removed: of(/^D/), modified: of(/^[MT]/) }];
      }),
  );
}

function pushedCommit(world: World, repo: Repo, commit: Commit, paths: Paths | undefined) {
  const person = ({ name, email }: { name: string; email: string }) => {
    const account = accountOfEmail(world, email);
    return { name, email, ...(account ? { username: account.login } : {}) };
  };
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${pageOf(world, repo)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths?.added ?? [],
    removed: paths?.removed ?? [],
    modified: paths?.modified ?? [],
  };
}

const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000);

async function emitPush(world: World, repo: Repo, actor: Actor, push: Push, forced: boolean): Promise<void> {
  const dir = world.gitDir(repo);
  const created = push.before === ZERO;
  const deleted = push.after === ZERO;
  const from = created ? repo.defaultBranch : push.before;
  const range = push.ref === `refs/heads/${repo.defaultBranch}` && created ? push.after : `${from}..${push.after}`;
  const commits = deleted ? [] : await log(dir, range, { reverse: true, limit: MAX_COMMITS });
  const paths = deleted ? new Map<string, Paths>() : await touched(dir, range);
  const [head] = deleted ? [] : await log(dir, push.after, { limit: 1 });
  const shown = commits.map((commit) => pushedCommit(world, repo, commit, paths.get(commit.sha)));
  const { login, id } = actor.account;
  const base = repository(world, repo);
  emit(world, {
    event: "push",
    action: null,
    repo,
    actor,
    body: {
      ref: push.ref,
      before: push.before,
      after: push.after,
      repository: {
        ...base,
        owner: { name: repo.owner, email: null, ...userOf(world, repo.owner) },
        url: pageOf(world, repo),
        created_at: seconds(repo.createdAt),
        pushed_at: seconds(repo.pushedAt),
        stargazers: 0,
        master_branch: repo.defaultBranch,
        ...(world.state.orgs[repo.owner.toLowerCase()] ? { organization: repo.owner } : {}),
      },
      pusher: { name: login, email: `${id}+${login}@users.noreply.github.com` },
      created,
      deleted,
      forced,
      base_ref: null,
      compare: `${pageOf(world, repo)}/compare/${push.before.slice(0, 12)}...${push.after.slice(0, 12)}`,
      commits: shown,
      head_commit: head ? pushedCommit(world, repo, head, paths.get(head.sha)) : null,
    },
  });
}

const openPulls = (repo: Repo): PullIssue[] =>
  Object.values(repo.issues)
    .filter(isPull)
    .filter((one) => one.state === "open");

async function synchronize(world: World, base: Repo, issue: PullIssue, actor: Actor, push: Push): Promise<void> {
  if (push.after === ZERO) return setState(world, base, issue, actor, "closed");
  const after = await bringHead(world, base, issue);
  if (after === null || after === issue.pull.head.sha) return;
  const before = issue.pull.head.sha;
  issue.pull.head = { ...issue.pull.head, sha: after };
  const tip = await readRef(world.gitDir(base), branchRef(issue.pull.base.ref));
  if (tip !== null) issue.pull.base = { ...issue.pull.base, sha: tip };
  await refresh(world, base, issue);
  announce(world, base, issue, actor, "synchronize", { before, after });
}

/**
 * All that follows a moved ref. The caller holds the lock of `repo`; pull requests into other repositories (from a fork)
 * are handled under the lock of theirs.
 */
export async function afterPush(world: World, repo: Repo, actor: Actor, push: Push): Promise<void> {
  if (push.before === push.after) return;
  repo.pushedAt = world.now();
  repo.updatedAt = repo.pushedAt;
  world.changed(fullName(repo));
  const forced =
    push.before !== ZERO && push.after !== ZERO && !(await contains(world.gitDir(repo), push.after, push.before));
  await emitPush(world, repo, actor, push, forced);
  const branch = push.ref.startsWith("refs/heads/") ? push.ref.slice("refs/heads/".length) : null;
  if (branch === null) return;
  for (const base of Object.values(world.state.repos)) {
    const affected = openPulls(base).filter(
      (one) => one.pull.head.repo === fullName(repo) && one.pull.head.ref === branch,
    );
    if (affected.length === 0) continue;
    const work = async () => {
      for (const issue of affected) await synchronize(world, base, issue, actor, push);
    };
    await (base === repo ? work() : world.lock(base, work));
  }
  if (push.after === ZERO) return;
  const waiting = openPulls(repo).filter((one) => one.pull.base.ref === branch);
  if (waiting.length === 0) return;
  const contained = await mergedRefs(world.gitDir(repo), push.after, "refs/pull/*/head");
  for (const issue of waiting)
    if (contained.has(`refs/pull/${issue.number}/head`)) markMerged(world, repo, issue, actor, push.after);
    // As at GitHub, it is worked out again when somebody asks.
    else issue.pull.mergeable = null;
}
