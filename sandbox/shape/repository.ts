/** Repositories as GitHub shows them, in lists, alone, and in webhooks. */
import { permissionOf } from "../access.ts";
import type { Permission, Repo } from "../state/model.ts";
import { fullName, type World } from "../world.ts";
import { methodsOf } from "../gates.ts";
import { user } from "./account.ts";
import { nodeId } from "./ids.ts";

/** Addresses of what belongs to a repository: member of the answer to path below it. */
const LINKS: Readonly<Record<string, string>> = {
  forks_url: "forks",
  keys_url: "keys{/key_id}",
  collaborators_url: "collaborators{/collaborator}",
  teams_url: "teams",
  hooks_url: "hooks",
  issue_events_url: "issues/events{/number}",
  events_url: "events",
  assignees_url: "assignees{/user}",
  branches_url: "branches{/branch}",
  tags_url: "tags",
  blobs_url: "git/blobs{/sha}",
  git_tags_url: "git/tags{/sha}",
  git_refs_url: "git/refs{/sha}",
  trees_url: "git/trees{/sha}",
  statuses_url: "statuses/{sha}",
  languages_url: "languages",
  stargazers_url: "stargazers",
  contributors_url: "contributors",
  subscribers_url: "subscribers",
  subscription_url: "subscription",
  commits_url: "commits{/sha}",
  git_commits_url: "git/commits{/sha}",
  comments_url: "comments{/number}",
  issue_comment_url: "issues/comments{/number}",
  contents_url: "contents/{+path}",
  compare_url: "compare/{base}...{head}",
  merges_url: "merges",
  archive_url: "{archive_format}{/ref}",
  downloads_url: "downloads",
  issues_url: "issues{/number}",
  pulls_url: "pulls{/number}",
  milestones_url: "milestones{/number}",
  notifications_url: "notifications{?since,all,participating}",
  labels_url: "labels{/name}",
  releases_url: "releases{/id}",
  deployments_url: "deployments",
};

export const apiOf = (world: World, repo: Repo): string => `${world.api}/repos/${fullName(repo)}`;
export const pageOf = (world: World, repo: Repo): string => `${world.url}/${fullName(repo)}`;

/** The full form without what depends on the viewer: GitHub's `repository`, and what webhooks carry. */
export function repository(world: World, repo: Repo) {
  const api = apiOf(world, repo);
  const page = pageOf(world, repo);
  const host = new URL(world.url).host;
  const open = Object.values(repo.issues).filter((issue) => issue.state === "open").length;
  const forks = Object.values(world.state.repos).filter((other) => other.parent === fullName(repo)).length;
  return {
    id: repo.id,
    node_id: nodeId("R", repo.id),
    name: repo.name,
    full_name: fullName(repo),
    private: repo.private,
    owner: user(world, world.accountOrGhost(repo.owner)),
    html_url: page,
    description: repo.description || null,
    fork: repo.parent !== null,
    url: api,
    ...(Object.fromEntries(Object.entries(LINKS).map(([key, path]) => [key, `${api}/${path}`])) as Record<
      string,
      string
    >),
    created_at: repo.createdAt,
    updated_at: repo.updatedAt,
    pushed_at: repo.pushedAt,
    git_url: `git://${host}/${fullName(repo)}.git`,
    ssh_url: `git@${host}:${fullName(repo)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    homepage: null,
    size: 100,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: forks,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [] as string[],
    visibility: repo.private ? "private" : "public",
    forks,
    open_issues: open,
    watchers: 0,
    default_branch: repo.defaultBranch,
  };
}

const ORDER: readonly Permission[] = ["read", "triage", "write", "maintain", "admin"];

export function permissions(permission: Permission | null) {
  const have = permission === null ? -1 : ORDER.indexOf(permission);
  return { admin: have >= 4, maintain: have >= 3, push: have >= 2, triage: have >= 1, pull: have >= 0 };
}

/** GitHub's `minimal-repository`, for lists. */
export function listedRepository(world: World, repo: Repo, viewer: string | null) {
  return { ...repository(world, repo), permissions: permissions(permissionOf(world, repo, viewer)) };
}

/** GitHub's `full-repository`. */
export function fullRepository(world: World, repo: Repo, viewer: string | null) {
  const parent = repo.parent === null ? undefined : world.repo(repo.parent);
  const org = world.state.orgs[repo.owner.toLowerCase()];
  const methods = methodsOf(repo);
  return {
    ...listedRepository(world, repo, viewer),
    temp_clone_token: null,
    allow_squash_merge: methods.squash,
    allow_merge_commit: methods.merge,
    allow_rebase_merge: methods.rebase,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    allow_update_branch: false,
    use_squash_pr_title_as_default: false,
    squash_merge_commit_message: "COMMIT_MESSAGES",
    squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
    merge_commit_message: "PR_TITLE",
    merge_commit_title: "MERGE_MESSAGE",
    ...(org ? { organization: user(world, world.accountOrGhost(org.login)) } : {}),
    ...(parent ? { parent: repository(world, parent), source: repository(world, parent) } : {}),
    network_count: 0,
    subscribers_count: 0,
  };
}
