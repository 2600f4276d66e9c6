/** The built worker: what `wrangler deploy` would send, written to dist/worker. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { WRANGLER_ENV } from "./wrangler-env.ts";

const run = promisify(execFile);
const WRANGLER = path.join(
  path.dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "wrangler-dist/cli.js",
);

export const ROOT = path.resolve(import.meta.dirname, "../..");
export const BUNDLE = path.join(ROOT, "dist/worker");

/** Bundles pages and worker. Throws with wrangler's own words when it does not build. */
export async function buildWorker(): Promise<string> {
  const command = ["--no-warnings", WRANGLER, "deploy", "--dry-run", "--outdir", BUNDLE];
  const { stdout } = await run(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...WRANGLER_ENV } });
  return stdout;
}
