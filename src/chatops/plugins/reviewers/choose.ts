/** Whom to ask for a review: the counts of the settings, busy people, and those who must be asked (spec chatops 2.13). */
import * as z from "zod";
import type { ReviewersConfig } from "../../../config/plugin-settings.ts";
import type { Owners } from "../../../owners/index.ts";
import type { PullRequest } from "../../events.ts";
import type { View } from "../../plugin.ts";
import { type Arrangement, type Available, candidates, type Search } from "./candidates.ts";

const Status = z.object({
  user: z.object({ status: z.object({ indicatesLimitedAvailability: z.boolean() }).nullable() }).nullable(),
});
const STATUS = "query ($login: String!) { user(login: $login) { status { indicatesLimitedAvailability } } }";

/** Asks GitHub who says of themselves that they are busy. What GitHub does not tell counts as not busy. */
export function notBusy(view: View): Available {
  return async (login) => {
    try {
      const answer = Status.parse(await view.graphql(STATUS, { login }));
      return !(answer.user?.status?.indicatesLimitedAvailability ?? false);
    } catch {
      return true;
    }
  };
}

export interface Choice {
  readonly view: View;
  readonly pullRequest: PullRequest;
  readonly config: ReviewersConfig;
  readonly owners: Owners;
  readonly arrangement: Arrangement;
  /** Were asked before; they count. */
  readonly asked: readonly string[];
}

/**
 * Reviewers; approvers when those are too few; at most `max_request_count`; then everybody whom OWNERS files require. The
 * author is never asked. Lower case.
 */
export async function choose({
  view,
  pullRequest,
  config,
  owners,
  arrangement,
  asked,
}: Choice): Promise<readonly string[]> {
  const files = (await view.files()).map(({ filename }) => filename);
  const without = new Set([pullRequest.author.login, ...asked].map((login) => login.toLowerCase()));
  const available: Available = config.use_status_availability ? notBusy(view) : () => Promise.resolve(true);
  const search: Search = { owners, files, without, arrangement, available };
  const wanted = config.request_count - asked.length;
  const chosen = wanted > 0 ? [...(await candidates("reviewers", wanted, search))] : [];
  if (chosen.length < wanted && !config.exclude_approvers) {
    const more = { ...search, without: new Set([...without, ...chosen]) };
    const approvers = await candidates("approvers", wanted - chosen.length, more);
    chosen.push(...approvers.slice(0, wanted - chosen.length));
  }
  const room = config.max_request_count > 0 ? config.max_request_count - asked.length : chosen.length;
  const capped = chosen.slice(0, Math.max(0, room));
  const required = new Set(files.flatMap((file) => [...owners.requiredReviewers(file)]));
  return [...new Set([...capped, ...required])].filter((login) => capped.includes(login) || !without.has(login));
}
