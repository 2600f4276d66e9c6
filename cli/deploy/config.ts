/** wrangler.toml with what only this installation knows: ids, names, its public address. Never committed. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Bound } from "./cloudflare.ts";
import { DeployError } from "./failure.ts";

const Route = z.union([z.string(), z.looseObject({ pattern: z.string(), custom_domain: z.boolean().optional() })]);

/** What we read of wrangler.toml; everything else is handed on as it is. */
const WranglerToml = z.looseObject({
  name: z.string().min(1),
  main: z.string(),
  account_id: z.string().optional(),
  workers_dev: z.boolean().optional(),
  route: Route.optional(),
  routes: z.array(Route).optional(),
  vars: z.record(z.string(), z.unknown()).optional(),
  assets: z.looseObject({ directory: z.string() }),
  d1_databases: z.tuple([z.looseObject({ database_name: z.string(), migrations_dir: z.string() })]),
  r2_buckets: z.tuple([z.looseObject({ bucket_name: z.string() })]),
});
export type WranglerToml = z.infer<typeof WranglerToml>;

/** Throws {@link DeployError} when the file lacks what a deploy needs. */
export async function readWranglerToml(file: string): Promise<WranglerToml> {
  const { experimental_readRawConfig } = await import("wrangler"); // large; the decisions below do without it
  const { rawConfig } = experimental_readRawConfig({ config: file });
  const parsed = WranglerToml.safeParse(rawConfig);
  if (parsed.success) return parsed.data;
  throw new DeployError(`${path.basename(file)} is not what a deploy needs.\n${z.prettifyError(parsed.error)}`);
}

/**
 * A second installation in one account must not share the first one's data: names that start with the worker's name
 * start with the new one.
 */
export function renamed(config: WranglerToml, name: string): WranglerToml {
  const rename = (old: string): string =>
    old === config.name || old.startsWith(`${config.name}-`)
      ? `${name}${old.slice(config.name.length)}`
      : `${name}-${old}`;
  if (name === config.name) return config;
  const [database] = config.d1_databases;
  const [bucket] = config.r2_buckets;
  return {
    ...config,
    name,
    d1_databases: [{ ...database, database_name: rename(database.database_name) }],
    r2_buckets: [{ ...bucket, bucket_name: rename(bucket.bucket_name) }],
  };
}

/**
 * Where users reach the worker, in this order: [vars], the first custom domain, what is bound already, workers.dev.
 * Null when a secret says it (nobody can read that back) or nothing does.
 */
export function publicUrl(config: WranglerToml, bound: readonly Bound[], subdomain: string | null): string | null {
  const variable = config.vars?.["PUBLIC_URL"];
  if (typeof variable === "string") return variable;
  const present = bound.find((binding) => binding.name === "PUBLIC_URL");
  if (present?.text === null) return null;
  const routes = [...(config.route === undefined ? [] : [config.route]), ...(config.routes ?? [])];
  const custom = routes.find((route) => typeof route === "object" && route.custom_domain);
  if (typeof custom === "object") return `https://${custom.pattern}`;
  if (present) return present.text;
  return subdomain && config.workers_dev !== false ? `https://${config.name}.${subdomain}.workers.dev` : null;
}

export interface Derived {
  readonly databaseId: string;
  /** Null leaves PUBLIC_URL alone. */
  readonly publicUrl: string | null;
}

/** The configuration for `wrangler --config`, with paths as seen from `folder`, in which it is written. */
export async function writeDerived(
  root: string,
  folder: string,
  config: WranglerToml,
  derived: Derived,
): Promise<string> {
  const from = (relative: string): string => path.relative(folder, path.join(root, relative));
  const [database] = config.d1_databases;
  const document = {
    ...config,
    main: from(config.main),
    keep_vars: true, // what was set in the dashboard is not ours to delete
    vars: { ...config.vars, ...(derived.publicUrl === null ? {} : { PUBLIC_URL: derived.publicUrl }) },
    assets: { ...config.assets, directory: from(config.assets.directory) },
    d1_databases: [{ ...database, database_id: derived.databaseId, migrations_dir: from(database.migrations_dir) }],
  };
  const file = path.join(folder, "wrangler.deploy.json");
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
  return file;
}
