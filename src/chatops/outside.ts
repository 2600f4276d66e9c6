/** Reads from outside of GitHub, for plugins of jokes, pictures and trackers: bounded, and only where the settings point to. */
import { type Env, settings } from "../env.ts";
import type { Outside, OutsideRequest } from "./reads.ts";

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 1024 * 1024;
const NOTHING: Outside = { status: 0, contentType: "", length: null, body: "", url: "" };

/** Public services that the pictures and jokes come from unless the settings name others. */
const PUBLIC: Readonly<Record<string, { readonly url: string; readonly headers: Readonly<Record<string, string>> }>> = {
  joke: { url: "https://icanhazdadjoke.com", headers: { accept: "application/json" } },
  dog: { url: "https://random.dog", headers: {} },
  cat: { url: "https://api.thecatapi.com", headers: {} },
  pony: { url: "https://theponyapi.com", headers: {} },
  /** testfreeze: where Kubernetes keeps its Prow configuration, and the results of its fast forward. */
  freeze: { url: "https://raw.githubusercontent.com/kubernetes/test-infra/master", headers: {} },
  "fast-forward": { url: "https://storage.googleapis.com/kubernetes-ci-logs/logs/ci-fast-forward", headers: {} },
  goose: { url: "https://api.unsplash.com", headers: {} },
};

/** Where a service is, with the headers that its secret asks for; null when the settings do not name it. */
export function serviceAddress(env: Env, service: string, path: string): { url: string; headers: Headers } | null {
  if (service === "picture") return isPublicAddress(path) ? { url: path, headers: new Headers() } : null;
  const found = settings(env).SERVICES[service] ?? PUBLIC[service];
  if (!found || !path.startsWith("/")) return null;
  return { url: `${found.url}${path}`, headers: new Headers(found.headers) };
}

/** Pictures are looked at wherever a service says they are: by name, over https. */
function isPublicAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, port } = new URL(address);
  return (
    protocol === "https:" &&
    port === "" &&
    hostname.includes(".") &&
    !/^[\d.]+$|:|\.(?:local|internal)$/i.test(hostname)
  );
}

export async function readOutside(env: Env, { service, method, path }: OutsideRequest): Promise<Outside> {
  const address = serviceAddress(env, service, path);
  if (!address) return NOTHING;
  try {
    const answer = await fetch(address.url, {
      method,
      headers: address.headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const length = answer.headers.get("content-length");
    return {
      status: answer.status,
      contentType: answer.headers.get("content-type") ?? "",
      length: length === null ? null : Number(length),
      body: method === "HEAD" ? "" : await bounded(answer),
      url: answer.url || address.url,
    };
  } catch {
    return NOTHING;
  }
}

/** The text of an answer; rejects when it is too large. */
export async function bounded(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  const reader = answer.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > MOST_BYTES) {
      await reader?.cancel();
      throw new Error("too large");
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
