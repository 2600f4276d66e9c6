/** Users, bots and organisations as GitHub shows them. */
import type { Account, Org, Team } from "../state/model.ts";
import type { World } from "../world.ts";
import { nodeId } from "./ids.ts";

/** GitHub's `simple-user`. */
export function user(world: World, account: Account) {
  const login = encodeURIComponent(account.login);
  const url = `${world.api}/users/${login}`;
  const page = account.login.endsWith("[bot]") ? `apps/${account.login.slice(0, -5)}` : login;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type === "Organization" ? "O" : account.type === "Bot" ? "BOT" : "U", account.id),
    avatar_url: `${world.url}/_avatars/${login}.svg`,
    gravatar_id: "",
    url,
    html_url: `${world.url}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: "public",
    site_admin: false,
  };
}

export const userOf = (world: World, login: string) => user(world, world.accountOrGhost(login));

/** GitHub's `public-user`, and with `own` the `private-user` of GET /user. */
export function fullUser(world: World, account: Account, own: boolean) {
  const repos = Object.values(world.state.repos).filter((repo) => repo.owner === account.login);
  return {
    ...user(world, account),
    name: account.name,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: account.bio || null,
    twitter_username: null,
    public_repos: repos.filter((repo) => !repo.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt,
    updated_at: account.createdAt,
    ...(own
      ? {
          private_gists: 0,
          total_private_repos: repos.filter((repo) => repo.private).length,
          owned_private_repos: repos.filter((repo) => repo.private).length,
          disk_usage: 0,
          collaborators: 0,
          two_factor_authentication: true,
          plan: { name: "free", space: 976562499, private_repos: 10000, collaborators: 0 },
        }
      : {}),
  };
}

/** What webhooks call `organization`. */
export function simpleOrg(world: World, org: Org) {
  const account = world.accountOrGhost(org.login);
  const url = `${world.api}/orgs/${org.login}`;
  return {
    login: org.login,
    id: account.id,
    node_id: nodeId("O", account.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: user(world, account).avatar_url,
    description: account.bio,
  };
}

/** GitHub's `organization-full`. */
export function fullOrg(world: World, org: Org) {
  const account = world.accountOrGhost(org.login);
  const repos = Object.values(world.state.repos).filter((repo) => repo.owner === org.login);
  return {
    ...simpleOrg(world, org),
    name: account.name,
    html_url: `${world.url}/${org.login}`,
    is_verified: false,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: repos.filter((repo) => !repo.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: "Organization",
    created_at: account.createdAt,
    updated_at: account.createdAt,
    archived_at: null,
  };
}

export function team(world: World, org: Org, one: Team) {
  const account = world.accountOrGhost(org.login);
  const url = `${world.api}/organizations/${account.id}/team/${one.id}`;
  return {
    id: one.id,
    node_id: nodeId("T", one.id),
    name: one.name,
    slug: one.slug,
    description: "",
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    type: "organization" as const,
    url,
    html_url: `${world.url}/orgs/${org.login}/teams/${one.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    parent: null,
  };
}

/** What stands in `requested_teams`, `teams` of a protection, and the like. */
export function simpleTeam(world: World, org: Org, one: Team) {
  const { parent: _, ...simple } = team(world, org, one);
  return simple;
}

export function fullTeam(world: World, org: Org, one: Team) {
  const account = world.accountOrGhost(org.login);
  return {
    ...team(world, org, one),
    members_count: Object.values(one.members).filter((member) => member.state === "active").length,
    repos_count: Object.keys(one.repos).length,
    created_at: account.createdAt,
    updated_at: account.createdAt,
    organization: fullOrg(world, org),
  };
}

export function teamMembership(world: World, org: Org, one: Team, login: string) {
  const membership = one.members[login.toLowerCase()];
  return {
    url: `${world.api}/organizations/${world.accountOrGhost(org.login).id}/team/${one.id}/memberships/${login}`,
    role: membership?.role ?? "member",
    state: membership?.state ?? "active",
  };
}

export function orgMembership(world: World, org: Org, login: string) {
  return {
    url: `${world.api}/orgs/${org.login}/memberships/${login}`,
    state: "active" as const,
    role: org.members[login.toLowerCase()]?.role ?? "member",
    organization_url: `${world.api}/orgs/${org.login}`,
    organization: simpleOrg(world, org),
    user: userOf(world, login),
  };
}
