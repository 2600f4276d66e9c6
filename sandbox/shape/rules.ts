import type { Ruleset } from "../state/model.ts";

/** GitHub's rules of a branch, as one of its rulesets asks for them. `source`: `owner/name`. */
export function rulesOf(source: string, { id, contexts, reviews, mergeQueue }: Ruleset): object[] {
  const from = { ruleset_source_type: "Repository", ruleset_source: source, ruleset_id: id };
  const rule = (type: string, parameters: object) => ({ type, parameters, ...from });
  return [
    ...(contexts.length > 0
      ? [
          rule("required_status_checks", {
            required_status_checks: contexts.map((context) => ({ context })),
            strict_required_status_checks_policy: false,
            do_not_enforce_on_create: false,
          }),
        ]
      : []),
    ...(reviews > 0
      ? [
          rule("pull_request", {
            required_approving_review_count: reviews,
            dismiss_stale_reviews_on_push: false,
            require_code_owner_review: false,
            require_last_push_approval: false,
            required_review_thread_resolution: false,
          }),
        ]
      : []),
    ...(mergeQueue
      ? [
          rule("merge_queue", {
            check_response_timeout_minutes: 60,
            grouping_strategy: "ALLGREEN",
            max_entries_to_build: 5,
            max_entries_to_merge: 5,
            merge_method: "MERGE",
            min_entries_to_merge: 1,
            min_entries_to_merge_wait_minutes: 5,
          }),
        ]
      : []),
  ];
}
