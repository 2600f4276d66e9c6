/** Every dashboard, in the order of the list. */
import { builds, jobHealth } from "./builds.ts";
import { contributors } from "./contributors.ts";
import { latency } from "./latency.ts";
import type { Dashboard } from "./panel.ts";
import { retests } from "./retests.ts";
import { reviewers } from "./reviewers.ts";
import { stuck } from "./stuck.ts";
import { tide } from "./tide.ts";
import { tokens } from "./tokens.ts";
import { reviewing, velocity } from "./velocity.ts";

export const DASHBOARDS: readonly Dashboard[] = [
  velocity,
  latency,
  stuck,
  reviewing,
  reviewers,
  contributors,
  retests,
  tide,
  builds,
  jobHealth,
  tokens,
];
