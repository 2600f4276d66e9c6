/** Gathers podinfo.json (spec jobs 4.6.4): the pod as it was seen last, its events, its node. */
import { z } from "zod";
import { PodInfo } from "../../src/jobs/protocol.ts";
import type { KubeApi } from "./api.ts";

const EVENTS = 200;

/** Without Kubernetes' own notes on who wrote which field: they are most of an object, and say nothing of the job. */
const Metadata = z.looseObject({ managedFields: z.unknown() }).transform((metadata) => {
  const { managedFields: _, ...rest } = metadata;
  return rest;
});
const Thing = z.looseObject({ metadata: Metadata.optional() });
const Seen = z.looseObject({
  metadata: z.looseObject({ uid: z.string() }),
  spec: z.looseObject({ nodeName: z.string().optional() }).default({}),
});
const Events = z.object({ items: z.array(Thing) });

/** Null when no pod was seen. What cannot be read is left out: events, and the node, which the runner need not be let see. */
export async function podInfoOf(api: KubeApi, namespace: string, whole: unknown): Promise<PodInfo | null> {
  const seen = Seen.safeParse(whole);
  if (!seen.success) return null;
  const { metadata, spec } = seen.data;
  const query = new URLSearchParams({ fieldSelector: `involvedObject.uid=${metadata.uid}`, limit: String(EVENTS) });
  const [events, node] = await Promise.all([
    asked(api, `/api/v1/namespaces/${namespace}/events?${query.toString()}`),
    spec.nodeName ? asked(api, `/api/v1/nodes/${encodeURIComponent(spec.nodeName)}`) : null,
  ]);
  const found = Thing.safeParse(node).data;
  return PodInfo.parse({
    pod: Thing.parse(whole),
    events: Events.safeParse(events).data?.items ?? [],
    ...(found ? { node: found } : {}),
  });
}

const asked = (api: KubeApi, path: string): Promise<unknown> => api.call("GET", path).catch(() => null);
