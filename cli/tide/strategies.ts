/** Ways to merge that are compared, and the figures of a history to compare them with. */
import type { PoolSettings } from "../../src/tide/model.ts";

type Chosen = Pick<PoolSettings, "batchSizeLimit" | "batchStrategy" | "resultValidity">;

/** `batchSizeLimit`: -1 where nothing is batched, 0 where the limit is the caller's. */
export const STRATEGIES = {
  serial: { batchSizeLimit: -1, batchStrategy: "prow", resultValidity: "base" },
  prow: { batchSizeLimit: 0, batchStrategy: "prow", resultValidity: "base" },
  bisect: { batchSizeLimit: 0, batchStrategy: "bisect", resultValidity: "base" },
  speculative: { batchSizeLimit: 0, batchStrategy: "speculative", resultValidity: "base" },
  "serial-until-conflict": { batchSizeLimit: -1, batchStrategy: "prow", resultValidity: "until-conflict" },
  "bisect-until-conflict": { batchSizeLimit: 0, batchStrategy: "bisect", resultValidity: "until-conflict" },
} as const satisfies Readonly<Record<string, Chosen>>;
