/** `cutwater deploy`, from sign-in to the list of what is still to set. */
import path from "node:path";
import { ROOT } from "../local/build.ts";
import { type Credentials, createCloudflare } from "./cloudflare.ts";
import { publicUrl, readWranglerToml, renamed, type WranglerToml, writeDerived } from "./config.ts";
import { findCredentials } from "./credentials.ts";
import { DeployError } from "./failure.ts";
import { finalReport } from "./report.ts";
import {
  applyMigrations,
  buildOnly,
  deployWorker,
  ensureBucket,
  ensureDatabase,
  giveSecrets,
  NO_DATABASE,
} from "./steps.ts";

export interface DeployOptions {
  /** The worker's name, when it is not wrangler.toml's. */
  readonly name: string | undefined;
  /** Look and build, change nothing. */
  readonly dryRun: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
}

const FOLDER = path.join(ROOT, ".cutwater");
/** Short enough to be a host name's label and, with a suffix, a bucket's name. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,45}[a-z0-9])?$/;

async function installation(name: string | undefined): Promise<{ config: WranglerToml; worker: string | null }> {
  const toml = await readWranglerToml(path.join(ROOT, "wrangler.toml"));
  if (name !== undefined && !NAME.test(name)) {
    throw new DeployError("--name takes up to 47 lower-case letters, digits and dashes, with no dash at either end.");
  }
  const config = renamed(toml, name ?? toml.name);
  return { config, worker: config.name === toml.name ? null : config.name };
}

/** Builds all the same when nobody is signed in, which is what a dry run in CI wants. */
async function dryRunUnsigned(config: WranglerToml, reason: unknown, print: (line: string) => void): Promise<void> {
  if (!(reason instanceof DeployError)) throw reason;
  print(`- Looking at nothing, only building. ${reason.message}`);
  const file = await writeDerived(ROOT, FOLDER, config, { databaseId: NO_DATABASE, publicUrl: null });
  print(`✓ Worker ${config.name}: builds (${await buildOnly(file)})`);
}

function noAddress(account: Credentials): DeployError {
  return new DeployError(
    `The worker would have no address. Open https://dash.cloudflare.com/${account.accountId}/workers-and-pages once, which gives ` +
      "the account a workers.dev subdomain, or name a custom domain in wrangler.toml's routes. Then run this again.",
  );
}

/** Throws {@link DeployError} with what to do when a step fails; what is done by then is found done the next time. */
export async function deployAll({ name, dryRun, env, print }: DeployOptions): Promise<void> {
  const { config, worker } = await installation(name);
  let account: Credentials;
  try {
    account = await findCredentials(env, config.account_id);
  } catch (reason) {
    if (!dryRun) throw reason;
    return await dryRunUnsigned(config, reason, print);
  }
  const cloudflare = createCloudflare(account);

  const [{ database_name: databaseName }] = config.d1_databases;
  const database = await ensureDatabase(cloudflare, databaseName, dryRun);
  print(`✓ D1 database ${databaseName}: ${database.outcome}`);
  const [{ bucket_name: bucketName }] = config.r2_buckets;
  print(`✓ R2 bucket ${bucketName}: ${await ensureBucket(cloudflare, bucketName, dryRun)}`);

  const before = await cloudflare.bound(config.name);
  const address = publicUrl(config, before, await cloudflare.subdomain());
  if (address === null && !before.some((binding) => binding.name === "PUBLIC_URL")) throw noAddress(account);
  const file = await writeDerived(ROOT, FOLDER, config, { databaseId: database.id, publicUrl: address });

  // Built before the database is touched: what does not build must not migrate.
  print(`✓ Worker ${config.name}: builds (${await buildOnly(file)})`);
  if (dryRun) {
    print("Nothing was changed.");
    return;
  }
  print(`✓ D1 migrations: ${await applyMigrations(file, account)}`);
  print(`… Worker ${config.name}: sending`);
  const targets = await deployWorker(file, account);
  print(`✓ Worker ${config.name}: deployed`);

  const bound = new Set((await cloudflare.bound(config.name)).map((binding) => binding.name));
  const { given, setupToken } = await giveSecrets(cloudflare, config.name, bound);
  if (given.length > 0) print(`✓ Secrets: made ${given.join(" and ")}`);
  const present = new Set([...bound, ...given]);
  const url = (address ?? targets[0] ?? "<PUBLIC_URL>").replace(/\/+$/, "");
  for (const line of finalReport({ url, worker, present, setupToken })) print(line);
}
