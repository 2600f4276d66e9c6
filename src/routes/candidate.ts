/** Configurations that are loaded only to be compared with the one in use. */
import type { ConfigState } from "../config/rpc.ts";
import type { Env } from "../env.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Name of the Configuration object that holds a candidate: apart from the installation's. */
export const candidateObject = (id: string): string => `candidate:${id}`;

/** A candidate's load and version (empty until it is loaded); null when there is none. */
export async function candidate(env: Env, id: string): Promise<{ readonly state: ConfigState } | null> {
  if (!UUID.test(id)) return null;
  const state = await env.CONFIGURATION.getByName(candidateObject(id)).state();
  return state.loads.length === 0 ? null : { state };
}
