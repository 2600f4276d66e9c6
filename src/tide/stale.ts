/** Which runs of batches nobody can use any more. */
import { pullKey, resultOf } from "./accumulate.ts";
import type { Assessment } from "./assess.ts";
import type { Pool, Run, RunPull } from "./model.ts";
import { restOf } from "./validity.ts";

const keyOf = (baseSha: string, pulls: readonly RunPull[]): string => `${baseSha} ${pulls.map(pullKey).join(" ")}`;

/** Runs to be aborted, since they would only burn capacity, and why: for people. */
export function staleRuns(pool: Pool, { batches, aging }: Assessment): readonly { run: Run; why: string }[] {
  const hopeless = new Set(batches.flatMap((one) => (one.hopeless ? [keyOf(one.baseSha, one.pulls)] : [])));
  return pool.runs.flatMap((run) => {
    if (run.type !== "batch" || resultOf(run) !== "pending") return [];
    const rest = restOf(aging, run.baseSha, run.pulls);
    if (rest === null || rest.length === 0)
      return [{ run, why: "The branch moved: this batch cannot be merged any more." }];
    if (!hopeless.has(keyOf(run.baseSha, rest))) return [];
    return [{ run, why: "This batch cannot pass any more: a job of it, or of a part of it, failed for good." }];
  });
}
