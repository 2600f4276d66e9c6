import { isMember } from "../access.ts";
import { ApiError } from "../errors.ts";
import { type Call, empty, json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import {
  fullOrg,
  fullTeam,
  fullUser,
  orgMembership,
  team as teamShape,
  teamMembership,
  userOf,
} from "../shape/account.ts";
import type { Org, Team } from "../state/model.ts";
import type { Routes } from "./route.ts";

/** Whether the caller belongs to the organisation: members see more than others. */
function belongs(call: Call, org: Org): boolean {
  if (call.caller.kind === "installation")
    return call.caller.installation.account === org.login && call.granted("members") !== null;
  return call.login !== null && isMember(org, call.login);
}

function teamOf(call: Call): { org: Org; team: Team } {
  const { org } = call;
  const team = org.teams.find((one) => one.slug === call.param("team_slug").toLowerCase());
  if (!team || !belongs(call, org)) throw ApiError.notFound();
  return { org, team };
}

function teamById(call: Call): { org: Org; team: Team } {
  for (const org of Object.values(call.world.state.orgs)) {
    const team = org.teams.find((one) => one.id === call.number("team_id"));
    if (team && belongs(call, org)) return { org, team };
  }
  throw ApiError.notFound();
}

function members(call: Call, team: Team) {
  const role = call.query("role") ?? "all";
  const logins = Object.entries(team.members)
    .filter(([, member]) => member.state === "active" && (role === "all" || member.role === role))
    .map(([login]) => login)
    .sort();
  return paged(call, logins, (login) => userOf(call.world, login));
}

function membership(call: Call, { org, team }: { org: Org; team: Team }) {
  const login = call.param("username");
  if (!team.members[login.toLowerCase()]) throw ApiError.notFound();
  return json(teamMembership(call.world, org, team, login));
}

export const orgs: Routes = {
  "GET /user": (call) => {
    if (call.caller.kind === "installation") throw ApiError.forbidden();
    return json(fullUser(call.world, call.actor.account, true));
  },
  "GET /users/{username}": (call) => json(fullUser(call.world, call.world.mustAccount(call.param("username")), false)),
  "GET /orgs/{org}": (call) => json(fullOrg(call.world, call.org)),
  "GET /orgs/{org}/members": (call) => {
    const { org } = call;
    const role = call.query("role") ?? "all";
    const all = Object.entries(org.members).filter(([, member]) => belongs(call, org) || member.public);
    const wanted = all.filter(([, member]) => role === "all" || member.role === role).map(([login]) => login);
    return paged(call, wanted.sort(), (login) => userOf(call.world, login));
  },
  "GET /orgs/{org}/members/{username}": (call) => {
    const { org } = call;
    const login = call.param("username");
    const member = org.members[login.toLowerCase()];
    if (!belongs(call, org))
      return { status: 302, headers: { location: `${call.world.api}/orgs/${org.login}/public_members/${login}` } };
    if (!member) throw new ApiError(404, "User does not exist or is not a member of the organization");
    return empty();
  },
  "GET /orgs/{org}/memberships/{username}": (call) => {
    const { org } = call;
    const login = call.param("username");
    if (!belongs(call, org))
      throw ApiError.forbidden("You must be a member to see membership information for this organization.");
    if (!isMember(org, login)) throw ApiError.notFound();
    return json(orgMembership(call.world, org, login));
  },
  "GET /orgs/{org}/teams": (call) => {
    const { org } = call;
    if (!belongs(call, org)) throw ApiError.notFound();
    return paged(call, org.teams, (team) => teamShape(call.world, org, team));
  },
  "GET /orgs/{org}/teams/{team_slug}": (call) => {
    const { org, team } = teamOf(call);
    return json(fullTeam(call.world, org, team));
  },
  "GET /orgs/{org}/teams/{team_slug}/members": (call) => members(call, teamOf(call).team),
  "GET /orgs/{org}/teams/{team_slug}/memberships/{username}": (call) => membership(call, teamOf(call)),
  "GET /teams/{team_id}/members": (call) => members(call, teamById(call).team),
  "GET /teams/{team_id}/memberships/{username}": (call) => membership(call, teamById(call)),
};
