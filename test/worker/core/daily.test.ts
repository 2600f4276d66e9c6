/** The daily look at all open pull requests (spec chatops 2.41). */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { dailyLook } from "../../../src/chatops/daily.ts";
import { saveRepository } from "../../../src/store/delivery-rows.ts";
import { until } from "../jobs/support.ts";

beforeEach(() => env.DB.exec("DELETE FROM repository"));

/** As after any webhook. */
const knowItself = (name: string) =>
  runInDurableObject(env.REPOSITORY.getByName(name), (_instance, { storage }) => {
    const facts = { owner: "Daily", repo: "Ship", private: false, defaultBranch: "trunk" };
    storage.sql.exec("INSERT INTO fact (key, value) VALUES ('repository', ?)", JSON.stringify(facts));
  });

const timers = (name: string) =>
  runInDurableObject(env.REPOSITORY.getByName(name), (_instance, { storage }) =>
    storage.sql.exec<{ plugin: string; note: string; at: number }>("SELECT plugin, note, at FROM timer").toArray(),
  );
const MIDNIGHT = Date.UTC(2026, 4, 1);
const configOf = async (_: unknown, owner: string, repo: string) =>
  owner === "daily" ? { plugins: repo === "ship" ? ["hold", "needs-rebase"] : ["hold"] } : null;

it("repositories with needs-rebase look once a day, whoever else is known", async () => {
  for (const name of ["Daily/Ship", "daily/boat", "unknown/repo", "daily/"])
    await saveRepository(env.DB, name, false, 1);
  await knowItself("daily/ship");
  const before = Date.now();
  await dailyLook(env, MIDNIGHT, configOf);
  await dailyLook(env, MIDNIGHT, configOf);
  const [timer, ...more] = await until(async () => {
    const found = await timers("daily/ship");
    return found.length > 0 && found;
  });
  expect(more).toEqual([]);
  expect(timer).toMatchObject({ plugin: "needs-rebase", note: "base 0 - *" });
  expect(timer?.at).toBeGreaterThanOrEqual(before);
  expect(timer?.at).toBeLessThan(Date.now() + 5 * 60_000);
  expect(await timers("daily/boat")).toEqual([]);
});

it("each has its slot of the day, and the afternoon has none", async () => {
  for (let at = 0; at < 201; at += 1) await saveRepository(env.DB, `daily/r${String(at).padStart(3, "0")}`, false, 1);
  const asked: string[] = [];
  const note = async (_: unknown, owner: string, repo: string) => {
    asked.push(`${owner}/${repo}`);
    return null;
  };
  await dailyLook(env, MIDNIGHT, note);
  expect(asked).toHaveLength(200);
  await dailyLook(env, MIDNIGHT + 5 * 60_000, note);
  expect(new Set(asked).size).toBe(asked.length);
  const all = asked.length;
  await dailyLook(env, MIDNIGHT + 12 * 3600_000, note);
  expect(asked).toHaveLength(all);
});
