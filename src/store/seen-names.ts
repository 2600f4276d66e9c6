/** Which names of organisations and repositories a viewer may read, where a list was written without regard to who reads it. */
import type { Sight } from "./sight.ts";

const QUERY = `SELECT value AS name FROM json_each(?)
WHERE EXISTS (SELECT 1 FROM repository WHERE full_name = value AND private = 0)
OR (instr(value, '/') = 0 AND EXISTS
  (SELECT 1 FROM repository WHERE full_name > value || '/' AND full_name < value || '0' AND private = 0))`;

/** Of `org` and `org/repo` those that are seen: an organisation by whoever sees one of its repositories. In lower case. */
export async function seenNames(db: D1Database, sight: Sight, names: readonly string[]): Promise<ReadonlySet<string>> {
  const asked = [...new Set(names.map((name) => name.toLowerCase()))];
  if (sight.everything || asked.length === 0) return new Set(asked);
  const { results } = await db.prepare(QUERY).bind(JSON.stringify(asked)).all<{ name: string }>();
  const granted = sight.also.flatMap((repo) => [repo, repo.slice(0, repo.indexOf("/"))]);
  const known = new Set([...results.map(({ name }) => name), ...granted]);
  return new Set(asked.filter((name) => known.has(name)));
}
