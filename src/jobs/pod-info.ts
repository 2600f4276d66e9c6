/** podinfo.json: what Kubernetes said of a build's pod (spec jobs 4.6.4, 6.4), and what the job page shows of it. Pure. */
import * as z from "zod";
import { PodInfo } from "./protocol.ts";
import type { PodView } from "./view.ts";

const Text = z.string().catch("");
const list = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);
const Terminated = z.object({ reason: Text, message: Text, exitCode: z.number().catch(0) });
const Waiting = z.object({ reason: Text, message: Text });
const Status = z.object({
  name: Text,
  image: Text,
  restartCount: z.number().catch(0),
  state: z
    .object({
      waiting: Waiting.optional().catch(undefined),
      running: z.object({}).optional().catch(undefined),
      terminated: Terminated.optional().catch(undefined),
    })
    .catch({}),
});
const Pod = z.object({
  metadata: z.object({ name: Text, namespace: Text }).catch({ name: "", namespace: "" }),
  spec: z.object({ nodeName: Text }).catch({ nodeName: "" }),
  status: z.object({
    phase: Text,
    reason: Text,
    message: Text,
    conditions: list(z.object({ type: Text, status: Text, reason: Text, message: Text })),
    initContainerStatuses: list(Status),
    containerStatuses: list(Status),
  }),
});
const Event = z.object({
  type: Text,
  reason: Text,
  message: Text,
  count: z.number().catch(1),
  firstTimestamp: Text,
  lastTimestamp: Text,
  eventTime: Text,
});

/** Shown of a list at most. */
const SHOWN = 200;

/** What the page shows; null when the text is no podinfo.json. Hostile text is fine: whatever is not there is empty. */
export function podViewOf(text: string): PodView | null {
  const info = PodInfo.safeParse(parsed(text));
  const pod = info.success ? Pod.safeParse(info.data.pod) : null;
  if (!info.success || !pod?.success) return null;
  const { metadata, spec, status } = pod.data;
  const containers = [
    ...status.initContainerStatuses.map((one) => containerOf(one, true)),
    ...status.containerStatuses.map((one) => containerOf(one, false)),
  ];
  const events = list(Event)
    .parse(info.data.events)
    .map(({ type, reason, message, count, ...at }) => ({
      at: Date.parse(at.lastTimestamp || at.eventTime || at.firstTimestamp) || 0,
      type,
      reason,
      message,
      count,
    }))
    .toSorted((a, b) => a.at - b.at);
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    node: spec.nodeName,
    phase: status.phase,
    said: [status.reason, status.message].filter(Boolean).join(": "),
    containers: containers.slice(0, SHOWN),
    conditions: status.conditions.slice(0, SHOWN),
    events: events.slice(-SHOWN),
  };
}

function containerOf({ name, image, restartCount, state }: z.infer<typeof Status>, init: boolean) {
  const { waiting, running, terminated } = state;
  const exit = terminated ? `exited with ${terminated.exitCode}` : "";
  const word = exit || (running ? "running" : waiting ? "waiting" : "unknown");
  const why = terminated?.reason ?? waiting?.reason ?? "";
  // What our own containers say as they end is JSON for the runner.
  const last = terminated?.message.startsWith("{") ? "" : (terminated?.message ?? "");
  return { name, image, init, state: word, why, said: waiting?.message ?? last, restarts: restartCount };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
