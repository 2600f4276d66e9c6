/** What a pool goes by: the compiled configuration of its repository, resolved for its branch (spec jobs 5.2, 5.3). */
import { mergeMethod } from "../config/merge-method.ts";
import type { RepoConfig } from "../config/model.ts";
import type { PoolSettings } from "./model.ts";

/**
 * Null: no query covers the repository. A branch that all of its queries exclude has settings too: its pull requests are
 * told that merging there is forbidden (5.9).
 */
export function poolSettings(config: RepoConfig, branch: string): PoolSettings | null {
  const { tide } = config;
  if (!tide) return null;
  const method = config.settings.merge_method;
  return {
    queries: tide.queries,
    method: mergeMethod(method, branch),
    mergeLabel: method.merge_label,
    squashLabel: method.squash_label,
    rebaseLabel: method.rebase_label,
    template: tide.template,
    blockerLabel: tide.blocker_label,
    batchSizeLimit: tide.batch_size_limit,
    prioritizeExistingBatches: tide.prioritize_existing_batches,
    priority: tide.priority,
    blocksPolicy: tide.github_merge_blocks_policy,
    targetUrl: tide.target_url,
    prStatusBaseUrl: tide.pr_status_base_url,
    displayAllQueries: tide.display_all_tide_queries_in_status,
    resultValidity: tide.cutwater.result_validity,
    batchStrategy: tide.cutwater.batch_strategy,
    starvationMs: tide.cutwater.starvation_seconds * 1000,
    placeInStatus: tide.cutwater.place_in_status,
    knownFlakes: tide.cutwater.known_flakes,
    freezes: tide.cutwater.freezes.filter(({ branches }) => branches.length === 0 || branches.includes(branch)),
  };
}
