/** Who may do what, as GitHub decides it. */
import type { Org, Permission, Repo } from "./state/model.ts";
import { fullName, type World } from "./world.ts";

const RANK: readonly (Permission | "none")[] = ["none", "read", "triage", "write", "maintain", "admin"];
const rank = (permission: Permission | "none"): number => RANK.indexOf(permission);

export const atLeast = (have: Permission | null, need: Permission): boolean =>
  have !== null && rank(have) >= rank(need);

export const orgOf = (world: World, repo: Repo): Org | undefined => world.state.orgs[repo.owner.toLowerCase()];

export const isMember = (org: Org, login: string): boolean => login.toLowerCase() in org.members;

/** What somebody was granted: as owner, member, through teams, or as collaborator. Null: nothing, a mere visitor. */
export function grantedPermission(world: World, repo: Repo, login: string): Permission | null {
  const key = login.toLowerCase();
  if (key === repo.owner.toLowerCase()) return "admin";
  const org = orgOf(world, repo);
  const member = org?.members[key];
  if (member?.role === "admin") return "admin";
  const teams = org?.teams.filter((team) => team.members[key]?.state === "active") ?? [];
  const grants: (Permission | "none")[] = [
    member && org ? org.basePermission : "none",
    repo.collaborators[key] ?? "none",
    ...teams.map((team) => team.repos[repo.name.toLowerCase()] ?? "none"),
  ];
  const best = grants.reduce((a, b) => (rank(b) > rank(a) ? b : a), "none");
  return best === "none" ? null : best;
}

/** What somebody may do, counting that everybody reads what is public. */
export function permissionOf(world: World, repo: Repo, login: string | null): Permission | null {
  return (login === null ? null : grantedPermission(world, repo, login)) ?? (repo.private ? null : "read");
}

/** The permission's name on the older scale that most answers use. */
export const legacyPermission = (permission: Permission | null): "admin" | "write" | "read" | "none" =>
  permission === "maintain" ? "write" : permission === "triage" ? "read" : (permission ?? "none");

/** Logins with a grant of their own or through their organisation, in order. */
export function collaboratorsOf(world: World, repo: Repo): string[] {
  const org = orgOf(world, repo);
  const candidates = [repo.owner, ...Object.keys(org?.members ?? {}), ...Object.keys(repo.collaborators)];
  const logins = candidates
    .filter((login) => world.account(login)?.type === "User" && grantedPermission(world, repo, login) !== null)
    .map((login) => world.mustAccount(login).login);
  return [...new Set(logins)].sort();
}

/** Whether somebody can be assigned to an issue: collaborators, and who has commented on it. */
export function assignable(world: World, repo: Repo, login: string, commenters: readonly string[] = []): boolean {
  const known = commenters.some((commenter) => commenter.toLowerCase() === login.toLowerCase());
  const account = world.account(login);
  return account?.type === "User" && (known || grantedPermission(world, repo, login) !== null);
}

/** How the author of something stands to the repository. */
export function association(world: World, repo: Repo, login: string): string {
  const key = login.toLowerCase();
  if (key === repo.owner.toLowerCase()) return "OWNER";
  const org = orgOf(world, repo);
  if (org && isMember(org, login)) return "MEMBER";
  if (key in repo.collaborators) return "COLLABORATOR";
  const pulls = Object.values(repo.issues).filter((issue) => issue.pull && issue.user.toLowerCase() === key);
  if (pulls.some((issue) => issue.pull?.mergedAt)) return "CONTRIBUTOR";
  return pulls.length > 0 ? "FIRST_TIME_CONTRIBUTOR" : "NONE";
}

/** Repositories of an account that somebody may see. */
export function visibleRepos(world: World, owner: string, login: string | null): Repo[] {
  return Object.values(world.state.repos)
    .filter((repo) => repo.owner.toLowerCase() === owner.toLowerCase() && permissionOf(world, repo, login) !== null)
    .sort((a, b) => fullName(a).localeCompare(fullName(b)));
}

/** Repositories that somebody reaches in one of these ways: owner, collaborator, organization_member. */
export function ownRepos(world: World, login: string, affiliations: readonly string[]): Repo[] {
  const key = login.toLowerCase();
  const tied: Readonly<Record<string, (repo: Repo) => boolean>> = {
    owner: (repo) => repo.owner.toLowerCase() === key,
    collaborator: (repo) => key in repo.collaborators,
    organization_member: (repo) => key in (orgOf(world, repo)?.members ?? {}),
  };
  return Object.values(world.state.repos).filter(
    (repo) => affiliations.some((way) => tied[way]?.(repo)) && grantedPermission(world, repo, login) !== null,
  );
}
