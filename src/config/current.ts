/** The configuration that the hot path reads: the compiled document of one repository, cached by version. */
import type { Env } from "../env.ts";
import type { RepoConfig } from "./model.ts";

const VERSION_MS = 2_000;
const DOCUMENTS = 500;

let version = { value: "", askedAt: 0 };
const documents = new Map<string, Promise<RepoConfig | null>>();

async function currentVersion(env: Env): Promise<string> {
  if (version.value !== "" && Date.now() - version.askedAt < VERSION_MS) return version.value;
  const value = await env.CONFIGURATION.getByName("installation").current();
  version = { value, askedAt: Date.now() };
  return value;
}

async function read(env: Env, of: string, org: string, repo: string): Promise<RepoConfig | null> {
  const own = await env.ARTIFACTS.get(`config/${of}/${org}/${repo}.json`);
  if (own) return own.json<RepoConfig>();
  const inherited = await env.ARTIFACTS.get(`config/${of}/${org}/.json`);
  if (!inherited) return null;
  const config = await inherited.json<RepoConfig>();
  return { ...config, repo };
}

/**
 * What the current configuration says of a repository; null when it says nothing, or none is loaded. The version is
 * asked for at most every two seconds in an isolate.
 */
export async function currentConfig(env: Env, org: string, repo: string): Promise<RepoConfig | null> {
  const now = await currentVersion(env);
  if (now === "") return null;
  const key = `${now}/${org}/${repo}`.toLowerCase();
  const known = documents.get(key);
  if (known) return known;
  const document = read(env, now, org.toLowerCase(), repo.toLowerCase());
  if (documents.size >= DOCUMENTS) documents.clear();
  documents.set(key, document);
  document.catch(() => documents.delete(key));
  return document;
}
