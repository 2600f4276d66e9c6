/** External plugins of others (spec chatops 1.9): which are told of an event, where, and with what. Pure but for the signature. */
import { isInside } from "../config/endpoint.ts";
import type { RepoConfig } from "../config/model.ts";
import type { Plugin } from "./plugin.ts";

export type ExternalPlugin = RepoConfig["externalPlugins"][number];

/** A webhook for an external plugin that only a runner reaches is part of a job's row. Bytes. */
export const RUNNER_BODY_BYTES = 512 * 1024;

/** Milliseconds before each further try; after the last of them it is given up. */
const RETRY_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000] as const;
/** What is older gets no further try: others of its plugin wait behind it. */
const GIVE_UP_MS = 6 * 3600_000;

/** Whether a plugin runs for a repository: as one of its own, or under its name as an external one, whatever the endpoint. */
export const isEnabled = (
  plugin: Pick<Plugin, "name">,
  config: Pick<RepoConfig, "plugins" | "externalPlugins">,
): boolean => config.plugins.includes(plugin.name) || config.externalPlugins.some(({ name }) => name === plugin.name);

/** Each name once, and none that is built in here: that runs here. */
export function ofOthers(
  plugins: readonly ExternalPlugin[],
  builtIn: readonly Pick<Plugin, "name">[],
): readonly ExternalPlugin[] {
  const seen = new Set(builtIn.map(({ name }) => name));
  return plugins.filter(({ name }) => !seen.has(name) && seen.add(name));
}

/** Those of others that want an event of GitHub's name. */
export const toldOf = (
  event: string,
  config: Pick<RepoConfig, "externalPlugins">,
  builtIn: readonly Pick<Plugin, "name">[],
): readonly ExternalPlugin[] =>
  ofOthers(
    config.externalPlugins.filter(({ events }) => events.length === 0 || events.includes(event)),
    builtIn,
  );

/** Who delivers: the worker by https, a runner to what only its cluster knows, by whatever scheme. */
export const reachOf = (endpoint: string): "worker" | "runner" =>
  endpoint.startsWith("https://") && !isInside(endpoint) ? "worker" : "runner";

const encoder = new TextEncoder();

async function hmac(hash: "SHA-1" | "SHA-256", secret: string, body: string): Promise<string> {
  const algorithm = { name: "HMAC", hash };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(body)));
  return [...signature].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** GitHub's own headers of a delivery, Prow's user agent, and our signatures of the raw body. */
export async function headersFor(
  original: Readonly<Record<string, string>>,
  {
    event,
    guid,
    body,
    secret,
  }: { readonly event: string; readonly guid: string; readonly body: string; readonly secret: string },
): Promise<Record<string, string>> {
  const [sha1, sha256] = await Promise.all([hmac("SHA-1", secret, body), hmac("SHA-256", secret, body)]);
  return {
    ...original,
    "content-type": "application/json",
    "x-github-event": event,
    "x-github-delivery": guid,
    "user-agent": "ProwHook",
    "x-hub-signature": `sha1=${sha1}`,
    "x-hub-signature-256": `sha256=${sha256}`,
  };
}

export type Forwarded =
  | { readonly state: "done" | "dead"; readonly answer: string }
  | { readonly state: "again"; readonly answer: string; readonly afterMs: number };

/**
 * What an answer means; `status` null: there was none, for the reason given. `tries` counts this one; `ageMs` since the
 * webhook was to be sent.
 */
export function forwarded(status: number | null, reason: string, tries: number, ageMs: number): Forwarded {
  if (status !== null && status >= 200 && status < 300) return { state: "done", answer: `answered ${status}` };
  const answer = status === null ? reason : `answered ${status}`;
  const passing = status === null || status === 408 || status === 429 || status >= 500;
  const afterMs = ageMs > GIVE_UP_MS ? undefined : RETRY_MS[tries - 1];
  return passing && afterMs !== undefined ? { state: "again", answer, afterMs } : { state: "dead", answer };
}
