/** What tide asks of GitHub with: the worker's client, or another with these three. */
import type { Octokit } from "@octokit/core";
import type { PaginateInterface } from "@octokit/plugin-paginate-rest";
import type { JsonObject } from "../config/model.ts";

export interface TideClient {
  readonly request: Octokit["request"];
  readonly paginate: PaginateInterface;
  /** A call's `data`. Rejects with `GitHubError` for errors in the answer too. */
  graphql(query: string, variables: JsonObject): Promise<unknown>;
}
