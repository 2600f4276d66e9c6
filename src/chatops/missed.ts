/** Webhooks that never arrived: GitHub does not send again by itself, so that it is asked to (spec jobs 7.3). */
import type { Env } from "../env.ts";
import { deliverAgain, failedDeliveries, usesApp, type WebhookDelivery } from "../github/app.ts";
import { knownDeliveries } from "../store/delivery-rows.ts";
import { HANDLED_EVENTS } from "./route.ts";

const MINUTE_MS = 60_000;
/** GitHub delivers again what is at most three days old. */
const OLDEST_MS = 70 * 60 * MINUTE_MS;
/** After each failed attempt; then it is given up. */
const WAITS_MS = [2, 10, 60, 360, 1440].map((minutes) => minutes * MINUTE_MS);
const AT_ONCE = 100;

/** Nobody answered, or not for a reason that lies in the delivery: our own refusals are final. */
const isMissed = ({ statusCode }: WebhookDelivery): boolean =>
  statusCode === 0 || statusCode === 408 || statusCode === 429 || statusCode >= 500;

/**
 * Which failed deliveries to ask for once more, oldest first: of events that are handled, whose guid is not known
 * here, after a wait that grows with the attempts.
 */
export function toDeliverAgain(
  failed: readonly WebhookDelivery[],
  known: ReadonlySet<string>,
  now: number,
): readonly WebhookDelivery[] {
  const candidates = failed.filter(
    (one) => one.ofRepository && HANDLED_EVENTS.has(one.event) && !known.has(one.guid) && isMissed(one),
  );
  return [...Map.groupBy(candidates, ({ guid }) => guid).values()]
    .flatMap((attempts) => {
      const latest = attempts.reduce((a, b) => (b.deliveredAt > a.deliveredAt ? b : a));
      const wait = WAITS_MS[attempts.length - 1];
      return wait !== undefined && now - latest.deliveredAt >= wait ? [latest] : [];
    })
    .sort((a, b) => a.deliveredAt - b.deliveredAt || (a.id < b.id ? -1 : 1))
    .slice(0, AT_ONCE);
}

/** Asks GitHub for what was missed. What comes is handled once: it has the guid that it had. */
export async function redeliverMissed(env: Env, now: number): Promise<void> {
  if (!usesApp(env)) return;
  const failed = await failedDeliveries(env, now - OLDEST_MS);
  const guids = [...new Set(failed.map(({ guid }) => guid))];
  for (const { id } of toDeliverAgain(failed, await knownDeliveries(env.DB, guids), now)) await deliverAgain(env, id);
}
