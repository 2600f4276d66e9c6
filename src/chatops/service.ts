/** Writes to services of the settings: Slack, trackers. Their secrets are headers that only the edge adds. */
import * as z from "zod";
import type { JsonObject } from "../config/model.ts";
import type { Env } from "../env.ts";
import { GitHubError } from "../github/index.ts";
import { serviceAddress } from "./outside.ts";

export interface ServiceCall {
  /** Name in the setting SERVICES. */
  readonly service: string;
  readonly method: string;
  /** Begins with a slash. */
  readonly path: string;
  readonly body: JsonObject;
}

const TIMEOUT_MS = 10_000;
const SAID_LENGTH = 300;
/** Slack answers 200 to what it refuses. */
const SlackAnswer = z.object({ ok: z.boolean(), error: z.string().optional() });

/**
 * Answers one line for the audit trail. Rejects as GitHub's calls do, so that one rule says when to try again: 4xx is a
 * refusal for good, 429 and 5xx pass, no answer may have happened.
 */
export async function callService(env: Env, { service, method, path, body }: ServiceCall): Promise<string> {
  const call = `${method} ${service}${path.replace(/[?#].*$/, "")}`;
  const address = serviceAddress(env, service, path);
  if (!address) throw new GitHubError("permanent", 0, call, `the setting SERVICES names no ${service}`);
  address.headers.set("content-type", "application/json; charset=utf-8");
  let answer: Response;
  try {
    const init = { method, headers: address.headers, body: JSON.stringify(body), redirect: "manual" } as const;
    answer = await fetch(address.url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new GitHubError("unknown-outcome", 0, call, error instanceof Error ? error.name : "no answer");
  }
  const text = (await answer.text()).slice(0, SAID_LENGTH);
  if (answer.status === 429) {
    const wait = Number(answer.headers.get("retry-after")) * 1000;
    throw new GitHubError("rate-limited", 429, call, text, wait > 0 ? wait : 60_000);
  }
  if (answer.status >= 500) throw new GitHubError("unknown-outcome", answer.status, call, text);
  if (answer.status >= 300) throw new GitHubError("permanent", answer.status, call, text);
  const slack = service === "slack" ? SlackAnswer.safeParse(jsonOf(text)).data : undefined;
  if (slack?.ok === false) throw new GitHubError("permanent", answer.status, call, slack.error ?? "refused");
  return `${service} answered ${answer.status}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
