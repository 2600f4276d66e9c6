/** Branch protection brought to GitHub (spec jobs 4.10): what differs, and on demand the writes. For the command and for the worker. */
import type { Octokit } from "@octokit/core";
import type { PaginateInterface } from "@octokit/plugin-paginate-rest";
import type { Presubmit } from "../config/model.ts";
import type { Protector, Settings, Wanted } from "./branch-protection.ts";
import { type Current, currentProtection, differences } from "./branch-protection-current.ts";

interface ProtectingClient {
  readonly request: Octokit["request"];
  readonly paginate: PaginateInterface;
}

/** All repositories of an organisation, but archived ones and security forks. */
export async function repositoriesOf(github: ProtectingClient, org: string): Promise<readonly string[]> {
  const all = await github.paginate("GET /orgs/{org}/repos", { org, per_page: 100 });
  return all
    .filter(
      ({ name, archived, private: isPrivate }) => !archived && !(isPrivate && /-ghsa(-[a-z0-9]{4}){3}$/.test(name)),
    )
    .map(({ name }) => `${org}/${name}`);
}

interface Branch {
  readonly owner: string;
  readonly repo: string;
  readonly branch: string;
}

const PATH = "/repos/{owner}/{repo}/branches/{branch}/protection";

async function currentOf(github: ProtectingClient, at: Branch, isProtected: boolean): Promise<Current | null> {
  if (!isProtected) return null;
  const { data } = await github.request(`GET ${PATH}`, { ...at });
  return currentProtection(data);
}

async function write(github: ProtectingClient, at: Branch, wanted: Exclude<Wanted, null>): Promise<void> {
  if (!wanted.protect) {
    await github.request(`DELETE ${PATH}`, { ...at });
    return;
  }
  await github.request(`PUT ${PATH}`, { ...at, ...JSON.parse(JSON.stringify(wanted.settings)) });
  if (wanted.signatures === null) return;
  await github.request(`${wanted.signatures ? "POST" : "DELETE"} ${PATH}/required_signatures`, { ...at });
}

type Restricted = NonNullable<Settings["restrictions"]>;

const PUSHING = new Set(["push", "maintain", "admin"]);

/** Those that may push to a repository, lower-cased, of the kinds that are named: whom else restrictions name, they name in vain. */
async function pushers(github: ProtectingClient, owner: string, repo: string, named: Restricted): Promise<Restricted> {
  const at = { owner, repo, per_page: 100 };
  const [users, teams, installations] = await Promise.all([
    named.users.length > 0
      ? github.paginate("GET /repos/{owner}/{repo}/collaborators", { ...at, permission: "push" })
      : [],
    named.teams.length > 0 ? github.paginate("GET /repos/{owner}/{repo}/teams", at) : [],
    named.apps.length > 0 ? github.paginate("GET /orgs/{org}/installations", { org: owner, per_page: 100 }) : [],
  ]);
  return {
    users: users.map(({ login }) => login.toLowerCase()),
    teams: teams.filter(({ permission }) => PUSHING.has(permission)).map(({ slug }) => slug.toLowerCase()),
    apps: installations
      .filter(({ permissions }) => permissions.contents === "write")
      .map(({ app_slug }) => app_slug.toLowerCase()),
  };
}

function strangers(named: Restricted, known: Restricted): readonly string[] {
  return (["users", "teams", "apps"] as const).flatMap((kind) => {
    const may = new Set(known[kind]);
    const none = named[kind].filter((name) => !may.has(name.toLowerCase()));
    return none.length === 0 ? [] : [`restrictions name ${kind} that may not push: ${none.join(", ")}`];
  });
}

interface Protecting {
  readonly owner: string;
  readonly repo: string;
  readonly presubmits: readonly Presubmit[];
  readonly confirm: boolean;
  /** Refuse restrictions that name who may not push. */
  readonly verify: boolean;
}

/** Told of each branch that differs, before it is written: a line for each setting. */
type Tell = (branch: string, lines: readonly string[]) => void;

/** One repository; answers how many branches differ. Rejects with PolicyError, or with what GitHub says. */
export async function protectBranches(
  github: ProtectingClient,
  protector: Protector,
  { owner, repo, presubmits, confirm, verify }: Protecting,
  tell: Tell,
): Promise<number> {
  const branches = await github.paginate("GET /repos/{owner}/{repo}/branches", { owner, repo, per_page: 100 });
  let changed = 0;
  for (const { name: branch, protected: isProtected } of branches) {
    if (!protector.covers(owner, repo, branch)) continue;
    const wanted = protector.wanted(owner, repo, branch, presubmits);
    if (wanted === null) continue;
    if (verify && wanted.protect && wanted.settings.restrictions) {
      const may = await pushers(github, owner, repo, wanted.settings.restrictions);
      const [problem] = strangers(wanted.settings.restrictions, may);
      if (problem !== undefined) throw new Error(`${branch}: ${problem}`);
    }
    const at = { owner, repo, branch };
    const lines = differences(await currentOf(github, at, isProtected), wanted);
    if (lines.length === 0) continue;
    changed += 1;
    tell(branch, lines);
    if (confirm) await write(github, at, wanted);
  }
  return changed;
}
