/** Merge pools over time: what they were and did in each hour and day, and the panels that show it. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { savePool } from "../../../src/store/pool-row.ts";
import { tide } from "../../../src/velodrome/dashboards/tide.ts";
import { counted, usedRows } from "./support.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 5, 10, 12) / 1000;
const NAME = "quay/pools@main";
const VIEW = JSON.stringify({ org: "quay", repo: "pools" });

const save = (
  at: number,
  inPool: number,
  merged: readonly (readonly [at: number, merged: number, batched: number])[],
) =>
  savePool(
    env.DB,
    NAME,
    VIEW,
    { inPool, merged: merged.map(([at, merged, batched]) => ({ at, merged, batched })) },
    at * 1000,
  );

async function values(id: string, from: number, to: number) {
  const panel = tide.panels.find((one) => one.id === id);
  const scope = { repositories: ["quay/pools"], from, to, width: 600, sig: "", now: to };
  usedRows();
  const answer = await panel?.load(counted(env.DB), scope);
  expect(usedRows()).toBeLessThan(4500);
  if (answer?.kind !== "chart") throw new Error(`no chart ${id}`);
  const [line] = answer.lines;
  return answer.times.flatMap((time, at) => {
    const value = line?.values[at];
    return typeof value === "number" && value > 0 ? [[(time - NOON) / HOUR, value]] : [];
  });
}

describe("a pool's hours and days", () => {
  it("are what it said last, however often it says it", async () => {
    await save(NOON + 60, 3, []);
    await save(NOON + 120, 5, [[NOON, 1, 0]]);
    await save(NOON + 180, 2, [[NOON, 4, 3]]);
    await save(NOON + 180, 2, [[NOON, 4, 3]]);
    // An hour on: that of before is said once more, with what came at its end.
    await save(NOON + HOUR + 5, 1, [
      [NOON, 6, 3],
      [NOON + HOUR, 1, 0],
    ]);
    await save(NOON + 13 * HOUR, 0, [[NOON + 13 * HOUR, 2, 2]]);
    expect(await values("merges", NOON - DAY, NOON + DAY)).toEqual([
      [0, 6],
      [1, 1],
      [13, 2],
    ]);
    expect(await values("batches", NOON - DAY, NOON + DAY)).toEqual([
      [0, 3],
      [13, 2],
    ]);
    expect((await values("pool-sizes", NOON - DAY, NOON + DAY)).slice(0, 3)).toEqual([
      [0, 5],
      [1, 1],
      [2, 1],
    ]);
    expect(await values("merges", NOON - 60 * DAY, NOON + DAY)).toEqual([
      [-12, 7],
      [12, 2],
    ]);
  });

  it("are not read without bound", async () => {
    const hours = `INSERT OR IGNORE INTO pool_bucket (repository, branch, resolution, at, pulls, most, merged, batched)
      WITH RECURSIVE n(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM n WHERE at < 3000)
      SELECT 'quay/pools', 'b' || (at % 40), ?1, ?2 + at / 40 * ?1, 1, 1, 1, 0 FROM n`;
    await env.DB.prepare(hours).bind(HOUR, NOON).run();
    await env.DB.prepare(hours)
      .bind(DAY, NOON - (NOON % DAY))
      .run();
    await values("merges", NOON - DAY, NOON + 6 * DAY);
    await values("merges", NOON - 400 * DAY, NOON + 400 * DAY);
  });
});
