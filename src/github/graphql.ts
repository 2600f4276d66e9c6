/** GraphQL over the same transport. */
import type { Octokit } from "@octokit/core";
import * as z from "zod";
import type { JsonObject } from "../config/model.ts";
import { GitHubError } from "./errors.ts";

const Answer = z.object({
  data: z.unknown(),
  errors: z.array(z.object({ message: z.string(), type: z.string().optional() })).optional(),
});

/** GitHub answers 200 with `errors` for most refusals; limits are told by their type. */
export async function graphql(octokit: Octokit, query: string, variables: JsonObject): Promise<unknown> {
  const { data: body } = await octokit.request("POST /graphql", { query, variables });
  const { data, errors = [] } = Answer.parse(body);
  const [first] = errors;
  if (!first) return data;
  const limited = first.type === "RATE_LIMITED";
  throw new GitHubError(
    limited ? "rate-limited" : "permanent",
    200,
    "POST /graphql",
    first.message,
    limited ? 60_000 : 0,
  );
}
