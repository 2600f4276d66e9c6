/** GitHub's webhooks: verified, stored, then answered (spec chatops 1.2, 1.3; design 3). */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { toldOf } from "../chatops/external.ts";
import { REGISTRY } from "../chatops/registry.ts";
import { OWN_EVENT } from "../chatops/own-events.ts";
import { isReset } from "../chatops/retry.ts";
import { HANDLED_EVENTS, type Owned, route } from "../chatops/route.ts";
import type { Delivered, Delivery } from "../chatops/rpc.ts";
import { currentConfig } from "../config/current.ts";
import { settings } from "../env.ts";
import { levelOf, parseSecrets, signedBy, type WebhookSecrets } from "../github/hmac.ts";
import { countHook } from "../store/hook-count.ts";
import { isMirroredRepository } from "../velodrome/mirror/mirrored.ts";
import { type AppEnv, createApp } from "./app.ts";
import { readBody } from "./body.ts";

export const hook = createApp();

const BODY_BYTES = 25 * 1024 * 1024;
/** Larger bodies lie in R2: an object's row holds at most 1 MiB by our own assertion (design 10). */
const ROW_BYTES = 1024 * 1024 - 4096;
const DELIVER_TRIES = 3;

/** Events that only a merge pool has a use for: of check runs there are many. */
const POOL_EVENTS = new Set(["check_run"]);

type Hook = Context<AppEnv>;
type Step<T> = { readonly ok: T } | { readonly refused: Response };

/** The checks of spec chatops 1.2 in their order; the first that fails answers. */
hook.all("/hook", async (c) => {
  const headers = checkHeaders(c);
  if ("refused" in headers) return headers.refused;
  const { event, guid, signature } = headers.ok;
  const body = await bodyOf(c);
  if ("refused" in body) return body.refused;
  const { bytes, text } = body.ok;
  const known = secretsOf(settings(c.env).GITHUB_WEBHOOK_SECRETS ?? "");
  const levels = await signedBy(known, text, signature);
  if (levels.size === 0) return refuse(c, 403, "signature", unsigned(known));
  const owned = ownerOf(c, known, levels, text);
  if ("refused" in owned) return owned.refused;
  if (owned.ok === null || !(HANDLED_EVENTS.has(event) || (await isWanted(c, event, owned.ok)))) {
    count(c, event, 202, owned.ok === null ? "unowned" : "unknown-event");
    return c.json({ ok: true, delivery: guid, ignored: `No plugin knows ${event}` }, 202);
  }
  const delivered = await store(c, owned.ok, guid, event, bytes, text);
  if ("refused" in delivered) return delivered.refused;
  return c.json({ ok: true, delivery: guid, attempt: delivered.ok.attempt }, 202);
});

/** The issue mirror, a merge pool or an external plugin of the repository wants an event that means nothing else. Our own come from nobody else. */
async function isWanted(c: Hook, event: string, { owner, repo }: Owned): Promise<boolean> {
  if (event === OWN_EVENT) return false;
  if (event === "label" && (await isMirroredRepository(c.env, owner, repo))) return true;
  const config = await currentConfig(c.env, owner, repo);
  if (config === null) return false;
  return (POOL_EVENTS.has(event) && Boolean(config.tide)) || toldOf(event, config, REGISTRY).length > 0;
}

function checkHeaders(c: Hook): Step<{ event: string; guid: string; signature: string }> {
  const no = (status: ContentfulStatusCode, code: string, message: string) => ({
    refused: refuse(c, status, code, message),
  });
  if (c.req.method !== "POST") return no(405, "method", "Send webhooks by POST");
  const event = c.req.header("x-github-event") ?? "";
  if (!/^[a-z0-9_]{1,64}$/.test(event)) {
    return no(400, "event", "The header X-GitHub-Event is missing or no event's name");
  }
  const guid = c.req.header("x-github-delivery") ?? "";
  if (!/^[\w-]{1,100}$/.test(guid)) {
    return no(400, "delivery", "The header X-GitHub-Delivery is missing or no delivery id");
  }
  const signature = c.req.header("x-hub-signature-256") ?? "";
  if (signature === "") {
    return no(403, "unsigned", "The header X-Hub-Signature-256 is missing: set a secret at the GitHub hook");
  }
  if (c.req.header("content-type") !== "application/json") {
    return no(400, "content-type", "Set the hook's content type to application/json");
  }
  return { ok: { event, guid, signature } };
}

async function bodyOf(c: Hook): Promise<Step<{ bytes: Uint8Array; text: string }>> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readBody(c.req.raw, BODY_BYTES);
  } catch {
    return { refused: refuse(c, 500, "unreadable", "The body could not be read") };
  }
  if (bytes === null) return { refused: refuse(c, 413, "too-large", "A webhook has at most 25 MiB") };
  return { ok: { bytes, text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) } };
}

/**
 * The object that a verified body belongs to; null when it belongs to none. What signed it must be the most specific
 * secret of the owner and repository that it names: it may touch no other (design 10).
 */
function ownerOf(c: Hook, known: WebhookSecrets, levels: ReadonlySet<string>, text: string): Step<Owned | null> {
  const no = (status: ContentfulStatusCode, code: string, message: string) => ({
    refused: refuse(c, status, code, message),
  });
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return no(known.keyed ? 403 : 400, "json", "The body is not JSON");
  }
  const found = route(payload);
  if (found.kind === "malformed") return no(400, "shape", `The payload has no usable ${found.path || "object"}`);
  if (found.kind === "contradictory") {
    return no(403, "scope", `The payload is about more than one repository: ${found.names.join(", ").slice(0, 200)}`);
  }
  const owned = found.kind === "owned" ? found.owned : null;
  const level = levelOf(known, owned?.owner ?? "", owned?.repo ?? "");
  if (level !== null && levels.has(level)) return { ok: owned };
  const whose = owned ? `${owned.owner}/${owned.repo}` : "what belongs to no repository";
  return no(403, "scope", `The secret that signed this is not the one for ${whose}`);
}

/** Durable before acknowledged: a large body first, then the row that names it. */
async function store(c: Hook, owned: Owned, guid: string, event: string, bytes: Uint8Array, text: string) {
  const large = bytes.byteLength > ROW_BYTES;
  // Whoever holds one repository's secret chooses the guid: the key keeps to what that secret speaks for.
  const bodyKey = large ? `deliveries/${owned.object}/${guid}` : "";
  const { owner, repo, number, action, sender } = owned;
  const delivery: Delivery = {
    guid,
    event,
    action,
    owner,
    repo,
    number,
    sender,
    bodyKey,
    receivedAt: Date.now(),
    headers: gitHubHeaders(c.req.raw.headers),
    private: owned.private,
    body: large ? "" : text,
  };
  try {
    if (large) await c.env.ARTIFACTS.put(bodyKey, bytes);
    return { ok: await deliver(c, owned, delivery) };
  } catch (error) {
    console.error(JSON.stringify({ message: "delivery not stored", delivery: guid, error: String(error) }));
    return { refused: refuse(c, 503, "not-stored", "The delivery could not be stored: redeliver it") };
  }
}

/** What GitHub said about the delivery; neither a signature nor what proxies added. */
function gitHubHeaders(headers: Headers): Record<string, string> {
  const kept = [...headers].filter(([name]) => name === "content-type" || name.startsWith("x-github-"));
  return Object.fromEntries(kept.map(([name, value]) => [name, value.slice(0, 300)]));
}

/** A deploy resets objects, which passes at once; GitHub itself does not send again. */
async function deliver(c: Hook, owned: Owned, delivery: Delivery): Promise<Delivered> {
  const { CONVERSATION, REPOSITORY } = c.env;
  for (let tries = 1; ; tries += 1) {
    try {
      const { object } = owned;
      if (owned.kind === "conversation") return await CONVERSATION.getByName(object).deliver(delivery);
      return await REPOSITORY.getByName(object).deliver(delivery);
    } catch (error) {
      if (tries >= DELIVER_TRIES || !isWorthAnother(error)) throw error;
    }
  }
}

/** Delivering is idempotent, so whatever the platform calls retryable is tried again; never what is overloaded. */
function isWorthAnother(error: unknown): boolean {
  if (typeof error !== "object" || error === null || ("overloaded" in error && error.overloaded === true)) return false;
  return isReset(error) || ("retryable" in error && error.retryable === true);
}

let parsed: { readonly text: string; readonly secrets: WebhookSecrets } | null = null;

function secretsOf(text: string): WebhookSecrets {
  if (parsed?.text !== text) parsed = { text, secrets: parseSecrets(text) };
  return parsed.secrets;
}

const unsigned = (known: WebhookSecrets): string =>
  known.levels.size === 0
    ? "No webhook secret is set here: set GITHUB_WEBHOOK_SECRETS with wrangler secret put"
    : "No secret of ours made this signature: compare the hook's secret with GITHUB_WEBHOOK_SECRETS";

/** A refusal: counted with its reason, and said in JSON. Before the signature holds, nothing of it is trusted. */
function refuse(c: Hook, status: ContentfulStatusCode, code: string, message: string): Response {
  const event = c.req.header("x-github-event") ?? "";
  count(c, HANDLED_EVENTS.has(event) ? event : "other", status, code);
  return c.json({ error: { code, message } }, status);
}

function count(c: Hook, event: string, status: number, reason: string): void {
  const given = c.req.header("x-github-delivery") ?? "";
  const guid = /^[\w-]{1,100}$/.test(given) ? given : "";
  c.executionCtx.waitUntil(countHook(c.env.DB, { event, status, reason, guid }));
}
