/** The GitHub client of the worker: Octokit over a transport of ours, which knows budget, cache and delivery (design 5). */
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import type { JsonObject } from "../config/model.ts";
import { type Env, settings } from "../env.ts";
import { type Budget, budgetOf } from "./budget.ts";
import { graphql } from "./graphql.ts";
import { withTypedErrors } from "./octokit.ts";
import { Transport } from "./transport.ts";

const Paginating = Octokit.plugin(paginateRest);
type Paginating = InstanceType<typeof Paginating>;

interface ClientOptions {
  readonly owner: string;
  readonly repo?: string;
  /** Stamped on every call, so that GitHub's log and ours can be laid side by side. */
  readonly delivery: string;
  /** Who asks, for the usage count. */
  readonly consumer: string;
  /** What can wait: leaves a share of the hour's calls to everybody else, and keeps no answers for conditional requests. */
  readonly background?: boolean;
}

/** Typed by GitHub's OpenAPI description. Every method rejects with {@link GitHubError} for everything but 2xx. */
export interface GitHubClient {
  readonly request: Paginating["request"];
  /** All pages of a list; give `per_page: 100`. */
  readonly paginate: Paginating["paginate"];
  /** A GraphQL call's `data`. Rejects with {@link GitHubError}: errors in the answer are a permanent refusal. */
  graphql(query: string, variables: JsonObject): Promise<unknown>;
  /** A body as it comes, e.g. a tarball. `path` below the API's base. Redirects lose the token when they leave the API. */
  raw(path: string): Promise<Response>;
  /** `slug[bot]` of the App, or the token's own user. */
  botLogin(): Promise<string>;
  /** Tells the budget what was used; otherwise told after every few calls. */
  flush(): Promise<void>;
}

/** A client for one owner's repositories. Which credential pays is found out at the first call. */
export function githubClient(
  env: Env,
  { owner, repo = "", delivery, consumer, background = false }: ClientOptions,
): GitHubClient {
  const base = settings(env).GITHUB_API_URL;
  let found: Budget | null = null;
  const budget = async (): Promise<Budget> => {
    found ??= await budgetOf(env, owner, repo);
    return found;
  };
  const transport = new Transport({ budget, base, delivery, consumer, background });
  const octokit = new Paginating({ baseUrl: base, request: { fetch: transport.fetch } });
  withTypedErrors(octokit);
  return {
    request: octokit.request,
    paginate: octokit.paginate,
    graphql: (query, variables) => graphql(octokit, query, variables),
    raw: (path) => transport.stream(`${base}${path}`),
    botLogin: async () => (await budget()).botLogin(),
    flush: async () => await found?.flush(),
  };
}
