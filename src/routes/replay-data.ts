/** Recorded deliveries under a candidate configuration: decided twice with the same look at GitHub, never carried out. */
import * as z from "zod";
import type { ChatEvent, RepoRef } from "../chatops/events.ts";
import { parseEvent, PayloadError } from "../chatops/parse.ts";
import type { View } from "../chatops/plugin.ts";
import { asRecorded, replay } from "../chatops/replay.ts";
import type { DeliveryView, ReplayView } from "../chatops/view.ts";
import { createView } from "../chatops/world.ts";
import { configAt, currentConfig } from "../config/current.ts";
import type { RepoConfig } from "../config/model.ts";
import type { Env } from "../env.ts";
import { flushUsage } from "../github/index.ts";
import { findDelivery } from "../store/delivery-list.ts";
import { ownerOf } from "./delivery-data.ts";

/** Each delivery costs calls to GitHub: few enough of them for one request, on the free plan too. */
export const REPLAYED_AT_ONCE = 5;

export const ReplayRequest = z.object({
  guids: z
    .array(z.string().regex(/^[\w-]{1,64}$/))
    .min(1)
    .max(REPLAYED_AT_ONCE),
});

/** Where a candidate's results lie; no organisation is called so. */
const prefixOf = (version: string): string => `config/${version}/_replay/`;

function recorded(delivery: DeliveryView): { repository: RepoRef; events: readonly ChatEvent[] } | { why: string } {
  if (delivery.payload === "") return { why: "its payload is not kept any more" };
  try {
    const { repository, events } = parseEvent(delivery.event, JSON.parse(delivery.payload), delivery.guid);
    if (!repository || events.length === 0) return { why: "it means nothing to any plugin" };
    return { repository, events };
  } catch (error) {
    if (error instanceof PayloadError) return { why: error.message };
    if (error instanceof SyntaxError) return { why: "its payload is too large to be kept whole" };
    throw error;
  }
}

/** Both views share what they read of GitHub, but for OWNERS, whose reading is configured. */
function views(
  env: Env,
  delivery: DeliveryView,
  repository: RepoRef,
  configs: { now: RepoConfig | null; candidate: RepoConfig | null },
): { now: View | null; candidate: View | null } {
  const viewOf = (config: RepoConfig): View =>
    createView(env, { repository, number: delivery.number, config, guid: delivery.guid, now: delivery.receivedAt });
  const now = configs.now && viewOf(configs.now);
  const own = configs.candidate && viewOf(configs.candidate);
  return { now, candidate: own && now ? { ...now, config: own.config, owners: (sha) => own.owners(sha) } : own };
}

async function one(env: Env, version: string, guid: string): Promise<ReplayView> {
  const found = await findDelivery(env.DB, guid);
  const delivery = found ? await ownerOf(env, found.object).delivery(guid) : null;
  const nothing = { guid, only: [], more: [], failures: [] };
  if (!delivery) return { ...nothing, event: "", subject: "", skipped: "it is not known" };
  const { event, action, org, repo, number } = delivery;
  const about = {
    event: action === "" ? event : `${event}.${action}`,
    subject: `${org}/${repo}${number > 0 ? `#${number}` : ""}`,
  };
  const parsed = recorded(delivery);
  if ("why" in parsed) return { ...nothing, ...about, skipped: parsed.why };
  const [now, candidate] = await Promise.all([currentConfig(env, org, repo), configAt(env, version, org, repo)]);
  const { repository, events } = parsed;
  const both = views(env, delivery, repository, { now, candidate });
  const recordedView = (view: View | null): View | null => view && asRecorded(view, events);
  const difference = await replay(events, recordedView(both.now), recordedView(both.candidate));
  return { guid, ...about, skipped: "", ...difference };
}

/** Replays some deliveries and keeps the results beside the candidate's documents. */
export async function replayDeliveries(
  env: Env,
  version: string,
  guids: readonly string[],
): Promise<readonly ReplayView[]> {
  const results: ReplayView[] = [];
  try {
    for (const guid of guids) results.push(await one(env, version, guid));
  } finally {
    await flushUsage(env);
  }
  await env.ARTIFACTS.put(`${prefixOf(version)}${guids[0] ?? ""}.json`, JSON.stringify(results));
  return results;
}

const PAGES_READ = 200;

/** What was replayed under a candidate so far. */
export async function replayed(env: Env, version: string): Promise<readonly ReplayView[]> {
  const { objects } = await env.ARTIFACTS.list({ prefix: prefixOf(version), limit: PAGES_READ });
  const all: ReplayView[] = [];
  for (const { key } of objects) {
    const part = await env.ARTIFACTS.get(key);
    if (part) all.push(...(await part.json<ReplayView[]>()));
  }
  return all;
}
