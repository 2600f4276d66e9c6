/** Hands in what a cluster said of a job's pod, secrets censored. */
import type { JsonObject } from "../src/config/model.ts";
import { POD_INFO_BYTES, type PodInfo } from "../src/jobs/protocol.ts";
import type { JobApi } from "./api.ts";
import { censored } from "./censor.ts";

const TRIES = 6;

/** Never rejects: `say` hears what went wrong. Of too much the events go first, then the node. */
export async function sendPodInfo(
  api: JobApi,
  info: PodInfo,
  options: { readonly secrets: readonly string[]; readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<void> {
  const { secrets, signal, say } = options;
  const { node: _, ...withoutNode } = info;
  const bodies = [info, { ...withoutNode, events: info.events.slice(-50) }, { ...withoutNode, events: [] }];
  const text = bodies
    .map((body) => JSON.stringify(hiddenIn(body, secrets)))
    .find((one) => Buffer.byteLength(one) <= POD_INFO_BYTES);
  if (text === undefined) return say("podinfo.json: the pod alone is too large to keep");
  try {
    const body = () => ({ bytes: text });
    const call = { method: "PUT", path: "/podinfo", type: "application/json", body, signal, tries: TRIES } as const;
    const answer = await api.call(call);
    if (answer.status >= 300) say(`podinfo.json: ${answer.status} ${answer.message}`);
  } catch (error) {
    say(`podinfo.json: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Value = JsonObject[string] | undefined;

/** Each text in it censored by itself: in JSON's own writing a secret with quotes or line ends would not be known. */
function hiddenIn(value: Value | PodInfo, secrets: readonly string[]): Value {
  if (typeof value === "string") return censored(value, secrets);
  if (Array.isArray(value)) return value.map((item) => hiddenIn(item, secrets) ?? null);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hiddenIn(item, secrets) ?? null]));
}
