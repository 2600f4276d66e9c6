/** What the containers of ours have to say at the end: clone records, and what was uploaded. */
import { z } from "zod";
import { CLONE_CONTAINER, SIDECAR_CONTAINER } from "../../src/jobs/pod/index.ts";
import { CloneRecord } from "../../src/jobs/protocol.ts";
import type { JsonObject } from "../../src/config/model.ts";
import type { Evidence } from "../executor.ts";
import type { KubeApi } from "./api.ts";
import type { PodObject } from "./pod-status.ts";
import type { Names } from "./workload.ts";

const LOG_BYTES = 4 * 1024 * 1024;
const Cloned = z.object({ records: z.array(CloneRecord), log: z.string() });
const Uploaded = z.object({
  files: z.int().min(0),
  bytes: z.int().min(0),
  refused: z.array(z.string().max(1024)).max(100).default([]),
  metadata: z
    .custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value))
    .optional(),
});

/** The last line that the clone container printed; null when it printed none. */
export async function clonedBy(api: KubeApi, { namespace, pod }: Names): Promise<z.infer<typeof Cloned> | null> {
  const query = new URLSearchParams({ container: CLONE_CONTAINER, limitBytes: String(LOG_BYTES) });
  try {
    const chunks: Buffer[] = [];
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query.toString()}`;
    for await (const chunk of await api.stream(path, AbortSignal.timeout(30_000))) chunks.push(chunk);
    const last = Buffer.concat(chunks).toString("utf8").trimEnd().split("\n").at(-1) ?? "";
    return Cloned.parse(JSON.parse(last));
  } catch {
    return null;
  }
}

/** From the sidecar's termination message; it says so when the sidecar said nothing. */
export function uploadedBy(pod: PodObject): {
  artifacts: Evidence["artifacts"];
  metadata?: JsonObject;
  problem: string;
} {
  const none = { files: 0, bytes: 0, refused: [] };
  const status = pod.status.initContainerStatuses.find(({ name }) => name === SIDECAR_CONTAINER);
  const ended = status?.state.terminated ?? status?.lastState.terminated;
  if (!status || !ended)
    return { artifacts: none, problem: status ? "The sidecar did not end, so artifacts may be missing" : "" };
  try {
    const { metadata, ...artifacts } = Uploaded.parse(JSON.parse(ended.message));
    return { artifacts, ...(metadata ? { metadata } : {}), problem: "" };
  } catch {
    return { artifacts: none, problem: `The sidecar ended with ${ended.exitCode} before its upload was complete` };
  }
}
