/** Points page by page: every row once, and few rows read for each page. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { PointKey, pointPage } from "../../../src/velodrome/points/page.ts";
import { counted, usedRows } from "./support.ts";

const REPOSITORY = "points/paged";
const FILL = `INSERT INTO metric_point (repository, metric, generation, resolution, field, at, n, sum, least, most, last, last_at)
  WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 799)
  SELECT ?, ?, ?, r.column1, f.column1, i, 1, 1, 1, 1, 1, 1 FROM n, (VALUES (1), (3600)) AS r, (VALUES ('comment'), ('event')) AS f`;

it("gives what is shown of each metric once, in pages that read little more than they give", async () => {
  for (const [metric, generation, shown] of [
    ["contributions", 2, 2],
    ["merge", 3, 0],
    ["open", 1, 1],
    ["open", 2, 1],
  ] as const) {
    await env.DB.prepare(FILL).bind(REPOSITORY, metric, generation).run();
    await env.DB.prepare(
      "INSERT INTO metric_run (repository, metric, definition, generation, shown, seq, until) VALUES (?, ?, '', ?, ?, 1, 1) ON CONFLICT DO NOTHING",
    )
      .bind(REPOSITORY, metric, generation, shown)
      .run();
  }
  const db = counted(env.DB);
  const seen: string[] = [];
  for (let after: string | null = ""; after !== null; ) {
    usedRows();
    const page: Awaited<ReturnType<typeof pointPage>> = await pointPage(db, REPOSITORY, PointKey.parse(after));
    expect(usedRows()).toBeLessThan(1200);
    seen.push(...page.rows.map(({ metric, resolution, at, field }) => `${metric} ${resolution} ${at} ${field}`));
    after = page.next;
  }
  expect(seen).toHaveLength(2 * 3200);
  expect(new Set(seen).size).toBe(seen.length);
  expect(new Set(seen.map((row) => row.split(" ")[0]))).toEqual(new Set(["contributions", "open"]));
});

it.each(["x", "[]", '["merge",1]', '["merge","1",2,"event"]'])("%s is no page", (after) => {
  expect(PointKey.safeParse(after).success).toBe(false);
});
