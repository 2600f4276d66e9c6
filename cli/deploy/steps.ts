/** The steps of a deploy. Each looks before it acts, so that running it again does no harm. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import type { Cloudflare, Credentials } from "./cloudflare.ts";
import { DeployError } from "./failure.ts";
import { setupIsOver } from "./settings.ts";
import { wrangler } from "./wrangler.ts";

/** Stands in for a database's id where none was made yet; wrangler.toml has it too. */
export const NO_DATABASE = "00000000-0000-0000-0000-000000000000";

type WranglerEnv = Readonly<Record<string, string>>;

/** Throws with wrangler's own words when it fails, the token taken out of them. */
async function succeed(
  what: string,
  args: readonly string[],
  account: Credentials | null,
  env: WranglerEnv = {},
): Promise<string> {
  const own: WranglerEnv = account
    ? {
        CLOUDFLARE_API_TOKEN: account.token,
        CLOUDFLARE_ACCOUNT_ID: account.accountId,
        CLOUDFLARE_API_BASE_URL: account.baseUrl,
      }
    : {};
  const { code, output } = await wrangler(args, { ...own, ...env });
  if (code === 0) return output;
  const said = account ? output.replaceAll(account.token, "***") : output;
  throw new DeployError(`${what} failed. wrangler said:\n${excerpt(said)}\nRunning this again does no harm.`);
}

/** wrangler prints what it did, then its error, then at times pages of its own insides: the error and what led to it. */
function excerpt(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  const error = lines.findIndex((line) => line.includes("[ERROR]"));
  const from = Math.max(0, (error < 0 ? lines.length : error) - 5);
  return lines.slice(from, from + 25).join("\n");
}

export interface Ensured {
  readonly id: string;
  readonly outcome: string;
}

export async function ensureDatabase(cloudflare: Cloudflare, name: string, dryRun: boolean): Promise<Ensured> {
  const known = await cloudflare.findDatabase(name);
  if (known) return { id: known, outcome: "is there" };
  if (dryRun) return { id: NO_DATABASE, outcome: "would be created" };
  return { id: await cloudflare.createDatabase(name), outcome: "created" };
}

export async function ensureBucket(cloudflare: Cloudflare, name: string, dryRun: boolean): Promise<string> {
  if (await cloudflare.hasBucket(name)) return "is there";
  if (dryRun) return "would be created";
  await cloudflare.createBucket(name);
  return "created";
}

/** Before the new code: migrations only ever add what the old code does not mind. */
export async function applyMigrations(config: string, account: Credentials): Promise<string> {
  const args = ["d1", "migrations", "apply", "DB", "--remote", "--config", config];
  const output = await succeed("Migrating D1", args, account);
  if (output.includes("No migrations to apply")) return "none to apply";
  // wrangler prints its table of files anew after each.
  const applied = new Set(output.match(/\S+\.sql(?= .*✅)/g));
  return `${applied.size} applied`;
}

/** Bundles without sending anything; returns the size. */
export async function buildOnly(config: string): Promise<string> {
  const output = await succeed("Building the worker", ["deploy", "--dry-run", "--config", config], null);
  return /Total Upload: (.*)/.exec(output)?.[1] ?? "size unknown";
}

const Deployed = z.object({ type: z.literal("deploy"), targets: z.array(z.string()).optional() });

/** Returns where wrangler says that the worker answers; empty when there is no route to it. */
export async function deployWorker(config: string, account: Credentials): Promise<readonly string[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), "cutwater-deploy-"));
  try {
    const report = path.join(scratch, "report.ndjson");
    const env = { WRANGLER_OUTPUT_FILE_PATH: report };
    await succeed("Deploying the worker", ["deploy", "--config", config], account, env);
    const lines = (await readFile(report, "utf8").catch(() => "")).split("\n").filter(Boolean);
    return lines.flatMap((line) => Deployed.safeParse(JSON.parse(line)).data?.targets ?? []);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export interface GivenSecrets {
  readonly given: readonly string[];
  /** Set when it is new; it cannot be read back, so it is shown this once. */
  readonly setupToken: string | null;
}

/** Gives values to the secrets that need no person to think of them. */
export async function giveSecrets(
  cloudflare: Cloudflare,
  worker: string,
  present: ReadonlySet<string>,
): Promise<GivenSecrets> {
  const given: string[] = [];
  if (!present.has("COOKIE_SECRET")) {
    await cloudflare.putSecret(worker, "COOKIE_SECRET", randomBytes(32).toString("hex"));
    given.push("COOKIE_SECRET");
  }
  if (present.has("SETUP_TOKEN") || setupIsOver(present)) return { given, setupToken: null };
  const setupToken = randomBytes(24).toString("hex");
  await cloudflare.putSecret(worker, "SETUP_TOKEN", setupToken);
  return { given: [...given, "SETUP_TOKEN"], setupToken };
}
