/** Follows one pod: listed first, then watched, listed again whenever the watch breaks. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isGone, type KubeApi, KubeApiError } from "./api.ts";
import { PodObject } from "./pod-status.ts";

const Event = z.object({ type: z.string(), object: z.unknown() });
const WATCH_SECONDS = 240;
const AGAIN_MS = 1000;

export type Sight =
  /** `whole`: all that the API server said of it. */
  | { readonly kind: "pod"; readonly pod: PodObject; readonly whole: unknown }
  | { readonly kind: "gone" }
  | { readonly kind: "unreachable"; readonly why: string };

/** What is seen of a pod, until `signal`. `gone` is the last; `unreachable` passes. */
export async function* watchPod(
  api: KubeApi,
  namespace: string,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Sight> {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  while (!signal.aborted) {
    try {
      const whole = await api.call("GET", `${pods}/${name}`);
      const pod = PodObject.parse(whole);
      yield { kind: "pod", pod, whole };
      const query = new URLSearchParams({
        watch: "1",
        fieldSelector: `metadata.name=${name}`,
        resourceVersion: pod.metadata.resourceVersion,
        timeoutSeconds: String(WATCH_SECONDS),
        allowWatchBookmarks: "true",
      });
      for await (const line of lines(await api.stream(`${pods}?${query.toString()}`, signal))) {
        const event = Event.parse(JSON.parse(line));
        if (event.type === "ERROR") break;
        if (event.type === "BOOKMARK") continue;
        const seen = PodObject.parse(event.object);
        // Another pod of the same name is not ours.
        if (seen.metadata.uid !== pod.metadata.uid) continue;
        yield { kind: "pod", pod: seen, whole: event.object };
        if (event.type === "DELETED") {
          yield { kind: "gone" };
          return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error)) {
        yield { kind: "gone" };
        return;
      }
      if (error instanceof KubeApiError && error.status >= 400 && error.status < 500 && error.status !== 429)
        throw error;
      yield { kind: "unreachable", why: error instanceof Error ? error.message : String(error) };
    }
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

export async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    for (let at = rest.indexOf(0x0a); at !== -1; at = rest.indexOf(0x0a)) {
      yield rest.subarray(0, at).toString("utf8");
      rest = rest.subarray(at + 1);
    }
  }
}
