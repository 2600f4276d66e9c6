/** Issues pinned to a repository. */
import { ApiError } from "../errors.ts";
import type { Issue, Repo } from "../state/model.ts";
import { type Actor, fullName, type World } from "../world.ts";
import { announce, record } from "./issues.ts";

/** GitHub pins no more. */
const MOST = 3;

const at = (world: World, repo: Repo, { number }: Issue): number =>
  world.state.pins.findIndex((one) => one.repo === fullName(repo) && one.number === number);

export const isPinned = (world: World, repo: Repo, issue: Issue): boolean => at(world, repo, issue) >= 0;

export function pin(world: World, repo: Repo, issue: Issue, actor: Actor): void {
  if (isPinned(world, repo, issue)) throw new ApiError(422, "Issue is already pinned");
  if (world.state.pins.filter((one) => one.repo === fullName(repo)).length >= MOST)
    throw new ApiError(422, `Maximum ${MOST} pinned issues per repository`);
  world.state.pins.push({ repo: fullName(repo), number: issue.number });
  record(world, issue, actor, "pinned");
  announce(world, repo, issue, actor, "pinned");
}

export function unpin(world: World, repo: Repo, issue: Issue, actor: Actor): void {
  const index = at(world, repo, issue);
  if (index < 0) throw new ApiError(422, "Issue is not pinned");
  world.state.pins.splice(index, 1);
  record(world, issue, actor, "unpinned");
  announce(world, repo, issue, actor, "unpinned");
}
