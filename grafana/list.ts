/** Every dashboard that the original had (spec velodrome 1.10), and one of Cutwater's own JSON. */
import { bigquery, mergeBlocking, releaseBlocking } from "./builds.ts";
import { edge } from "./edge.ts";
import type { Dashboard } from "./form.ts";
import { mirrors } from "./mirrors.ts";
import { bazelCache, boskos, githubCache, monitoring } from "./monitoring.ts";
import { contributors, developerVelocity, velocity } from "./velocity.ts";

export const DASHBOARDS: readonly Dashboard[] = [
  velocity,
  developerVelocity,
  contributors,
  monitoring,
  bigquery,
  mergeBlocking,
  releaseBlocking,
  boskos,
  bazelCache,
  githubCache,
  mirrors,
  ...edge,
];
