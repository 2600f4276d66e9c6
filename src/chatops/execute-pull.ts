/** Opens pull requests (spec chatops 2.40): one for each head branch, however often it is tried. */
import type { Effect } from "./effects.ts";
import { type Done, done, type Execution, refusal } from "./execution.ts";

type CreatePullRequest = Extract<Effect, { kind: "createPullRequest" }>;

/** What is open from the branch is found, not opened twice. Labels and assignees are set either way. */
export async function createPullRequest(effect: CreatePullRequest, x: Execution): Promise<Done> {
  const { onDone = [], onOpened, onRefused } = effect;
  try {
    const known = await openFrom(effect, x);
    const number = known ?? (await open(effect, x));
    const missing = await undecorated(number, effect, x);
    const body = onOpened ? `${onOpened.before}#${number}${onOpened.after}` : "";
    const told = body === "" ? [] : [{ kind: "comment", body } as const];
    return done(`${known === null ? `opened #${number}` : `#${number} was open`}${missing}`, [...told, ...onDone]);
  } catch (error) {
    const said = refusal(error);
    if (said === null || !onRefused) throw error;
    return done(`refused: ${said}`, [{ kind: "comment", body: `${onRefused.before}${said}${onRefused.after}` }]);
  }
}

async function openFrom({ head, base }: CreatePullRequest, { client, owner, repo }: Execution): Promise<number | null> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/pulls", {
    owner,
    repo,
    state: "open",
    head: `${owner}:${head}`,
    base,
    per_page: 10,
  });
  return data.find((one) => one.head.ref === head)?.number ?? null;
}

async function open(
  { head, base, title, body }: CreatePullRequest,
  { client, owner, repo }: Execution,
): Promise<number> {
  const { data } = await client.request("POST /repos/{owner}/{repo}/pulls", { owner, repo, head, base, title, body });
  return data.number;
}

/** A label or assignee that GitHub refuses does not undo the pull request: what it said, or nothing. */
async function undecorated(number: number, effect: CreatePullRequest, x: Execution): Promise<string> {
  try {
    await decorate(number, effect, x);
    return "";
  } catch (error) {
    const said = refusal(error);
    if (said === null) throw error;
    return `, without its labels or assignees: ${said}`;
  }
}

async function decorate(
  number: number,
  { labels, assignees }: CreatePullRequest,
  { client, owner, repo }: Execution,
): Promise<void> {
  const issue = { owner, repo, issue_number: number };
  if (labels.length > 0) {
    await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", { ...issue, labels: [...labels] });
  }
  if (assignees.length > 0) {
    const call = "POST /repos/{owner}/{repo}/issues/{issue_number}/assignees";
    await client.request(call, { ...issue, assignees: [...assignees] });
  }
}
