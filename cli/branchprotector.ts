/** `cutwater branchprotector`: Prow's command of that name (spec jobs 4.10). Shows what it would change; `--confirm` changes it. */
import { readFile } from "node:fs/promises";
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { defineCommand } from "citty";
import type { RepoConfig } from "../src/config/model.ts";
import { Protector, PolicyError, type Wanted } from "../src/jobs/branch-protection.ts";
import { type Current, currentProtection, differences } from "../src/jobs/branch-protection-current.ts";
import { loadRaw } from "./checkconfig.ts";
import { ConfigFilesError } from "./config-files.ts";
import { CONFIG_FLAGS, type ConfigFlags, readConfig } from "./config-flags.ts";

const GitHub = Octokit.plugin(paginateRest);
type Client = InstanceType<typeof GitHub>;

const split = (name: string): { owner: string; repo: string } => {
  const [owner = "", repo = ""] = name.split("/");
  return { owner, repo };
};

/** Repositories to look at: those that are named, and all of organisations that protect (archived ones and security forks aside). */
async function repositories(github: Client, protector: Protector, configs: readonly RepoConfig[]): Promise<string[]> {
  const tested = configs.filter((one) => one.presubmits.length > 0).map((one) => `${one.org}/${one.repo}`);
  const names = new Set(protector.namedRepos(tested));
  for (const org of protector.wholeOrgs()) {
    const all = await github.paginate("GET /orgs/{org}/repos", { org, per_page: 100 });
    for (const { name, archived, private: isPrivate } of all)
      if (!archived && !(isPrivate && /-ghsa(-[a-z0-9]{4}){3}$/.test(name))) names.add(`${org}/${name}`);
  }
  return [...names].sort();
}

interface Branch {
  readonly owner: string;
  readonly repo: string;
  readonly branch: string;
}

async function currentOf(github: Client, at: Branch, isProtected: boolean): Promise<Current | null> {
  if (!isProtected) return null;
  const { data } = await github.request("GET /repos/{owner}/{repo}/branches/{branch}/protection", { ...at });
  return currentProtection(data);
}

async function write(github: Client, at: Branch, wanted: Exclude<Wanted, null>): Promise<void> {
  const path = "/repos/{owner}/{repo}/branches/{branch}/protection";
  if (!wanted.protect) {
    await github.request(`DELETE ${path}`, { ...at });
    return;
  }
  await github.request(`PUT ${path}`, { ...at, ...JSON.parse(JSON.stringify(wanted.settings)) });
  if (wanted.signatures === null) return;
  await github.request(`${wanted.signatures ? "POST" : "DELETE"} ${path}/required_signatures`, { ...at });
}

/** One repository; answers how many branches differ. */
async function protect(
  github: Client,
  protector: Protector,
  name: string,
  config: RepoConfig | null,
  confirm: boolean,
) {
  const { owner, repo } = split(name);
  const branches = await github.paginate("GET /repos/{owner}/{repo}/branches", { owner, repo, per_page: 100 });
  let changed = 0;
  for (const { name: branch, protected: isProtected } of branches) {
    if (!protector.covers(owner, repo, branch)) continue;
    const wanted = protector.wanted(owner, repo, branch, config?.presubmits ?? []);
    if (wanted === null) continue;
    const at = { owner, repo, branch };
    const lines = differences(await currentOf(github, at, isProtected), wanted);
    if (lines.length === 0) continue;
    changed += 1;
    console.log(`${confirm ? "changes" : "would change"} ${name}=${branch}`);
    for (const line of lines) console.log(`  ${line}`);
    if (confirm) await write(github, at, wanted);
  }
  return changed;
}

export const branchprotector = defineCommand({
  meta: { name: "branchprotector", description: "Protect branches on GitHub as the configuration says" },
  args: {
    ...CONFIG_FLAGS,
    "github-endpoint": { type: "string", default: "https://api.github.com", description: "GitHub's REST API" },
    "github-token-path": { type: "string", required: true, description: "File with a token that administers" },
    confirm: { type: "boolean", default: false, description: "Change GitHub; without it, show what would change" },
  },
  async run({ args, rawArgs }) {
    const flags: ConfigFlags = args;
    try {
      const loaded = await loadRaw(await readConfig(flags, rawArgs));
      const errors = loaded.index.problems.filter((problem) => problem.severity === "error");
      if (errors.length > 0 || !loaded.globals)
        throw new ConfigFilesError("the configuration has errors: see checkconfig");
      const auth = (await readFile(args["github-token-path"], "utf8")).trim();
      const github = new GitHub({ auth, baseUrl: args["github-endpoint"].replace(/\/+$/, "") });
      const policy = loaded.globals.prow["branch-protection"];
      if (!policy) return console.log("branch-protection is not configured: nothing to do");
      const protector = new Protector(policy);
      const names = await repositories(github, protector, loaded.repositories);
      let [changed, failed] = [0, 0];
      for (const name of names) {
        const config = loaded.repositories.find((one) => `${one.org}/${one.repo}` === name) ?? null;
        try {
          changed += await protect(github, protector, name, config, args.confirm);
        } catch (error) {
          failed += 1;
          const why = error instanceof Error ? error.message : String(error);
          console.error(`error: ${error instanceof PolicyError ? "" : `${name}: `}${why}`);
        }
      }
      console.log(`${names.length} repositories, ${changed} branches differ, ${failed} repositories failed`);
      if (failed > 0) process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof ConfigFilesError)) throw error;
      console.error(`error: ${error.message}`);
      process.exitCode = 1;
    }
  },
});
