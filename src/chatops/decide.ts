/** Small helpers for decisions. */
import type { Decision } from "./plugin.ts";

/** A decision without effects, and its reason. */
export function nothing(why: string): Decision {
  return { effects: [], why };
}
