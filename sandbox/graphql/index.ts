/** GraphQL: every query is validated against GitHub's published schema; a part of it is answered. */
import { schema as published } from "@octokit/graphql-schema";
import { buildSchema, execute, type GraphQLSchema, parse, validate } from "graphql";
import { ApiError } from "../errors.ts";
import { type Call, json, type Reply } from "../http/call.ts";
import { actorOf } from "../http/caller.ts";
import { find, MAX_RESULTS } from "../verbs/find.ts";
import { connection, type PageArgs } from "./connection.ts";
import { Refusal, shaped } from "./error.ts";
import { eitherNode } from "./issues.ts";
import { mutations } from "./mutations.ts";
import { issueById, projectById } from "./nodes.ts";
import { projectNode, projectsOf } from "./projects.ts";
import { repoNode } from "./repository.ts";

let built: GraphQLSchema | null = null;
const schema = (): GraphQLSchema => {
  built ??= buildSchema(published.idl, { assumeValid: true });
  return built;
};

function repository(call: Call, { owner, name }: { owner: string; name: string }): object {
  const repo = call.world.repo(`${owner}/${name}`);
  if (repo && call.sees(repo)) return repoNode(call, repo);
  throw new Refusal("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
}

function user(call: Call, { login }: { login: string }): object {
  const account = call.world.account(login);
  if (account?.type !== "User")
    throw new Refusal("NOT_FOUND", `Could not resolve to a User with the login of '${login}'.`);
  const status = account.busy ? { indicatesLimitedAvailability: true, message: "Busy" } : null;
  return { login: account.login, name: account.name, status };
}

interface ProjectArgs extends PageArgs {
  readonly query?: string | null;
}

function owner(call: Call, { login }: { login: string }): object | null {
  const account = call.world.account(login);
  if (!account || account.type === "Bot") return null;
  const projectsV2 = ({ query, ...page }: ProjectArgs) => {
    const wanted = query?.toLowerCase() ?? "";
    const found = projectsOf(call, account.login).filter(({ title }) => title.toLowerCase().includes(wanted));
    return connection(
      found.toReversed().map((project) => projectNode(call, project)),
      page,
    );
  };
  return { __typename: account.type, login: account.login, projectsV2 };
}

interface SearchArgs extends PageArgs {
  readonly query: string;
}

function search(call: Call, { query, ...page }: SearchArgs): object {
  const seen = Object.values(call.world.state.repos).filter((repo) => call.sees(repo));
  const found = find(call.world, seen, query);
  const { nodes, pageInfo } = connection(found.slice(0, MAX_RESULTS), page);
  return { issueCount: found.length, pageInfo, nodes: nodes.map(({ repo, issue }) => eitherNode(call, repo, issue)) };
}

function node(call: Call, { id }: { id: string }): object {
  if (id.startsWith("PVT_")) return projectNode(call, projectById(call, id));
  const { repo, issue } = issueById(call, id);
  return eitherNode(call, repo, issue);
}

const rootOf = (call: Call): object => ({
  viewer: () => ({ login: actorOf(call.world, call.caller).account.login }),
  rateLimit: { limit: 5000, remaining: 4999, cost: 1, used: 1, nodeCount: 1, resetAt: call.world.now() },
  repository: (args: { owner: string; name: string }) => repository(call, args),
  repositoryOwner: (args: { login: string }) => owner(call, args),
  user: (args: { login: string }) => user(call, args),
  node: (args: { id: string }) => node(call, args),
  search: (args: SearchArgs) => search(call, args),
  ...mutations(call),
});

/** Answers a query. Refuses what GitHub's schema does not have, in GitHub's shape: 200 with `errors`. */
export async function graphql(call: Call): Promise<Reply> {
  const { kind } = call.caller;
  if (kind === "anonymous" || kind === "app")
    throw new ApiError(401, "This endpoint requires you to be authenticated.");
  const query = call.string("query");
  const variables = call.field("variables");
  if (query === undefined) throw new ApiError(400, "A query attribute must be specified and must be a string.");
  try {
    const document = parse(query);
    const errors = validate(schema(), document);
    if (errors.length > 0) return json({ errors: errors.map(({ message, locations }) => ({ message, locations })) });
    const variableValues = typeof variables === "object" && variables !== null ? { ...variables } : {};
    return json(shaped(await execute({ schema: schema(), document, rootValue: rootOf(call), variableValues })));
  } catch (error) {
    return json({ errors: [{ message: error instanceof Error ? error.message : String(error) }] });
  }
}
