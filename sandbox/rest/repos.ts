import {
  atLeast,
  collaboratorsOf,
  grantedPermission,
  legacyPermission,
  ownRepos,
  permissionOf,
  visibleRepos,
} from "../access.ts";
import { ApiError } from "../errors.ts";
import { listRefs, readCommit, readRef } from "../git/read.ts";
import { type Call, empty, json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { userOf } from "../shape/account.ts";
import { rulesOf } from "../shape/rules.ts";
import { commit as commitShape } from "../shape/commit.ts";
import { apiOf, fullRepository, listedRepository, pageOf, permissions } from "../shape/repository.ts";
import type { Permission, Repo } from "../state/model.ts";
import { rulesetsOf } from "../gates.ts";
import { branchRef } from "../verbs/sync.ts";
import { fullName } from "../world.ts";
import { R, type Routes } from "./route.ts";

const META: readonly string[] = ["metadata"];

/** GitHub tells who collaborates only to those who can write. */
function insider(call: Call): Repo {
  const { repo, world } = call;
  call.allow(repo, "read", META, "read");
  if (call.caller.kind === "anonymous") throw new ApiError(401, "Requires authentication");
  if (call.caller.kind === "user" && !atLeast(permissionOf(world, repo, call.login), "write"))
    throw ApiError.forbidden("Must have push access to view repository collaborators.");
  return repo;
}

const role = (permission: Permission | null): string => permission ?? "";

async function branch(call: Call) {
  const { repo, world } = call;
  call.allow(repo, "read", ["contents"], "read");
  const name = call.param("branch");
  const sha = await readRef(world.gitDir(repo), branchRef(name));
  const commit = sha === null ? null : await readCommit(world.gitDir(repo), sha);
  if (!commit) throw new ApiError(404, "Branch not found");
  return { repo, name, commit };
}

const protectionOf = (repo: Repo, name: string) => {
  const contexts = repo.protection[name]?.contexts;
  return {
    enabled: contexts !== undefined,
    required_status_checks: {
      enforcement_level: contexts ? "non_admins" : "off",
      contexts: contexts ?? [],
      checks: [],
    },
  };
};

function ownedRepos(call: Call, owner: string) {
  const repos = visibleRepos(call.world, owner, call.login);
  const hidden = Object.values(call.world.state.repos).filter((repo) => repo.owner === owner && call.covers(repo));
  const all = [...new Set([...repos, ...hidden])].sort((a, b) => a.name.localeCompare(b.name));
  return paged(call, all, (repo) => listedRepository(call.world, repo, call.login));
}

/** By name, or by a time with the newest first, as GitHub sorts unless told. */
const ORDER: Readonly<Record<string, (a: Repo, b: Repo) => number>> = {
  full_name: (a, b) => fullName(a).localeCompare(fullName(b)),
  created: (a, b) => b.createdAt.localeCompare(a.createdAt),
  updated: (a, b) => b.pushedAt.localeCompare(a.pushedAt),
  pushed: (a, b) => b.pushedAt.localeCompare(a.pushedAt),
};

/** What the signed-in user may reach. `type` is the older way to ask, and does not go with the newer one. */
function callersRepos(call: Call) {
  const { account } = call.actor;
  if (call.caller.kind !== "user") throw ApiError.forbidden();
  const [type, visibility, affiliation] = ["type", "visibility", "affiliation"].map((name) => call.query(name));
  if (type && (visibility || affiliation))
    throw new ApiError(422, "If you specify visibility or affiliation, you cannot specify type.");
  const ties = { owner: "owner", member: "collaborator,organization_member" }[type ?? ""] ?? affiliation;
  const wanted = type === "public" || type === "private" ? type : (visibility ?? "all");
  const seen = ownRepos(
    call.world,
    account.login,
    (ties ?? "owner,collaborator,organization_member").split(","),
  ).filter((repo) => wanted === "all" || repo.private === (wanted === "private"));
  const sort = call.query("sort") ?? "full_name";
  const sorted = seen.sort(ORDER[sort]);
  const natural = sort === "full_name" ? "asc" : "desc";
  const list = (call.query("direction") ?? natural) === natural ? sorted : sorted.toReversed();
  return paged(call, list, (repo) => listedRepository(call.world, repo, account.login));
}

export const repos: Routes = {
  [`GET ${R}`]: (call) => {
    const { repo } = call;
    call.allow(repo, "read", META, "read");
    return json(fullRepository(call.world, repo, call.login));
  },
  "GET /orgs/{org}/repos": (call) => ownedRepos(call, call.org.login),
  "GET /user/repos": callersRepos,
  "GET /users/{username}/repos": (call) => ownedRepos(call, call.world.mustAccount(call.param("username")).login),
  [`GET ${R}/collaborators`]: (call) => {
    const repo = insider(call);
    return paged(call, collaboratorsOf(call.world, repo), (login) => {
      const permission = permissionOf(call.world, repo, login);
      return { ...userOf(call.world, login), permissions: permissions(permission), role_name: role(permission) };
    });
  },
  [`GET ${R}/collaborators/{username}`]: (call) => {
    const repo = insider(call);
    if (grantedPermission(call.world, repo, call.param("username")) === null) throw ApiError.notFound();
    return empty();
  },
  [`GET ${R}/collaborators/{username}/permission`]: (call) => {
    const repo = insider(call);
    const account = call.world.account(call.param("username"));
    if (!account) throw ApiError.notFound();
    const permission = permissionOf(call.world, repo, account.login);
    return json({
      permission: legacyPermission(permission),
      user: { ...userOf(call.world, account.login), permissions: permissions(permission), role_name: role(permission) },
      role_name: role(permission),
    });
  },
  [`GET ${R}/branches`]: async (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", ["contents"], "read");
    const refs = await listRefs(world.gitDir(repo), "refs/heads/");
    const only = call.query("protected");
    const names = refs.map((ref) => ({ name: ref.ref.slice("refs/heads/".length), sha: ref.sha }));
    const wanted = names.filter(({ name }) => only === null || name in repo.protection === (only === "true"));
    return paged(call, wanted, ({ name, sha }) => ({
      name,
      commit: { sha, url: `${apiOf(world, repo)}/commits/${sha}` },
      protected: name in repo.protection,
    }));
  },
  [`GET ${R}/branches/{branch}`]: async (call) => {
    const { repo, name, commit } = await branch(call);
    const api = `${apiOf(call.world, repo)}/branches/${name}`;
    return json({
      name,
      commit: commitShape(call.world, repo, commit),
      _links: { self: api, html: `${pageOf(call.world, repo)}/tree/${name}` },
      protected: name in repo.protection,
      protection: protectionOf(repo, name),
      protection_url: `${api}/protection`,
    });
  },
  [`GET ${R}/rules/branches/{branch}`]: (call) => {
    const { repo } = call;
    call.allow(repo, "read", META, "read");
    const rules = rulesetsOf(repo, call.param("branch")).flatMap((one) => rulesOf(fullName(repo), one));
    return paged(call, rules, (rule) => rule);
  },
  [`GET ${R}/branches/{branch}/protection`]: async (call) => {
    const { repo, name } = await branch(call);
    call.allow(repo, "read", ["administration"], "admin");
    const contexts = repo.protection[name]?.contexts;
    if (!contexts) throw new ApiError(404, "Branch not protected");
    const url = `${apiOf(call.world, repo)}/branches/${name}/protection`;
    return json({
      url,
      required_status_checks: {
        url: `${url}/required_status_checks`,
        strict: false,
        contexts,
        contexts_url: `${url}/required_status_checks/contexts`,
        checks: contexts.map((context) => ({ context, app_id: null })),
      },
      enforce_admins: { url: `${url}/enforce_admins`, enabled: false },
    });
  },
};
