/** Webhooks into the issue mirror, written behind with the rows of their deliveries. */
import type { Env } from "../src/env.ts";
import type { DeliveryIndexRow } from "../src/store/delivery-rows.ts";
import { isMirrored, labelChange, liveRows, movedFrom } from "../src/velodrome/mirror/live.ts";
import { isMirroredRepository } from "../src/velodrome/mirror/mirrored.ts";
import { saveFound } from "../src/velodrome/mirror/save.ts";

/** What these deliveries tell, if their repository is mirrored. Again: the same rows. */
export async function mirrorLive(
  env: Env,
  deliveries: readonly DeliveryIndexRow[],
  bodyOf: (guid: string) => Promise<string>,
): Promise<void> {
  for (const delivery of deliveries) await tellMirror(env, delivery, bodyOf);
  const told = deliveries.filter(({ event }) => isMirrored(event));
  const [first] = told;
  if (!first || !(await isMirroredRepository(env, first.org, first.repo))) return;
  const found = await Promise.all(
    told.map(async ({ guid, event, received_at: seen }) => {
      const body = await bodyOf(guid);
      try {
        return body === "" ? {} : liveRows(event, JSON.parse(body), seen);
      } catch (error) {
        console.warn(JSON.stringify({ message: "not mirrored", delivery: guid, event, error: String(error) }));
        return {};
      }
    }),
  );
  await saveFound(env.DB, `${first.org}/${first.repo}`.toLowerCase(), {
    issues: found.flatMap(({ issues = [] }) => issues),
    pulls: found.flatMap(({ pulls = [] }) => pulls),
    comments: found.flatMap(({ comments = [] }) => comments),
    reviews: found.flatMap(({ reviews = [] }) => reviews),
  });
}

/** What changes many rows at once is its mirror's work. */
async function tellMirror(
  env: Env,
  { guid, event, action, org, repo }: DeliveryIndexRow,
  bodyOf: (guid: string) => Promise<string>,
): Promise<void> {
  if (event === "label" && (action === "edited" || action === "deleted")) {
    if (!(await isMirroredRepository(env, org, repo))) return;
    const change = labelChange(JSON.parse((await bodyOf(guid)) || "{}"));
    if (change) await env.MIRROR.getByName(`${org}/${repo}`.toLowerCase()).relabel(change.from, change.to);
  }
  if (event === "repository" && (action === "renamed" || action === "transferred")) {
    const from = movedFrom(JSON.parse((await bodyOf(guid)) || "{}"));
    // It finds out by itself where GitHub leads it.
    if (from && (await isMirroredRepository(env, from.owner, from.repo)))
      await env.MIRROR.getByName(`${from.owner}/${from.repo}`.toLowerCase()).sync();
  }
}
