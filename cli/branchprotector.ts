/** `cutwater branchprotector`: Prow's command of that name (spec jobs 4.10). Shows what it would change; `--confirm` changes it. */
import { readFile } from "node:fs/promises";
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { defineCommand } from "citty";
import type { RepoConfig } from "../src/config/model.ts";
import { Protector, PolicyError } from "../src/jobs/branch-protection.ts";
import { protectBranches, repositoriesOf } from "../src/jobs/branch-protector.ts";
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
  for (const org of protector.wholeOrgs()) for (const name of await repositoriesOf(github, org)) names.add(name);
  return [...names].sort();
}

export const branchprotector = defineCommand({
  meta: { name: "branchprotector", description: "Protect branches on GitHub as the configuration says" },
  args: {
    ...CONFIG_FLAGS,
    "github-endpoint": { type: "string", default: "https://api.github.com", description: "GitHub's REST API" },
    "github-token-path": { type: "string", required: true, description: "File with a token that administers" },
    "verify-restrictions": {
      type: "boolean",
      default: false,
      description: "Refuse restrictions that name users, teams or apps without push access",
    },
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
          changed += await protectBranches(
            github,
            protector,
            {
              ...split(name),
              presubmits: config?.presubmits ?? [],
              confirm: args.confirm,
              verify: args["verify-restrictions"],
            },
            (branch, lines) => {
              console.log(`${args.confirm ? "changes" : "would change"} ${name}=${branch}`);
              for (const line of lines) console.log(`  ${line}`);
            },
          );
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
