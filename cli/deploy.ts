/** `cutwater deploy`: everything between a clone and a worker on Cloudflare (design 10, docs/deploy.md). */
import { defineCommand } from "citty";
import { DeployError } from "./deploy/failure.ts";
import { deployAll } from "./deploy/run.ts";

export const deploy = defineCommand({
  meta: {
    name: "deploy",
    description: "Create what is missing at Cloudflare, migrate, deploy, say what is still to set",
  },
  args: {
    "dry-run": { type: "boolean", description: "Look and build, change nothing", default: false },
    name: {
      type: "string",
      description: "The worker's name, for a second installation in one account (default: wrangler.toml's)",
    },
  },
  async run({ args }) {
    try {
      await deployAll({
        name: args.name,
        dryRun: args["dry-run"],
        env: process.env,
        print: (line) => console.log(line),
      });
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      console.error(`✗ ${error.message}`);
      process.exitCode = 1;
    }
  },
});
