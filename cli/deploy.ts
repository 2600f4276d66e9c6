/** `cutwater deploy`: everything between a clone and a worker on Cloudflare (design 10, docs/deploy.md). */
import { defineCommand } from "citty";
import { DeployError } from "./deploy/failure.ts";
import type { deployAll } from "./deploy/run.ts";

const NO_CHECKOUT = `Deploying builds the worker from its sources with wrangler, and one of the two is not here.
Clone the repository and run npm run deploy there.`;

/** The steps load wrangler, which a packaged command does not have beside it. */
async function loadSteps(): Promise<typeof deployAll> {
  try {
    return (await import("./deploy/run.ts")).deployAll;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new DeployError(NO_CHECKOUT, { cause });
  }
}

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
      const run = await loadSteps();
      await run({
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
