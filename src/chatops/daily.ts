/** Once a day every repository looks at all of its open pull requests: what a lost event left wrong heals (spec chatops 2.41). */
import { currentConfig } from "../config/current.ts";
import type { RepoConfig } from "../config/model.ts";
import type { Env } from "../env.ts";
import { repositoriesFrom } from "../store/delivery-rows.ts";
import { BASE_SCAN, NAME } from "./plugins/needs-rebase/base.ts";
import { chosen } from "./random.ts";

const DAY_MS = 24 * 3600_000;
const SLOT_MS = 5 * 60_000;
/** Of the cadence of five minutes, so that the first hours of a day serve many thousand repositories. */
const SLOTS = 48;
const A_SLOT = 200;

type ConfigOf = (env: Env, owner: string, repo: string) => Promise<Pick<RepoConfig, "plugins"> | null>;

/** A slice of the day's work: each repository has its slot, and a moment of its own in it. Twice is once. */
export async function dailyLook(env: Env, scheduledTime: number, configOf: ConfigOf = currentConfig): Promise<void> {
  const slot = Math.floor((scheduledTime % DAY_MS) / SLOT_MS);
  if (slot >= SLOTS) return;
  const day = new Date(scheduledTime).toISOString().slice(0, 10);
  for (const name of await repositoriesFrom(env.DB, slot * A_SLOT, A_SLOT)) {
    const [owner = "", repo = ""] = name.split("/");
    if (repo === "" || !(await configOf(env, owner, repo))?.plugins.includes(NAME)) continue;
    const afterMs = chosen(`${day} ${name}`, SLOT_MS);
    const effect = { kind: "lookAgain", plugin: NAME, note: BASE_SCAN, afterMs, keep: true } as const;
    await env.REPOSITORY.getByName(name).enqueue(`daily-${day}`, NAME, [effect]);
  }
}
