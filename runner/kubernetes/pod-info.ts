/** Gathers podinfo.json (spec jobs 4.6.4): the pod as it was seen last, its events, its node. */
import { z } from "zod";
import { PodInfo } from "../../src/jobs/pod-info.ts";
import type { KubeApi } from "./api.ts";

const EVENTS = 200;

const Seen = z.looseObject({
  metadata: z.looseObject({ uid: z.string(), managedFields: z.unknown(), annotations: z.looseObject({}).optional() }),
  spec: z.looseObject({ nodeName: z.string().optional() }).default({}),
});
const Events = z.object({ items: PodInfo.shape.events });

/** Null when no pod was seen. What cannot be read is left out: events, and the node, which the runner need not be let see. */
export async function podInfoOf(api: KubeApi, namespace: string, whole: unknown): Promise<PodInfo | null> {
  const seen = Seen.safeParse(whole);
  if (!seen.success) return null;
  const { managedFields: _, ...metadata } = seen.data.metadata;
  const { nodeName } = seen.data.spec;
  const query = new URLSearchParams({ fieldSelector: `involvedObject.uid=${metadata.uid}`, limit: String(EVENTS) });
  const [events, node] = await Promise.all([
    asked(api, `/api/v1/namespaces/${namespace}/events?${query.toString()}`),
    nodeName === undefined ? null : asked(api, `/api/v1/nodes/${encodeURIComponent(nodeName)}`),
  ]);
  const found = PodInfo.shape.node.safeParse(node ?? undefined).data;
  return PodInfo.parse({
    pod: { ...seen.data, metadata },
    events: Events.safeParse(events).data?.items ?? [],
    ...(found ? { node: found } : {}),
  });
}

const asked = (api: KubeApi, path: string): Promise<unknown> => api.call("GET", path).catch(() => null);
