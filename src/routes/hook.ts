/** GitHub's webhooks: verified, stored, then answered (spec chatops 1.2, 1.3; design 3). */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Delivered, Delivery } from "../chatops/rpc.ts";
import { type Owned, ownerOf } from "../chatops/route.ts";
import { settings } from "../env.ts";
import { levelOf, parseSecrets, signedBy, type WebhookSecrets } from "../github/hmac.ts";
import { countHook } from "../store/hook-count.ts";
import { type AppEnv, createApp } from "./app.ts";

export const hook = createApp();

const BODY_BYTES = 25 * 1024 * 1024;
/** Larger bodies lie in R2: an object's row holds at most 1 MiB by our own assertion (design 10). */
const ROW_BYTES = 1024 * 1024 - 4096;
const KNOWN_EVENTS = new Set([
  "issues",
  "issue_comment",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "status",
]);

const secretsOf = new Map<string, WebhookSecrets>();

function secrets(text: string): WebhookSecrets {
  const known = secretsOf.get(text);
  if (known) return known;
  const parsed = parseSecrets(text);
  secretsOf.clear();
  secretsOf.set(text, parsed);
  return parsed;
}

/** A refusal: recorded with its reason, and said in JSON. */
function refuse(c: Context<AppEnv>, status: ContentfulStatusCode, code: string, message: string): Response {
  const event = c.req.header("x-github-event") ?? "";
  c.executionCtx.waitUntil(
    countHook(c.env.DB, { event, status, reason: code, guid: c.req.header("x-github-delivery") ?? "" }, Date.now()),
  );
  return c.json({ error: { code, message } }, status);
}

/** The body's bytes, or null when there are more than 25 MiB: reading stops there. */
async function read(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_BYTES) return null;
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

async function deliver(
  c: Context<AppEnv>,
  owned: Owned,
  guid: string,
  event: string,
  bytes: Uint8Array,
  text: string,
): Promise<Delivered> {
  const large = bytes.byteLength > ROW_BYTES;
  const bodyKey = large ? `deliveries/${guid}` : "";
  if (large) await c.env.ARTIFACTS.put(bodyKey, bytes);
  const { owner, repo, number, action, sender } = owned;
  const delivery: Delivery = {
    guid,
    event,
    action,
    receivedAt: Date.now(),
    owner,
    repo,
    private: owned.private,
    number,
    sender,
    body: large ? "" : text,
    bodyKey,
  };
  if (owned.kind === "conversation") return await c.env.CONVERSATION.getByName(owned.object).deliver(delivery);
  return await c.env.REPOSITORY.getByName(owned.object).deliver(delivery);
}

hook.all("/hook", async (c) => {
  if (c.req.method !== "POST") return refuse(c, 405, "method", "Send webhooks by POST");
  const event = c.req.header("x-github-event") ?? "";
  const guid = c.req.header("x-github-delivery") ?? "";
  const signature = c.req.header("x-hub-signature-256") ?? "";
  if (!/^[a-z][a-z0-9_-]{0,63}$/.test(event))
    return refuse(c, 400, "event", "The header X-GitHub-Event is missing or no event's name");
  if (!/^[\w-]{1,100}$/.test(guid))
    return refuse(c, 400, "delivery", "The header X-GitHub-Delivery is missing or no delivery id");
  if (signature === "")
    return refuse(c, 403, "unsigned", "The header X-Hub-Signature-256 is missing: set a secret at the GitHub hook");
  if (c.req.header("content-type") !== "application/json")
    return refuse(c, 400, "content-type", "Set the hook's content type to application/json");
  const bytes = await read(c.req.raw).catch(() => undefined);
  if (bytes === undefined) return refuse(c, 500, "unreadable", "The body could not be read");
  if (bytes === null) return refuse(c, 413, "too-large", "A webhook has at most 25 MiB");
  const text = new TextDecoder().decode(bytes);
  const known = secrets(settings(c.env).GITHUB_WEBHOOK_SECRETS ?? "");
  const levels = await signedBy(known, text, signature);
  if (levels.size === 0)
    return refuse(
      c,
      403,
      "signature",
      "No secret of ours made this signature: compare the hook's secret with GITHUB_WEBHOOK_SECRETS",
    );
  const payload = parseJson(text);
  const owned = ownerOf(payload);
  if (!owned) {
    // A ping of an account's hook, a marketplace event: nothing of ours.
    c.executionCtx.waitUntil(countHook(c.env.DB, { event, status: 202, reason: "unowned", guid }, Date.now()));
    return c.json({ ok: true, ignored: "The payload names neither a repository nor an organisation" }, 202);
  }
  const level = levelOf(known, owned.owner, owned.repo);
  if (level === null || !levels.has(level))
    return refuse(c, 403, "scope", `The secret that signed this is not the one for ${owned.owner}/${owned.repo}`);
  if (!KNOWN_EVENTS.has(event))
    c.executionCtx.waitUntil(countHook(c.env.DB, { event, status: 202, reason: "unknown-event", guid }, Date.now()));
  const { attempt } = await deliver(c, owned, guid, event, bytes, text);
  return c.json({ ok: true, delivery: guid, attempt }, 202);
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
