/** Webhook deliveries as pages and API show them. */
import type { Effect } from "../chatops/effects.ts";
import type { DeliveryView } from "../chatops/view.ts";
import type { RepositoryRpc } from "../chatops/rpc.ts";
import { currentConfig } from "../config/current.ts";
import type { Env } from "../env.ts";
import { findDelivery } from "../store/delivery-list.ts";
import { canSee, isAdmin } from "./viewer.ts";
import type { Viewer } from "./viewer.ts";
import { isHidden } from "../jobs/hidden.ts";

const GUID = /^[\w-]{1,64}$/;

/** What Conversation and Repository have in common. */
type Owner = Pick<RepositoryRpc, "delivery" | "redeliver" | "startJob">;

/** The object that owns deliveries and jobs: a Conversation (`org/repo#5`) or a Repository (`org/repo`, `org/`). */
export function ownerOf(env: Env, name: string): Owner {
  // The RPC types cannot follow a DeliveryView, whose effects hold any JSON; both classes implement Owner.
  let stub: unknown = env.REPOSITORY.getByName(name);
  if (name.includes("#")) stub = env.CONVERSATION.getByName(name);
  // oxlint-disable-next-line no-unsafe-type-assertion -- see above
  return stub as Owner;
}

/** An effect without the jobs that only administrators see. `all`: they are all of that kind. */
export function withoutHidden(effect: Effect, all: boolean): Effect {
  if (effect.kind !== "startJobs" && effect.kind !== "recordJobs") return effect;
  return { ...effect, jobs: effect.jobs.filter((job) => !all && !isHidden(job.spec)) };
}

/** Whether `deck.hidden_repos` hides every job of a repository. */
export async function hidesAll(env: Env, org: string, repo: string): Promise<boolean> {
  return (await currentConfig(env, org, repo))?.prow.hidden === true;
}

/** The delivery without the jobs that only administrators see. `all`: as of {@link hidesAll}. */
export function withoutHiddenJobs(delivery: DeliveryView, all: boolean): DeliveryView {
  const effectList = delivery.effectList.map((row) => ({ ...row, effect: withoutHidden(row.effect, all) }));
  return { ...delivery, effectList };
}

/** A delivery that the viewer may see, and the name of the object that owns it; null when there is none for them. */
export async function visibleDelivery(
  env: Env,
  viewer: Viewer,
  guid: string,
): Promise<{ delivery: DeliveryView; object: string } | null> {
  const found = GUID.test(guid) ? await findDelivery(env.DB, guid) : null;
  if (found === null || !(await canSee(env, viewer, found.org, found.repo))) return null;
  const delivery = await ownerOf(env, found.object).delivery(guid);
  if (delivery === null) return null;
  if (isAdmin(env, viewer)) return { delivery, object: found.object };
  return { delivery: withoutHiddenJobs(delivery, await hidesAll(env, found.org, found.repo)), object: found.object };
}
