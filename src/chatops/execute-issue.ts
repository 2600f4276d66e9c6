/** Effects on the issue itself: its fields, reactions, reviews, where it is. */
import * as z from "zod";
import type { Aftermath, Effect } from "./effects.ts";
import type { Done, Execution } from "./execution.ts";
import { done, gone, isStatus, noop, refusal } from "./execution.ts";

type Of<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;

const issueOf = ({ owner, repo, number }: Execution) => ({ owner, repo, issue_number: number });

/** Carries out a call; GitHub's refusal becomes the reply that the effect asks for. */
export async function withAftermath({ onDone, onRefused }: Aftermath, call: () => Promise<string>): Promise<Done> {
  try {
    return done(await call(), onDone ?? []);
  } catch (error) {
    const said = refusal(error);
    if (said === null || !onRefused) throw error;
    return done(`refused: ${said}`, [{ kind: "comment", body: `${onRefused.before}${said}${onRefused.after}` }]);
  }
}

export const editIssue = (effect: Of<"editIssue">, x: Execution): Promise<Done> =>
  withAftermath(effect, async () => {
    const { stateReason, ...changes } = effect.changes;
    await x.client.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
      ...issueOf(x),
      ...changes,
      ...(stateReason ? { state_reason: stateReason } : {}),
    });
    return `set ${Object.keys(effect.changes).join(", ")}`;
  });

export async function react({ to, content }: Of<"react">, x: Execution): Promise<Done> {
  const { owner, repo } = x;
  if (to === null) {
    await x.client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/reactions", { ...issueOf(x), content });
  } else if (to.source === "issue_comment") {
    const call = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
    await x.client.request(call, { owner, repo, comment_id: to.id, content });
  } else {
    const call = "POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions";
    await x.client.request(call, { owner, repo, comment_id: to.id, content });
  }
  return done(`reacted with ${content}`);
}

export async function editComment({ to, body }: Of<"editComment">, { client, owner, repo }: Execution): Promise<Done> {
  const params = { owner, repo, comment_id: to.id, body };
  if (to.source === "issue_comment") {
    return await gone(client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", params), "edited");
  }
  return await gone(client.request("PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}", params), "edited");
}

/** After a lost answer the reviews are looked through for the marker. */
export async function review({ sha, body, comments }: Of<"review">, x: Execution): Promise<Done> {
  const { owner, repo } = x;
  const pull = { owner, repo, pull_number: x.number };
  if (x.again) {
    const call = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
    const there = await x.client.paginate(call, { ...pull, per_page: 100 });
    if (there.some((one) => one.body?.includes(x.marker))) return noop("found after an answer was lost");
  }
  await x.client.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
    ...pull,
    commit_id: sha,
    event: "COMMENT",
    body: `${body}\n${x.marker}`,
    comments: comments.map((one) => ({ ...one, side: "RIGHT" })),
  });
  return done(`reviewed with ${comments.length} comments`);
}

export async function deleteBranch({ branch }: Of<"deleteBranch">, { client, owner, repo }: Execution): Promise<Done> {
  try {
    await client.request("DELETE /repos/{owner}/{repo}/git/refs/{ref}", { owner, repo, ref: `heads/${branch}` });
    return done(`deleted ${branch}`);
  } catch (error) {
    if (isStatus(error, 404, 422)) return noop(`${branch} was not there`);
    throw error;
  }
}

/** After a lost answer the marker is searched among the newest issues. */
export const createIssue = (effect: Of<"createIssue">, x: Execution): Promise<Done> =>
  withAftermath(effect, async () => {
    const { owner, repo } = x;
    const { title, body, assignees, labels } = effect;
    if (x.again) {
      const call = "GET /repos/{owner}/{repo}/issues";
      const { data } = await x.client.request(call, { owner, repo, state: "all", sort: "created", per_page: 100 });
      const there = data.find((one) => one.body?.includes(x.marker));
      if (there) return `#${there.number}, found after an answer was lost`;
    }
    const { data } = await x.client.request("POST /repos/{owner}/{repo}/issues", {
      owner,
      repo,
      title,
      body: `${body}\n${x.marker}`,
      assignees: [...assignees],
      labels: [...labels],
    });
    return `opened #${data.number}`;
  });

export async function createCheckRun(effect: Of<"createCheckRun">, { client, owner, repo }: Execution): Promise<Done> {
  const { sha, name, conclusion, title, summary, detailsUrl } = effect;
  const annotations = effect.annotations?.length ? { annotations: [...effect.annotations] } : {};
  const output = { title, summary, ...annotations };
  const fields = { name, head_sha: sha, status: "completed", conclusion, output, details_url: detailsUrl } as const;
  await client.request("POST /repos/{owner}/{repo}/check-runs", { owner, repo, ...fields });
  return done(`check run ${name}: ${conclusion}`);
}

const NODE_ID = z.object({ node_id: z.string() });

type Pinning = { readonly kind: "pinIssue" | "unpinIssue" } & Aftermath;

const PINNED = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) { issue(number: $number) { id isPinned } } }`;
const Pinned = z.object({ repository: z.object({ issue: z.object({ id: z.string(), isPinned: z.boolean() }) }) });

/** GitHub refuses to pin what is pinned: so it is looked at first. */
export const pin = (effect: Pinning, x: Execution): Promise<Done> =>
  withAftermath(effect, async () => {
    const { owner, repo, number } = x;
    const { id, isPinned } = Pinned.parse(await x.client.graphql(PINNED, { owner, repo, number })).repository.issue;
    const wanted = effect.kind === "pinIssue";
    if (isPinned === wanted) return wanted ? "it was pinned already" : "it was not pinned";
    const query = `mutation ($id: ID!) { ${effect.kind}(input: { issueId: $id }) { clientMutationId } }`;
    await x.client.graphql(query, { id });
    return wanted ? "pinned" : "unpinned";
  });

/** GitHub shows the way to an issue that has moved: after a lost answer it is there. */
export const transferIssue = (effect: Of<"transferIssue">, x: Execution): Promise<Done> =>
  withAftermath(effect, async () => {
    const target = `${x.owner}/${effect.repo}`;
    const { data: issue } = await x.client.request("GET /repos/{owner}/{repo}/issues/{issue_number}", issueOf(x));
    if (issue.repository_url.toLowerCase().endsWith(`/repos/${target}`.toLowerCase())) return `it is in ${target}`;
    const { data } = await x.client.request("GET /repos/{owner}/{repo}", { owner: x.owner, repo: effect.repo });
    await x.client.graphql(
      "mutation ($id: ID!, $to: ID!) { transferIssue(input: { issueId: $id, repositoryId: $to }) { issue { number } } }",
      { id: NODE_ID.parse(issue).node_id, to: data.node_id },
    );
    return `transferred to ${target}`;
  });

export async function minimize({ plugin }: Of<"minimizeComments">, x: Execution): Promise<Done> {
  const known = x.posted.saidFor(plugin);
  const query =
    "mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { clientMutationId } }";
  for (const id of known) {
    try {
      const call = "GET /repos/{owner}/{repo}/issues/comments/{comment_id}";
      const { data } = await x.client.request(call, { owner: x.owner, repo: x.repo, comment_id: id });
      await x.client.graphql(query, { id: NODE_ID.parse(data).node_id });
      x.posted.hidden(id);
    } catch (error) {
      if (!isStatus(error, 404, 410)) throw error;
      x.posted.drop(id);
    }
  }
  return known.length > 0 ? done(`hid ${known.length}`) : noop("there was none");
}
