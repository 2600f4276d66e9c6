/** What GraphQL shows of a commit, and what was said of it. */
import type { Call } from "../http/call.ts";
import { nodeId } from "../shape/ids.ts";
import { pageOf } from "../shape/repository.ts";
import type { CheckRun, Repo, Status } from "../state/model.ts";
import { connection, type PageArgs } from "./connection.ts";
import { latestChecks, latestStatuses, stateOfCheck } from "../state/heads.ts";

const statusNode = (one: Status): object => ({
  __typename: "StatusContext",
  id: nodeId("SC", one.id),
  context: one.context,
  state: one.state.toUpperCase(),
  description: one.description,
  targetUrl: one.targetUrl,
  createdAt: one.createdAt,
});

const checkNode = (call: Call, repo: Repo, one: CheckRun): object => ({
  __typename: "CheckRun",
  id: nodeId("CR", one.id),
  name: one.name,
  status: one.status.toUpperCase(),
  conclusion: one.conclusion?.toUpperCase() ?? null,
  detailsUrl: one.detailsUrl ?? `${pageOf(call.world, repo)}/runs/${one.id}`,
  title: one.output.title,
});

/** Statuses and check runs together; null where nobody said anything. */
function rollup(call: Call, repo: Repo, sha: string): object | null {
  const statuses = latestStatuses(repo, sha);
  const checks = latestChecks(repo, sha);
  const states = [...statuses.map((one) => one.state), ...checks.map(stateOfCheck)];
  if (states.length === 0) return null;
  const worst = (["error", "failure", "pending"] as const).find((state) => states.includes(state)) ?? "success";
  const nodes = [...statuses.map(statusNode), ...checks.map((one) => checkNode(call, repo, one))];
  return { state: worst.toUpperCase(), contexts: (page: PageArgs) => connection(nodes, page) };
}

export const commitNode = (call: Call, repo: Repo, sha: string): object => ({
  __typename: "Commit",
  oid: sha,
  statusCheckRollup: () => rollup(call, repo, sha),
});
