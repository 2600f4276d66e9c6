/** Comments: said once, maintained in place, or taken back (spec chatops 1.11; design 1.2). */
import type { Effect } from "./effects.ts";
import type { Done, Execution } from "./execution.ts";
import { done, gone, isStatus, noop } from "./execution.ts";
import { REPLY_END } from "./messages.ts";
import { SUMMARY_MARKER } from "./messages-summary.ts";

/** Says `body` once. When an earlier try may have been heard, the comment with `lookFor` is looked for first. */
export async function comment(x: Execution, body: string, lookFor: string): Promise<Done> {
  if (x.again) {
    const there = (await ownComments(x)).find((one) => one.body.includes(lookFor));
    if (there) {
      x.posted.put(there.id, there.body);
      return done(`comment ${there.id}, found after an answer was lost`);
    }
  }
  const { data } = await x.client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...issueOf(x),
    body,
  });
  const id = Number(data.id);
  x.posted.put(id, body);
  return done(`comment ${id}`);
}

/**
 * Keeps the one comment with `marker`: the newest is edited, doubles are deleted, none means a new one. Those that it
 * replaces count as older ones.
 */
export async function upsertComment(x: Execution, effect: Extract<Effect, { kind: "upsertComment" }>): Promise<Done> {
  const { marker, replaces = [] } = effect;
  const body = effect.body.includes(marker) ? effect.body : `${effect.body}\n${marker}`;
  await adopt(x);
  const own = x.posted.containing(marker);
  const others = new Map(replaces.flatMap((one) => x.posted.containing(one)).map((one) => [one.id, one]));
  for (const { id } of own) others.delete(id);
  // A reply may quote a mark that is plain text.
  const known = [...[...others.values()].filter((one) => !one.body.includes(REPLY_END)), ...own];
  for (let newest = known.pop(); newest; newest = known.pop()) {
    const { id } = newest;
    const there = newest.body === body || (await edited(x, id, body));
    if (!there) continue;
    for (const double of known) await remove(x, double.id);
    return newest.body === body ? noop(`comment ${id} says so already`) : done(`comment ${id} edited`);
  }
  return await comment(x, body, marker);
}

/** Deletes the bot's comments that contain `marker`. */
export async function deleteComments(x: Execution, marker: string): Promise<Done> {
  await adopt(x);
  // A summary that has this mark among its sections is edited, never deleted.
  const known = x.posted.containing(marker).filter(({ body }) => !body.includes(SUMMARY_MARKER));
  for (const { id } of known) await remove(x, id);
  return known.length > 0 ? done(`deleted ${known.map(({ id }) => id).join(", ")}`) : noop("there was none");
}

const issueOf = ({ owner, repo, number }: Execution) => ({ owner, repo, issue_number: number });
const commentOf = ({ owner, repo }: Execution, id: number) => ({ owner, repo, comment_id: id });

/** False when somebody deleted it. */
async function edited(x: Execution, id: number, body: string): Promise<boolean> {
  try {
    await x.client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...commentOf(x, id), body });
    x.posted.put(id, body);
    return true;
  } catch (error) {
    if (!isStatus(error, 404, 410)) throw error;
    x.posted.drop(id);
    return false;
  }
}

async function remove(x: Execution, id: number): Promise<void> {
  await gone(
    x.client.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", commentOf(x, id)),
    "deleted",
  );
  x.posted.drop(id);
}

/** Asks GitHub once in a conversation's life what the bot said before this object began to remember. */
async function adopt(x: Execution): Promise<void> {
  if (!x.posted.adopted()) x.posted.adopt(await ownComments(x));
}

async function ownComments(x: Execution): Promise<{ id: number; body: string }[]> {
  const bot = bare(await x.client.botLogin());
  const all = await x.client.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...issueOf(x),
    per_page: 100,
  });
  return all
    .filter(({ user }) => user !== null && bare(user.login) === bot)
    .map(({ id, body }) => ({ id: Number(id), body: body ?? "" }));
}

/** `name` and `name[bot]` are one (spec chatops 1.11). */
const bare = (login: string): string => login.toLowerCase().replace(/\[bot\]$/, "");
