/** Metrics are public: only what everybody may see is counted in them. */
import { type Env, settings } from "../env.ts";

/**
 * Those of these repositories (`org/repo` in lower case) that are public. What belongs to none (empty) is as public as the
 * configuration repository, where it is written; as canSee in routes/viewer.ts has it.
 */
export async function publicOf(env: Env, repositories: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const own = settings(env).CONFIG_REPO?.replace(/@.*$/, "").toLowerCase() ?? "";
  const { results } = await env.DB.prepare(
    "SELECT full_name FROM json_each(?) JOIN repository ON full_name = value WHERE private = 0",
  )
    .bind(JSON.stringify([...repositories, own]))
    .all<{ full_name: string }>();
  const seen = new Set(results.map((row) => row.full_name));
  if (own !== "" && seen.has(own)) seen.add("");
  return seen;
}
