/** Writes to services of the settings: Slack, trackers. Their secrets are headers that only the edge adds. */
import * as z from "zod";
import type { JsonObject } from "../config/model.ts";
import type { Env } from "../env.ts";
import { classify } from "../github/errors.ts";
import { GitHubError } from "../github/index.ts";
import { bounded, serviceAddress } from "./outside.ts";

const TIMEOUT_MS = 10_000;

/** A write to a service of the settings. */
export interface ServiceCall {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly body: JsonObject;
}

/**
 * Carries out a write and answers what became of it. Rejects with {@link GitHubError} as GitHub's calls do; addresses and
 * headers, which hold secrets, are in no message.
 */
export async function callService(env: Env, { service, method, path, body }: ServiceCall): Promise<string> {
  const call = `${method} ${service}`;
  const address = serviceAddress(env, service, path);
  if (!address) throw new GitHubError("permanent", 0, call, `the setting SERVICES names no service ${service}`);
  address.headers.set("content-type", "application/json; charset=utf-8");
  const secrets = [address.url, ...address.headers.values(), ...[...address.headers.values()].map(withoutScheme)];
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(address.url, {
      method,
      headers: address.headers,
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await bounded(answer);
  } catch {
    throw new GitHubError(method === "POST" ? "unknown-outcome" : "transient", 0, call, "could not be reached");
  }
  const { status } = answer;
  const shown = shorten(text, secrets);
  if (status < 200 || status > 299) {
    const headers = Object.fromEntries(answer.headers);
    const { kind, retryAfterMs } = classify({ method, status, headers, message: shown }, Date.now());
    // Only a POST may do twice what it did.
    const known = kind === "unknown-outcome" && method !== "POST" ? "transient" : kind;
    throw new GitHubError(known, status, call, shown || "refused", retryAfterMs);
  }
  const refusal = /^slack(?::|$)/.test(service)
    ? slackError(text)
    : service === "bugzilla"
      ? bugzillaError(text)
      : null;
  if (refusal === null) return `${service}: ${status}`;
  const kind = refusal === "ratelimited" ? "rate-limited" : "permanent";
  throw new GitHubError(kind, status, call, shorten(refusal, secrets), kind === "permanent" ? 0 : 60_000);
}

const BugzillaAnswer = z.object({
  error: z.union([z.object({ code: z.number(), message: z.string() }), z.literal(true)]),
  code: z.number().default(0),
  message: z.string().default("refused"),
});
/** Of the extension ExternalBugs: the link is there already, or is there no more. */
const DONE_BEFORE = /duplicate key value violates unique constraint|no external tracker bugs were found/i;

/** Bugzilla's JSON-RPC refuses with 200, too. Doing again what is done is no refusal. */
function bugzillaError(text: string): string | null {
  try {
    const { data } = BugzillaAnswer.safeParse(JSON.parse(text));
    if (!data) return null;
    const { code, message } = data.error === true ? data : data.error;
    return DONE_BEFORE.test(message) ? null : `${code}: ${message}`;
  } catch {
    return null;
  }
}

const SlackAnswer = z.object({ ok: z.literal(false), error: z.string().max(200).default("refused") });

/** Slack refuses with 200 and a body that says so. */
function slackError(text: string): string | null {
  try {
    return SlackAnswer.safeParse(JSON.parse(text)).data?.error ?? null;
  } catch {
    return null;
  }
}

const withoutScheme = (header: string): string => header.replace(/^\w+ /, "");

/** One line of an answer, without what we sent. Short values, which are no secrets, stay. */
function shorten(text: string, secrets: readonly string[]): string {
  const open = secrets.filter((secret) => secret.length >= 8);
  return open
    .reduce((line, secret) => line.replaceAll(secret, "***"), text)
    .replaceAll(/\s+/g, " ")
    .slice(0, 200);
}
