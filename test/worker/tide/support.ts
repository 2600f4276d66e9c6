/** Merge pools that look when a test says so, and the statuses that they write. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { MergePool } from "../../../durable/merge-pool.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import type { Env } from "../../../src/env.ts";

import type { PoolNews } from "../../../src/tide/rpc.ts";
import type { HistoryRecord } from "../../../src/tide/view.ts";
import { API, withSettings } from "../github/harness.ts";
import { FakeGitHub } from "./github.ts";

export const ORG = "pooled";

export interface TestPool {
  readonly github: FakeGitHub;
  /** `#1: description`, in the order in which they were written. */
  readonly statuses: readonly string[];
  /** What is told, then looks, until nothing is due now. */
  tell(news: PoolNews): Promise<void>;
  /** Tells without looking. */
  only(news: PoolNews): Promise<void>;
  /** Looks, though nothing is due perhaps. */
  ring(): Promise<void>;
  /** As if refusals had been so long ago. Milliseconds. */
  pass(ms: number): Promise<void>;
  /** Oldest first. */
  history(): Promise<readonly HistoryRecord[]>;
}

/** `restart`: a new object each time, as after an eviction. `repo` must be a test's own. */
export function testPool(repo: string, restart = false): TestPool {
  const github = new FakeGitHub(`${ORG}/${repo}`);
  vi.stubGlobal("fetch", github.fetch);
  const statuses: string[] = [];
  const conversation = (name: string) => ({
    enqueue: async (_delivery: string, _rule: string, effects: readonly Effect[]) => {
      for (const effect of effects)
        if (effect.kind === "setStatus") statuses.push(`#${name.split("#")[1]}: ${effect.description}`);
    },
  });
  const { env: settings } = withSettings({ GITHUB_API_URL: API, GITHUB_TOKEN: "token" });
  const mine: Env = Object.assign(settings, { CONVERSATION: { getByName: conversation } });
  let kept: MergePool | undefined;
  const within = <T>(act: (pool: MergePool, state: DurableObjectState) => Promise<T>): Promise<T> =>
    runInDurableObject(env.MERGE_POOL.getByName(`${ORG}/${repo}@main`), async (_instance, state) => {
      // The object itself has no settings: it is not to ring by itself.
      state.storage.setAlarm = async () => undefined;
      const pool = (restart ? undefined : kept) ?? new MergePool(state, mine);
      kept = pool;
      return await act(pool, state);
    });
  const ring = () =>
    within(async (pool, { storage }) => {
      storage.sql.exec("UPDATE todo SET due = 0 WHERE key = 'look'");
      await pool.alarm();
    });
  const only = (news: PoolNews) => within((pool) => pool.tell(news));
  return {
    github,
    statuses,
    only,
    ring,
    async tell(news) {
      await only(news);
      await ring();
    },
    pass: (ms) =>
      within(async (_pool, { storage }) => {
        const ago = "json_set(refusal, '$.retryAt', json_extract(refusal, '$.retryAt') - ?)";
        storage.sql.exec(`UPDATE pull SET refusal = ${ago} WHERE refusal <> ''`, ms);
      }),
    history: () => within(async (pool) => ((await pool.view())?.history ?? []).toReversed()),
  };
}
