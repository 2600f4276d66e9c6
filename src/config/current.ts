/** The configuration that the hot path reads: the compiled document of one repository, cached by version. */
import type { Env } from "../env.ts";
import type { ConfigBase } from "./in-repo.ts";
import type { RepoConfig } from "./model.ts";
import type { PluginsConfig } from "./plugins-schema.ts";

/** How long an isolate takes its version for the current one. */
const VERSION_MS = 2_000;
const DOCUMENTS = 200;

let asked: { readonly version: Promise<string>; readonly at: number } | null = null;
const documents = new Map<string, Promise<RepoConfig | null>>();

/** R2 key of a compiled document; an empty `repo` stands for an organisation's other repositories. */
export const documentKey = (version: string, org: string, repo: string): string =>
  `config/${version}/${org}/${repo}.json`.toLowerCase();

export async function currentVersion(env: Env): Promise<string> {
  if (asked && Date.now() - asked.at < VERSION_MS) return asked.version;
  const question = { version: env.CONFIGURATION.getByName("installation").current(), at: Date.now() };
  asked = question;
  try {
    const version = await question.version;
    // Whoever waits for the first configuration should not wait longer than it takes.
    if (version === "" && asked === question) asked = null;
    return version;
  } catch (error) {
    if (asked === question) asked = null;
    throw error;
  }
}

/** R2 key of the periodic jobs: a JSON array of them. */
export const periodicsKey = (version: string): string => `config/${version}/periodics.json`;

/** R2 key of what jobs are compiled against. */
export const baseKey = (version: string): string => `config/${version}/base.json`;

/** R2 key of plugins.yaml with its supplements, as parsed. */
export const pluginsKey = (version: string): string => `config/${version}/plugins.json`;

/** plugins.yaml of one version, read afresh; null when there is none. */
export async function pluginsOf(env: Env, version: string): Promise<PluginsConfig | null> {
  const object = version === "" ? null : await env.ARTIFACTS.get(pluginsKey(version));
  return object ? object.json<PluginsConfig>() : null;
}

const bases = new Map<string, Promise<ConfigBase | null>>();
const BASES = 2;

/** What jobs are compiled against in one version; null in versions of long ago. It is large: ask when it is needed. */
export function configBase(env: Env, version: string): Promise<ConfigBase | null> {
  const known = bases.get(version);
  if (known) return known;
  const base = env.ARTIFACTS.get(baseKey(version)).then((object) => object?.json<ConfigBase>() ?? null);
  const [oldest] = bases.keys();
  if (bases.size >= BASES && oldest !== undefined) bases.delete(oldest);
  bases.set(version, base);
  base.catch(() => bases.delete(version));
  return base;
}

/** What one version says of a repository, read afresh; null when it says nothing. */
export async function configAt(env: Env, version: string, org: string, repo: string): Promise<RepoConfig | null> {
  const own = await env.ARTIFACTS.get(documentKey(version, org, repo));
  if (own) return own.json<RepoConfig>();
  const shared = await env.ARTIFACTS.get(documentKey(version, org, ""));
  return shared ? { ...(await shared.json<RepoConfig>()), repo } : null;
}

/**
 * What the current configuration says of a repository; null when it says nothing, or none is loaded. The version is
 * asked for at most every two seconds in an isolate.
 */
export async function currentConfig(env: Env, org: string, repo: string): Promise<RepoConfig | null> {
  const version = await currentVersion(env);
  if (version === "") return null;
  const key = documentKey(version, org, repo);
  const known = documents.get(key);
  if (known) return known;
  const document = configAt(env, version, org, repo);
  const [oldest] = documents.keys();
  if (documents.size >= DOCUMENTS && oldest !== undefined) documents.delete(oldest);
  documents.set(key, document);
  document.catch(() => documents.delete(key));
  return document;
}

/** The same for a repository that the configuration need not know; `repo` null: for what belongs to none. */
export async function configOrDefault(
  env: Env,
  repo: { readonly org: string; readonly repo: string } | null,
): Promise<RepoConfig | null> {
  return (repo && (await currentConfig(env, repo.org, repo.repo))) ?? currentConfig(env, "", "");
}
