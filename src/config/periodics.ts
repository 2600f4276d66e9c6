/** The periodic jobs of the current configuration, cached by version. */
import type { Env } from "../env.ts";
import { currentVersion, periodicsKey } from "./current.ts";
import type { Periodic } from "./model.ts";

let known: { readonly version: string; readonly periodics: Promise<readonly Periodic[]> } | null = null;

async function read(env: Env, version: string): Promise<readonly Periodic[]> {
  const object = await env.ARTIFACTS.get(periodicsKey(version));
  return object ? object.json<readonly Periodic[]>() : [];
}

/** Empty when no configuration is loaded. */
export async function currentPeriodics(env: Env): Promise<readonly Periodic[]> {
  const version = await currentVersion(env);
  if (version === "") return [];
  if (known?.version === version) return known.periodics;
  const periodics = read(env, version);
  known = { version, periodics };
  periodics.catch(() => (known = null));
  return periodics;
}
