/** `/webhook-secrets`: their levels and ages, never their values; and GitHub's webhooks brought up to the newest. For administrators. */
import type { Context } from "hono";
import * as z from "zod";
import { WebhookSecretsPage } from "../../ui/pages/webhook-secrets.tsx";
import { renderPage } from "../../ui/render.tsx";
import { flushUsage, GitHubError } from "../github/index.ts";
import { HmacFileError } from "../github/hmac-rotation.ts";
import { giveNewest, secretLevels } from "../github/webhook-secrets.ts";
import { type AppEnv, createApp } from "./app.ts";
import { readBody } from "./body.ts";
import { forViewer, sameOrigin, secured } from "./browser.ts";
import { broken, notFound, refused, surroundings, wantsPage } from "./surroundings.ts";
import { isAdmin, viewerOf } from "./viewer.ts";

export const webhookSecrets = createApp();

webhookSecrets.use("/webhook-secrets", secured, forViewer, sameOrigin);

const BODY_BYTES = 1024;
const Given = z.object({ key: z.string().regex(/^(?:\*|[\w.-]+(?:\/[\w.-]+)?)$/) });

webhookSecrets.get("/webhook-secrets", async (c) => {
  if (!isAdmin(c.env, await viewerOf(c))) return notFound(c);
  const levels = secretLevels(c.env);
  if (!wantsPage(c)) return c.json({ levels }, 200, { "cache-control": "no-store" });
  const given = c.req.query("given") ?? "";
  const props = { ...(await surroundings(c)), levels, given: given.slice(0, 200), now: Date.now() };
  return c.html(renderPage(WebhookSecretsPage, props), 200, { "cache-control": "no-store" });
});

async function askedKey(c: Context<AppEnv>): Promise<string | null> {
  const bytes = await readBody(c.req.raw, BODY_BYTES);
  const text = new TextDecoder().decode(bytes ?? new Uint8Array());
  try {
    const isForm = (c.req.header("content-type") ?? "").startsWith("application/x-www-form-urlencoded");
    const value: unknown = isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
    return Given.parse(value).key;
  } catch {
    return null;
  }
}

/** `key=`: the level whose webhook at GitHub gets the level's newest secret. */
webhookSecrets.post("/webhook-secrets", async (c) => {
  if (!isAdmin(c.env, await viewerOf(c))) return notFound(c);
  const key = await askedKey(c);
  if (key === null) return refused(c, 400, "bad-key", "Which level?", "key is *, org or org/repo.");
  try {
    const hooks = await giveNewest(c.env, key);
    if (hooks === null)
      return refused(c, 400, "no-level", "There is no such level", `GITHUB_WEBHOOK_SECRETS has nothing for ${key}.`);
    return wantsPage(c)
      ? c.redirect(`/webhook-secrets?given=${encodeURIComponent(key)}`, 303)
      : c.json({ key, hooks }, 200, { "cache-control": "no-store" });
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return refused(c, 502, "github", "GitHub did not take it", `Nothing has changed for ${key}: ${error.message}`);
  } finally {
    await flushUsage(c.env);
  }
});

webhookSecrets.onError((error, c) =>
  error instanceof HmacFileError
    ? refused(c, 409, "setting", "The setting cannot be read", `GITHUB_WEBHOOK_SECRETS: ${error.message}.`)
    : broken(c, error),
);
