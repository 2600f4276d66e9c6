/** Which repositories are mirrored, and under which name (spec velodrome 1.3: renames followed). */
import { type Env, settings } from "../../env.ts";

/** How long an isolate may not know of a rename. */
const KNOWN_MS = 60_000;
/** A repository is renamed a few times at most. */
const MOST_NAMES = 5;

let known: { readonly until: number; readonly names: ReadonlySet<string> } | null = null;

const wantedOf = (env: Env): readonly string[] =>
  settings(env)
    .VELODROME_REPOSITORIES.split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");

/** Names of today of the repositories of VELODROME_REPOSITORIES, in lower case. */
export async function mirroredRepositories(env: Env): Promise<readonly string[]> {
  const wanted = wantedOf(env);
  if (wanted.length === 0) return [];
  const { results } = await env.DB.prepare("SELECT repository, now FROM mirror_moved LIMIT 1000").all<{
    repository: string;
    now: string;
  }>();
  const moved = new Map(results.map(({ repository, now }) => [repository, now]));
  const today = wanted.map((name) => {
    let at = name;
    for (let hops = 0; hops < MOST_NAMES; hops += 1) at = moved.get(at) ?? at;
    return at;
  });
  return [...new Set(today)];
}

/** Whether webhooks of a repository go to the mirror. Asks D1 at most once a minute. */
export async function isMirroredRepository(env: Env, owner: string, repo: string): Promise<boolean> {
  const wanted = wantedOf(env);
  if (wanted.length === 0) return false;
  const name = `${owner}/${repo}`.toLowerCase();
  if (wanted.includes(name)) return true;
  const now = Date.now();
  if (known === null || known.until < now)
    known = { until: now + KNOWN_MS, names: new Set(await mirroredRepositories(env)) };
  return known.names.has(name);
}
