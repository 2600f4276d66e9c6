/** Repositories: created, forked, written to. */
import { cp } from "node:fs/promises";
import { ApiError } from "../errors.ts";
import { readRef } from "../git/read.ts";
import { commitFiles, type Files, initBare } from "../git/write.ts";
import type { Repo } from "../state/model.ts";
import { type Actor, fullName, type World } from "../world.ts";
import { afterPush, ZERO } from "./pushes.ts";
import { branchRef } from "./sync.ts";

export interface NewRepo {
  readonly owner: string;
  readonly name: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly parent?: string;
}

/** A repository without commits. */
export async function createRepo(world: World, input: NewRepo): Promise<Repo> {
  const key = `${input.owner}/${input.name}`.toLowerCase();
  if (world.state.repos[key])
    throw ApiError.invalid("Repository", "name", "custom", "name already exists on this account");
  const now = world.now();
  const repo: Repo = {
    id: world.id(),
    owner: world.mustAccount(input.owner).login,
    name: input.name,
    description: input.description ?? "",
    private: input.private ?? false,
    defaultBranch: "main",
    parent: input.parent ?? null,
    collaborators: {},
    labels: [],
    milestones: [],
    issues: {},
    lastNumber: 0,
    statuses: [],
    checkRuns: [],
    workflowRuns: [],
    protection: {},
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
  };
  if (!repo.parent) await initBare(world.gitDir(repo), repo.defaultBranch);
  world.state.repos[key] = repo;
  world.changed();
  return repo;
}

/** The fork of a repository that belongs to an account, made if there is none. */
export async function ensureFork(world: World, repo: Repo, login: string): Promise<Repo> {
  const owner = world.mustAccount(login).login;
  const known = world.repo(`${owner}/${repo.name}`);
  if (known) return known;
  const fork = await createRepo(world, {
    owner,
    name: repo.name,
    description: repo.description,
    private: repo.private,
    parent: fullName(repo),
  });
  await cp(world.gitDir(repo), world.gitDir(fork), { recursive: true });
  return fork;
}

export interface NewCommits {
  readonly branch: string;
  readonly files: Files;
  readonly message: string;
  /** Where a branch that does not exist yet starts; unset: the default branch. */
  readonly from?: string;
  readonly date?: Date;
  /** Rewrites the branch: the commit's parent is `from`, not the branch's tip. */
  readonly force?: boolean;
}

/** Commits as somebody on a branch and does what a push does. Gives the new sha. */
export function commitTo(world: World, repo: Repo, actor: Actor, input: NewCommits): Promise<string> {
  return world.lock(repo, async () => {
    const dir = world.gitDir(repo);
    const ref = branchRef(input.branch);
    const tip = await readRef(dir, ref);
    const start = await readRef(dir, branchRef(input.from ?? repo.defaultBranch));
    const { login, id, name } = actor.account;
    const after = await commitFiles(dir, {
      ref,
      parent: input.force ? start : (tip ?? start),
      files: input.files,
      message: input.message,
      author: { name: name || login, email: `${id}+${login}@users.noreply.github.com` },
      date: input.date ?? new Date(),
    });
    await afterPush(world, repo, actor, { ref, before: tip ?? ZERO, after });
    return after;
  });
}
