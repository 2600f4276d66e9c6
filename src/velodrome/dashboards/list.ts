/** Every dashboard, in the order of the list. */
import { builds, jobHealth } from "./builds.ts";
import { latency } from "./latency.ts";
import type { Dashboard } from "./panel.ts";
import { tide } from "./tide.ts";
import { tokens } from "./tokens.ts";
import { reviewing, velocity } from "./velocity.ts";

export const DASHBOARDS: readonly Dashboard[] = [velocity, reviewing, tide, tokens, builds, jobHealth, latency];
